//! Values that a shell offers, though others are taken, too: what stands behind a statistic's name, the
//! members of a JSON payload.

use super::columns;
use crate::filter::TABLE;
use crate::stats::STATISTICS;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};
use std::collections::BTreeSet;
use std::ffi::OsStr;

/// Takes what `parse` takes, and offers `values`.
#[derive(Clone)]
pub(super) struct Offered {
    values: fn() -> Vec<&'static str>,
    parse: fn(&str) -> Result<String, String>,
}

impl TypedValueParser for Offered {
    type Value = String;

    fn parse_ref(&self, cmd: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        TypedValueParser::parse_ref(&self.parse, cmd, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.values)().into_iter().map(PossibleValue::new)))
    }
}

fn any(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn fields() -> Vec<&'static str> {
    TABLE.iter().map(|row| row.key).collect()
}

/// `-e FIELD`
pub(super) fn column() -> Offered {
    Offered { values: fields, parse: columns::field }
}

/// `--by FIELD`
pub(super) fn field() -> Offered {
    Offered { values: fields, parse: any }
}

/// `-z STATISTIC`
pub(super) fn statistic() -> Offered {
    let values = || STATISTICS.iter().map(|row| row.name).chain(["help"]).collect();
    Offered { values, parse: any }
}

/// `--sort COLUMN`
pub(super) fn sort() -> Offered {
    let values = || {
        let columns = STATISTICS.iter().flat_map(|row| row.columns).map(|column| column.key);
        columns.collect::<BTreeSet<_>>().into_iter().collect()
    };
    Offered { values, parse: any }
}
