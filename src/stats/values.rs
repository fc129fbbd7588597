//! `--by FIELD`: how often a field of filters has which value.

use super::names::{Names, Slots};
use super::report::{Cell, Column, Report, column};
use super::{Counted, Run, Statistic, Volume};
use crate::filter::{Columns, FilterError};
use crate::pipeline::Record;
use std::ops::ControlFlow;

/// Values that are told apart, and their bytes.
const MAX_VALUES: usize = 32_768;
const MAX_VALUE_BYTES: usize = 4 << 20;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("field", "field", 9, "the field of --by"),
    column("value", "value", 0, "a value of it; `(none)`: packets that do not have the field"),
    column(
        "packets",
        "packets",
        0,
        "packets with this value; one with several values counts for each",
    ),
    column("bytes", "bytes", 1, "their bytes"),
    column("share", "share", 1, "part of all packets, from 0 to 1"),
    column("rate", "/s", 3, "packets a second, over the whole time"),
];

/// A field that packets are grouped by.
#[derive(Debug)]
pub(super) struct Field {
    columns: Columns,
}

impl Field {
    /// The field of this name.
    ///
    /// # Errors
    /// There is no such field.
    pub(super) fn new(key: &str) -> Result<Self, FilterError> {
        let mut columns = Columns::default();
        columns.add(key)?;
        Ok(Self { columns })
    }

    fn key(&self) -> &str {
        self.columns.keys().next().unwrap_or_default()
    }

    /// Writes the first value in a record to `out`.
    pub(super) fn first(&self, record: &Record<'_>, out: &mut Vec<u8>) {
        self.columns.each(record, true, &mut |value| {
            out.extend_from_slice(value);
            ControlFlow::Break(())
        });
    }
}

/// Counts by value.
#[derive(Debug)]
pub(super) struct Values {
    field: Field,
    names: Names,
    values: Slots<Volume>,
    none: Volume,
    all: Volume,
}

impl Values {
    /// Of a field.
    pub(super) fn new(field: Field) -> Self {
        let names = Names::new(MAX_VALUES, MAX_VALUE_BYTES);
        let (none, all) = Default::default();
        Self { field, names, values: Slots::default(), none, all }
    }

    fn row(&self, value: Cell, volume: Volume, run: &Run) -> Vec<Cell> {
        vec![
            Cell::words(self.field.key()),
            value,
            Cell::Count(volume.packets),
            Cell::Count(volume.bytes),
            Cell::share(volume.packets, self.all.packets),
            Cell::rate(volume.packets, run.span()),
        ]
    }
}

impl Statistic for Values {
    fn is_content(&self, record: &Record<'_>) -> bool {
        self.field.columns.each(record, false, &mut |_| ControlFlow::Continue(()))
    }

    fn count(&mut self, counted: &Counted<'_>) {
        if !counted.record.is_packet() {
            return;
        }
        let Self { field, names, values, none, all } = self;
        let mut is_there = false;
        let mut take = |value: &[u8]| {
            is_there = true;
            if let Some(volume) = values.at(names.slot(value)) {
                volume.add(counted.len);
            }
            ControlFlow::Continue(())
        };
        // What is not known without the tree was asked for before; what comes here is known.
        if !field.columns.each(counted.record, false, &mut |_| ControlFlow::Break(())) {
            field.columns.each(counted.record, true, &mut take);
        } else {
            field.columns.each(counted.record, false, &mut take);
        }
        if !is_there {
            none.add(counted.len);
        }
        all.add(counted.len);
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let mut order = self.values.filled(|volume| volume.packets > 0);
        let get = |row: u32| self.values.get(row as usize).copied().unwrap_or_default();
        order.sort_by_key(|row| std::cmp::Reverse(get(*row).packets));
        if self.none.packets > 0 {
            // The place of all others, which has a row of its own.
            order.push(0);
        }
        let row = move |row: u32| match super::Slot::of(row as usize).filter(|_| row > 0) {
            Some(slot) => self.row(Cell::Wire(self.names.name(slot).into()), get(row), run),
            None => self.row(Cell::words("(none)"), self.none, run),
        };
        let mut report = Report::lazy(COLUMNS, order, Box::new(row)).ranking();
        let others = get(0);
        if others.packets > 0 {
            report.others = Some(self.row(Cell::words("others"), others, run));
            report.note(format!(
                "the first {} values are told apart; those that came later are counted together",
                crate::text::number(self.names.len() as u64)
            ));
        }
        report
    }
}
