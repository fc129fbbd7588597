//! The arguments, as clap derives them. Options keep tshark's letters where tshark has them.

use super::decode_on::{Carries, DecodeAs};
use super::examples;
use super::preference::Preference;
use crate::pipeline::{PastedProtocol, Settings};
use crate::render::{self, Explain, time::TimeFormat};
use crate::spec::mosquitto::Release;
use crate::spec::{Sender, Severity, Version};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Explains every byte of an MQTT conversation.
///
/// Reads captures (.pcap, .pcapng), listens on an interface, or takes pasted bytes, and prints
/// what every byte and bit of each MQTT packet is and does: MQTT 3.1, 3.1.1 and 5.0, and MQTT-SN 1.2.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    disable_version_flag = true,
    disable_help_subcommand = true,
    after_help = format!("{}\n\n{CONTRACT}", examples::of("")),
)]
pub(super) struct Cli {
    /// Print the version.
    #[arg(short = 'v', visible_short_alias = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
    /// Read defaults of options from this file [default: mqttscope/config.toml in XDG_CONFIG_HOME or
    /// ~/.config].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What stands behind the examples of the program.
const CONTRACT: &str = "\
As with tshark, the subcommand may be left out before -r FILE, -i IFACE, -D and -G fields.

Exit codes: 0 done, 1 usage, 2 the input or the capture failed (what was good is shown),
3 a finding that --fail-on names was made.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Decode pasted bytes: hex, arrays, dumps, logs, base64, whatever the text is.
    Decode(Decode),
    /// Read captures: .pcap and .pcapng files, also compressed, or - for standard input.
    Read(Read),
    /// Capture on an interface and show packets as they pass.
    Live(Live),
    /// Write the log that mosquitto would have written of a capture, or compare with the real one.
    Log(Log),
    /// Explain a word of MQTT (0x97, PUBREC, "Receive Maximum"), or a log of mosquitto line by line.
    Explain(Explanation),
    /// List the connections of captures, and why each ended.
    Sessions(Sessions),
    /// Count: topics, clients, packet types, reason codes, latencies, overhead, what passed when.
    Stats(Stats),
    /// Show one connection as a time line: client on the left, server on the right.
    Session(Session),
    /// List the interfaces to capture on, with their addresses (-D).
    #[command(after_help = examples::of("interfaces"))]
    Interfaces,
    /// List the fields that filters can name, with their types (-G fields).
    Fields(Fields),
    /// Print completions of commands and options for a shell.
    Completions(Completions),
    /// Print the manual, or write all its pages.
    Man(Man),
}

/// What is shown, and how.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// Show only packets that a filter in Wireshark's language chooses: mqtt.qos == 2. Fields: -G fields.
    #[arg(short = 'Y', value_name = "FILTER")]
    pub(super) display_filter: Option<String>,
    /// Output format.
    #[arg(short = 'T', value_name = "FORMAT", default_value = "tree", value_parser = formats())]
    pub(super) format: String,
    /// A field that -T fields or -T csv shows. May be repeated. -G fields lists all.
    #[arg(short = 'e', value_name = "FIELD", value_parser = super::offered::column(), hide_possible_values = true)]
    pub(super) fields: Vec<String>,
    /// How -T fields and -T csv write: header=y, separator=, (/t is a tab, /s a blank), quote=d|s|n,
    /// occurrence=f|l|a, aggregator=; (between the values of a field), bom=y, guard=n (csv: texts that a
    /// spreadsheet would run as a formula are not marked by '). May be repeated.
    #[arg(short = 'E', value_name = "NAME=VALUE", value_parser = super::columns::choice)]
    pub(super) field_options: Vec<super::columns::Choice>,
    /// With -T payload: each payload in a file of this folder, named after its packet and topic; the
    /// names of the files are listed. A file that is there already is never written over.
    #[arg(long, value_name = "DIR")]
    pub(super) split: Option<PathBuf>,
    /// The tree, as with tshark: the same as -T tree. Beside another -T it changes nothing.
    #[arg(short = 'V')]
    pub(super) verbose: bool,
    /// How much the tree explains.
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub(super) explain: ExplainArg,
    /// Add a hex dump of each packet.
    #[arg(short = 'x')]
    pub(super) hex: bool,
    /// Hide passwords, user names and authentication data, in hex too.
    #[arg(long)]
    pub(super) redact: bool,
    /// How times are shown.
    #[arg(short = 't', value_name = "FORMAT", default_value = "r", value_parser = times(), help = time_help())]
    pub(super) time: TimeFormat,
    /// The release of mosquitto whose lines -T log writes: 1.4, 1.5, 1.6, 2.0, 2.1, or one like
    /// 2.0.11 [default: 2.0].
    #[arg(long, value_name = "RELEASE", value_parser = str::parse::<Release>)]
    pub(super) mosquitto: Option<Release>,
    #[command(flatten)]
    pub(super) look: Look,
    /// Exit with 3 if a finding of this severity, or a graver one, was made.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(super) fail_on: Option<SeverityArg>,
    /// Show only packets with findings, of this severity or graver, and at the end what was found by
    /// rule and by client.
    #[arg(long, value_enum, value_name = "SEVERITY", num_args = 0..=1, require_equals = true, default_missing_value = "note")]
    pub(super) findings: Option<SeverityArg>,
    /// Show no packets, only what is told at the end.
    #[arg(short = 'q')]
    pub(super) quiet: bool,
    /// Write each packet at once, not in blocks. Live capture does so as soon as no frame waits.
    #[arg(short = 'l')]
    pub(super) line_buffered: bool,
}

/// How text looks, and where it goes.
#[derive(Clone, Debug, Args)]
pub(super) struct Look {
    /// Colour: auto colours on a terminal, and honours NO_COLOR and CLICOLOR_FORCE.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: ColorArg,
    /// Break lines at this column [default: the terminal's width, or COLUMNS where it tells none; endless elsewhere].
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..))]
    pub(super) width: Option<u16>,
    #[command(flatten)]
    pub(super) pager: Pager,
}

/// Whether text goes through a pager.
#[derive(Clone, Debug, Args)]
pub(super) struct Pager {
    /// Don't start a pager. Without it, text for people goes to a terminal through MQTTSCOPE_PAGER,
    /// PAGER or less.
    #[arg(long)]
    pub(super) no_pager: bool,
}

/// How an answer about connections is shown.
#[derive(Debug, Args)]
pub(super) struct Answer {
    /// Only connections of which a filter in Wireshark's language chooses a packet: mqtt.qos == 2. Fields:
    /// -G fields.
    #[arg(short = 'Y', value_name = "FILTER")]
    pub(super) display_filter: Option<String>,
    /// How times are shown.
    #[arg(short = 't', value_name = "FORMAT", default_value = "r", value_parser = times(), help = time_help())]
    pub(super) time: TimeFormat,
    /// Hide passwords, user names and authentication data.
    #[arg(long)]
    pub(super) redact: bool,
    #[command(flatten)]
    pub(super) look: Look,
    /// Exit with 3 if a packet has a finding of this severity, or a graver one, or a connection ended for a
    /// cause of it, as refused, malformed (error) or closed without DISCONNECT (warning). Guesses do not
    /// count.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(super) fail_on: Option<SeverityArg>,
}

impl Answer {
    /// The same as the options of packets, in a format of the answer's own.
    pub(super) fn output(&self, format: &str) -> Output {
        Output {
            format: format.to_owned(),
            verbose: false,
            explain: ExplainArg::default(),
            hex: false,
            redact: self.redact,
            time: self.time,
            look: self.look.clone(),
            fail_on: self.fail_on,
            findings: None,
            quiet: false,
            line_buffered: false,
            display_filter: self.display_filter.clone(),
            fields: Vec::new(),
            field_options: Vec::new(),
            split: None,
            mosquitto: None,
        }
    }
}

/// How connections are read.
#[derive(Clone, Debug, Args)]
pub(super) struct Protocol {
    /// Read a TCP port as MQTT, besides 1883 and 8883: tcp.port==1884,mqtt; or a UDP port as
    /// MQTT-SN, besides 1884 and 10000: udp.port==2442,mqttsn. Also a range: tcp.port==5000-5600,mqtt. May
    /// be repeated.
    #[arg(short = 'd', value_name = "LAYER.port==N,PROTOCOL", value_parser = super::decode_on::parse)]
    pub(super) decode_as: Vec<DecodeAs>,
    /// Read these ports alone. Without it, a connection to any port is read if its bytes are MQTT.
    #[arg(long)]
    pub(super) only_port: bool,
    /// The version of packets whose CONNECT is not there, by its name or by its protocol level: 3, 4, 5.
    #[arg(long, value_enum, value_name = "VERSION")]
    pub(super) mqtt_version: Option<VersionArg>,
    /// The longest packet that is held, in bytes; of a longer one the beginning is shown.
    #[arg(long, value_name = "BYTES", default_value_t = crate::pipeline::MAX_PACKET)]
    pub(super) max_packet: usize,
    /// Decrypt TLS with a key log: tls.keylog_file:FILE [default: the file of SSLKEYLOGFILE]; or name
    /// a pre-defined topic id of MQTT-SN: mqttsn.topic:ID=NAME. May be repeated.
    #[arg(short = 'o', value_name = "PREFERENCE:VALUE", value_parser = super::preference::parse)]
    pub(super) preferences: Vec<Preference>,
    /// Names are never looked up: this option does nothing and is taken for tshark's sake.
    #[arg(short = 'n', hide = true)]
    pub(super) no_names: bool,
}

/// `mqttscope decode`
#[derive(Debug, Args)]
#[command(
    after_help = format!("{}\n\n{}", examples::of("decode"), notations()),
    mut_arg("format", |arg| arg.value_parser(formats_but_folders()))
)]
pub(super) struct Decode {
    /// The bytes, in any notation; without them, standard input is read.
    #[arg(value_name = "BYTES", allow_negative_numbers = true)]
    pub(super) bytes: Vec<String>,
    /// Read the text, or raw bytes, from a file. May be repeated: the files are read one after another,
    /// as one text.
    #[arg(long, value_name = "FILE", conflicts_with = "bytes")]
    pub(super) file: Vec<PathBuf>,
    /// Every line is a packet of its own, unrelated to the others.
    #[arg(long)]
    pub(super) lines: bool,
    /// Which end sent the packets.
    #[arg(long, value_enum, value_name = "SENDER")]
    pub(super) from: Option<SenderArg>,
    /// The version of packets whose CONNECT is not there, by its name or by its protocol level: 3, 4, 5.
    #[arg(long, value_enum, value_name = "VERSION")]
    pub(super) mqtt_version: Option<VersionArg>,
    /// What the bytes are. A conversation with a CONNECT of MQTT-SN is read as MQTT-SN anyway.
    #[arg(long, value_enum, value_name = "PROTOCOL", default_value = "mqtt")]
    pub(super) protocol: ProtocolArg,
    #[command(flatten)]
    pub(super) output: Output,
}

/// `mqttscope read`
#[derive(Debug, Args)]
#[command(after_help = examples::of("read"))]
pub(super) struct Read {
    /// Captures, read as one in the order of time; - is standard input. What follows them may be a
    /// filter, as with tshark: mqttscope read FILE mqtt.qos==2.
    #[arg(value_name = "FILE", required_unless_present = "read_file")]
    pub(super) files: Vec<OsString>,
    /// A capture, as with tshark. May be repeated.
    #[arg(short = 'r', value_name = "FILE")]
    pub(super) read_file: Vec<PathBuf>,
    /// Stop after this many frames.
    #[arg(short = 'c', value_name = "FRAMES")]
    pub(super) count: Option<u64>,
    /// At the end of the file wait for more, until Ctrl-C: for a capture that is still being written.
    #[arg(long)]
    pub(super) follow: bool,
    /// Also write the frames of the packets that are shown to a file, and those that open their
    /// connections: pcapng with the findings as comments, which Wireshark shows, or pcap without them
    /// where the name ends in .pcap. With -q nothing else is shown. With -T parquet: the folder for its
    /// files.
    #[arg(short = 'w', value_name = "FILE|DIR")]
    pub(super) write: Option<PathBuf>,
    #[command(flatten)]
    pub(super) protocol: Protocol,
    #[command(flatten)]
    pub(super) output: Output,
}

/// `mqttscope log`
#[derive(Debug, Args)]
#[command(after_help = examples::of("log"))]
pub(super) struct Log {
    /// Compare with the log that the broker wrote (- is standard input): which packets it never saw, and which of its lines
    /// have no packet. The release is taken from it, unless --mosquitto says another; with -T json
    /// one JSON object a difference. What no wire tells differs: a broker's mount_point stands before topics, and
    /// with use_username_as_clientid the User Name in place of the Client Identifier, which is found out and told.
    #[arg(long, value_name = "LOG")]
    pub(super) diff: Option<PathBuf>,
    #[command(flatten)]
    pub(super) read: Read,
}

/// `mqttscope explain`
#[derive(Debug, Args)]
#[command(after_help = examples::of("explain"))]
pub(super) struct Explanation {
    /// Words: a packet type, a property, a reason code, a field, a rule, a statement, a section of the
    /// standard. Or a log: a file, text with its lines, or - for standard input, which is read without
    /// words, too.
    #[arg(value_name = "WORDS")]
    pub(super) words: Vec<String>,
    /// Output format.
    #[arg(short = 'T', value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    pub(super) format: String,
    #[command(flatten)]
    pub(super) look: Look,
    /// Of a log: exit with 3 if a verdict of this severity, or a graver one, was made.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(super) fail_on: Option<SeverityArg>,
    /// Of a log: only what went wrong.
    #[arg(short = 'q')]
    pub(super) quiet: bool,
}

/// `mqttscope sessions`
#[derive(Debug, Args)]
#[command(after_help = examples::of("sessions"))]
pub(super) struct Sessions {
    /// Captures, read as one in the order of time; - is standard input. What follows them may be a
    /// filter, as with tshark: mqttscope sessions FILE mqtt.qos==2.
    #[arg(value_name = "FILE", required_unless_present = "read_file")]
    pub(super) files: Vec<OsString>,
    /// A capture, as with tshark. May be repeated.
    #[arg(short = 'r', value_name = "FILE")]
    pub(super) read_file: Vec<PathBuf>,
    /// Stop after this many frames.
    #[arg(short = 'c', value_name = "FRAMES")]
    pub(super) count: Option<u64>,
    /// Output format.
    #[arg(short = 'T', value_name = "FORMAT", default_value = "table", value_parser = formats_of(render::sessions::FORMATS))]
    pub(super) format: String,
    #[command(flatten)]
    pub(super) protocol: Protocol,
    #[command(flatten)]
    pub(super) answer: Answer,
}

/// Which statistics, and what of them.
#[derive(Debug, Args)]
pub(super) struct Figures {
    /// A statistic, by its name or by tshark's: topics, io,stat,1, conv,tcp. Behind a comma may stand a
    /// filter for it alone: topics,mqtt.qos==2. May be repeated; -z help lists all.
    #[arg(short = 'z', value_name = "STATISTIC", value_parser = super::offered::statistic(), hide_possible_values = true)]
    pub(super) statistics: Vec<String>,
    /// Count by the values of a field that filters can name: mqtt.qos. -z latencies is grouped by it.
    #[arg(long, value_name = "FIELD", value_parser = super::offered::field(), hide_possible_values = true)]
    pub(super) by: Option<String>,
    /// Show this many rows of a ranking, 0 is all [default: 20 in tables, all elsewhere].
    #[arg(long, value_name = "N")]
    pub(super) top: Option<usize>,
    /// Order rows by a column, the greatest first; its name is that of the key in JSON: payload_max.
    #[arg(long, value_name = "COLUMN", value_parser = super::offered::sort(), hide_possible_values = true)]
    pub(super) sort: Option<String>,
}

/// `mqttscope stats`
#[derive(Debug, Args)]
#[command(after_help = statistics_help())]
pub(super) struct Stats {
    /// Captures, read as one in the order of time; - is standard input. What follows them may be a
    /// filter, as with tshark: mqttscope stats FILE mqtt.qos==2.
    #[arg(value_name = "FILE", required_unless_present_any = ["read_file", "interfaces", "statistics"])]
    pub(super) files: Vec<OsString>,
    /// A capture, as with tshark. May be repeated.
    #[arg(short = 'r', value_name = "FILE", conflicts_with = "interfaces")]
    pub(super) read_file: Vec<PathBuf>,
    /// Capture on an interface, and count until Ctrl-C, -c or -a ends it. May be repeated.
    #[arg(short = 'i', value_name = "IFACE", conflicts_with = "files")]
    pub(super) interfaces: Vec<String>,
    #[arg(short = 'f', value_name = "FILTER", requires = "interfaces", help = filter_help())]
    pub(super) filter: Option<String>,
    /// Stop after seconds or frames: duration:N, packets:N.
    #[arg(short = 'a', value_name = "CONDITION:N", requires = "interfaces", value_parser = super::conditions::parse_end)]
    pub(super) end: Vec<super::conditions::Condition>,
    /// Stop after this many frames.
    #[arg(short = 'c', value_name = "FRAMES")]
    pub(super) count: Option<u64>,
    #[command(flatten)]
    pub(super) figures: Figures,
    /// Count only packets that a filter in Wireshark's language chooses: mqtt.qos == 2. Fields: -G fields.
    #[arg(short = 'Y', value_name = "FILTER")]
    pub(super) display_filter: Option<String>,
    /// Output format.
    #[arg(short = 'T', value_name = "FORMAT", default_value = "table", value_parser = formats_of_statistics())]
    pub(super) format: String,
    /// Hide passwords, user names and authentication data.
    #[arg(long)]
    pub(super) redact: bool,
    #[command(flatten)]
    pub(super) look: Look,
    /// No packets are shown anyway: this option does nothing and is taken for tshark's sake.
    #[arg(short = 'q', hide = true)]
    pub(super) quiet: bool,
    #[command(flatten)]
    pub(super) protocol: Protocol,
}

impl Stats {
    /// The same as options of packets of which none is shown.
    pub(super) fn output(&self) -> Output {
        let answer = Answer {
            display_filter: self.display_filter.clone(),
            time: TimeFormat::default(),
            redact: self.redact,
            look: self.look.clone(),
            fail_on: None,
        };
        Output { quiet: true, ..answer.output("summary") }
    }
}

/// `mqttscope session`
#[derive(Debug, Args)]
#[command(after_help = examples::of("session"))]
pub(super) struct Session {
    /// A capture; - is standard input.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// The number of a stream, or a Client Identifier: then all its connections are shown.
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// A filter, the same as -Y: of several connections of a client those of which it chooses a packet.
    #[arg(value_name = "FILTER")]
    pub(super) filter_words: Vec<String>,
    /// Stop after this many frames.
    #[arg(short = 'c', value_name = "FRAMES")]
    pub(super) count: Option<u64>,
    /// Output format.
    #[arg(short = 'T', value_name = "FORMAT", default_value = "timeline", value_parser = formats_of(render::timeline::FORMATS))]
    pub(super) format: String,
    #[command(flatten)]
    pub(super) protocol: Protocol,
    #[command(flatten)]
    pub(super) answer: Answer,
}

/// Bytes of a frame that are captured.
const SNAPLEN: u32 = 262_144;
/// The kernel's buffer of an interface, in MiB.
const BUFFER_MIB: u32 = 64;

/// `mqttscope live`
#[derive(Debug, Args)]
#[command(
    after_help = examples::of("live"),
    mut_arg("format", |arg| arg.value_parser(formats_but_folders()))
)]
pub(super) struct Live {
    /// An interface: its name, its number in the list of -D, or any. May be repeated: frames come in the
    /// order of time.
    #[arg(short = 'i', value_name = "IFACE", required = true)]
    pub(super) interfaces: Vec<String>,
    /// The capture filter, as with tshark: the same as -f.
    #[arg(value_name = "FILTER", conflicts_with = "filter")]
    pub(super) words: Vec<String>,
    #[arg(short = 'f', value_name = "FILTER", help = filter_help())]
    pub(super) filter: Option<String>,
    /// Stop after this many frames.
    #[arg(short = 'c', value_name = "FRAMES")]
    pub(super) count: Option<u64>,
    /// Stop after seconds, kB written, full files or frames: duration:N, filesize:N, files:N, packets:N.
    #[arg(short = 'a', value_name = "CONDITION:N", value_parser = super::conditions::parse_end)]
    pub(super) end: Vec<super::conditions::Condition>,
    /// Write a ring of files, as dumpcap does: keep files:N, begin the next one after filesize:N (kB),
    /// duration:N (seconds), packets:N or interval:N (when the clock comes to a multiple).
    #[arg(short = 'b', value_name = "CONDITION:N", value_parser = super::conditions::parse_ring)]
    pub(super) ring: Vec<super::conditions::Condition>,
    /// Write what is captured to a file while showing it: pcap, or pcapng if its name says so or the
    /// link types differ.
    #[arg(short = 'w', value_name = "FILE")]
    pub(super) write: Option<PathBuf>,
    /// Go on as this user once the interfaces are open [default: the user of sudo]; root stays root.
    #[arg(long, value_name = "NAME|UID")]
    pub(super) user: Option<String>,
    /// Give up the right to open an interface, too: one that is deleted is not captured on again.
    #[arg(long)]
    pub(super) no_reopen: bool,
    /// Capture at most this many bytes of a frame; 0 stands for the most there can be, which is the default.
    #[arg(short = 's', value_name = "BYTES", default_value_t = SNAPLEN)]
    pub(super) snaplen: u32,
    /// Don't put the interface into promiscuous mode.
    #[arg(short = 'p')]
    pub(super) no_promiscuous: bool,
    /// Size of the kernel's buffer of each interface in MiB.
    #[arg(short = 'B', value_name = "MIB", default_value_t = BUFFER_MIB)]
    pub(super) buffer: u32,
    /// At the end, list the connections and why each ended; with -q only that.
    #[arg(long)]
    pub(super) sessions: bool,
    #[command(flatten)]
    pub(super) figures: Figures,
    #[command(flatten)]
    pub(super) protocol: Protocol,
    #[command(flatten)]
    pub(super) output: Output,
}

impl Live {
    /// A capture of which no packet is shown and nothing is written.
    pub(super) fn quiet(
        (interfaces, filter): (Vec<String>, Option<String>),
        (count, end): (Option<u64>, Vec<super::conditions::Condition>),
        protocol: Protocol,
        output: Output,
    ) -> Self {
        let figures = Figures { statistics: Vec::new(), by: None, top: None, sort: None };
        Self {
            interfaces,
            words: Vec::new(),
            filter,
            count,
            end,
            ring: Vec::new(),
            write: None,
            user: None,
            no_reopen: false,
            snaplen: SNAPLEN,
            no_promiscuous: false,
            buffer: BUFFER_MIB,
            sessions: false,
            figures,
            protocol,
            output,
        }
    }
}

/// `mqttscope fields`
#[derive(Debug, Args)]
#[command(after_help = examples::of("fields"))]
pub(super) struct Fields {
    /// Only fields whose name or description holds this text.
    #[arg(value_name = "TEXT")]
    pub(super) text: Option<String>,
    #[command(flatten)]
    pub(super) pager: Pager,
}

/// `mqttscope completions`
#[derive(Debug, Args)]
#[command(after_help = examples::of("completions"))]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

/// `mqttscope man`
#[derive(Debug, Args)]
#[command(after_help = examples::of("man"))]
pub(super) struct Man {
    /// The page of this subcommand; without it that of the program.
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
    /// Write all pages into this folder: mqttscope.1, mqttscope-read.1 and so on.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub(super) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(super) pager: Pager,
}

macro_rules! value_enum {
    ($(#[$doc:meta])* $name:ident for $target:ty { $($variant:ident = $text:literal $(| $alias:literal)? => $value:expr),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
        pub(super) enum $name { $(#[value(name = $text $(, alias = $alias)?)] $variant),* }
        impl From<$name> for $target {
            fn from(arg: $name) -> Self { match arg { $($name::$variant => $value),* } }
        }
    };
}

value_enum! { ExplainArg for Explain { Off = "off" => Explain::Off, Brief = "brief" => Explain::Brief, Full = "full" => Explain::Full } }
value_enum! { SenderArg for Sender { Client = "client" => Sender::Client, Server = "server" => Sender::Server } }
value_enum! { VersionArg for Version { V31 = "3.1" | "3" => Version::V31, V311 = "3.1.1" | "4" => Version::V311, V5 = "5.0" | "5" => Version::V5 } }
value_enum! { ProtocolArg for PastedProtocol { Mqtt = "mqtt" => PastedProtocol::Mqtt, MqttSn = "mqttsn" => PastedProtocol::MqttSn } }
value_enum! { SeverityArg for Severity { Note = "note" => Severity::Note, Warning = "warning" => Severity::Warning, Error = "error" => Severity::Error } }

#[allow(clippy::derivable_impls)]
impl Default for ExplainArg {
    fn default() -> Self {
        Self::Brief
    }
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    #[default]
    Auto,
    Always,
    Never,
}

impl Protocol {
    /// The key log that the command line names; of several the last.
    pub(super) fn key_log(&self) -> Option<&Path> {
        self.preferences.iter().rev().find_map(|preference| match preference {
            Preference::KeyLog(path) => Some(path.as_path()),
            Preference::SnTopic(..) => None,
        })
    }

    /// The settings of an inspection.
    pub(super) fn settings(&self, redact: bool) -> Settings {
        let mut settings = Settings::default();
        for decode_as in &self.decode_as {
            let ports = decode_as.ports.clone();
            match decode_as.carries {
                Carries::Mqtt => {
                    settings.ports.extend(ports.clone());
                    settings.named_ports.extend(ports);
                }
                Carries::MqttSn => settings.sn_ports.extend(ports),
            }
        }
        let names = self.preferences.iter().filter_map(|preference| match preference {
            Preference::SnTopic(id, name) => Some((*id, name.as_bytes().into())),
            Preference::KeyLog(_) => None,
        });
        settings.sn_topics = std::sync::Arc::new(names.collect());
        settings.any_port = !self.only_port;
        settings.version = self.mqtt_version.map(Into::into);
        settings.redact = redact;
        settings.max_packet = self.max_packet;
        settings
    }
}

/// The formats of packets. tshark's text is a tree, too.
fn formats() -> impl TypedValueParser<Value = String> {
    let values = render::FORMATS.iter().map(possible).map(with_alias);
    PossibleValuesParser::new(values).map(canonical)
}

/// The same where no folder can be named.
fn formats_but_folders() -> impl TypedValueParser<Value = String> {
    let rows = render::FORMATS.iter().filter(|row| row.target != render::Target::Folder);
    PossibleValuesParser::new(rows.map(possible).map(with_alias)).map(canonical)
}

/// tshark's name of a format, and ours.
const ALIAS: (&str, &str) = ("text", "tree");

fn with_alias(value: PossibleValue) -> PossibleValue {
    if value.get_name() == ALIAS.1 { value.alias(ALIAS.0) } else { value }
}

fn canonical(name: String) -> String {
    if name == ALIAS.0 { ALIAS.1.to_owned() } else { name }
}

fn possible(row: &render::FormatRow) -> PossibleValue {
    PossibleValue::new(row.name).help(row.about)
}

fn formats_of(rows: &'static [render::FormatRow]) -> PossibleValuesParser {
    PossibleValuesParser::new(rows.iter().map(possible))
}

fn formats_of_statistics() -> PossibleValuesParser {
    let rows = render::stats::FORMATS.iter();
    PossibleValuesParser::new(rows.map(|row| PossibleValue::new(row.name).help(row.about)))
}

fn times() -> impl TypedValueParser<Value = TimeFormat> {
    |text: &str| text.parse::<TimeFormat>().map_err(|error| error.to_string())
}

fn notations() -> String {
    let names = crate::paste::notation::names();
    format!(
        "Notations that are understood, also in the middle of other text:\n  {}",
        names.join("\n  ")
    )
}

fn statistics_help() -> String {
    let defaults = crate::stats::DEFAULT.join(", ");
    format!(
        "Statistics of -z (without it: {defaults}); in brackets the same in tshark's manner:\n{}\n\n{}",
        super::stats::list(),
        examples::of("stats")
    )
}

fn filter_help() -> String {
    format!(
        "Capture filter, in libpcap's language; '' captures all, and finds MQTT on any port. \
         [default: {}, and the ports of -d]",
        crate::spec::port::filter(&[], &[])
    )
}

fn time_help() -> String {
    let rows: Vec<String> = render::time::TIME_FORMATS
        .iter()
        .map(|row| format!("{} ({})", row.name, row.about))
        .collect();
    format!("How times are shown: {}", rows.join(", "))
}
