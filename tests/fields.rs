//! `-T fields` and `-T csv`: against tshark, and by hand what tshark has not.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use support::{outside, program::run};

/// Fields whose values both of us write alike.
const FIELDS: [&str; 17] = [
    "frame.number",
    "frame.time_epoch",
    "frame.len",
    "ip.src",
    "tcp.srcport",
    "tcp.stream",
    "mqtt.msgtype",
    "mqtt.len",
    "mqtt.msgid",
    "mqtt.qos",
    "mqtt.topic",
    "mqtt.clientid",
    "mqtt.kalive",
    "mqtt.property_len",
    "frame.time",
    "tcp.len",
    "ip.proto",
];

/// Recordings of which we read every packet as tshark does.
const CAPTURES: [&str; 10] = [
    "v31-qos.pcap",
    "v311-qos.pcap",
    "v5-qos.pcapng",
    "v5-auth.pcap",
    "v5-limits.pcap",
    "v5-topics.pcap",
    "will.pcap",
    "retained.pcap",
    "cooked-any.pcap",
    "ipv6-port.pcapng",
];

/// The line of each frame, where one alone has its number.
fn by_frame(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut lines: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        lines.entry(cells[0].clone()).or_default().push(cells);
    }
    let single = lines.into_iter().filter(|(_, lines)| lines.len() == 1);
    single.map(|(frame, mut lines)| (frame, lines.remove(0))).collect()
}

#[test]
fn the_lines_are_those_of_tshark() {
    if Command::new("tshark").arg("--version").output().is_err() {
        return outside::missing("tshark is not installed");
    }
    let options: Vec<&str> = FIELDS.iter().flat_map(|field| ["-e", field]).collect();
    let ports = ["-d", "tcp.port==11883,mqtt"];
    for name in CAPTURES {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name);
        let file = file.to_str().unwrap();
        let ours = run(["-r", file, "-T", "fields"].iter().chain(&ports).chain(&options));
        let theirs = Command::new("tshark")
            .args(["-n", "-r", file, "-Y", "mqtt", "-T", "fields"])
            .args(ports)
            .args(&options)
            .output()
            .unwrap();
        let theirs = by_frame(&String::from_utf8(theirs.stdout).unwrap());
        let mut compared = 0;
        for (frame, line) in by_frame(&ours.out) {
            let Some(theirs) = theirs.get(&frame) else { panic!("{name}: frame {frame}") };
            // Several packets of a frame stand in one line there.
            if !theirs[6].contains(',') {
                assert_eq!(&line, theirs, "{name}: frame {frame}");
                compared += 1;
            }
        }
        assert!(compared > 5, "{name}: {compared}");
    }
}

/// Fields of packets that tshark leaves out where we have them, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("mqtt.msg_text", "tshark has it, in place of mqtt.msg, where a preference says so"),
    ("mqtt.willmsg_text", "the same of mqtt.willmsg"),
    ("mqtt.msg_decoded_as", "tshark has it where a preference names a dissector"),
    ("mqtt.subscription_options", "before 5.0 tshark has no parts of the byte"),
    ("mqtt.subscription_options_reserved", "the same"),
    ("mqttsn.dup", "tshark shows of the flags those that it holds for used by the type"),
    ("mqttsn.qos", "the same"),
    ("mqttsn.retain", "the same"),
    ("mqttsn.will", "the same"),
    ("mqttsn.clean.session", "the same"),
    ("mqttsn.topic.id.type", "the same"),
    ("mqttsn.topic.name.or.id", "the same"),
];

/// Fields that we have otherwise than tshark.
const APART: &[(&str, &str)] = &[
    ("mqttsn.msg", "tshark has it of every message, we of one that is inside another"),
    ("mqttsn.topic.id", "tshark shows a short topic name as a number"),
];

/// The fields of packets that tshark has.
fn fields_of_tshark() -> Option<Vec<String>> {
    let output = Command::new("tshark").args(["-G", "fields"]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let keys = text.lines().filter_map(|line| line.split('\t').nth(2).map(str::to_owned));
    let is_ours = |key: &String| key.starts_with("mqtt.") || key.starts_with("mqttsn.");
    Some(keys.filter(is_ours).collect())
}

#[test]
fn every_field_of_a_packet_is_written_as_tshark_writes_it() {
    let Some(keys) = fields_of_tshark() else {
        return outside::missing("tshark is not installed");
    };
    assert!(keys.len() > 100, "{keys:?}");
    let lens = ["frame.number", "mqtt.len", "mqttsn.msg.len"];
    let options = lens.into_iter().chain(keys.iter().map(String::as_str));
    let options: Vec<&str> = options.flat_map(|key| ["-e", key]).collect();
    let ports = ["-E", "aggregator=;", "-d", "tcp.port==11883,mqtt", "-d", "udp.port==1884,mqttsn"];
    let mut seen = BTreeMap::new();
    for name in CAPTURES.into_iter().chain(["mqtt-sn.pcap"]) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name);
        let file = file.to_str().unwrap();
        let ours = run(["-r", file, "-T", "fields"].iter().chain(&ports).chain(&options));
        let theirs = Command::new("tshark")
            .args(["-n", "-r", file, "-Y", "mqtt || mqttsn", "-T", "fields"])
            .args(ports)
            .args(&options)
            .output()
            .unwrap();
        let theirs = by_frame(&String::from_utf8_lossy(&theirs.stdout));
        for (frame, line) in by_frame(&ours.out) {
            let Some(theirs) = theirs.get(&frame) else { panic!("{name}: frame {frame}") };
            // Several packets of a frame stand in one line there.
            if theirs[1..3].iter().any(|lens| lens.contains(';')) {
                continue;
            }
            let cells = keys.iter().zip(line[3..].iter().zip(&theirs[3..]));
            for (key, (ours, theirs)) in cells {
                let theirs = if theirs == "<MISSING>" { "" } else { theirs };
                let has = |rows: &[(&str, &str)]| rows.iter().any(|row| row.0 == key);
                // To tshark a text ends at its first byte 0.
                let is_cut = ours.contains("\\x00");
                if has(APART) || is_cut || theirs.is_empty() && has(LEFT_OUT) {
                    continue;
                }
                assert_eq!(ours, theirs, "{name}: frame {frame}: {key}");
                if !ours.is_empty() {
                    *seen.entry(key.as_str()).or_insert(0) += 1;
                }
            }
        }
    }
    let in_hex =
        ["mqtt.hdrflags", "mqtt.conflags", "mqtt.conack.flags", "mqtt.property_id", "mqttsn.qos"];
    assert!(seen.len() > 60 && in_hex.iter().all(|key| seen.contains_key(key)), "{seen:?}");
}

/// Lines for packets that are pasted.
fn lines(options: &[&str]) -> String {
    // SUBSCRIBE of 3.1.1 to a/1 and "b,\"2"; PUBLISH of an escape character.
    let packets = ["821000070003612f310000 05622c223220 01", "30040001 1b21"];
    let packets: Vec<String> = packets.iter().map(|packet| packet.replace(' ', "")).collect();
    let args = ["decode", "--from", "client", "--mqtt-version", "3.1.1"].iter().chain(options);
    let run = run(args.copied().chain(packets.iter().map(String::as_str)));
    assert_eq!(run.code, 0, "{options:?}: {}", run.err);
    run.out
}

#[test]
fn options_say_how_values_stand() {
    let all = ["-e", "mqtt.msgid", "-e", "mqtt.topic"];
    let with = |more: &[&str]| lines(&[&all[..], more].concat());
    assert_eq!(with(&["-T", "fields"]), "7\ta/1,b,\"2 \n\t\\x1b\n");
    assert_eq!(
        with(&["-T", "fields", "-E", "header=y", "-E", "separator=;", "-E", "aggregator=|"]),
        "mqtt.msgid;mqtt.topic\n7;a/1|b,\"2 \n;\\x1b\n"
    );
    assert_eq!(with(&["-T", "fields", "-E", "quote=d"]), "\"7\"\t\"a/1,b,\"\"2 \"\n\t\"\\x1b\"\n");
    assert_eq!(with(&["-T", "fields", "-E", "occurrence=f"]), "7\ta/1\n\t\\x1b\n");
    assert_eq!(
        with(&["-T", "fields", "-E", "occurrence=l", "-E", "quote=s"]),
        "'7'\t'b,\"2 '\n\t'\\x1b'\n"
    );
    assert_eq!(with(&["-T", "csv"]), "mqtt.msgid,mqtt.topic\n7,\"a/1,b,\"\"2 \"\n,\\x1b\n");
    assert_eq!(
        with(&["-T", "csv", "-Y", "mqtt.msgid == 7", "-E", "header=n"]),
        "7,\"a/1,b,\"\"2 \"\n"
    );
    // A line feed, and a backslash before an n.
    let apart = |format| {
        let packets = ["30060003780a7931", "3007000478", "5c6e7931"];
        let packets = [packets[0].to_owned(), packets[1..].concat()];
        let args =
            ["decode", "--from", "client", "-T", format, "-e", "mqtt.topic", "-E", "header=n"];
        run(args.into_iter().chain(packets.iter().map(String::as_str))).out
    };
    assert_eq!(apart("csv"), "x\\ny\nx\\\\ny\n");
    // tshark writes both alike.
    assert_eq!(apart("fields"), "x\\ny\nx\\ny\n");
    // What a spreadsheet would run.
    let formula = "300c000a3d312b322f403b2d2b41";
    let cells = |more: &[&str]| {
        run(["decode", formula, "-T", "csv", "-e", "mqtt.topic", "-E", "header=n"]
            .iter()
            .chain(more))
        .out
    };
    assert_eq!(cells(&[]), "'=1+2/@;-+A\n");
    assert_eq!(cells(&["-E", "guard=n"]), "=1+2/@;-+A\n");
    let json = ["-T", "fields", "-e", "mqtt.json.t", "decode", "30080001617b2274223a317d"];
    let json = run(["decode", "300a0001617b2274223a317d", "-T", "fields", "-e", json[3]]);
    assert_eq!(json.out, "1\n", "{}", json.err);
}

#[test]
fn what_is_wrong_is_told() {
    for (args, told) in [
        (&["-T", "fields", "-e", "mqtt.topik"][..], "did you mean mqtt.topic?"),
        (&["-T", "fields", "-E", "header"], "header=y|n"),
        (&["-T", "fields", "-E", "separator=\u{1b}"], "separator="),
        (&["-T", "tree", "-e", "mqtt.topic"], "-T fields"),
    ] {
        let run = run(["decode", "c000"].iter().chain(args));
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{args:?}");
        assert!(run.err.contains(told), "{args:?}: {}", run.err);
    }
}
