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
    for rule in [Rule::SUBSCRIBES_TO_ALL, Rule::SUBSCRIBES_TO_SYS] {
        let place = subscribe.filters().position(|(filter, _)| everything(filter.0) == Some(rule));
        if let Some(nth) = place {
            notes.at_nth(rule, Field::TOPIC_FILTER, nth);
            remark(rule, notes, record);
        }
    }
}

/// Which rule tells that a filter matches every topic, or every one of what the server tells of itself. A
/// topic has at least one level, which may be empty, so that `+/#` says the same as `#`; of `+/+/#` all
/// topics of one level are left out. Of a shared subscription the filter behind its name counts.
fn everything(filter: &[u8]) -> Option<Rule> {
    let filter = unshared(filter).unwrap_or(filter);
    let (rule, filter) = match filter.strip_prefix(b"$SYS/") {
        Some(filter) => (Rule::SUBSCRIBES_TO_SYS, filter),
        None => (Rule::SUBSCRIBES_TO_ALL, filter),
    };
    matches!(filter, b"#" | b"+/#").then_some(rule)
}

/// A session that lasts longer than this without its client is one that lasts, in seconds.
const LONG: u32 = 86_400;

fn remark(rule: Rule, notes: &Notes<'_>, record: &mut Ended) {
    if !record.remarks.iter().any(|remark| remark.rule == rule) {
        record.remarks.push(Fault { rule, at: notes.seen.at });
    }
}

/// Whether a Client Identifier looks drawn by lot, as the libraries do: eight or more hexadecimal
/// digits in a row, or twelve letters and digits that change between them again and again, a UUID of
/// version 4 or behind `auto-`, or the time behind `paho`. The client that comes back under another one leaves its
/// session behind. Twelve hexadecimal digits are an address of a device, which lasts, as other UUIDs may.
fn is_random(id: &[u8]) -> bool {
    let of_clock = id
        .strip_prefix(b"paho")
        .is_some_and(|rest| rest.len() >= MIN_CLOCK && rest.iter().all(u8::is_ascii_digit));
    let words: Vec<&[u8]> = id.split(|byte| !byte.is_ascii_alphanumeric()).collect();
    if let Some(groups) = words.windows(UUID.len()).find(|groups| is_uuid(groups)) {
        return id.starts_with(b"auto-") || groups.get(2).is_some_and(|it| it.starts_with(b"4"));
    }
    if words.iter().any(|word| is_eui64(word)) {
        return false;
    }
    let runs = id.chunk_by(|a, b| a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    let is_mixed =
        |run: &[u8]| run.iter().any(u8::is_ascii_digit) && run.iter().any(u8::is_ascii_alphabetic);
    let mut hex = runs.filter(|run| run.len() >= 8 && !is_address(run));
    let is_scrambled = |word: &&[u8]| {
        let pairs = word.windows(2);
        let is_change =
            |pair: &&[u8]| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit());
        word.len() >= 12 && !is_address(word) && pairs.filter(is_change).count() >= 6
    };
    of_clock || hex.any(is_mixed) || words.iter().any(is_scrambled)
}

/// The digits of a time that Paho for Java names its clients by, at least.
const MIN_CLOCK: usize = 9;
/// The lengths of the groups of a UUID.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

/// Whether these are the groups of a UUID.
fn is_uuid(groups: &[&[u8]]) -> bool {
    groups.iter().map(|group| group.len()).eq(UUID)
        && groups.iter().all(|group| group.iter().all(u8::is_ascii_hexdigit))
}

/// Whether this may be a MAC address.
fn is_address(run: &[u8]) -> bool {
    run.len() == 12 && run.iter().all(u8::is_ascii_hexdigit)
}

/// Whether this is an address of 64 bits: one that is written as a number, or made of that of a network card.
fn is_eui64(word: &[u8]) -> bool {
    let (digits, is_number) = match word.strip_prefix(b"0x") {
        Some(digits) => (digits, true),
        None => (word, false),
    };
    let is_long = digits.len() == 16 && digits.iter().all(u8::is_ascii_hexdigit);
    let is_of_card = digits.get(6..10).is_some_and(|mid| mid.eq_ignore_ascii_case(b"fffe"));
    is_long && (is_number || is_of_card)
}

#[cfg(test)]
mod tests {
    use super::{everything, is_random};
    use crate::spec::Rule;

    #[test]
    fn filters_that_leave_nothing_out() {
        for filter in ["#", "+/#", "$share/all/#", "$share/all/+/#"] {
            assert_eq!(everything(filter.as_bytes()), Some(Rule::SUBSCRIBES_TO_ALL), "{filter}");
        }
        for filter in ["$SYS/#", "$SYS/+/#", "$share/all/$SYS/#"] {
            assert_eq!(everything(filter.as_bytes()), Some(Rule::SUBSCRIBES_TO_SYS), "{filter}");
        }
        for filter in ["+", "+/+/#", "/#", "a/#", "$SYS/broker/#", "$share/#/a", "#/"] {
            assert_eq!(everything(filter.as_bytes()), None, "{filter}");
        }
    }

    #[test]
    fn names_that_libraries_draw() {
        // The forms of MQTTX, MQTT.js, paho for Java and mosquitto.
        for id in ["mqttx_0c668d0d", "mqttjs_8f7a2b1c", "auto-2C9B0E55-AF43-1C9E-4F3D-2C1A"] {
            assert!(is_random(id.as_bytes()), "{id}");
        }
        for id in ["9b2e4c1a-7f3d-4e58-a1b2-446655440000", "paho3948572934857"] {
            assert!(is_random(id.as_bytes()), "{id}");
        }
        let auto = "auto-2C9B0E55-AF43-1C9E-4F3D-2C1A00112233";
        assert!(is_random(auto.as_bytes()) && !is_random(&auto.as_bytes()[5..]));
        // An address of a network card stays as long as that.
        for id in ["A4CF12FE77B0", "shelly1-a4cf12fe77b0", "a4:cf:12:fe:77:b0", "paho-gateway"] {
            assert!(!is_random(id.as_bytes()), "{id}");
        }
        // So do those of 64 bits, which begin with 0x, or hold an address of a card around ff fe (EUI-64).
        for id in ["0x00158d0001a2b3c4", "gw-a4cf12fffe77b01c", "A4CF12FFFE77B01C"] {
            assert!(!is_random(id.as_bytes()), "{id}");
        }
        assert!(is_random(b"dev-a4cf12f9fe77b01c"));
        for id in ["thermostat-12", "device", "sensor_20240101", "decade", "building7floor3room12"]
        {
            assert!(!is_random(id.as_bytes()), "{id}");
        }
    }
}
