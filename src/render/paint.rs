//! Colour by role: the code names what a text is, one table says how that looks.

use crate::text::{Out, Words};
use owo_colors::{OwoColorize, Style};
use std::fmt;

/// What a piece of output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The packet type at the head of a packet.
    Title,
    /// Offsets and column heads.
    Offset,
    /// Bytes in hex or bits.
    Hex,
    /// The name of a field.
    Label,
    /// The value of a field.
    Value,
    /// What a value does.
    Meaning,
    /// What matters less: addresses, sections.
    Dim,
    /// A finding of severity error.
    Error,
    /// A finding of severity warning.
    Warning,
    /// A finding of severity note.
    Note,
}

impl Role {
    /// The table: how a role looks.
    fn style(self) -> Style {
        let style = Style::new();
        match self {
            Self::Title => style.bold().bright_cyan(),
            // Not bright black: some palettes have it the colour of the background.
            Self::Offset | Self::Dim => style.dimmed(),
            Self::Hex => style.yellow(),
            Self::Label => style.bold(),
            Self::Value => style.green(),
            Self::Meaning => style,
            Self::Error => style.bold().red(),
            Self::Warning => style.bold().magenta(),
            Self::Note => style.cyan(),
        }
    }
}

impl From<crate::spec::Severity> for Role {
    fn from(severity: crate::spec::Severity) -> Self {
        use crate::spec::Severity;
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}

/// Paints, or leaves text as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Painter {
    /// Whether to colour.
    pub color: bool,
}

impl Painter {
    /// The text in the colour of its role.
    pub fn paint<T: fmt::Display>(self, role: Role, text: T) -> impl fmt::Display {
        Painted { text, role, color: self.color }
    }

    /// Adds the text to `out` in the colour of its role.
    pub fn put(self, role: Role, text: &str, out: &mut impl Out) {
        if self.color {
            // Writing to memory does not fail.
            let _ = write!(out, "{}", self.paint(role, text));
        } else {
            out.push_str(text);
        }
    }

    /// Adds what `write` writes, in the colour of its role.
    #[inline]
    pub fn add(self, role: Role, out: &mut Words, write: impl FnOnce(&mut Words)) {
        if self.color {
            let mut words = Words::default();
            write(&mut words);
            self.put(role, &words.as_str(), out);
        } else {
            write(out);
        }
    }
}

struct Painted<T> {
    text: T,
    role: Role,
    color: bool,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.color && self.role != Role::Meaning {
            write!(f, "{}", self.text.style(self.role.style()))
        } else {
            self.text.fmt(f)
        }
    }
}
