//! Logs by hand: what of the one is what of the other.

use super::*;
use crate::log::{LogReader, Read};

fn entries(log: &str) -> Vec<Entry<'_>> {
    let mut reader = LogReader::default();
    let read = log.lines().map(|line| reader.line(line));
    read.filter_map(|read| if let Read::Entry(entry) = read { Some(entry) } else { None }).collect()
}

/// A log with its seconds counted from a day of 2026.
fn stamped(log: &str) -> String {
    let line = |line: &str| {
        let (second, rest) = line.split_once(": ").unwrap();
        format!("{}: {rest}\n", 1_795_800_000 + second.parse::<u32>().unwrap())
    };
    log.lines().map(line).collect()
}

fn compared(ours: Vec<Line>, real: &str) -> Diff {
    compare(ours, &entries(&stamped(real)))
}

/// The lines of a log as if a capture had given them: those about packets have their numbers from 1.
fn ours(log: &str) -> Vec<Line> {
    let line = |(index, entry): (usize, &Entry<'_>)| Line {
        time: entry.time(),
        event: entry.row.event,
        values: entry
            .values
            .iter()
            .map(|value| (value.field, log_text(entry, value.start, value.end)))
            .collect(),
        text: entry.message().to_owned(),
        packet: index as u64 + 1,
        lacks_topic: false,
    };
    entries(&stamped(log)).iter().enumerate().map(line).collect()
}

fn log_text(entry: &Entry<'_>, start: usize, end: usize) -> String {
    entry.text.get(start..end).unwrap_or_default().to_owned()
}

/// The same of a connection whose client no packet tells.
fn unnamed(log: &str, (address, port): (&str, &str)) -> Vec<Line> {
    let mut lines = ours(log);
    for line in &mut lines {
        line.values.push((LogField::ADDRESS, address.into()));
        line.values.push((LogField::PORT, port.into()));
    }
    lines
}

fn missing(diff: &Diff) -> Vec<u64> {
    diff.missing.iter().map(|row| row.line.packet).collect()
}

fn extra(diff: &Diff) -> Vec<usize> {
    diff.extra.iter().map(|row| row.0).collect()
}

/// The broker wrote two of three equal lines: which one it did not is told by what stands around them.
#[test]
fn equal_lines_are_told_apart_by_those_around_them() {
    let connected = "7: New client connected from 10.1.1.1:1 as a (p2, c1, k60).\n";
    let left = "7: Received DISCONNECT from a\n";
    let published = "7: Received PUBLISH from a (d0, q1, r0, m5, 't', ... (1 bytes))\n";
    let whole = [connected, published, left, connected, left, connected, left].concat();
    for (lacks, packet) in [
        ([connected, published, connected, left, connected, left].concat(), 3),
        ([connected, published, left, connected, connected, left].concat(), 5),
        ([connected, published, left, connected, left, connected].concat(), 7),
    ] {
        let diff = compared(ours(&whole), &lacks);
        assert_eq!((missing(&diff), extra(&diff)), (vec![packet], vec![]), "{lacks}");
        // The other way round the capture lacks it.
        let diff = compared(ours(&lacks), &whole);
        assert_eq!((missing(&diff), extra(&diff)), (vec![], vec![packet as usize]), "{lacks}");
    }
}

/// Without anything around them their times tell.
#[test]
fn equal_lines_are_told_apart_by_their_times() {
    let at = |seconds: &[u32]| {
        let line = |s: &u32| {
            format!("{s}: Received PUBLISH from a (d0, q0, r0, m0, 't', ... (1 bytes))\n")
        };
        seconds.iter().map(line).collect::<String>()
    };
    let of = |own: &[u32], real: &[u32]| missing(&compared(ours(&at(own)), &at(real)));
    assert_eq!(of(&[10, 11, 12, 13, 14], &[10, 11, 13, 14]), [3]);
    assert_eq!(of(&[10, 11, 12, 13, 14], &[11, 14]), [1, 3, 4]);
    // A busy broker writes late: as many as can be are the same.
    assert!(of(&[10, 12, 14, 16, 18], &[12, 14, 16, 18, 20]).is_empty());
    // So many that not every way is looked at.
    let many = vec![Item { key: 0, client: None, time: None }; 8_000];
    let found = pairs(&many, many.split_last().unwrap().1);
    assert_eq!(found.iter().filter(|found| found.is_none()).count(), 1);
}

/// Of equal lines in the second in which the log begins, some are of before: which of them is left over is
/// chance.
#[test]
fn what_is_left_of_equal_lines_at_an_edge_is_outside() {
    let line =
        |s: u32| format!("{s}: Received PUBLISH from a (d0, q0, r0, m0, 't', ... (1 bytes))\n");
    let other = |s: u32, mid: u32| {
        format!("{s}: Received PUBLISH from a (d0, q1, r0, m{mid}, 't', ... (1 bytes))\n")
    };
    let all = [line(7), line(8), other(8, 1), line(8), line(8), other(9, 2), line(9), other(12, 3)];
    let inside = |diff: &Diff| diff.missing.iter().filter(|row| !row.is_outside).count();
    for from in 1..5 {
        let diff = compared(ours(&all.concat()), &all[from..].concat());
        assert_eq!((inside(&diff), diff.extra.len()), (0, 0), "{from}");
        let diff = compared(ours(&all[from..].concat()), &all.concat());
        assert_eq!((inside(&diff), diff.extra.len()), (0, 0), "{from}");
    }
    // Far from it a line that is not there was not written.
    let lacks = [&all[1..6], &[line(9), line(14), other(15, 3)]].concat();
    let has = [&all[..], &[line(14), line(14), other(15, 3)]].concat();
    assert_eq!(inside(&compared(ours(&has.concat()), &lacks.concat())), 2);
}

/// A capture that begins on a running broker lacks the CONNECT: the log has the client beside its address
/// and port.
#[test]
fn a_client_without_its_connect_is_called_what_the_log_calls_it() {
    let log = "1: New connection from 10.1.1.1:1000 on port 1883.\n\
               1: New client connected from 10.1.1.1:1000 as first (p2, c1, k60).\n\
               30: Received DISCONNECT from first\n\
               40: New connection from 10.1.1.1:1000 on port 1883.\n\
               40: New client connected from 10.1.1.1:1000 as second (p2, c1, k60).\n\
               60: Received PINGREQ from second\n\
               60: Received PINGREQ from first\n\
               80: Received DISCONNECT from second\n";
    let ends = ("10.1.1.1", "1000");
    let own = unnamed(
        "60: Received PINGREQ from 10.1.1.1:1000\n80: Received DISCONNECT from 10.1.1.1:1000\n",
        ends,
    );
    let diff = compared(own, log);
    assert_eq!((diff.same, missing(&diff), extra(&diff)), (2, vec![], vec![7]));
    // What it did not write is told by the client's name.
    let own = unnamed("70: Received DISCONNECT from 10.1.1.1:1000\n", ends);
    let diff = compared(own, log);
    assert_eq!(diff.missing[0].line.text, "Received DISCONNECT from second");
    // IPv6, and a name that the broker made.
    let log = "1: New client connected from ::1:1000 as auto-77 (p2, c1, k60).\n9: Received PINGREQ from auto-77\n";
    for name in ["[::1]:1000", "auto-[::1]:1000"] {
        let own = unnamed(&format!("9: Received PINGREQ from {name}\n"), ("::1", "1000"));
        let diff = compared(own, log);
        assert_eq!((diff.same, missing(&diff)), (1, vec![]), "{name}");
    }
}

/// A log that begins later, or of a release that writes no ports, does not tell the client.
#[test]
fn a_client_that_nobody_names_may_be_any_that_is_left() {
    let log =
        "60: Received PINGREQ from a\n60: Sending PINGRESP to a\n61: Received PINGREQ from b\n";
    let own = unnamed(
        "60: Received PINGREQ from 10.1.1.1:1\n60: Sending PINGRESP to 10.1.1.1:1\n61: Received DISCONNECT from \
         10.1.1.1:1\n",
        ("10.1.1.1", "1"),
    );
    let diff = compared(own, log);
    assert_eq!((diff.same, missing(&diff), extra(&diff)), (2, vec![3], vec![3]));
}

/// A connection whose CONNACK the capture lacks: the log tells whether the client was accepted.
#[test]
fn who_was_accepted_is_not_unknown() {
    let accepted = "9: New connection from 10.1.1.1:1 on port 1883.\n\
                    9: New client connected from 10.1.1.1:1 as a (p2, c1, k60).\n\
                    9: Client a closed its connection.\n";
    let refused = "9: New connection from 10.1.1.1:1 on port 1883.\n\
                   9: Client <unknown> closed its connection.\n";
    for log in [accepted, refused] {
        let own = unnamed("9: Client <unknown> closed its connection.\n", ("10.1.1.1", "1"));
        let diff = compared(own, log);
        assert_eq!((diff.same, missing(&diff)), (1, vec![]), "{log}");
    }
}

/// A log that was rotated, or a capture of a broker that ran already: of what either has alone nothing is a
/// difference, in the second in which it begins or ends neither.
#[test]
fn what_one_of_them_does_not_reach_is_no_difference() {
    let lines: Vec<String> = (0..900)
        .map(|n| match n % 3 {
            0 => format!(
                "{}: Received PUBLISH from a (d0, q1, r0, m{n}, 't', ... (1 bytes))\n",
                n / 180
            ),
            1 => format!(
                "{}: Sending PUBLISH to b (d0, q1, r0, m{n}, 't', ... (1 bytes))\n",
                n / 180
            ),
            _ => format!("{}: Sending PUBACK to a (m{}, rc0)\n", n / 180, n - 2),
        })
        .collect();
    for part in [400..900, 0..500, 250..700] {
        let (all, part) = (lines.concat(), lines.get(part).unwrap().concat());
        let rotated = compared(ours(&all), &part);
        let inside = rotated.missing.iter().filter(|row| !row.is_outside);
        let inside: Vec<u64> = inside.map(|row| row.line.packet).collect();
        assert!(inside.is_empty(), "{inside:?}");
        assert!(rotated.missing.len() > 300 && rotated.extra.is_empty());
        let late = compared(ours(&part), &all);
        assert!(late.missing.is_empty() && late.extra.is_empty(), "{:?}", extra(&late));
        assert!(late.outside > 300);
    }
}

/// A broker that drops a message has seen it: it says so in place of the usual line.
#[test]
fn a_message_that_the_broker_drops_is_one_that_it_saw() {
    let line = |says: &str, id: u16| {
        format!("1: {says} PUBLISH from a (d0, q1, r0, m{id}, 'ro/x', ... (2 bytes))\n")
    };
    let ours = ours(&[line("Received", 1), line("Received", 2), line("Received", 3)].concat());
    let real = [line("Denied", 1), line("Received", 2), line("Dropped too large", 3)].concat();
    let diff = compared(ours, &real);
    assert_eq!((missing(&diff), extra(&diff), diff.same), (vec![], vec![], 3));
}

/// With use_username_as_clientid the log has the User Name where the packets have the Client Identifier.
#[test]
fn a_client_that_the_broker_calls_by_its_user_name() {
    let wire = "0: New client connected from 10.0.0.7:4711 as id (p2, c1, k60, u'anna').\n\
                0: Sending CONNACK to id (0, 0)\n\
                1: Received PINGREQ from id\n\
                2: Client id disconnected.\n";
    let ours = || unnamed(wire, ("10.0.0.7", "4711"));
    let by_user = compared(
        ours(),
        &wire.replace("as id", "as anna").replace(" id ", " anna ").replace("from id", "from anna"),
    );
    assert_eq!((by_user.same, by_user.by_user), (4, 1), "{by_user:?}");
    assert!(by_user.missing.is_empty() && by_user.extra.is_empty());
    let plain = compared(ours(), wire);
    assert_eq!((plain.same, plain.by_user), (4, 0));
    // Somebody else of that name, from another port.
    let other = wire.replace("as id", "as anna").replace("4711", "4712");
    assert_eq!(compared(ours(), &other).by_user, 0);
}

/// What rests on a Topic Alias from before the capture is not compared, on either side.
#[test]
fn a_topic_that_is_not_known_is_no_difference() {
    let real = "7: New client connected from 10.1.1.1:1 as a (p5, c1, k60).\n\
                7: Received PUBLISH from a (d0, q1, r0, m5, 'some/topic', ... (9 bytes))\n\
                7: Sending PUBACK to a (m5, rc0)\n\
                8: Received PUBLISH from a (d0, q0, r0, m0, 'else', ... (4 bytes))\n";
    let mut own = ours(&real.replace("some/topic", "").replace("else", ""));
    own[1].lacks_topic = true;
    own[3].lacks_topic = true;
    let diff = compared(own, real);
    assert_eq!((diff.same, diff.topics, missing(&diff), extra(&diff)), (2, 2, vec![], vec![]));
}

/// `log_timestamp false`, and what a syslog keeps of a line: equal lines lie seconds apart, and each has its own.
#[test]
fn a_log_without_times() {
    let log = "0: Client a disconnected.\n4: Client a disconnected.\n9: Client a disconnected.\n";
    let real: String = log.lines().map(|line| format!("{}\n", &line[3..])).collect();
    let diff = compare(ours(log), &entries(&real));
    assert_eq!((missing(&diff), extra(&diff)), (vec![], vec![]));
}

/// 2.x has room for 999 bytes, the time included; a topic may have 65,535.
#[test]
fn a_line_that_the_broker_cut_is_that_of_its_packet() {
    let line = |topic: &str| {
        format!("7: Received PUBLISH from a (d0, q0, r0, m0, '{topic}', ... (5 bytes))\n")
    };
    let begun = "6: mosquitto version 2.0.11 starting\n7: New client connected from 10.1.1.1:1 as a (p2, c1, k60).\n";
    let (one, other) = ("t".repeat(1_200), format!("u{}", "t".repeat(1_200)));
    let whole = [begun, &line(&one), &line(&other)].concat();
    let cut = |log: &str| -> String {
        log.lines().map(|line| format!("{}\n", line.get(..999).unwrap_or(line))).collect()
    };
    let real = cut(&stamped(&whole));
    let diff = compare(ours(&whole), &entries(&real));
    assert_eq!((missing(&diff), extra(&diff), diff.same), (vec![], vec![], 4));
    // What is cut is still told apart by its beginning.
    let real = cut(&stamped(&[begun, &line(&one), &line(&one)].concat()));
    let diff = compare(ours(&whole), &entries(&real));
    assert_eq!((missing(&diff), extra(&diff)), (vec![4], vec![4]));
}
