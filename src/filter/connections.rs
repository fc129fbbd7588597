//! A consumer that gets the chosen connections alone.

use super::Filter;
use crate::pipeline::{Consumer, Frame, Lifeline, Record};
use crate::session::ended::Ended;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Passes on the connections of which a filter accepts a record; without a filter, all. Records are
/// passed on all the same: what is said of a connection rests on all of its packets.
#[derive(Debug)]
pub struct FilteredConnections<C> {
    filter: Option<Filter>,
    /// Gets the chosen connections.
    pub inner: C,
    /// Streams that go on and are chosen.
    streams: HashSet<u64>,
    chosen: u64,
    left_out: u64,
}

impl<C> FilteredConnections<C> {
    /// Before the first record.
    pub fn new(filter: Option<Filter>, inner: C) -> Self {
        Self { filter, inner, streams: HashSet::new(), chosen: 0, left_out: 0 }
    }

    /// How many connections were passed on and how many left out; `None` where there is no filter.
    #[must_use]
    pub fn counts(&self) -> Option<(u64, u64)> {
        self.filter.as_ref().map(|_| (self.chosen, self.left_out))
    }
}

impl<C: Consumer> Consumer for FilteredConnections<C> {
    fn needs_frames(&self) -> bool {
        self.inner.needs_frames()
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        self.inner.frame(frame);
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        if let (Some(filter), Some(stream)) = (&self.filter, record.origin.stream)
            && !self.streams.contains(&stream)
            && filter.accepts(record)
        {
            self.streams.insert(stream);
        }
        self.inner.record(record)
    }

    fn lost(&mut self, stream: Option<u64>) {
        self.inner.lost(stream);
    }

    fn ended(&mut self, ended: &Ended) {
        let is_chosen = ended.stream.is_some_and(|stream| self.streams.remove(&stream));
        if self.filter.is_none() || is_chosen {
            self.chosen = self.chosen.saturating_add(1);
            self.inner.ended(ended);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    fn needs_lifelines(&self) -> bool {
        self.inner.needs_lifelines()
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        self.inner.lifeline(lifeline)
    }
}
