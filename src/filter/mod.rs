//! Which records are chosen: Wireshark's language of display filters, on MQTT packets.
//!
//! A filter looks at one packet with what is known of it: its fields, its connection, what it
//! answers, the findings. It never sees frames, so it cannot mix fields of two packets that shared
//! one. Text goes through `lexer` and `parser` to an expression (`syntax`), through `check` and
//! `operand`, which look names up in the [`table`] and convert values (`literal`, `names`), to a
//! `plan` that is evaluated for each record.
//!
//! What may enter: what a filter can say, and where values come from. To add a field see
//! [`table`]; to add an operator: a row in `lexer`, a variant in `plan`; a function: a row in
//! `operand` and a variant of `plan::Operand`.
//!
//! Evaluation knows three answers: yes, no, and not known yet. A packet is first looked at without
//! its tree; only where the answer is not no is the tree built (see `quick`).

mod arithmetic;
mod check;
mod column;
mod connections;
mod consumer;
mod display;
mod doubt;
mod error;
mod facts;
mod json;
mod lexer;
mod literal;
mod names;
mod needs;
mod operand;
mod origin;
mod own;
mod parser;
mod pattern;
mod plan;
mod quick;
mod slice;
mod subject;
mod syntax;
pub mod table;
mod value;
mod wireshark;
mod wireshark_names;

#[doc(hidden)]
pub use column::{Cells, Columns};
#[doc(hidden)]
pub use connections::FilteredConnections;
pub use consumer::Filtered;
pub use error::FilterError;
#[doc(hidden)]
pub use names::Names;
pub use table::{FieldRow, TABLE};
pub use value::{Type, Value};

use crate::pipeline::{Needs, Record};
use plan::Test;
use subject::Subject;

/// A filter, ready to choose records.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// use mqttscope::filter::Filter;
///
/// // The second of two messages is of QoS 1.
/// let filter = Filter::parse("mqtt.qos == 1").unwrap().unwrap();
/// let mut chosen = Vec::new();
/// read("30 03 00 01 61  32 05 00 01 61 00 07", |record| chosen.push(filter.accepts(record)));
/// assert_eq!(chosen, [false, true]);
/// ```
#[derive(Debug)]
pub struct Filter {
    test: Test,
    doubts: Vec<String>,
}

impl Filter {
    /// Reads a filter; `None` for a blank text, which chooses everything.
    ///
    /// # Errors
    /// Why the text is no filter, and where.
    ///
    /// ```
    /// use mqttscope::filter::Filter;
    ///
    /// assert!(Filter::parse("mqtt.qos == 2 && mqtt.topic ~ \"plant/+/temp/#\"").is_ok());
    /// let error = Filter::parse("mqtt.topik == \"a\"").unwrap_err();
    /// assert_eq!(error.at, 0..10);
    /// assert_eq!(error.hint.as_deref(), Some("did you mean mqtt.topic?"));
    /// ```
    pub fn parse(text: &str) -> Result<Option<Self>, FilterError> {
        let expression = parser::parse(text)?;
        let read = |expression| {
            Ok(Self { test: check::plan(&expression)?, doubts: doubt::doubts(&expression) })
        };
        expression.map(read).transpose()
    }

    /// Whether a record is chosen.
    ///
    /// ```
    /// # use mqttscope::paste;
    /// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
    /// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
    /// #     let pasted = paste::parse(text, &paste::Options::default());
    /// #     read_paste(&pasted, PastedSettings::default(), Each(each));
    /// # }
    /// # use mqttscope::filter::Filter;
    /// let filter = Filter::parse("mqtt.msgtype == PINGREQ").unwrap().unwrap();
    /// read("c0 00", |record| assert!(filter.accepts(record)));
    /// ```
    #[must_use]
    pub fn accepts(&self, record: &Record<'_>) -> bool {
        self.test.eval(&Subject::new(record, true)).unwrap_or_default()
    }

    /// What is right and yet likely not meant: sentences, which quote the filter.
    #[must_use]
    pub(crate) fn doubts(&self) -> &[String] {
        &self.doubts
    }

    /// What of the packets before a record it rests on.
    #[must_use]
    #[doc(hidden)]
    pub fn needs(&self) -> Needs {
        self.test.needs()
    }

    /// Whether a record whose tree, findings and facts are not there yet is chosen; `None` where
    /// that rests on them. What is known is final.
    #[must_use]
    #[doc(hidden)]
    pub fn early(&self, record: &Record<'_>) -> Option<bool> {
        self.test.eval(&Subject::new(record, false))
    }
}
