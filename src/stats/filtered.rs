//! A statistic of the packets that a filter of its own chooses.

use super::report::Report;
use super::{Counted, Run, Statistic};
use crate::filter::Filter;
use crate::pipeline::Record;

/// Hands the chosen packets on.
pub(super) struct Filtered {
    filter: Filter,
    /// The filter as it was written.
    text: String,
    inner: Box<dyn Statistic>,
}

impl Filtered {
    pub(super) fn new(filter: Filter, text: &str, inner: Box<dyn Statistic>) -> Self {
        Self { filter, text: crate::text::safe(text), inner }
    }
}

impl Statistic for Filtered {
    fn is_content(&self, record: &Record<'_>) -> bool {
        match self.filter.early(record) {
            Some(true) => self.inner.is_content(record),
            Some(false) => true,
            None => false,
        }
    }

    fn may_ask(&self) -> bool {
        true
    }

    fn count(&mut self, counted: &Counted<'_>) {
        let record = counted.record;
        if self.filter.early(record).unwrap_or_else(|| self.filter.accepts(record)) {
            self.inner.count(counted);
        }
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let mut report = self.inner.report(run);
        report.notes.push(format!("counted is what {} chooses", self.text));
        report
    }
}
