//! What a statistic says at the end: a table of typed cells, which any format can write down.

use std::fmt;

/// A column, the same in every format.
///
/// ```
/// use mqttscope::stats::choose;
///
/// let (row, _) = choose("topics", None)?;
/// assert!(row.columns.iter().any(|column| column.key == "topic"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The key in JSON, and the head in CSV.
    pub key: &'static str,
    /// The head in a table for people.
    pub head: &'static str,
    /// What stands there, as a clause; with the unit of JSON and CSV.
    pub about: &'static str,
    /// How readily a narrow terminal does without it: 0 always stays, the highest goes first.
    pub rank: u8,
}

/// A row of a table of columns.
pub(super) const fn column(
    key: &'static str,
    head: &'static str,
    rank: u8,
    about: &'static str,
) -> Column {
    Column { key, head, about, rank }
}

/// One value.
///
/// ```
/// use mqttscope::stats::Cell;
///
/// let text = match Cell::Share(0.25) {
///     Cell::Share(share) => format!("{} %", share * 100.0),
///     other => format!("{other:?}"),
/// };
/// assert_eq!(text, "25 %");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Nothing,
    /// The number 0 where it says little: a table for people leaves the place blank.
    Zero,
    /// A number of things, or of bytes.
    Count(u64),
    /// A number with a fraction.
    Number(f64),
    /// A part of a whole, from 0 to 1.
    Share(f64),
    /// A span of time in nanoseconds.
    Span(u64),
    /// The same since the first frame.
    Since(u64),
    /// A point in time: nanoseconds since 1970-01-01 UTC.
    Time(i64),
    /// Words of ours.
    Words(String),
    /// Text from the wire: nothing is known of it.
    Wire(Box<[u8]>),
    /// Figures in a row, to be drawn.
    Series(Vec<u64>),
}

impl Cell {
    /// A count, of which 0 says little.
    #[must_use]
    #[doc(hidden)]
    pub fn some(count: u64) -> Self {
        if count == 0 { Self::Zero } else { Self::Count(count) }
    }

    /// One number divided by another; nothing where that is 0.
    #[must_use]
    pub(crate) fn ratio(part: u64, whole: u64) -> Self {
        if whole == 0 { Self::Nothing } else { Self::Number(part as f64 / whole as f64) }
    }

    /// The same as a share.
    #[must_use]
    pub(crate) fn share(part: u64, whole: u64) -> Self {
        if whole == 0 { Self::Nothing } else { Self::Share(part as f64 / whole as f64) }
    }

    /// So many in a span of time, for one second.
    #[must_use]
    pub(crate) fn rate(count: u64, span: Option<u64>) -> Self {
        match span {
            Some(span) if span > 0 => Self::Number(count as f64 * 1e9 / span as f64),
            _ => Self::Nothing,
        }
    }

    /// A span of time, where it is known.
    #[must_use]
    pub(crate) fn span(span: Option<u64>) -> Self {
        span.map_or(Self::Nothing, Self::Span)
    }

    /// When something was, since the first frame.
    #[must_use]
    #[doc(hidden)]
    pub fn since(span: Option<u64>) -> Self {
        span.map_or(Self::Nothing, Self::Since)
    }

    /// Words.
    ///
    /// ```
    /// # use mqttscope::stats::Cell;
    /// assert_eq!(Cell::words("PUBLISH"), Cell::Words("PUBLISH".to_owned()));
    /// ```
    #[must_use]
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// What to sort by.
    #[must_use]
    pub(crate) fn weight(&self) -> f64 {
        match self {
            Self::Count(number) | Self::Span(number) | Self::Since(number) => *number as f64,
            Self::Number(number) | Self::Share(number) => *number,
            Self::Time(time) => *time as f64,
            Self::Zero => 0.0,
            Self::Nothing | Self::Words(_) | Self::Wire(_) | Self::Series(_) => f64::MIN,
        }
    }
}

/// How a table is laid out for people.
///
/// ```
/// use mqttscope::stats::{Layout, choose};
///
/// assert_eq!(choose("overview", None)?.0.layout, Layout::Card);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A line for each row.
    Table,
    /// The same, with a bar behind each row for the column of this key.
    Bars(&'static str),
    /// One row: a line for each column.
    Card,
}

/// What a statistic says. Rows are made when they are asked for: there may be many.
///
/// ```
/// use mqttscope::paste;
/// use mqttscope::pipeline::{PastedSettings, read_paste};
/// use mqttscope::stats::{Cell, Stats, choose};
///
/// let pasted = paste::parse("c0 00", &paste::Options::default());
/// let stats = Stats::new(vec![choose("types", None)?]);
/// let stats = read_paste(&pasted, PastedSettings::default(), stats);
/// let (_, report) = stats.reports().next().unwrap();
/// let first = (report.row)(report.order[0]);
/// assert_eq!(first.len(), report.columns.len());
/// assert!(first.contains(&Cell::words("PINGREQ")));
/// # Ok::<(), String>(())
/// ```
pub struct Report<'s> {
    /// The columns; each row has as many cells.
    pub columns: &'static [Column],
    /// The rows, in their order, as numbers that `row` knows.
    pub order: Vec<u32>,
    /// Makes a row.
    pub row: Box<dyn Fn(u32) -> Vec<Cell> + 's>,
    /// All rows for which there was no room, as one.
    pub others: Option<Vec<Cell>>,
    /// All rows together.
    pub total: Option<Vec<Cell>>,
    /// Whether the order is that of the figures: then the first rows are the ones that matter, and the others
    /// can be left out.
    pub is_ranking: bool,
    /// Rows that were left out.
    pub left_out: usize,
    /// What else there is to say, as sentences.
    pub notes: Vec<String>,
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report").field("order", &self.order).finish_non_exhaustive()
    }
}

impl<'s> Report<'s> {
    /// Of rows that are there.
    pub(super) fn of(columns: &'static [Column], rows: Vec<Vec<Cell>>) -> Self {
        let order = (0..rows.len() as u32).collect();
        let row = move |at: u32| rows.get(at as usize).cloned().unwrap_or_default();
        Self::lazy(columns, order, Box::new(row))
    }

    /// Of rows that are made when they are asked for.
    pub(super) fn lazy(
        columns: &'static [Column],
        order: Vec<u32>,
        row: Box<dyn Fn(u32) -> Vec<Cell> + 's>,
    ) -> Self {
        Self {
            columns,
            order,
            row,
            others: None,
            total: None,
            is_ranking: false,
            left_out: 0,
            notes: Vec::new(),
        }
    }

    /// The rows are a ranking.
    pub(super) fn ranking(self) -> Self {
        Self { is_ranking: true, ..self }
    }

    /// Adds a sentence.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Orders the rows by a column, the greatest first.
    #[doc(hidden)]
    pub fn sort(&mut self, column: usize) {
        let weight = |row: u32| (self.row)(row).get(column).map_or(f64::MIN, Cell::weight);
        let mut keyed: Vec<(f64, u32)> =
            self.order.iter().map(|row| (weight(*row), *row)).collect();
        keyed.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.order = keyed.into_iter().map(|(_, row)| row).collect();
        self.is_ranking = true;
    }

    /// Leaves out all rows of a ranking but the first ones.
    pub(crate) fn keep(&mut self, most: usize) {
        if self.is_ranking && self.order.len() > most {
            self.left_out = self.order.len().saturating_sub(most);
            self.order.truncate(most);
        }
    }
}
