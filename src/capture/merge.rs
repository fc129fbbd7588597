//! Several captures read as one, in the order of time.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use super::{
    Beside, CaptureError, Frame, LinkType, Notice, Source, Stop, error::NoticeLog, follow, open,
    open::open_ahead, open_counted,
};

/// Several sources read as one capture.
///
/// Frames of one source keep their order even where their times go back; a frame without a time
/// takes that of the one before it. Where times are equal the earlier source comes first. Numbers
/// count over the whole. A single source passes straight through, without a copy.
///
/// A source that fails does not end the others: its error is told after all frames.
///
/// ```
/// use mqttscope::capture::{Merge, Source};
///
/// let mut both = Merge::open(&["captures/session.pcap", "captures/dup.pcap"]);
/// let mut last = 0;
/// while let Some(frame) = both.next_frame()? {
///     last += 1;
///     assert_eq!(frame.number, last);
/// }
/// assert!(last > 20);
/// # Ok::<(), mqttscope::capture::CaptureError>(())
/// ```
pub struct Merge {
    inputs: Vec<Input>,
    /// There is one input, of the first file, and no error to tell: what it gives is given as it is.
    is_plain: bool,
    /// Inputs with a frame at hand: the earliest on top.
    heads: BinaryHeap<Reverse<(i64, u16)>>,
    /// The input whose frame was lent last.
    lent: Option<u16>,
    started: bool,
    number: u64,
    errors: VecDeque<CaptureError>,
    notices: NoticeLog,
}

struct Input {
    source: Box<dyn Source + Send>,
    file: u16,
    head: Head,
}

/// A frame at hand, copied so that its source can be asked again later.
#[derive(Default)]
struct Head {
    time: Option<i64>,
    /// The time that it is sorted by.
    order: i64,
    link: LinkType,
    original_len: u32,
    interface: u32,
    beside: Option<Beside>,
    data: Vec<u8>,
}

impl Merge {
    /// Reads these sources as one capture. At most 65,535; what is beyond is not read.
    ///
    /// ```
    /// # use mqttscope::capture::{Merge, Source, open};
    /// let mut one = Merge::new(vec![open("captures/session.pcap".as_ref())?]);
    /// assert_eq!(one.next_frame()?.unwrap().number, 1);
    /// # Ok::<(), mqttscope::capture::CaptureError>(())
    /// ```
    #[must_use]
    pub fn new(sources: Vec<Box<dyn Source + Send>>) -> Self {
        Self::from_results(sources.into_iter().map(Ok))
    }

    /// Opens these files (`-`: standard input) and reads them as one capture.
    ///
    /// A file that cannot be opened does not keep the others from being read: its error comes
    /// after all frames.
    ///
    /// ```
    /// # use mqttscope::capture::{Merge, Source};
    /// // The file that is there is read, and then the error of the other is told.
    /// let mut both = Merge::open(&["captures/no-such.pcap", "captures/session.pcap"]);
    /// let error = loop {
    ///     match both.next_frame() {
    ///         Ok(frame) => assert!(frame.is_some()),
    ///         Err(error) => break error,
    ///     }
    /// };
    /// assert_eq!(error.file, 0);
    /// ```
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Self {
        Self::from_results(paths.iter().map(|path| open(path.as_ref())))
    }

    /// The same; how many bytes of the files were read is added to `read`. A file that is the only one may be
    /// read by a thread of its own, where there are more cores than the `threads` that are busy anyway.
    pub(crate) fn open_counted<P: AsRef<Path>>(
        paths: &[P],
        read: &Arc<AtomicU64>,
        threads: usize,
    ) -> Self {
        match paths {
            [path] => Self::from_results(std::iter::once(open_ahead(path.as_ref(), read, threads))),
            _ => Self::from_results(paths.iter().map(|path| open_counted(path.as_ref(), read))),
        }
    }

    /// Opens a file that may still grow; see [`follow()`].
    #[doc(hidden)]
    pub fn follow(path: &Path, stop: Stop) -> Self {
        Self::from_results(std::iter::once(follow(path, stop)))
    }

    fn from_results(
        sources: impl Iterator<Item = Result<Box<dyn Source + Send>, CaptureError>>,
    ) -> Self {
        let mut merge = Self {
            inputs: Vec::new(),
            is_plain: false,
            heads: BinaryHeap::new(),
            lent: None,
            started: false,
            number: 0,
            errors: VecDeque::new(),
            notices: NoticeLog::default(),
        };
        for (file, source) in (0..u16::MAX).zip(sources) {
            match source {
                Ok(source) => {
                    let head = Head { order: i64::MIN, ..Head::default() };
                    merge.inputs.push(Input { source, file, head });
                }
                Err(error) => merge.errors.push_back(CaptureError { file, ..error }),
            }
        }
        let is_first = matches!(merge.inputs.as_slice(), [input] if input.file == 0);
        merge.is_plain = is_first && merge.errors.is_empty();
        merge
    }

    /// Fetches the next frame of an input into its head.
    fn advance(&mut self, index: u16) {
        let Some(input) = self.inputs.get_mut(usize::from(index)) else { return };
        match input.advance() {
            Ok(true) => self.heads.push(Reverse((input.head.order, index))),
            Ok(false) => {}
            Err(error) => self.errors.push_back(error),
        }
    }

    /// The index of the input with the earliest frame.
    fn earliest(&mut self) -> Option<u16> {
        if !self.started {
            self.started = true;
            for index in (0..u16::MAX).take(self.inputs.len()) {
                self.advance(index);
            }
        }
        if let Some(index) = self.lent.take() {
            self.advance(index);
        }
        let Reverse((_, index)) = self.heads.pop()?;
        self.lent = Some(index);
        Some(index)
    }

    /// Lends the frame of the earliest input; the next error, if there is no frame any more.
    fn merged(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        let Some(index) = self.earliest() else {
            return self.errors.pop_front().map_or(Ok(None), Err);
        };
        self.number = self.number.saturating_add(1);
        let number = self.number;
        Ok(self.inputs.get(usize::from(index)).map(|input| input.frame(number)))
    }

    /// The frame of the only input, as it is; its end lets the errors of files not opened follow.
    fn single(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        let Some(input) = self.inputs.first_mut() else {
            return self.errors.pop_front().map_or(Ok(None), Err);
        };
        let file = input.file;
        match input.source.next_frame() {
            Ok(Some(frame)) => Ok(Some(Frame { file, ..frame })),
            Ok(None) => self.errors.pop_front().map_or(Ok(None), Err),
            Err(error) => Err(CaptureError { file, ..error }),
        }
    }
}

impl Source for Merge {
    fn waits(&self) -> bool {
        self.inputs.iter().any(|input| input.source.waits())
    }

    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        if self.is_plain {
            // Not even the number of the file is put down: to move a frame costs as much as to find it.
            return self.inputs.first_mut().map_or(Ok(None), |input| input.source.next_frame());
        }
        if self.inputs.len() > 1 { self.merged() } else { self.single() }
    }

    fn behind(&mut self) -> Option<Beside> {
        self.inputs.iter_mut().find_map(|input| input.source.behind())
    }

    fn notices(&mut self) -> Vec<Notice> {
        for input in &mut self.inputs {
            for notice in input.source.notices() {
                self.notices.push(Notice { file: input.file, ..notice });
            }
        }
        self.notices.drain()
    }
}

impl Input {
    /// Whether there is a further frame, which is then the head.
    fn advance(&mut self) -> Result<bool, CaptureError> {
        let file = self.file;
        let frame = self.source.next_frame();
        let Some(frame) = frame.map_err(|error| CaptureError { file, ..error })? else {
            return Ok(false);
        };
        self.head.set(&frame);
        Ok(true)
    }

    fn frame(&self, number: u64) -> Frame<'_> {
        Frame {
            number,
            time: self.head.time,
            link: self.head.link,
            original_len: self.head.original_len,
            interface: self.head.interface,
            file: self.file,
            beside: self.head.beside.as_ref(),
            data: &self.head.data,
        }
    }
}

impl Head {
    fn set(&mut self, frame: &Frame<'_>) {
        self.time = frame.time;
        self.order = frame.time.unwrap_or(self.order);
        self.link = frame.link;
        self.original_len = frame.original_len;
        self.interface = frame.interface;
        self.beside = frame.beside.cloned();
        self.data.clear();
        self.data.extend_from_slice(frame.data);
    }
}
