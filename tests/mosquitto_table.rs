//! `docs/mosquitto-log.md` is current: every line that mosquitto writes, from the tables.
//!
//! `MQTTSCOPE_REWRITE=1 cargo test --test mosquitto_table` writes it anew.

mod support;

use mqttscope::log::track::VERDICTS_OF_LOGS;
use mqttscope::spec::mosquitto::client_lines::CLIENT_LINES;
use mqttscope::spec::mosquitto::event::EVENTS;
use mqttscope::spec::mosquitto::field::LOG_FIELDS;
use mqttscope::spec::mosquitto::lines::LINES;
use mqttscope::spec::mosquitto::{Direction, Event, Wire};
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};
use support::diff::diff;

const HEAD: &str = "\
# The lines of mosquitto's log

Every line that is read, written and explained, from the tables in `src/spec/mosquitto`. Between braces stand
the fields. *From a capture* says whether `mqttscope log` writes the line: `yes`, with what it leaves out, `in part`, or why
no capture shows it.
This file is written by `tests/mosquitto_table.rs`.

Two settings of a broker's listener change what stands in its lines, and no wire tells them. With
`use_username_as_clientid true` the broker calls a client by its User Name in place of its Client Identifier, so that
clients with one identifier do not throw each other out, and two with one User Name do. With `mount_point TEXT` the text
stands before every topic and filter. `mqttscope log` writes what the packets say: the Client Identifier, and
topics without a mount point. `--diff` finds out from the log who is called by the User Name, and says so; a mount point makes
the lines with topics differ.

What the broker does with a client that is gone may have no trace on the wire: it reads on, writes in vain, and how it says that the
connection ended rests on which write failed. Such lines are left out and counted: where the client resets, and had not
acknowledged all that the broker wrote before (TCP then holds the next answers back), or was to get a message back that it had
just published. So are the ends of connections that the capture lacks the last bytes of, `already connected` where neither end of the
old connection was captured, and `New connection from` where the broker closes before it has read anything: it has as many
clients as `max_connections` allows, or the hosts files deny the client; where it resets with a CONNECT unread, which may also be above
its `max_packet_size` (then it has the line); or where the client resets before it has sent a byte.
Before 5.0 a broker that does not take the QoS of a message, or messages with RETAIN, closes without a word: where it closes
right behind one that has a QoS or RETAIN, and nothing else tells why, that message and what follows it are left out, and how the connection
ended. In 5.0 the answer to a message tells whether it was denied; where the capture lacks that, the message is left out. So is
`has exceeded timeout` where the CONNECT of another connection was not captured that the broker accepted right then: it may be
the same client, for which the broker closed the old one. A delivery that fails because its subscriber has just reset is not
told either, nor that the subscriber ends with `Broken pipe` then.

Over WebSocket the broker hears of each end from the library that carries it, which does not say why. 2.0 (seen of 2.0.11) then
writes `Client {client} closed its connection.` whoever closed first: of a client that was silent for too long, that sent
what is not allowed, or whose CONNECT was refused (`<unknown>` there). Of one that was taken over the line stands behind
`already connected`, as a second one. `Client {client} disconnected.` of a DISCONNECT stays as it is. `mqttscope log` does so for 2.0;
what other releases write over WebSocket is not known, and they get the lines of TCP.
";

#[test]
fn the_table_of_lines_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mosquitto-log.md");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let now = format!("{HEAD}{}{}{}", lines(), fields(), verdicts());
    let Some(difference) = diff(&text, &now) else { return };
    let is_rewritten = env::var("MQTTSCOPE_REWRITE").is_ok_and(|value| value == "1");
    assert!(is_rewritten, "docs/mosquitto-log.md\n{difference}");
    fs::write(path, now).unwrap();
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

fn lines() -> String {
    let mut out = String::from("\n## Lines\n");
    for (index, info) in EVENTS.iter().enumerate() {
        let event = Event(u16::try_from(index).unwrap());
        let packet = info.packet.map_or(String::new(), |(kind, direction)| match direction {
            Direction::In => format!(" ({kind} from the client)"),
            Direction::Out => format!(" ({kind} from the broker)"),
        });
        writeln!(out, "\n### `{}`{packet}\n\n{}.\n", info.id, cell(info.meaning)).unwrap();
        let wire = match info.wire {
            Wire::Seen => "yes".to_owned(),
            Wire::SeenBut(words) => format!("yes, but {words}"),
            Wire::Partly(reason) => format!("in part: {reason}"),
            Wire::Unseen(reason) => format!("no: {reason}"),
        };
        writeln!(out, "From a capture: {wire}.\n").unwrap();
        out.push_str("| line | log_type | releases |\n|---|---|---|\n");
        for row in LINES.iter().chain(CLIENT_LINES).filter(|row| row.event == event) {
            let who = if row.by_client { "client" } else { row.level.name() };
            let template = row.template.replace('\t', "(tab)").replace('|', "\\|");
            writeln!(out, "| `{template}` | {who} | {} to {} |", row.from, row.to).unwrap();
        }
    }
    out
}

fn fields() -> String {
    let mut out = String::from("\n## Fields\n\n| field | name | written as |\n|---|---|---|\n");
    for row in LOG_FIELDS {
        let marks: Vec<String> = row.marks.iter().map(|mark| format!("`{mark}`")).collect();
        writeln!(out, "| `{}` | {} | {} |", row.key, row.label, marks.join(", ")).unwrap();
    }
    out
}

fn verdicts() -> String {
    let mut out = String::from(
        "\n## Verdicts\n\n| verdict | severity | means | what to do |\n|---|---|---|---|\n",
    );
    for verdict in VERDICTS_OF_LOGS {
        let row = verdict.info();
        writeln!(out, "| `{}` | {} | {} | {} |", row.id, row.severity, row.title, row.advice)
            .unwrap();
    }
    out
}
