//! What a pcapng file says beside its frames: comments, names, secrets, losses; written by hand and
//! by other programs.

mod support;

use mqttscope::capture::{Beside, Merge, NoticeKind, Secrets, Source, from_reader};
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};
use support::conversation::tidy;
use support::program::{command, finish};
use support::{block, enhanced, interface, outside, pcap, section, words};

/// An option, padded.
fn option(code: u16, value: &[u8], big: bool) -> Vec<u8> {
    let number = |n: u16| if big { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut out = [&number(code)[..], &number(value.len() as u16), value].concat();
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn with_options(mut block: Vec<u8>, options: &[u8], big: bool) -> Vec<u8> {
    let kind = u32::from_le_bytes(block[..4].try_into().unwrap());
    let kind = if big { kind.swap_bytes() } else { kind };
    block.truncate(block.len() - 4);
    support::block(kind, &[&block[8..], options].concat(), big)
}

fn names(big: bool) -> Vec<u8> {
    let v4 = [&[10, 0, 0, 1][..], b"client.example\0alias\0"].concat();
    let v6 = [&[0; 15][..], &[1], b"six.example\0"].concat();
    let records = [option(1, &v4, big), option(2, &v6, big), vec![0; 4]].concat();
    block(4, &records, big)
}

fn secrets(kind: u32, bytes: &[u8], big: bool) -> Vec<u8> {
    block(10, &[words(&[kind, bytes.len() as u32], big), bytes.to_vec()].concat(), big)
}

fn statistics(interface: u32, dropped: [u64; 2], big: bool) -> Vec<u8> {
    let number = |n: u64| if big { n.to_be_bytes() } else { n.to_le_bytes() };
    let options =
        [option(5, &number(dropped[0]), big), option(7, &number(dropped[1]), big)].concat();
    block(5, &[words(&[interface, 0, 0], big), options].concat(), big)
}

/// The conversation with everything that may stand beside it.
fn everything(big: bool) -> Vec<u8> {
    let mut file = with_options(section(big), &option(1, b"the whole \x1b[31msection", big), big);
    file.extend(interface(1, 0, &option(1, b"an interface", big), big));
    file.extend(secrets(Secrets::TLS_KEY_LOG, b"CLIENT_RANDOM 00 11\n", big));
    file.extend(names(big));
    for (number, frame) in (0..).zip(tidy()) {
        let packet = enhanced(0, number, &frame, big);
        file.extend(match number {
            2 => {
                let options = [option(2, &[0; 4], big), option(1, b"look\nhere", big)].concat();
                with_options(packet, &[&options[..], &option(1, b"and here", big)].concat(), big)
            }
            _ => packet,
        });
        // A block of this project's invention, and of nobody's.
        file.extend(block(0x0000_0bad, &[7; 20], big));
        file.extend(block(0x7777, &[7; 20], big));
        if number == 5 {
            file.extend(secrets(9, b"other", big));
        }
    }
    file.extend(statistics(0, [1, 2], big));
    file.extend(statistics(0, [3, 4], big));
    file
}

/// What stands beside each frame that has something beside it.
fn beside(source: &mut dyn Source) -> Vec<(u64, Beside)> {
    let mut found = Vec::new();
    while let Some(frame) = source.next_frame().unwrap() {
        found.extend(frame.beside.map(|beside| (frame.number, beside.clone())));
    }
    found
}

#[test]
fn what_stands_beside_a_frame_comes_with_it() {
    for big in [false, true] {
        let mut source = from_reader(Box::new(Cursor::new(everything(big)))).unwrap();
        let found = beside(&mut source);
        let frames: Vec<_> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(frames, [1, 3, 7]);
        let (first, third, seventh) = (&found[0].1, &found[1].1, &found[2].1);
        let key_log = Secrets { kind: 0x544c_534b, bytes: b"CLIENT_RANDOM 00 11\n".to_vec() };
        assert_eq!(first.secrets, [key_log]);
        assert_eq!(
            first.names,
            [
                ("10.0.0.1".parse().unwrap(), "client.example".to_owned()),
                ("::1".parse().unwrap(), "six.example".to_owned()),
            ]
        );
        assert!(first.comments.is_empty());
        assert_eq!(third.comments, ["look\nhere", "and here"]);
        assert_eq!(seventh.secrets, [Secrets { kind: 9, bytes: b"other".to_vec() }]);
        let notices: Vec<_> = source.notices().into_iter().map(|notice| notice.kind).collect();
        let comment = |on, text: &str| NoticeKind::Comment { on, text: text.to_owned() };
        assert_eq!(
            notices,
            [
                comment("section", "the whole \x1b[31msection"),
                comment("interface", "an interface"),
                NoticeKind::Dropped { interface: 0, by_interface: 3, by_system: 4 },
            ]
        );
    }
}

#[test]
fn it_is_shown_and_nothing_of_it_reaches_the_terminal_raw() {
    let args = ["read", "-", "--color", "never", "-T"];
    let tree = finish(command(args.iter().chain(&["tree"])), &everything(false));
    assert_eq!(tree.code, 0, "{}", tree.err);
    assert!(tree.out.contains("10.0.0.1:50000 (client.example) -> 10.0.0.2:1883"), "{}", tree.out);
    assert!(tree.out.contains("\n    comment: \"look\\nhere\"\n    comment: \"and here\"\n"));
    assert_eq!(tree.out.matches("comment:").count(), 2);
    for told in [
        "comment on the section at byte 0: the whole \\x1b[31msection",
        "comment on the interface at byte ",
        "on interface 0 frames were lost while capturing: 3 by the interface, 4 by the system",
    ] {
        assert!(tree.err.contains(told), "{told}: {}", tree.err);
    }
    let json = finish(command(args.iter().chain(&["json"])), &everything(false)).json();
    let with: Vec<_> = json.iter().filter(|record| record.get("comments").is_some()).collect();
    assert_eq!(with.len(), 1);
    assert_eq!(with[0]["comments"], serde_json::json!(["look\nhere", "and here"]));
    assert_eq!(with[0]["frames"], serde_json::json!([3]));
}

#[test]
fn several_files_keep_what_stands_beside_their_frames() {
    let open = |big| from_reader(Box::new(Cursor::new(everything(big)))).unwrap();
    let alone = beside(&mut open(false));
    let mut merged = Merge::new(vec![open(false), open(true)]);
    let both = beside(&mut merged);
    assert_eq!(both.len(), 2 * alone.len());
    for ((_, a), (_, b)) in both.iter().zip(alone.iter().flat_map(|one| [one, one])) {
        assert_eq!(a, b);
    }
}

#[test]
fn sections_differ_in_order_links_and_times() {
    // if_tsresol: milliseconds, 2^-10 seconds; if_tsoffset: an hour.
    let milli = option(9, &[3], false);
    let binary = [option(9, &[0x8a], true), option(14, &3600_i64.to_be_bytes(), true)].concat();
    let frames = tidy();
    let raw = |frame: &[u8]| frame[14..].to_vec();
    let mut file = section(false);
    file.extend(interface(1, 0, &milli, false));
    file.extend(interface(101, 0, &[], false));
    for (at, frame) in frames.iter().enumerate().take(5) {
        let time = 1000 + at as u64;
        file.extend(match at % 2 {
            0 => enhanced(0, time, frame, false),
            _ => enhanced(1, time * 1000, &raw(frame), false),
        });
    }
    file.extend(section(true));
    file.extend(interface(101, 0, &binary, true));
    for (at, frame) in frames.iter().enumerate().skip(5) {
        file.extend(enhanced(0, (at as u64) << 10, &raw(frame), true));
    }
    let times: Vec<_> = support::read(&file).0.iter().map(|f| f.time.unwrap()).collect();
    assert_eq!(times[..5], [1_000, 1_001, 1_002, 1_003, 1_004].map(|t: i64| t * 1_000_000));
    assert_eq!(times[5..7], [3605, 3606].map(|t: i64| t * 1_000_000_000));
    let run = finish(command(["read", "-T", "json", "-"]), &file);
    let clean = finish(command(["read", "-T", "json", "-"]), &pcap(1, &frames));
    let strip = |run: &support::program::Run| {
        let mut records = run.json();
        for record in records.iter_mut().map(|record| record.as_object_mut().unwrap()) {
            record.remove("time");
            // By its times this file has an hour of silence.
            let findings = record.get_mut("findings").unwrap().as_array_mut().unwrap();
            findings.retain(|finding| finding["rule"] != "keep-alive-expired");
            if let Some(answers) = record.get_mut("answers").and_then(|a| a.as_object_mut()) {
                answers.remove("latency");
            }
        }
        records
    };
    assert_eq!((run.code, strip(&run)), (0, strip(&clean)), "{}", run.err);
}

#[test]
fn what_is_too_much_is_told_and_bounded() {
    let mut file = section(false);
    file.extend(interface(1, 0, &[], false));
    for _ in 0..64 {
        file.extend(secrets(1, &[7; 200_000], false));
    }
    file.extend(secrets(1, &[7; 700_000], false));
    file.extend(enhanced(0, 1, &[1; 20], false));
    file.extend(secrets(1, &[8; 5], false));
    file.extend(enhanced(0, 1, &[1; 20], false));
    let mut source = from_reader(Box::new(Cursor::new(file))).unwrap();
    let found = beside(&mut source);
    assert_eq!(found.len(), 2);
    let bytes: usize = found[0].1.secrets.iter().map(|secrets| secrets.bytes.len()).sum();
    assert!((3_500_000..4_500_000).contains(&bytes), "{bytes}");
    // With the next frame there is room again.
    assert_eq!(found[1].1.secrets, [Secrets { kind: 1, bytes: vec![8; 5] }]);
    let kinds: Vec<_> = source.notices().into_iter().map(|notice| notice.kind).collect();
    assert!(kinds.contains(&NoticeKind::NoRoom("a block of secrets")), "{kinds:?}");
    assert!(kinds.contains(&NoticeKind::More(13)), "{kinds:?}");
}

#[test]
fn every_cut_and_every_changed_byte_of_such_a_file_is_survived() {
    let whole = everything(false);
    let frames = support::read(&whole).0;
    for length in (0..whole.len()).step_by(3) {
        let (got, errors) = support::read(&whole[..length]);
        assert!(frames.starts_with(&got) && errors.len() <= 1, "cut at {length}");
    }
    for at in 0..600 {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            let mut source = match from_reader(Box::new(Cursor::new(damaged))) {
                Ok(source) => source,
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    continue;
                }
            };
            while let Ok(Some(_)) = source.next_frame() {}
            source.notices().iter().for_each(|notice| assert!(!notice.to_string().is_empty()));
        }
    }
}

/// What Wireshark's own programs write is understood.
#[test]
fn editcap_writes_comments_and_secrets_that_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("in.pcap"), pcap(1, &tidy())).unwrap();
    std::fs::write(
        path("keys"),
        format!("CLIENT_RANDOM {} {}\n", "0a".repeat(32), "0b".repeat(48)),
    )
    .unwrap();
    let keys = format!("tls,{}", path("keys"));
    let (input, output) = (path("in.pcap"), path("out.pcapng"));
    let arguments = [
        "--inject-secrets",
        &keys,
        "-a",
        "3:said by editcap",
        "--capture-comment",
        "of the whole",
        &input,
        &output,
    ];
    let status = Command::new("editcap").args(arguments).stdout(Stdio::null()).status();
    if !status.is_ok_and(|status| status.success()) {
        return outside::missing("editcap is not installed, or too old");
    }
    let mut source = mqttscope::capture::open(Path::new(&output)).unwrap();
    let found = beside(&mut source);
    let secrets: Vec<_> = found.iter().flat_map(|(_, beside)| &beside.secrets).collect();
    assert_eq!((secrets.len(), secrets[0].kind), (1, Secrets::TLS_KEY_LOG));
    assert_eq!(secrets[0].bytes, std::fs::read(path("keys")).unwrap());
    let comments: Vec<_> =
        found.iter().flat_map(|(n, b)| b.comments.iter().map(move |c| (*n, c))).collect();
    assert_eq!(comments, [(3, &"said by editcap".to_owned())]);
    let told: Vec<_> = source.notices().iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|line| line.ends_with("of the whole")), "{told:?}");
}

/// The fuzzer of captures begins with such files.
///
/// `MQTTSCOPE_REWRITE=1 cargo test --test pcapng` writes them anew.
#[test]
fn the_fuzzer_has_a_seed_with_everything() {
    if !Path::new("fuzz").exists() {
        eprintln!("SKIPPED: fuzz is not part of a packed crate");
        return;
    }
    for (name, big) in [("pcapng-everything", false), ("pcapng-everything-big-endian", true)] {
        let path = Path::new("fuzz/corpus/capture").join(name);
        if std::env::var("MQTTSCOPE_REWRITE").is_ok_and(|value| value == "1") {
            std::fs::write(&path, everything(big)).unwrap();
        }
        assert!(path.is_file(), "{} is missing", path.display());
    }
}

#[test]
fn comments_on_frames_without_packets_are_told() {
    let comment = |text: &str| {
        let padded = text.len().next_multiple_of(4);
        let mut option = vec![1, 0, text.len() as u8, 0];
        option.extend(text.bytes().chain(std::iter::repeat(0)).take(padded));
        option.extend([0; 4]);
        option
    };
    let packet = |frame: &[u8], text: &str| {
        let mut body = words(&[0, 0, 0, frame.len() as u32, frame.len() as u32], false);
        body.extend(frame);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(comment(text));
        block(6, &body, false)
    };
    let ping = support::Tcp::client(1, &[0xc0, 0]).ethernet();
    let empty = support::Tcp::client(0, &[]).syn().ethernet();
    let file = [
        section(false),
        interface(1, 0, &[], false),
        packet(&empty, "a SYN\u{1b}"),
        packet(&ping, "a ping"),
    ]
    .concat();
    let run = support::program::finish(support::program::command(["read", "-"]), &file);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("comment: \"a ping\""), "{}", run.out);
    assert!(!run.err.contains("a ping"), "{}", run.err);
    let line = "comment on frame 1, which no packet is from: \"a SYN\\x1b\"";
    assert!(run.err.contains(line), "{}", run.err);
}
