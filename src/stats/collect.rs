//! The consumer: hands each record to the statistics.

use super::table::StatisticRow;
use super::{Counted, Message, Report, Run, Slot, Statistic};
use crate::pipeline::{Consumer, Happened, Lifeline, Needs, Record};
use crate::session::Ended;
use crate::spec::Sender;
use std::ops::ControlFlow;

/// Statistics over the records of a run.
///
/// ```
/// use mqttscope::paste;
/// use mqttscope::pipeline::{PastedSettings, read_paste};
/// use mqttscope::stats::{Stats, choose};
///
/// let stats = Stats::new(vec![choose("types", None)?]);
/// let pasted = paste::parse("c0 00 d0 00", &paste::Options::default());
/// let stats = read_paste(&pasted, PastedSettings::default(), stats);
/// let (row, report) = stats.reports().next().unwrap();
/// assert_eq!((row.name, report.columns.len()), ("types", row.columns.len()));
/// # Ok::<(), String>(())
/// ```
pub struct Stats {
    list: Vec<(&'static StatisticRow, Box<dyn Statistic>)>,
    run: Run,
    needs_topic: bool,
    needs_client: bool,
    /// One of them may need what only the tree, or the session tracker, tells.
    may_ask: bool,
}

impl std::fmt::Debug for Stats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stats").field("run", &self.run).finish_non_exhaustive()
    }
}

impl Stats {
    /// These statistics, before the first record.
    ///
    /// ```
    /// # use mqttscope::stats::{Stats, choose};
    /// let stats = Stats::new(vec![choose("topics", None)?, choose("clients", None)?]);
    /// assert_eq!(stats.reports().count(), 2);
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn new(list: Vec<(&'static StatisticRow, Box<dyn Statistic>)>) -> Self {
        let any = |needs: fn(&StatisticRow) -> bool| list.iter().any(|(row, _)| needs(row));
        Self {
            needs_topic: any(|row| row.needs.topic),
            needs_client: any(|row| row.needs.client),
            may_ask: list.iter().any(|(row, it)| row.needs.whole || it.may_ask()),
            run: Run::default(),
            list,
        }
    }

    /// What the statistics say, in the order in which they were asked for.
    ///
    /// ```
    /// # use mqttscope::stats::{Stats, choose};
    /// let stats = Stats::new(vec![choose("reasons", None)?]);
    /// for (row, report) in stats.reports() {
    ///     assert_eq!(row.name, "reasons");
    ///     assert!(!report.columns.is_empty());
    /// }
    /// # Ok::<(), String>(())
    /// ```
    pub fn reports(&self) -> impl Iterator<Item = (&'static StatisticRow, Report<'_>)> {
        self.list.iter().map(|(row, statistic)| (*row, statistic.report(&self.run)))
    }

    /// Names and times of the run.
    #[must_use]
    #[doc(hidden)]
    pub fn run(&self) -> &Run {
        &self.run
    }

    #[inline]
    fn count(&mut self, record: &Record<'_>) {
        let run = &mut self.run;
        run.start = run.start.or(record.origin.start);
        run.end = run.end.max(record.origin.time);
        let counted = Counted {
            record,
            len: record.bytes.len() as u64,
            sender: record.sender.unwrap_or(Sender::Client),
            topic: if self.needs_topic { run.names.topic(record) } else { Slot::OTHERS },
            client: if self.needs_client { run.names.client(record) } else { Slot::OTHERS },
            message: Message::of(record),
        };
        for (_, statistic) in &mut self.list {
            statistic.count(&counted);
        }
        if !record.is_packet() || record.decoded.is_some_and(|decoded| decoded.packet.is_none()) {
            self.lost(record.origin.stream);
        }
    }
}

impl Consumer for Stats {
    fn needs(&self) -> Needs {
        if self.may_ask { Needs::Session } else { Needs::Packet }
    }

    fn is_choosy(&self) -> bool {
        true
    }

    fn wants(&mut self, record: &Record<'_>) -> bool {
        if self.may_ask && self.list.iter().any(|(_, statistic)| !statistic.is_content(record)) {
            return true;
        }
        self.count(record);
        false
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.count(record);
        ControlFlow::Continue(())
    }

    fn lost(&mut self, stream: Option<u64>) {
        if let Some(stream) = stream {
            self.run.names.lost(stream);
        }
    }

    fn needs_frames(&self) -> bool {
        false
    }

    fn ended(&mut self, ended: &Ended) {
        self.lost(ended.stream);
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        if lifeline.what == Happened::NotMqtt {
            self.lost(Some(lifeline.stream));
        }
        ControlFlow::Continue(())
    }
}
