//! `-e FIELD` and `-E NAME=VALUE`, as with tshark.

use crate::filter::Columns;
use crate::render::fields::{FieldOptions, Occurrence, Quote};

/// One `-E`.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    Bom(bool),
    Header(bool),
    Separator(char),
    Quote(Quote),
    Occurrence(Occurrence),
    Aggregator(char),
    Guard(bool),
}

/// What `-E` takes, for shells to offer.
pub(super) const EXAMPLES: [&str; 13] = [
    "header=y",
    "header=n",
    "bom=y",
    "separator=/t",
    "separator=,",
    "quote=d",
    "quote=s",
    "quote=n",
    "occurrence=f",
    "occurrence=l",
    "occurrence=a",
    "aggregator=,",
    "guard=n",
];

/// The name of a field that there is.
pub(super) fn field(key: &str) -> Result<String, String> {
    let added = Columns::default().add(key);
    added.map(|()| key.to_owned()).map_err(|error| match &error.hint {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

/// `header=y`, `separator=;` and so on.
pub(super) fn choice(text: &str) -> Result<Choice, String> {
    const FORMS: &str = "header=y|n, bom=y|n, separator=/t|/s|CHARACTER, quote=d|s|n, occurrence=f|l|a, \
         aggregator=/s|CHARACTER, guard=y|n";
    let wrong = || format!("-E takes {FORMS}");
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    Ok(match (name, value) {
        ("bom", "y") => Choice::Bom(true),
        ("bom", "n") => Choice::Bom(false),
        ("header", "y") => Choice::Header(true),
        ("header", "n") => Choice::Header(false),
        ("separator", value) => Choice::Separator(character(value).ok_or_else(wrong)?),
        ("aggregator", value) => Choice::Aggregator(character(value).ok_or_else(wrong)?),
        ("guard", "y") => Choice::Guard(true),
        ("guard", "n") => Choice::Guard(false),
        ("quote", "d") => Choice::Quote(Quote::Double),
        ("quote", "s") => Choice::Quote(Quote::Single),
        ("quote", "n") => Choice::Quote(Quote::None),
        ("occurrence", "f") => Choice::Occurrence(Occurrence::First),
        ("occurrence", "l") => Choice::Occurrence(Occurrence::Last),
        ("occurrence", "a") => Choice::Occurrence(Occurrence::All),
        _ => return Err(wrong()),
    })
}

fn character(text: &str) -> Option<char> {
    match text {
        "/t" => return Some('\t'),
        "/s" => return Some(' '),
        _ => {}
    }
    let mut characters = text.chars();
    let first = characters.next()?;
    let is_fine = characters.next().is_none() && (first == '\t' || !crate::text::is_unsafe(first));
    is_fine.then_some(first)
}

/// All of them together.
pub(super) fn options(keys: &[String], choices: &[Choice]) -> FieldOptions {
    let mut options = FieldOptions { keys: keys.to_vec(), ..FieldOptions::default() };
    for choice in choices {
        match *choice {
            Choice::Bom(bom) => options.bom = bom,
            Choice::Header(header) => options.header = Some(header),
            Choice::Separator(separator) => options.separator = Some(separator),
            Choice::Quote(quote) => options.quote = Some(quote),
            Choice::Occurrence(occurrence) => options.occurrence = occurrence,
            Choice::Aggregator(aggregator) => options.aggregator = Some(aggregator),
            Choice::Guard(guard) => options.guard = Some(guard),
        }
    }
    options
}
