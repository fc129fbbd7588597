//! What of the packets before a packet a filter rests on: that of its fields.

use super::plan::{Operand, Test};
use crate::pipeline::Needs;

impl Test {
    /// The most that one of its fields rests on.
    pub(super) fn needs(&self) -> Needs {
        match self {
            Self::And(tests) | Self::Or(tests) | Self::Xor(tests) => {
                most(tests.iter().map(Self::needs))
            }
            Self::Not(test) => test.needs(),
            Self::Present(operand) | Self::Each { operand, .. } => operand.needs(),
            Self::Pairs { left, right, .. } => left.needs().max(right.needs()),
        }
    }
}

impl Operand {
    /// The same of what has values.
    pub(super) fn needs(&self) -> Needs {
        match self {
            Self::Field(row) => row.needs,
            Self::Json(_) | Self::Constant(_) => Needs::Packet,
            Self::Slice(inner, _)
            | Self::Length(inner)
            | Self::Absolute(inner)
            | Self::Lower(inner)
            | Self::Upper(inner)
            | Self::Text(inner, _)
            | Self::Count(inner) => inner.needs(),
            Self::Extreme(operands, _) => most(operands.iter().map(Self::needs)),
            Self::Arithmetic(left, _, right) => left.needs().max(right.needs()),
        }
    }
}

fn most(all: impl Iterator<Item = Needs>) -> Needs {
    all.max().unwrap_or(Needs::Packet)
}
