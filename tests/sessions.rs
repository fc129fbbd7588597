//! What is known of a connection once it has ended, on recordings of real clients and brokers.

use mqttscope::capture::{Merge, Source};
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::session::Ended;
use mqttscope::session::ended::Fate;
use mqttscope::spec::{PacketType, Sender};
use mqttscope::stream::Close;
use std::ops::ControlFlow;
use std::path::Path;

#[derive(Default)]
struct All(Vec<Ended>);

impl Consumer for All {
    fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn ended(&mut self, ended: &Ended) {
        self.0.push(ended.clone());
    }
}

/// The connections of a recording, in the order in which they began.
fn sessions(name: &str) -> Vec<Ended> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name);
    let mut source = Merge::open(&[path]);
    let mut inspector = Inspector::new(All::default(), Settings::default());
    while let Some(frame) = source.next_frame().unwrap() {
        assert!(inspector.frame(&frame).is_continue());
    }
    inspector.finish();
    let mut all = inspector.into_consumer().0;
    all.sort_by_key(|ended| ended.stream);
    assert!(all.iter().all(|ended| ended.is_begun && ended.is_complete), "{all:#?}");
    all
}

fn name(ended: &Ended) -> &str {
    std::str::from_utf8(ended.client_id.as_deref().unwrap()).unwrap()
}

const SECOND: u64 = 1_000_000_000;

#[test]
fn each_connection_is_told_once() {
    let all = sessions("session.pcap");
    let streams: Vec<_> = all.iter().filter_map(|ended| ended.stream).collect();
    assert_eq!(streams, [0, 1, 2]);
    assert_eq!(all.iter().map(name).collect::<Vec<_>>(), ["phone", "thermostat-7", "phone-button"]);
    for ended in &all {
        assert_eq!(ended.open_count, 0, "{ended:#?}");
        assert!(ended.from_client.disconnect.is_some());
        assert!(ended.from_client.closed.is_some() && ended.from_server.closed.is_some());
        let [sent, got] = [&ended.from_client, &ended.from_server];
        assert!(sent.packets > 0 && got.packets > 0 && sent.bytes > sent.packets);
        assert!(sent.faults.is_empty() && got.faults.is_empty());
    }
    let will = all[1].will.as_ref().unwrap();
    // It leaves with reason code 0x04, and a Will Delay of 10 s.
    assert!(matches!(will.fate, Fate::Asked(_)), "{will:?}");
    assert!(will.seen.and_then(|seen| seen.after).is_some_and(|after| after > 9 * SECOND));
}

#[test]
fn a_war() {
    let all = sessions("sessions-war.pcap");
    assert_eq!(all.len(), 6);
    for pair in all.windows(2) {
        let [old, new] = pair else { unreachable!() };
        assert_eq!(new.took_over.map(|other| other.stream), old.stream);
        assert_eq!(old.taken_over_by.map(|other| other.stream), new.stream);
        // Mosquitto says why, and closes first.
        assert_eq!(old.from_server.closed.map(|closed| closed.how), Some(Close::Fin));
    }
    assert_eq!(all[5].taken_over_by, None);
    assert_eq!(all.iter().filter(|ended| ended.war.is_some()).count(), 3);
    let war = all[5].war.unwrap();
    assert_eq!((war.count, war.addresses), (5, 2));
    assert!(war.time.is_some_and(|time| time > SECOND && time < 10 * SECOND));
}

#[test]
fn a_keep_alive_is_broken_and_the_will_goes_out() {
    let all = sessions("sessions-keep-alive.pcap");
    let still = all.iter().find(|ended| name(ended) == "still").unwrap();
    let record = &still.keep_alive;
    assert_eq!(
        (record.asked, record.seconds, record.pings, record.pongs),
        (Some(5), Some(5), 1, 1)
    );
    // What broke it is the silence at its end.
    assert_eq!(record.broken, 1);
    let closed = still.from_server.closed.unwrap().at;
    let silence = closed.since(record.last.unwrap()).unwrap();
    assert!((7_500_000_000..16 * SECOND).contains(&silence), "{silence}");
    assert_eq!(record.longest.map(|longest| longest.time), Some(silence));
    let will = still.will.as_ref().unwrap();
    assert!(matches!(will.fate, Fate::Due(_)), "{will:?}");
    let seen = will.seen.unwrap();
    let watcher = all.iter().find(|ended| name(ended) == "watcher").unwrap();
    assert_eq!(seen.stream, watcher.stream);
    assert!(seen.after.is_some_and(|after| after < SECOND), "{seen:?}");
}

#[test]
fn qos_2_is_left_open_and_goes_on() {
    let all = sessions("sessions-unfinished.pcap");
    let meters: Vec<_> = all.iter().filter(|ended| name(ended) == "meter").collect();
    let [first, second, third] = meters[..] else { panic!("{meters:#?}") };
    let open = first.open.first().unwrap();
    assert_eq!((open.asker, open.packet_id, open.kind), (Sender::Client, 2, PacketType::PUBLISH));
    assert_eq!((open.next, first.open_count), (PacketType::PUBREL, 1));
    assert_eq!(first.from_client.closed.map(|closed| closed.how), Some(Close::Rst));
    // The second connection ends what the first began, and leaves one of its own.
    assert!(second.connack.as_ref().unwrap().session_present);
    let open = second.open.first().unwrap();
    assert_eq!((open.packet_id, second.open_count), (3, 1));
    assert_eq!(third.open_count, 0);
    let watchers: Vec<_> = all.iter().filter(|ended| name(ended) == "watcher").collect();
    // What was subscribed to on the first connection holds on the second.
    let filters: Vec<_> = watchers[1].subscriptions.iter().map(|one| &*one.filter).collect();
    assert_eq!(filters, [b"meter/#"]);
}

#[test]
fn limits_are_broken_one_by_one() {
    let all = sessions("sessions-limits.pcap");
    let faults = |ended: &Ended| -> Vec<String> {
        ended.from_client.faults.iter().map(|fault| format!("{:?}", fault.rule)).collect()
    };
    for (client, rule, count) in [
        ("qos", "qos-above-maximum", 1),
        ("retain", "retain-unavailable", 1),
        ("size", "packet-above-maximum", 1),
        ("alias", "alias-above-maximum", 1),
        ("receive", "receive-maximum-exceeded", 5),
        ("wildcard", "", 0),
    ] {
        let ended = all.iter().find(|ended| name(ended) == client).unwrap();
        assert_eq!(faults(ended), vec![rule; count], "{client}");
        assert_eq!((ended.from_server.limits.qos, ended.from_server.limits.retain), (1, false));
        assert_eq!(ended.from_server.fault_count, 0);
        let reason = ended.from_server.disconnect.as_ref().map(|left| left.reason);
        assert_eq!(reason.is_some(), !matches!(client, "receive" | "wildcard"), "{client}");
    }
}

/// What the server refuses, or passes on once the client is really gone, is nobody's loss; what a subscriber
/// may not read is told as it is.
#[test]
fn wills_and_messages_that_do_not_come() {
    let all = sessions("sessions-wills.pcap");
    let watcher = all.iter().find(|ended| name(ended) == "watcher").unwrap();
    let missed: Vec<_> = watcher.missed.iter().map(|it| (&*it.topic, it.is_will)).collect();
    assert_eq!(missed, [(&b"secret/door"[..], false), (&b"secret/spy"[..], true)]);
    assert_eq!((watcher.missed_count, watcher.doubled_count), (2, 0));
    let will = |client: &str, nth| {
        let own = all.iter().filter(|ended| name(ended) == client).nth(nth).unwrap();
        own.will.clone().unwrap()
    };
    let echo = will("echo", 0);
    assert!(matches!(echo.fate, Fate::Due(_)) && echo.seen.unwrap().stream == watcher.stream);
    assert_eq!(will("spy", 0).seen, None);
    let back = all.iter().filter(|ended| name(ended) == "boat").nth(1).unwrap();
    let connect = back.connect.as_ref().unwrap().at;
    assert_eq!((will("boat", 0).fate, will("boat", 0).seen), (Fate::Cancelled(connect), None));
    let late = will("boat", 1);
    assert!(matches!(late.fate, Fate::Due(_)));
    // The broker looks for Wills that are due once a second.
    let after = late.seen.unwrap().after.unwrap();
    assert!((4 * SECOND..6 * SECOND).contains(&after), "{after}");
}

#[test]
fn wills_are_discarded_asked_for_or_due() {
    let all = sessions("will.pcap");
    let wills: Vec<_> = all.iter().filter_map(|ended| ended.will.as_ref()).collect();
    let count = |is: fn(&Fate) -> bool| wills.iter().filter(|will| is(&will.fate)).count();
    assert_eq!(count(|fate| matches!(fate, Fate::Due(_))), 3);
    assert_eq!(count(|fate| matches!(fate, Fate::Asked(_))), 1);
    assert_eq!(count(|fate| matches!(fate, Fate::Discarded(_))), 1);
    for will in &wills {
        let is_discarded = matches!(will.fate, Fate::Discarded(_));
        assert_eq!(will.seen.is_none(), is_discarded, "{will:?}");
        if let Some(seen) = will.seen {
            let delay = u64::from(will.delay) * SECOND;
            assert!(seen.after.is_some_and(|after| after + SECOND / 2 >= delay), "{will:?}");
        }
    }
}
