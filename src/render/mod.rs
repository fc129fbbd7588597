//! Records become output: one file a format, one table of formats.
//!
//! What may enter: ways to write a [`Record`] down. A format sees the tape, the spec and facts of
//! the record, never the decoder. To add a format: a file with a type that implements [`Format`],
//! and a row in `FORMATS`.

pub mod words;

use crate::pipeline::Record;
use std::io::{self, Write};

/// One way to write records down.
pub trait Format {
    /// Writes one record.
    ///
    /// # Errors
    /// What `out` reports.
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()>;

    /// Writes what belongs behind the last record.
    ///
    /// # Errors
    /// What `out` reports.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }
}

/// What the user chose of the output, for every format alike.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How much is explained.
    pub explain: Explain,
    /// Whether to colour.
    pub color: bool,
    /// Columns of the terminal; `None` writes lines of any length.
    pub width: Option<usize>,
    /// Whether a hex dump of the packet follows it.
    pub hex: bool,
    /// Whether secrets are hidden.
    pub redact: bool,
}

/// How much is explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Explain {
    /// Names and values.
    Off,
    /// And what each value does to the conversation.
    #[default]
    Brief,
    /// And sections, statements, allowed values, what is absent, and the parts of each value.
    Full,
}
