//! The events of the time line in JSON: the key `events` of a connection's line, a list.
//!
//! | key | value |
//! |---|---|
//! | `n`, `frame`, `time` | its place |
//! | `sender` | `"client"` or `"server"` |
//! | `type` | as in a packet's line; `"SYN"`, `"FIN"`, `"RST"` |
//! | `text` | what matters of it, for people |
//! | `latency` | seconds since the packet that it answers |
//! | `lost` | bytes that were not captured before it; `null` where the number is not known |
//! | `findings` | each with `severity`, `rule`, `message` |

use super::events::{Collector, Event};
use crate::pipeline::Record;
use crate::render::json::{seconds, write_line};
use crate::render::sessions::json::{Line, Place};
use crate::render::{Format, Options};
use crate::session::Ended;
use serde::Serialize;
use std::io::{self, Write};

/// The time line as JSON.
#[derive(Debug)]
pub struct Json {
    collector: Collector,
}

impl Json {
    /// For the connection that the options name.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self { collector: Collector::new(options) }
    }
}

impl Format for Json {
    fn record(&mut self, record: &Record<'_>, _: &mut dyn Write) -> io::Result<()> {
        self.collector.record(record);
        Ok(())
    }

    fn ended(&mut self, ended: &Ended, _: &mut dyn Write) -> io::Result<()> {
        self.collector.ended(ended);
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let stories = self.collector.take();
        if stories.is_empty() {
            return Err(self.collector.nothing());
        }
        for story in stories {
            let events: Vec<_> = story.events.iter().map(EventOf::new).collect();
            write_line(&Line::new(&story.session, events), out)?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct EventOf<'e> {
    #[serde(flatten)]
    place: Place,
    sender: &'static str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<Option<u64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<FindingOf<'e>>,
}

#[derive(Serialize)]
struct FindingOf<'e> {
    severity: &'static str,
    rule: &'static str,
    message: &'e str,
}

impl<'e> EventOf<'e> {
    fn new(event: &'e Event) -> Self {
        let finding =
            |(severity, rule, message): &'e (crate::spec::Severity, &'static str, String)| {
                FindingOf { severity: severity.name(), rule, message }
            };
        Self {
            place: Place::new(event.at),
            sender: event.sender.name(),
            r#type: event.kind,
            text: &event.text,
            latency: event.latency.map(seconds),
            lost: event.lost,
            findings: event.findings.iter().map(finding).collect(),
        }
    }
}
