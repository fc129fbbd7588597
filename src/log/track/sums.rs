//! Verdicts that say the same of a client are one, with the lines that tell it.

use super::Found;
use crate::spec::Verdict;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;

/// Lines that one verdict names.
const MAX_LINES: usize = 8;
/// What may be said differently of one client under one verdict; beyond that the words are left out.
const MAX_KINDS: usize = 16;
/// Sorts behind all words.
const LAST: &str = "\u{10ffff}";

/// What a verdict says.
#[derive(Debug)]
pub(super) enum Told {
    /// What is the same of all lines, and what may be another of each.
    Same(String, String),
    /// Of a message: its Packet Identifier and its topic, whether it goes from the client or to it, and what
    /// became of it.
    Message { mid: u64, topic: String, who: &'static str, rest: String },
    /// Of the first line alone.
    First(String),
}

impl Told {
    /// Of all lines.
    pub(super) fn all(what: impl Into<String>) -> Self {
        Self::Same(what.into(), String::new())
    }

    /// What lines have in common that are told together.
    fn kind(&self) -> String {
        match self {
            Self::Same(same, _) => same.clone(),
            Self::Message { who, rest, .. } => format!("{who}{rest}"),
            Self::First(_) => String::new(),
        }
    }

    /// The sentence of so many lines, which all have the same of their own or have not.
    fn sentence(self, count: u64, is_alike: bool) -> String {
        match self {
            Self::Same(same, own) if is_alike || own.is_empty() => format!("{same}{own}"),
            Self::Same(same, own) => {
                format!("{same}, the first time {}", own.trim_start_matches([',', ' ']))
            }
            Self::Message { mid, topic, who, rest } => {
                let more = match count {
                    0 | 1 => String::new(),
                    count => format!(" and {} more", count.saturating_sub(1)),
                };
                format!("message {mid} {who} on '{topic}'{more} {rest}")
            }
            Self::First(what) => what,
        }
    }
}

/// All verdicts on a log.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// By the verdict, the client, and what is said of it.
    found: BTreeMap<(Verdict, String, String), Sum>,
}

#[derive(Debug)]
struct Sum {
    told: Told,
    is_alike: bool,
    count: u64,
    lines: Vec<usize>,
}

impl Sums {
    /// A line tells this of a client.
    pub(super) fn add(&mut self, (verdict, id): (Verdict, &str), line: usize, mut told: Told) {
        let mut key = (verdict, id.to_owned(), told.kind());
        if !self.found.contains_key(&key) && self.kinds(verdict, id) >= MAX_KINDS {
            told = Told::all("more of this, each in other words than those above");
            key.2 = LAST.to_owned();
        }
        let sum = match self.found.entry(key) {
            Place::Occupied(sum) => {
                let sum = sum.into_mut();
                if let (Told::Same(_, first), Told::Same(_, own)) = (&sum.told, &told) {
                    sum.is_alike &= first == own;
                }
                sum
            }
            Place::Vacant(free) => {
                free.insert(Sum { told, is_alike: true, count: 0, lines: Vec::new() })
            }
        };
        sum.count = sum.count.saturating_add(1);
        if sum.lines.len() < MAX_LINES {
            sum.lines.push(line);
        }
    }

    fn kinds(&self, verdict: Verdict, id: &str) -> usize {
        let first = (verdict, id.to_owned(), String::new());
        let own = self.found.range(first..).take_while(|(key, _)| key.0 == verdict && key.1 == id);
        own.take(MAX_KINDS).count()
    }

    /// The first of a client under a verdict becomes another one.
    pub(super) fn change(&mut self, (from, id): (Verdict, &str), to: Verdict, told: Told) {
        let first = (from, id.to_owned(), String::new());
        let key = self.found.range(first..).next().map(|(key, _)| key.clone());
        let Some(key) = key.filter(|key| key.0 == from && key.1 == id) else { return };
        let Some(sum) = self.found.remove(&key) else { return };
        let key = (to, key.1, told.kind());
        self.found.insert(key, Sum { told, is_alike: true, ..sum });
    }

    /// In the order of the table of verdicts and then of clients.
    pub(super) fn finish(self) -> Vec<Found> {
        let found = self.found.into_iter().map(|((verdict, client, _), sum)| Found {
            verdict,
            client,
            what: sum.told.sentence(sum.count, sum.is_alike),
            count: sum.count,
            lines: sum.lines,
        });
        found.collect()
    }
}
