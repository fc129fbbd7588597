//! `-Y FILTER`, and the words behind the files that are a filter.

use super::args::Output;
use super::report;
use crate::filter::{Filter, FilterError};
use crate::paste::{self, Place};
use crate::text;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Columns of the filter that are shown with what is wrong in it.
const CARET_WIDTH: usize = 78;

/// Options that are about some formats: whether they are given, these formats, and what is said where it
/// is none of them.
type Tied = (fn(&Output) -> bool, &'static [&'static str], &'static str);

const TIED: [Tied; 2] = [
    (
        |output| !output.fields.is_empty() || !output.field_options.is_empty(),
        &["fields", "csv"],
        "-e and -E are about the fields of -T fields and -T csv: add one of them",
    ),
    (
        |output| output.split.is_some(),
        &["payload"],
        "--split is about the payloads of -T payload: add that",
    ),
];

/// What the options of packets say together that cannot be done.
pub(super) fn mistake(output: &Output) -> Option<&'static str> {
    let is_tied = |(is_given, formats, _): &&Tied| {
        is_given(output) && !formats.contains(&output.format.as_str())
    };
    TIED.iter().find(is_tied).map(|row| row.2)
}

/// The filter of some words; `Err` where they are none, or where fields are asked for that nothing
/// would show, which is told.
pub(super) fn filter(words: &str, output: &Output) -> Result<Option<Filter>, ()> {
    if let Some(mistake) = mistake(output) {
        report::line(mistake);
        return Err(());
    }
    let filter = Filter::parse(words).map_err(|error| tell(words, &error))?;
    for doubt in filter.iter().flat_map(Filter::doubts) {
        report::line(&format!("the filter: {doubt}"));
    }
    Ok(filter)
}

/// What is wrong in a filter, with a caret under it.
pub(super) fn tell(words: &str, error: &FilterError) {
    report::line(&format!("the filter: {error}"));
    let place = Place { start: error.at.start, end: error.at.end, ..Place::default() };
    report::excerpt(&paste::caret(words, &place, CARET_WIDTH));
    if let Some(hint) = &error.hint {
        report::excerpt(&format!("{hint}\n"));
    }
}

/// Parts words into files and a filter: the filter begins with the first word that is no file and
/// looks like one. Without `-r` the first word is a file, whatever it looks like.
pub(super) fn part(words: &[OsString], has_files: bool) -> (Vec<PathBuf>, Option<String>) {
    let is_file = |word: &OsString| word == "-" || Path::new(word).exists();
    let first = usize::from(!has_files);
    let begin = words.iter().enumerate().skip(first).find_map(|(at, word)| {
        let rest = joined(words.get(at..)?)?;
        (!is_file(word) && is_meant_as_filter(&rest)).then_some((at, rest))
    });
    let (end, filter) = match begin {
        Some((at, filter)) => (at, Some(filter)),
        None => (words.len(), None),
    };
    let files = words.get(..end).unwrap_or_default();
    (files.iter().map(PathBuf::from).collect(), filter)
}

/// The words with blanks between them; `None` where one is not text.
fn joined(words: &[OsString]) -> Option<String> {
    let words: Option<Vec<&str>> = words.iter().map(|word| word.to_str()).collect();
    words.map(|words| words.join(" "))
}

/// Whether words that are no filter are one with a mistake in it, not the name of a file that is
/// missing.
fn is_meant_as_filter(words: &str) -> bool {
    const SIGNS: [char; 11] = ['=', '<', '>', '!', '~', '&', '|', '(', '{', '"', ' '];
    const PROTOCOLS: [&str; 9] =
        ["mqtt.", "mqttsn.", "tcp.", "udp.", "ip.", "ipv6.", "frame.", "tls.", "_ws."];
    let first = words.split(|c| SIGNS.contains(&c)).next().unwrap_or_default();
    let is_path =
        first.contains(['/', '\\']) || first.ends_with(".pcap") || first.ends_with(".pcapng");
    Filter::parse(words).is_ok()
        || (!is_path
            && (words.contains(SIGNS) || PROTOCOLS.iter().any(|start| words.starts_with(start))))
}

/// Two filters that both have to hold: that of `-Y` and that of the words.
pub(super) fn both(option: Option<&str>, words: Option<String>) -> String {
    match (option, words) {
        (Some(option), Some(words)) => format!("({option}) && ({words})"),
        (option, words) => words.or_else(|| option.map(str::to_owned)).unwrap_or_default(),
    }
}

/// How many of a kind the filter chose, and how many it left out, where there is one.
pub(super) fn report(counts: Option<(u64, u64)>, noun: &str) {
    if let Some((chosen, left_out)) = counts {
        report::line(&format!(
            "the filter chose {} and left out {}",
            text::count(chosen, noun),
            text::number(left_out)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(line: &str, has_files: bool) -> (Vec<String>, Option<String>) {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let (files, filter) = part(&words, has_files);
        (files.iter().map(|file| file.display().to_string()).collect(), filter)
    }

    #[test]
    fn the_filter_begins_where_the_files_end() {
        for (line, files, filter) in [
            ("Cargo.toml mqtt.qos==2", 1, Some("mqtt.qos==2")),
            ("Cargo.toml mqtt.qos == 2", 1, Some("mqtt.qos == 2")),
            ("Cargo.toml README.md mqtt", 2, Some("mqtt")),
            ("Cargo.toml mqtt.topik", 1, Some("mqtt.topik")),
            ("Cargo.toml missing.pcap", 2, None),
            ("Cargo.toml missing", 2, None),
            ("mqtt.qos==2", 1, None),
            ("-", 1, None),
        ] {
            let (found, rest) = parted(line, false);
            assert_eq!((found.len(), rest.as_deref()), (files, filter), "{line}");
        }
        assert_eq!(parted("mqtt.qos == 2", true), (vec![], Some("mqtt.qos == 2".to_owned())));
    }
}
