//! A consumer that gets the chosen records alone.

use super::Filter;
use crate::pipeline::{Beside, Consumer, Frame, FrameRole, Lifeline, Needs, Record};
use crate::session::ended::Ended;
use std::ops::ControlFlow;

/// Passes on the records that a filter accepts; without a filter, all.
///
/// ```
/// use mqttscope::filter::{Filter, Filtered};
/// use mqttscope::pipeline::{Consumer, PastedSettings, Record, read_paste};
/// use mqttscope::paste;
/// use std::ops::ControlFlow;
///
/// struct Count(usize);
///
/// impl Consumer for Count {
///     fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
///         self.0 += 1;
///         ControlFlow::Continue(())
///     }
/// }
///
/// let text = b"30 08 00 04 68 6f 6d 65 68 69 and c0 00";
/// let pasted = paste::parse_bytes(text, &paste::Options::default());
/// let filter = Filter::parse("mqtt.topic == \"home\"").unwrap();
/// let filtered = read_paste(&pasted, PastedSettings::default(), Filtered::new(filter, Count(0)));
/// assert_eq!((filtered.inner.0, filtered.counts()), (1, Some((1, 1))));
/// ```
#[derive(Debug)]
pub struct Filtered<C> {
    filter: Option<Filter>,
    /// Gets the chosen records.
    pub inner: C,
    chosen: u64,
    left_out: u64,
}

impl<C> Filtered<C> {
    /// Before the first record.
    ///
    /// ```
    /// # use mqttscope::filter::Filtered;
    /// let all = Filtered::new(None, Vec::<String>::new());
    /// assert!(all.inner.is_empty());
    /// ```
    pub const fn new(filter: Option<Filter>, inner: C) -> Self {
        Self { filter, inner, chosen: 0, left_out: 0 }
    }

    /// How many records were passed on and how many left out; `None` where there is no filter.
    ///
    /// ```
    /// # use mqttscope::filter::{Filter, Filtered};
    /// let filter = Filter::parse("mqtt.qos == 2").unwrap();
    /// assert_eq!(Filtered::new(filter, ()).counts(), Some((0, 0)));
    /// assert_eq!(Filtered::new(None, ()).counts(), None);
    /// ```
    #[must_use]
    pub fn counts(&self) -> Option<(u64, u64)> {
        self.filter.as_ref().map(|_| (self.chosen, self.left_out))
    }
}

impl<C: Consumer> Consumer for Filtered<C> {
    fn needs(&self) -> Needs {
        let own = self.filter.as_ref().map_or(Needs::Packet, Filter::needs);
        own.max(self.inner.needs())
    }

    fn is_choosy(&self) -> bool {
        self.filter.is_some() || self.inner.is_choosy()
    }

    fn wants_nothing(&self) -> bool {
        self.filter.is_none() && self.inner.wants_nothing()
    }

    fn needs_trees(&self) -> bool {
        // What the filter chooses for certain it chooses without them.
        self.inner.needs_trees()
    }

    fn wants(&mut self, record: &Record<'_>) -> bool {
        self.chooses(record) != Some(false)
    }

    fn chooses(&mut self, record: &Record<'_>) -> Option<bool> {
        let Some(filter) = &self.filter else { return self.inner.chooses(record) };
        // What is not chosen for certain has to come again before it is shown to anybody.
        if !filter.early(record)? {
            self.left_out = self.left_out.saturating_add(1);
            return Some(false);
        }
        if !self.inner.is_choosy() {
            return Some(true);
        }
        let is_wanted = self.inner.chooses(record);
        self.chosen = self.chosen.saturating_add(u64::from(is_wanted == Some(false)));
        is_wanted
    }

    fn chosen(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.chosen = self.chosen.saturating_add(1);
        self.inner.record(record)
    }

    fn needs_frames(&self) -> bool {
        self.inner.needs_frames()
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        self.inner.frame(frame);
    }

    fn needs_roles(&self) -> bool {
        self.inner.needs_roles()
    }

    fn of_stream(&mut self, frames: &[u64], stream: u64, role: FrameRole) {
        self.inner.of_stream(frames, stream, role);
    }

    fn beside(&mut self, beside: &Beside) {
        self.inner.beside(beside);
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        if self.filter.as_ref().is_none_or(|filter| filter.accepts(record)) {
            return self.chosen(record);
        }
        self.left_out = self.left_out.saturating_add(1);
        ControlFlow::Continue(())
    }

    fn lost(&mut self, stream: Option<u64>) {
        self.inner.lost(stream);
    }

    fn ended(&mut self, ended: &Ended) {
        self.inner.ended(ended);
    }

    fn needs_lifelines(&self) -> bool {
        self.inner.needs_lifelines()
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        self.inner.lifeline(lifeline)
    }
}
