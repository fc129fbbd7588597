//! What a security review would note: nothing here is a fault.

use super::Notes;
use super::subscription::unshared;
use crate::mqtt::packet::{Connect, Subscribe};
use crate::session::ended::{Ended, Fault};
use crate::spec::{Field, Rule};

/// Takes note of how a client names itself.
pub(super) fn connect(connect: &Connect<'_>, notes: &mut Notes<'_>, record: &mut Ended) {
    if connect.password.is_some() && !notes.seen.is_secret && notes.seen.line.is_some() {
        notes.at(Rule::PASSWORD_IN_CLEAR, Field::PASSWORD, (0, 0));
        remark(Rule::PASSWORD_IN_CLEAR, notes, record);
    }
    // So it is with most clients of a laboratory: told of the connection, not at each CONNECT.
    if connect.user_name.is_none() {
        remark(Rule::NO_USER_NAME, notes, record);
    }
    let lasts = record.connect.as_ref().map_or(0, |asked| asked.expiry);
    if lasts >= LONG && is_random(connect.client_id.0) {
        notes.at(Rule::RANDOM_CLIENT_LASTS, Field::CLIENT_ID, (0, 0));
        remark(Rule::RANDOM_CLIENT_LASTS, notes, record);
    }
}

/// Takes note of subscriptions to everything.
pub(super) fn subscribe(subscribe: &Subscribe<'_>, notes: &mut Notes<'_>, record: &mut Ended) {
    if subscribe.filters().any(|(filter, _)| is_all(filter.0)) {
        notes.at(Rule::SUBSCRIBES_TO_ALL, Field::TOPIC_FILTER, (0, 0));
        remark(Rule::SUBSCRIBES_TO_ALL, notes, record);
    }
}

/// Whether a filter matches every topic, or every one of what the server tells of itself. A topic
/// has at least one level, which may be empty, so that `+/#` says the same as `#`; of `+/+/#` all
/// topics of one level are left out. Of a shared subscription the filter behind its name counts.
fn is_all(filter: &[u8]) -> bool {
    let filter = unshared(filter).unwrap_or(filter);
    let filter = filter.strip_prefix(b"$SYS/").unwrap_or(filter);
    matches!(filter, b"#" | b"+/#")
}

/// A session that lasts longer than this without its client is one that lasts, in seconds.
const LONG: u32 = 86_400;

fn remark(rule: Rule, notes: &Notes<'_>, record: &mut Ended) {
    if !record.remarks.iter().any(|remark| remark.rule == rule) {
        record.remarks.push(Fault { rule, at: notes.seen.at });
    }
}

/// Whether a Client Identifier looks drawn by lot, as the libraries do: eight or more hexadecimal
/// digits in a row, or twelve letters and digits that change between them again and again. The
/// client that comes back under another one leaves its session behind.
fn is_random(id: &[u8]) -> bool {
    let mut hex = 0usize;
    let mut digits = false;
    for run in id.chunk_by(|a, b| a.is_ascii_hexdigit() && b.is_ascii_hexdigit()) {
        if run.len() > hex && run.iter().all(u8::is_ascii_hexdigit) {
            hex = run.len();
            digits = run.iter().any(u8::is_ascii_digit) && run.iter().any(u8::is_ascii_alphabetic);
        }
    }
    let words = id.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| word.len() >= 12);
    let changes = |word: &[u8]| {
        let pairs = word.windows(2);
        pairs
            .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit()))
            .count()
    };
    (hex >= 8 && digits) || words.map(changes).any(|changes| changes >= 6)
}

#[cfg(test)]
mod tests {
    use super::{is_all, is_random};

    #[test]
    fn filters_that_leave_nothing_out() {
        for filter in ["#", "+/#", "$SYS/#", "$SYS/+/#", "$share/all/#", "$share/all/+/#"] {
            assert!(is_all(filter.as_bytes()), "{filter}");
        }
        for filter in ["+", "+/+/#", "/#", "a/#", "$SYS/broker/#", "$share/#/a", "#/"] {
            assert!(!is_all(filter.as_bytes()), "{filter}");
        }
    }

    #[test]
    fn names_that_libraries_draw() {
        // The forms of MQTTX, MQTT.js, paho for Java and mosquitto.
        for id in ["mqttx_0c668d0d", "mqttjs_8f7a2b1c", "auto-2C9B0E55-AF43-1C9E-4F3D-2C1A"] {
            assert!(is_random(id.as_bytes()), "{id}");
        }
        for id in ["thermostat-12", "device", "sensor_20240101", "decade", "building7floor3room12"]
        {
            assert!(!is_random(id.as_bytes()), "{id}");
        }
    }
}
