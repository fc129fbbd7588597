//! What a filter says, before it is known what its names mean.

use super::lexer::{Operator, Quoted};
use super::slice::Slice;
use std::ops::Range;

/// A node with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct At<T> {
    pub(super) node: T,
    pub(super) at: Range<usize>,
}

/// Something that is true or false.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    /// `a && b && c`
    And(Vec<At<Expression>>),
    /// `a || b || c`
    Or(Vec<At<Expression>>),
    /// `a ^^ b ^^ c`
    Xor(Vec<At<Expression>>),
    /// `!a`
    Not(Box<At<Expression>>),
    /// An operand alone: whether it has a value.
    Present(At<Operand>),
    /// Two operands with an operator between them.
    Relation(Relation),
    /// `a in {..}`
    Member {
        quantifier: Option<Quantifier>,
        left: At<Operand>,
        set: Vec<(At<Operand>, Option<At<Operand>>)>,
    },
}

/// `left operator right`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Relation {
    pub(super) quantifier: Option<Quantifier>,
    pub(super) left: At<Operand>,
    pub(super) operator: At<Operator>,
    pub(super) right: At<Operand>,
}

/// How many values of an operand a relation has to hold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantifier {
    /// One at least.
    Any,
    /// All, of one at least.
    All,
}

/// Something that has values.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// A field, or a value without quotes.
    Word(String),
    /// Text in quotes.
    Quoted(Quoted),
    /// One byte.
    Char(u8),
    /// `f(a, b)`
    Call(At<String>, Vec<At<Operand>>),
    /// `a[..]`
    Slice(Box<At<Operand>>, Vec<Slice>),
    /// `a & b`, `a + b` and so on.
    Arithmetic(Box<At<Operand>>, Operator, Box<At<Operand>>),
}
