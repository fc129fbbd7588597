//! Tokens become an expression: Wireshark's grammar, by recursive descent.

use super::error::FilterError;
use super::lexer::{Kind, Operator, Token, in_small_letters, tokens};
use super::literal::number;
use super::slice::Slice;
use super::syntax::{At, Expression, Operand, Quantifier, Relation};
use std::ops::Range;

/// The longest text of a filter, in bytes. People write lines; programs write sets of some thousand
/// values.
const MAX_LENGTH: usize = 1 << 16;
/// Brackets, functions and negations inside each other; each takes a frame of the stack.
const MAX_DEPTH: usize = 64;

/// Calculations in a filter; each may take a frame of the stack.
const MAX_OPERATIONS: usize = 512;

/// The expression of a text; `None` where it is blank.
pub(super) fn parse(text: &str) -> Result<Option<At<Expression>>, FilterError> {
    if text.len() > MAX_LENGTH {
        let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= MAX_LENGTH).last();
        let end = end.unwrap_or_default();
        let message = format!("a filter has at most {MAX_LENGTH} bytes");
        return Err(FilterError::new(end..end, message));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser {
        all: &tokens,
        tokens: &tokens,
        end: text.trim_end().len(),
        depth: 0,
        operations: 0,
    };
    let expression = parser.or()?;
    match parser.tokens.first() {
        None => Ok(Some(expression)),
        Some(token) => Err(parser.unexpected(token)),
    }
}

struct Parser<'t> {
    all: &'t [Token],
    /// Those that are left.
    tokens: &'t [Token],
    /// Where the text ends.
    end: usize,
    depth: usize,
    /// How often it calculates, so far.
    operations: usize,
}

type Parsed<T> = Result<At<T>, FilterError>;

impl<'t> Parser<'t> {
    fn or(&mut self) -> Parsed<Expression> {
        self.list(Operator::Or, Expression::Or, Self::xor)
    }

    fn xor(&mut self) -> Parsed<Expression> {
        self.list(Operator::Xor, Expression::Xor, Self::and)
    }

    fn and(&mut self) -> Parsed<Expression> {
        self.list(Operator::And, Expression::And, Self::not)
    }

    /// One or more of `part` with an operator between them.
    fn list(
        &mut self,
        operator: Operator,
        join: fn(Vec<At<Expression>>) -> Expression,
        part: fn(&mut Self) -> Parsed<Expression>,
    ) -> Parsed<Expression> {
        let first = part(self)?;
        if !self.is_operator(operator) {
            return Ok(first);
        }
        let start = first.at.start;
        let mut parts = vec![first];
        while self.is_operator(operator) {
            self.take();
            parts.push(part(self)?);
        }
        let end = parts.last().map_or(start, |last| last.at.end);
        Ok(At { node: join(parts), at: start..end })
    }

    fn not(&mut self) -> Parsed<Expression> {
        if !self.is_operator(Operator::Not) {
            return self.primary();
        }
        let start = self.take().map_or(self.end, |token| token.at.start);
        let inner = self.deeper(start, Self::not)?;
        let at = start..inner.at.end;
        Ok(At { node: Expression::Not(Box::new(inner)), at })
    }

    fn primary(&mut self) -> Parsed<Expression> {
        if self.is_mark("(") {
            let start = self.take().map_or(self.end, |token| token.at.start);
            let inner = self.deeper(start, Self::or)?;
            let at = start..self.close(")", start)?;
            return match inner.node {
                // What stood in the brackets may be an operand: (a & b) == c.
                Expression::Present(left) if !self.is_operator(Operator::Not) => {
                    self.related(None, At { node: left.node, at })
                }
                node => Ok(At { node, at }),
            };
        }
        let quantifier = match self.tokens.first().map(|token| &token.kind) {
            Some(Kind::Operator(Operator::Any)) => Some(Quantifier::Any),
            Some(Kind::Operator(Operator::All)) => Some(Quantifier::All),
            _ => None,
        };
        if quantifier.is_some() {
            self.take();
        }
        let left = self.operand()?;
        self.related(quantifier, left)
    }

    /// An operand with the relation behind it, if there is one.
    fn related(&mut self, quantifier: Option<Quantifier>, left: At<Operand>) -> Parsed<Expression> {
        let start = left.at.start;
        let Some(operator) = self.relation() else {
            if quantifier.is_some() {
                return Err(self.missing("a comparison"));
            }
            let at = left.at.clone();
            return Ok(At { node: Expression::Present(left), at });
        };
        if operator.node == Operator::Not {
            // not in
            let member = self.member(quantifier, left)?;
            let at = start..member.at.end;
            return Ok(At { node: Expression::Not(Box::new(member)), at });
        }
        if operator.node == Operator::In {
            return self.member(quantifier, left);
        }
        self.chain(quantifier, left, operator)
    }

    /// `a < b`, and `a < b < c`, which is `a < b && b < c`.
    fn chain(
        &mut self,
        quantifier: Option<Quantifier>,
        mut left: At<Operand>,
        mut operator: At<Operator>,
    ) -> Parsed<Expression> {
        let start = left.at.start;
        let mut parts = Vec::new();
        loop {
            let right = self.operand()?;
            let at = left.at.start..right.at.end;
            let relation = Relation { quantifier, left, operator, right: right.clone() };
            parts.push(At { node: Expression::Relation(relation), at });
            let is_next = self.tokens.first().is_some_and(
                |token| matches!(token.kind, Kind::Operator(op) if op.is_comparison()),
            );
            let next = if is_next { self.relation() } else { None };
            let Some(next) = next else { break };
            (left, operator) = (right, next);
        }
        let end = parts.last().map_or(start, |part| part.at.end);
        match <[_; 1]>::try_from(parts) {
            Ok([only]) => Ok(only),
            Err(parts) => Ok(At { node: Expression::And(parts), at: start..end }),
        }
    }

    /// The operator of a relation, if the next token is one; `not` is the first word of `not in`.
    fn relation(&mut self) -> Option<At<Operator>> {
        let token = self.tokens.first()?;
        let Kind::Operator(operator) = token.kind else { return None };
        let is_not_in = operator == Operator::Not
            && self.tokens.get(1).is_some_and(|next| next.kind == Kind::Operator(Operator::In));
        if !operator.is_relation() && !is_not_in {
            return None;
        }
        self.take();
        if is_not_in {
            self.take();
        }
        Some(At { node: operator, at: token.at.clone() })
    }

    /// The set behind `in`.
    fn member(&mut self, quantifier: Option<Quantifier>, left: At<Operand>) -> Parsed<Expression> {
        let start = left.at.start;
        if !self.is_mark("{") {
            return Err(self.missing("a set in braces, such as {1, 2, 5..9},"));
        }
        let open = self.take().map_or(self.end, |token| token.at.start);
        let mut set = Vec::new();
        loop {
            let first = self.operand()?;
            let last = if self.is_mark("..") {
                self.take();
                Some(self.operand()?)
            } else {
                None
            };
            set.push((first, last));
            if !self.is_mark(",") {
                break;
            }
            self.take();
        }
        let end = self.close("}", open)?;
        Ok(At { node: Expression::Member { quantifier, left, set }, at: start..end })
    }

    fn operand(&mut self) -> Parsed<Operand> {
        self.arithmetic(&[Operator::BitAnd], Self::sum)
    }

    fn sum(&mut self) -> Parsed<Operand> {
        self.arithmetic(&[Operator::Plus, Operator::Minus], Self::product)
    }

    fn product(&mut self) -> Parsed<Operand> {
        self.arithmetic(&[Operator::Times, Operator::Over, Operator::Modulo], Self::signed)
    }

    /// One or more of `part` with operators of the same rank between them, from left to right.
    fn arithmetic(
        &mut self,
        operators: &[Operator],
        part: fn(&mut Self) -> Parsed<Operand>,
    ) -> Parsed<Operand> {
        let mut left = part(self)?;
        while let Some(token) = self.tokens.first() {
            let (operator, right) = match &token.kind {
                Kind::Operator(operator) if operators.contains(operator) => {
                    self.take();
                    (*operator, part(self)?)
                }
                // a -2
                Kind::Word(word) if operators.contains(&Operator::Minus) && is_negative(word) => {
                    self.take();
                    let node = Operand::Word(word.get(1..).unwrap_or_default().to_owned());
                    (Operator::Minus, At { node, at: token.at.clone() })
                }
                _ => break,
            };
            self.operations = self.operations.saturating_add(1);
            if self.operations > MAX_OPERATIONS {
                let message = format!("a filter calculates at most {MAX_OPERATIONS} times");
                return Err(FilterError::new(token.at.clone(), message));
            }
            let at = left.at.start..right.at.end;
            let node = Operand::Arithmetic(Box::new(left), operator, Box::new(right));
            left = At { node, at };
        }
        Ok(left)
    }

    /// `- a` is `0 - a`, and braces hold what belongs together, as in Wireshark.
    fn signed(&mut self) -> Parsed<Operand> {
        let start = self.tokens.first().map_or(self.end, |token| token.at.start);
        if self.is_operator(Operator::Minus) {
            self.take();
            let right = self.deeper(start, Self::signed)?;
            let at = start..right.at.end;
            let zero = At { node: Operand::Word("0".to_owned()), at: start..start };
            let node = Operand::Arithmetic(Box::new(zero), Operator::Minus, Box::new(right));
            return Ok(At { node, at });
        }
        // Before a number, a plus says nothing.
        let is_number = |token: &Token| matches!(&token.kind, Kind::Word(word) if word.starts_with(|c: char| c.is_ascii_digit()));
        if self.is_operator(Operator::Plus) && self.tokens.get(1).is_some_and(is_number) {
            self.take();
        }
        if self.is_mark("{") {
            self.take();
            let inner = self.deeper(start, Self::operand)?;
            let end = self.close("}", start)?;
            return Ok(At { node: inner.node, at: start..end });
        }
        self.sliced()
    }

    fn sliced(&mut self) -> Parsed<Operand> {
        let mut operand = self.atom()?;
        let mut depth = 0_usize;
        while self.is_mark("[") {
            depth = depth.saturating_add(1);
            if depth > MAX_DEPTH {
                return Err(too_deep(operand.at));
            }
            let open = self.take().map_or(self.end, |token| token.at.start);
            let mut parts = Vec::new();
            loop {
                parts.push(self.slice()?);
                if !self.is_mark(",") {
                    break;
                }
                self.take();
            }
            let end = self.close("]", open)?;
            let at = operand.at.start..end;
            operand = At { node: Operand::Slice(Box::new(operand), parts), at };
        }
        Ok(operand)
    }

    fn slice(&mut self) -> Result<Slice, FilterError> {
        let Some(token) = self.tokens.first() else { return Err(self.missing("a slice")) };
        let Kind::Word(word) = &token.kind else { return Err(self.unexpected(token)) };
        self.take();
        Slice::parse(word).ok_or_else(|| {
            FilterError::new(token.at.clone(), format!("\"{word}\" is no slice")).hint(
                "[2] is one byte, [0:4] four bytes from the first on, [1-2] the second and the third, \
                 [:4] the first four, [4:] all behind them; negative places count from the end",
            )
        })
    }

    fn atom(&mut self) -> Parsed<Operand> {
        let Some(token) = self.tokens.first() else {
            return Err(self.missing("a field or a value"));
        };
        let node = match &token.kind {
            Kind::Word(word) => Operand::Word(word.clone()),
            Kind::Quoted(quoted) => Operand::Quoted(quoted.clone()),
            Kind::Char(byte) => Operand::Char(*byte),
            _ => return Err(self.unexpected(token)),
        };
        self.take();
        match node {
            Operand::Word(name) if self.is_mark("(") => {
                self.call(At { node: name, at: token.at.clone() })
            }
            node => Ok(At { node, at: token.at.clone() }),
        }
    }

    fn call(&mut self, name: At<String>) -> Parsed<Operand> {
        let open = self.take().map_or(self.end, |token| token.at.start);
        let start = name.at.start;
        let mut arguments = Vec::new();
        while !self.is_mark(")") {
            arguments.push(self.deeper(start, Self::operand)?);
            if !self.is_mark(",") {
                break;
            }
            self.take();
        }
        let end = self.close(")", open)?;
        Ok(At { node: Operand::Call(name, arguments), at: start..end })
    }

    fn deeper<T>(&mut self, start: usize, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep(start..start.saturating_add(1)));
        }
        self.depth = self.depth.saturating_add(1);
        let result = read(self);
        self.depth = self.depth.saturating_sub(1);
        result
    }

    fn take(&mut self) -> Option<&'t Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn is_operator(&self, operator: Operator) -> bool {
        self.tokens.first().is_some_and(|token| token.kind == Kind::Operator(operator))
    }

    fn is_mark(&self, mark: &str) -> bool {
        self.tokens.first().is_some_and(|token| matches!(token.kind, Kind::Mark(m) if m == mark))
    }

    /// The end of a bracket that was opened at `open`.
    fn close(&mut self, mark: &str, open: usize) -> Result<usize, FilterError> {
        if self.is_mark(mark) {
            return Ok(self.take().map_or(self.end, |token| token.at.end));
        }
        match self.tokens.first() {
            Some(token) => {
                let message = format!("{mark} or a further part is expected here");
                Err(FilterError::new(token.at.clone(), message))
            }
            None => {
                let at = open..open.saturating_add(1);
                Err(FilterError::new(at, format!("the bracket is not closed: {mark} is missing")))
            }
        }
    }

    fn missing(&self, what: &str) -> FilterError {
        let at = self.tokens.first().map_or(self.end..self.end, |token| token.at.clone());
        FilterError::new(at, format!("{what} is expected here"))
    }

    /// The operator that stands here, or before, in capitals.
    fn shouted(&self) -> Option<&'static str> {
        let here = self.all.len().saturating_sub(self.tokens.len());
        let tokens = self.all.get(here.saturating_sub(1)..=here)?;
        tokens.iter().rev().find_map(|token| match &token.kind {
            Kind::Word(word) => in_small_letters(word),
            _ => None,
        })
    }

    fn unexpected(&self, token: &Token) -> FilterError {
        let error = |message: &str| FilterError::new(token.at.clone(), message);
        match &token.kind {
            Kind::Operator(operator) if operator.is_arithmetic() => {
                error("nothing stands before this that could be calculated with")
                    .hint("text with signs stands in quotes: \"a b\"")
            }
            Kind::Operator(_) => error("an operator stands where a field or a value is expected"),
            Kind::Mark(mark) => error(&format!("{mark} is not expected here")),
            _ => {
                let error = error("nothing joins this to what stands before it");
                match self.shouted() {
                    Some(name) => error.hint(format!("operators have small letters: {name}")),
                    None => error
                        .hint("tests are joined by && and ||; text with blanks stands in quotes"),
                }
            }
        }
    }
}

impl Operator {
    /// Whether it compares by order or equality.
    pub(super) const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::AllEqual
                | Self::AnyNotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
        )
    }

    /// Whether it makes a number of two.
    pub(super) const fn is_arithmetic(self) -> bool {
        matches!(
            self,
            Self::BitAnd | Self::Plus | Self::Minus | Self::Times | Self::Over | Self::Modulo
        )
    }

    const fn is_relation(self) -> bool {
        self.is_comparison()
            || matches!(self, Self::Contains | Self::Matches | Self::Tilde | Self::In)
    }
}

fn is_negative(word: &str) -> bool {
    word.starts_with('-') && number(word).is_some()
}

fn too_deep(at: Range<usize>) -> FilterError {
    let message = format!("brackets and negations stand in each other more than {MAX_DEPTH} times");
    FilterError::new(at, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_tighter_than_xor_and_that_tighter_than_or() {
        let Expression::Or(parts) = parse("a || b ^^ c && !d").unwrap().unwrap().node else {
            panic!("no or")
        };
        let Expression::Xor(parts) = &parts[1].node else { panic!("no xor") };
        let Expression::And(parts) = &parts[1].node else { panic!("no and") };
        assert!(matches!(parts[1].node, Expression::Not(_)));
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (text, at) in [
            ("mqtt.qos ==", 11..11),
            ("mqtt.qos == 1 2", 14..15),
            ("(mqtt.qos == 1", 0..1),
            ("mqtt.qos == 1)", 13..14),
            ("mqtt.qos in 1", 12..13),
            ("mqtt.qos in {1", 12..13),
            ("mqtt.qos in {1 2}", 15..16),
            ("== 1", 0..2),
            ("mqtt.topic[5-2] == \"a\"", 11..14),
            ("any mqtt.topic", 14..14),
            ("len(mqtt.topic", 3..4),
            ("a && && b", 5..7),
        ] {
            assert_eq!(parse(text).unwrap_err().at, at, "{text}");
        }
    }

    #[test]
    fn nesting_and_length_are_bounded() {
        let deep = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
        assert!(parse(&deep(MAX_DEPTH)).is_ok() && parse(&deep(MAX_DEPTH + 1)).is_err());
        assert!(parse(&"!".repeat(1000)).is_err() && parse(&"len(".repeat(1000)).is_err());
        assert!(parse(&format!("a{}", "[0]".repeat(1000))).is_err());
        assert!(parse(&format!("a{}", " && a".repeat(10_000))).is_ok());
        assert!(parse(&"a ".repeat(MAX_LENGTH)).is_err());
    }
}
