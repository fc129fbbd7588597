//! Which frames the records come from.

use super::{Beside, Consumer, Frame, FrameRole, Lifeline, Needs, Record};
use crate::session::Ended;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Passes everything on, and notes the frames that brought a record's bytes.
#[derive(Debug)]
pub(super) struct Witness<C> {
    pub(super) inner: C,
    /// Numbers of these frames.
    pub(super) frames: HashSet<u64>,
}

impl<C> Witness<C> {
    pub(super) fn new(inner: C) -> Self {
        Self { inner, frames: HashSet::new() }
    }
}

impl<C: Consumer> Consumer for Witness<C> {
    fn needs(&self) -> Needs {
        self.inner.needs()
    }

    fn is_choosy(&self) -> bool {
        self.inner.is_choosy()
    }

    fn wants(&mut self, record: &Record<'_>) -> bool {
        self.frames.extend(record.origin.frames);
        self.inner.wants(record)
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
        self.frames.extend(record.origin.frames);
        self.inner.record(record)
    }

    fn lost(&mut self, stream: Option<u64>) {
        self.inner.lost(stream);
    }

    fn ended(&mut self, ended: &Ended) {
        self.inner.ended(ended);
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        self.inner.lifeline(lifeline)
    }
}
