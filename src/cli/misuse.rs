//! What is wrong with a command line: one way to tell it, whoever found it.

use super::args::Command;
#[cfg(feature = "live")]
use super::live;
use super::{choose, log, report, stats};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::path::Path;
use thiserror::Error;

/// Options that cannot be had together, or that lack another one: the run ends as with any wrong
/// command line.
#[derive(Debug, Error)]
#[error("{0}")]
pub(super) struct Misuse(pub(super) &'static str);

/// Options of tshark that there are not, and what does the same here.
const ELSEWHERE: [(&str, &str); 9] = [
    ("-O", "all of a packet is shown anyway; -Y 'mqtt.msgtype == PUBLISH' says of which"),
    (
        "-F",
        "the name of the file behind -w says its format: pcap where it ends in .pcap, else pcapng",
    ),
    ("-P", "-T summary is one line a packet, and -w writes beside it"),
    (
        "-j",
        "-e FIELD with -T fields or -T csv shows some fields, and jq takes what -T json writes apart",
    ),
    (
        "-J",
        "-e FIELD with -T fields or -T csv shows some fields, and jq takes what -T json writes apart",
    ),
    ("-S", "MQTT's packets are separated by a blank line in a tree, and by the line elsewhere"),
    ("-z", "mqttscope stats FILE -z topics counts, and mqttscope live -z topics what passes"),
    (
        "-G",
        "its one list is -G fields, what filters can name of all protocols; mqttscope explain NAME tells the \
         values of a field",
    ),
    ("-M", "memory stays flat of itself: nothing has to be begun anew"),
];

/// Formats of tshark that there are not, and what comes near.
const OTHER_FORMATS: [(&str, &str); 5] = [
    ("pdml", "-T json has the fields of each packet with the place of every bit"),
    ("psml", "-T summary is one line a packet, and -T csv the same for programs"),
    ("tabs", "-T fields puts tabs between the fields of -e"),
    ("ps", "-T tree and -T summary are text"),
    ("jsonraw", "-T json has the bytes of each packet in hex"),
];

/// What options say together that cannot be done, as far as they tell it themselves.
pub(super) fn mistake(command: &Command) -> Option<String> {
    let own = |told: Option<&str>| told.map(str::to_owned);
    match command {
        Command::Decode(args) => own(choose::mistake(&args.output)),
        Command::Read(args) => own(choose::mistake(&args.output)),
        Command::Log(args) => own(log::mistake(args).or(choose::mistake(&args.read.output))),
        Command::Stats(args) => stats::chosen(&args.figures).err(),
        #[cfg(feature = "live")]
        Command::Live(args) => own(live::mistake(args).or(choose::mistake(&args.output)))
            .or_else(|| stats::chosen(&args.figures).err().filter(|_| stats::asks(&args.figures))),
        _ => None,
    }
}

/// Tells what clap found.
pub(super) fn tell(error: &clap::Error) {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // Where it cannot be written there is nobody to read it.
        let _ = error.print();
        return;
    }
    let text = error.render().to_string();
    let (said, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let words: Vec<&str> = said.split_whitespace().collect();
    let said = words.join(" ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    if let Some(file) = file(error) {
        report::line(&format!(
            "{file} is no subcommand: mqttscope read {file} reads a capture, mqttscope decode --file {file} \
             the bytes that stand in a text"
        ));
        return;
    }
    let elsewhere = elsewhere(error);
    match &elsewhere {
        Some(told) => report::line(told),
        None => report::line(said),
    }
    // The tip would be to write the option as a value.
    let rest =
        rest.split("\n\n").filter(|part| elsewhere.is_none() || !part.starts_with("  tip: "));
    rest.filter(|part| !part.trim().is_empty()).for_each(report::paragraph);
}

/// The file that stands in the place of the subcommand: one that is there, or is called like a capture.
fn file(error: &clap::Error) -> Option<&str> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let path = Path::new(word);
    let is_named = path.extension().is_some_and(|end| end == "pcap" || end == "pcapng");
    (is_named || path.is_file()).then_some(word.as_str())
}

/// What stands in for an option, or a format, that tshark has.
fn elsewhere(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let option = text(ContextKind::InvalidArg)?;
    let (named, rows): (_, &[_]) = match error.kind() {
        ErrorKind::UnknownArgument => (option, &ELSEWHERE),
        ErrorKind::InvalidValue if option.starts_with("-T ") => {
            (text(ContextKind::InvalidValue)?, &OTHER_FORMATS)
        }
        _ => return None,
    };
    let (_, hint) = rows.iter().find(|row| row.0 == named)?;
    let before = if option == named { "" } else { "-T " };
    Some(format!("there is no {before}{named} here: {hint}"))
}
