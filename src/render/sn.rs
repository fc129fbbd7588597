//! What only MQTT-SN has: topics that stand in other messages.

use super::words;
use crate::annotate::view::Row;
use crate::pipeline::SnRecord;
use crate::session::sn::{At, Resolved, Told};
use crate::spec::Field;
use crate::spec::field::Context;
use std::borrow::Cow;

/// Bytes of a topic name that are shown behind its id.
const NAME: usize = 120;

/// What a value does, as [`words::meaning`] says it; behind the meaning of a topic id stands the
/// topic's name.
#[must_use]
pub fn meaning(
    row: &Row<'_>,
    context: &Context,
    record: Option<SnRecord<'_>>,
) -> Cow<'static, str> {
    let meaning = words::meaning(row, context);
    match record.and_then(|record| record.topic) {
        Some(topic) if is_told_of(row, record) => {
            let name = words::quoted(&topic.name, NAME);
            match source(topic) {
                Some(source) => format!("{meaning}: {name} ({source})").into(),
                None => format!("{meaning}: {name}").into(),
            }
        }
        _ => meaning,
    }
}

/// Whether the topic's name is told at this row: at the id, or at the MsgId of a message that has
/// no id of a topic.
fn is_told_of(row: &Row<'_>, record: Option<SnRecord<'_>>) -> bool {
    let has_topic = record
        .and_then(|record| record.decoded.message)
        .is_some_and(|message| message.topic.is_some());
    match row.field {
        Field::SN_TOPIC_ID | Field::SN_PREDEFINED_ID | Field::SN_FILTER_ID => true,
        Field::SN_MSG_ID => !has_topic,
        _ => false,
    }
}

/// `REGISTER in frame 4`: what gave a topic its id; `None` where no message had to.
#[must_use]
pub fn source(topic: &Resolved) -> Option<String> {
    let place = place(topic.at);
    match topic.told {
        Told::Register => Some(format!("REGISTER in {place}")),
        Told::Suback => Some(format!("SUBACK in {place}")),
        Told::Request => Some(place),
        Told::Option => Some("by option".to_owned()),
        Told::Short => None,
    }
}

fn place(at: At) -> String {
    match at.frame {
        Some(frame) => format!("frame {frame}"),
        None => format!("#{}", at.record),
    }
}
