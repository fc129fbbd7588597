//! Records become output: one file a format, one table of formats.
//!
//! What may enter: ways to write a [`Record`] down. A format sees the tape, the spec and facts of
//! the record, never the decoder. To add a format: a file with a type that implements [`Format`],
//! and a row in [`FORMATS`]. A format that has something in front of its first record writes it with
//! that record, or at the end where there was none. Connections have tables of their own:
//! [`sessions::FORMATS`] and [`timeline::FORMATS`].

#[doc(hidden)]
pub mod digest;
#[doc(hidden)]
pub mod ek;
mod ends;
#[doc(hidden)]
pub mod entries;
#[doc(hidden)]
pub mod facts;
#[doc(hidden)]
pub mod fields;
#[doc(hidden)]
pub mod flow;
#[doc(hidden)]
pub mod gutter;
#[doc(hidden)]
pub mod heading;
#[doc(hidden)]
pub mod hex;
#[doc(hidden)]
pub mod hexdump;
#[doc(hidden)]
pub mod json;
#[doc(hidden)]
pub mod junit;
#[doc(hidden)]
pub mod log;
#[doc(hidden)]
pub mod lookup;
#[doc(hidden)]
pub mod markdown;
mod memo;
#[doc(hidden)]
pub mod mosquitto_pub;
mod owner;
#[doc(hidden)]
pub mod paint;
#[cfg(feature = "parquet")]
#[doc(hidden)]
pub mod parquet;
mod parts;
#[doc(hidden)]
pub mod payload;
mod published;
#[cfg(test)]
mod sample;
#[doc(hidden)]
pub mod sarif;
#[doc(hidden)]
pub mod sessions;
#[doc(hidden)]
pub mod sn;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod stats;
#[doc(hidden)]
pub mod summary;
#[doc(hidden)]
pub mod threaded;
#[doc(hidden)]
pub mod time;
#[doc(hidden)]
pub mod timeline;
#[doc(hidden)]
pub mod tree;
pub mod words;

use crate::annotate::Finding;
use crate::pipeline::{Lifeline, Needs, Record};
use crate::session::Ended;
use crate::spec::Version;
use crate::spec::field::Context;
use crate::spec::mosquitto::Release;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// One way to write records down.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// use mqttscope::render::{Options, format};
///
/// let mut hex = (format("hex").unwrap().make)(&Options::default());
/// let mut out = Vec::new();
/// read("c0 00", |record| hex.record(record, &mut out).unwrap());
/// hex.end(&mut out).unwrap();
/// assert!(String::from_utf8(out).unwrap().contains("c000"));
/// ```
pub trait Format: Send {
    /// Writes one record.
    ///
    /// # Errors
    /// What `out` reports.
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()>;

    /// The same behind what stands in memory. Who makes a record in memory of its own makes it there, which
    /// saves a copy.
    ///
    /// # Errors
    /// Why the record cannot be written.
    #[doc(hidden)]
    fn append(&mut self, record: &Record<'_>, text: &mut Vec<u8>) -> io::Result<()> {
        self.record(record, text)
    }

    /// What of the packets before a record it uses.
    fn needs(&self) -> Needs {
        Needs::Session
    }

    /// Whether it uses the trees of packets of which nothing is found; else they may be left out.
    fn needs_trees(&self) -> bool {
        true
    }

    /// Whether it looks at [`layers`](crate::pipeline::Origin::layers), the headers of frames; else they may be
    /// left out.
    #[doc(hidden)]
    fn needs_layers(&self) -> bool {
        true
    }

    /// Writes a packet whose tree, findings, headers and facts are not there yet. `false`: it has to come
    /// again with them. Who needs all of the session is not asked.
    ///
    /// # Errors
    /// What `out` reports.
    fn early(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<bool> {
        let _ = (record, out);
        Ok(false)
    }

    /// Whether [`lifeline`](Self::lifeline) writes anything. Asked once, at the beginning.
    fn needs_lifelines(&self) -> bool {
        false
    }

    /// Writes what there is to say of the beginning or the end of a connection.
    ///
    /// # Errors
    /// What `out` reports.
    fn lifeline(&mut self, lifeline: &Lifeline, out: &mut dyn Write) -> io::Result<()> {
        let _ = (lifeline, out);
        Ok(())
    }

    /// A connection has ended, or nothing more comes of it.
    ///
    /// # Errors
    /// What `out` reports.
    fn ended(&mut self, ended: &Ended, out: &mut dyn Write) -> io::Result<()> {
        let _ = (ended, out);
        Ok(())
    }

    /// Writes what belongs behind the last record.
    ///
    /// # Errors
    /// What `out` reports.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }

    /// Writes what is held back, where input has to be waited for.
    ///
    /// # Errors
    /// What `out` reports.
    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }

    /// What was written to files, as a sentence, at the end; `None` where all went to `out`.
    fn filed(&self) -> Option<String> {
        None
    }
}

/// One row of the table of formats.
///
/// ```
/// use mqttscope::render::{Target, format};
///
/// let payload = format("payload").unwrap();
/// assert!(!payload.is_text && payload.target == Target::NoTerminal);
/// ```
#[derive(Debug)]
pub struct FormatRow {
    /// What stands behind `-T`.
    pub name: &'static str,
    /// What it writes, as a clause for the help.
    pub about: &'static str,
    /// Whether it is text for people, to which more text may be added at the end.
    pub is_text: bool,
    /// Where it may go.
    pub target: Target,
    /// What other threads may write of it.
    pub by_others: ByOthers,
    /// Makes one with the user's options.
    pub make: fn(&Options) -> Box<dyn Format>,
}

/// What of a format other threads may write, while the next records are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum ByOthers {
    /// Nothing: it takes more than records, or costs little.
    Nothing,
    /// All records, one behind the other: what it writes of one depends on those before it.
    InOrder,
    /// Each record for itself, as long as [`Options::is_continued`] tells all but the first of them that
    /// they are not the first.
    Freely,
}

/// Where what a format writes may go.
///
/// ```
/// use mqttscope::render::{Target, format};
///
/// assert_eq!(format("json").unwrap().target, Target::Anywhere);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Anywhere: nothing untrusted is in it raw.
    Anywhere,
    /// Not to a terminal: it holds untrusted bytes as they are, unless they go to files.
    NoTerminal,
    /// Files of a folder that has to be named.
    Folder,
}

/// The formats that `-T` takes, the default first. A new one is a file and a row.
///
/// ```
/// use mqttscope::render::FORMATS;
///
/// assert_eq!(FORMATS[0].name, "tree");
/// assert!(FORMATS.iter().any(|row| row.name == "csv"));
/// ```
pub static FORMATS: &[FormatRow] = &[
    FormatRow {
        name: "tree",
        about: "every byte and every bit of a packet with its name, its value and what that does",
        is_text: true,
        target: Target::Anywhere,
        by_others: ByOthers::Freely,
        make: |options| Box::new(tree::Tree::new(options)),
    },
    FormatRow {
        name: "summary",
        about: "one line a packet with what matters of it",
        is_text: true,
        target: Target::Anywhere,
        by_others: ByOthers::InOrder,
        make: |options| Box::new(summary::Summary::new(options)),
    },
    FormatRow {
        name: "log",
        about: "the log that mosquitto would have written: its lines, with their times in seconds since 1970",
        is_text: true,
        target: Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(log::Log::new(options)),
    },
    FormatRow {
        name: "json",
        about: "one JSON object a line, one line a packet",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Freely,
        make: |options| Box::new(json::Json::new(options)),
    },
    FormatRow {
        name: "fields",
        about: "one line a packet with the values of the fields of -e, as -E says",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Freely,
        make: |options| Box::new(fields::Fields::new(options)),
    },
    FormatRow {
        name: "csv",
        about: "the same as comma-separated values, the names of the fields in the first line",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Freely,
        make: |options| Box::new(fields::Fields::csv(options)),
    },
    FormatRow {
        name: "sarif",
        about: "SARIF 2.1.0 for build servers: the findings as results, the rules with their sections",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(sarif::Sarif::new(options)),
    },
    FormatRow {
        name: "junit",
        about: "JUnit's XML for build servers: a suite a connection, a case a type of packet, failures for errors",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(junit::Junit::new(options)),
    },
    FormatRow {
        name: "ek",
        about: "for Elasticsearch's bulk interface, as tshark's format of this name, a document a packet",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Freely,
        make: |options| Box::new(ek::Ek::new(options)),
    },
    FormatRow {
        name: "markdown",
        about: "for issue reports: the findings, a hex dump and the tree of each packet",
        is_text: true,
        target: Target::Anywhere,
        by_others: ByOthers::Freely,
        make: |options| Box::new(markdown::Markdown::new(options)),
    },
    FormatRow {
        name: "hex",
        about: "one line a packet: its bytes as hex digits, as decode --lines reads them",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(hex::Hex::new(options)),
    },
    FormatRow {
        name: "c",
        about: "an array of C a packet, the names of its fields as comments",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |_| Box::new(source::Source::new(&source::C)),
    },
    FormatRow {
        name: "rust",
        about: "the same for Rust",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |_| Box::new(source::Source::new(&source::RUST)),
    },
    FormatRow {
        name: "python",
        about: "the same for Python",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |_| Box::new(source::Source::new(&source::PYTHON)),
    },
    FormatRow {
        name: "payload",
        about: "the payload of each PUBLISH, raw, one behind the other; with --split each in a file",
        is_text: false,
        target: Target::NoTerminal,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(payload::Payload::new(options)),
    },
    FormatRow {
        name: "mosquitto_pub",
        about: "for each PUBLISH a command for sh that sends the same message",
        is_text: false,
        target: Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(mosquitto_pub::MosquittoPub::new(options)),
    },
    #[cfg(feature = "parquet")]
    FormatRow {
        name: "parquet",
        about: "a row a packet in Parquet files of the folder of -w, for DuckDB, Spark and DataFusion",
        is_text: false,
        target: Target::Folder,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(parquet::Parquet::new(options)),
    },
];

/// The format of this name.
///
/// ```
/// use mqttscope::paste;
/// use mqttscope::pipeline::{Consumer, PastedSettings, Record, read_paste};
/// use mqttscope::render::{Format, Options, format};
/// use std::ops::ControlFlow;
///
/// struct Shown(Box<dyn Format>, Vec<u8>);
///
/// impl Consumer for Shown {
///     fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
///         let _ = self.0.record(record, &mut self.1);
///         ControlFlow::Continue(())
///     }
/// }
///
/// let summary = (format("summary").unwrap().make)(&Options::default());
/// let pasted = paste::parse_bytes(b"c0 00", &paste::Options::default());
/// let shown = read_paste(&pasted, PastedSettings::default(), Shown(summary, Vec::new()));
/// assert!(String::from_utf8(shown.1).unwrap().contains("PINGREQ"));
/// ```
#[must_use]
pub fn format(name: &str) -> Option<&'static FormatRow> {
    FORMATS.iter().find(|row| row.name == name)
}

/// What the user chose of the output, for every format alike.
///
/// ```
/// use mqttscope::render::{Explain, Options};
///
/// let options = Options { explain: Explain::Full, width: Some(80), ..Options::default() };
/// assert!(!options.color && !options.redact);
/// ```
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
    /// Whether packets are chosen by findings of which a note is one, so that a line of a packet tells it.
    pub shows_notes: bool,
    /// How times are shown.
    pub time: time::TimeFormat,
    /// Which fields are shown, where a format shows fields.
    pub fields: fields::FieldOptions,
    /// The release of mosquitto whose log is written.
    pub mosquitto: Release,
    /// The connection that is shown: the number of its stream, or a Client Identifier.
    pub session: String,
    /// Whether a filter leaves packets or connections out.
    pub is_filtered: bool,
    /// The files that are read, for formats that name them.
    pub inputs: Vec<String>,
    /// Records were written before its first one, by another of its kind.
    pub is_continued: bool,
    /// The folder for what a format writes to files, where one is named.
    pub folder: Option<PathBuf>,
}

/// A file of a format's own cannot be written.
///
/// ```
/// use mqttscope::render::OutputError;
///
/// // What is within an error of a format that writes to files, where a file is to blame.
/// fn blames_file(error: &std::io::Error) -> bool {
///     error.get_ref().is_some_and(|inner| inner.is::<OutputError>())
/// }
/// assert!(!blames_file(&std::io::Error::other("the disk is full")));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {error}", path.display())]
pub struct OutputError {
    path: PathBuf,
    error: io::Error,
}

impl OutputError {
    /// The error that is about this file, as one that a format can give back.
    pub(crate) fn of(path: &Path, error: io::Error) -> io::Error {
        io::Error::other(Self { path: path.to_owned(), error })
    }
}

/// How much is explained.
///
/// ```
/// use mqttscope::render::Explain;
///
/// assert_eq!(Explain::default(), Explain::Brief);
/// assert!(Explain::Off < Explain::Brief && Explain::Brief < Explain::Full);
/// ```
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

/// The standard whose sections the tables name for `version`: that of 3.1.1 stands for 3.1 too.
#[must_use]
pub(crate) fn standard(version: Version) -> Version {
    if version == Version::V31 { Version::V311 } else { version }
}

/// Where the standard says what a finding says: its normative statements, or the section where no
/// statement says it alone. Empty for a rule that is not the standard's.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// # use mqttscope::render::citation;
/// // A PUBREL whose lower half byte is not 2.
/// read("60 02 00 01", |record| {
///     let finding = &record.tape.findings()[0];
///     assert!(citation(finding, &record.context()).contains("[MQTT-3.6.1-1]"));
/// });
/// ```
#[must_use]
pub fn citation(finding: &Finding, context: &Context) -> String {
    match finding.source(context) {
        ("", "") => String::new(),
        (section, "") => format!("{} section {section}", standard(context.version).title()),
        (_, statements) => format!("[{}]", statements.replace(' ', "] [")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Sender;

    #[test]
    fn a_format_is_found_by_its_name() {
        // With something wrong, as some formats write nothing else.
        let packet = [0x36, 5, 0, 1, b't', 0, 1];
        for row in FORMATS {
            assert!(std::ptr::eq(format(row.name).unwrap(), row), "{} stands twice", row.name);
            if row.target == Target::Folder {
                continue;
            }
            let mut format = (row.make)(&Options::default());
            let mut text =
                sample::with_record(&packet, Version::V311, Some(Sender::Client), |record| {
                    sample::written(&mut *format, &record)
                });
            let mut end = Vec::new();
            format.end(&mut end).unwrap();
            text.push_str(&String::from_utf8(end).unwrap());
            // Some hold the packet, its message or its name alone.
            let is_there =
                ["PUBLISH", "360500017400", "mqtt_mqtt_topic"].iter().any(|it| text.contains(it));
            // The log of a broker tells no packet that no broker takes.
            let is_silent = ["payload", "log"].contains(&row.name);
            assert!(is_there || is_silent, "{}: {text}", row.name);
        }
        assert!(format("xml").is_none());
    }
}
