//! What reaches the terminal: colour where it is wanted, and nothing of a stranger's that could
//! steer it.

mod support;

use mqttscope::text::is_unsafe;
use proptest::prelude::*;
use support::conversation::packet;
use support::program::{Run, command, finish, run};
use support::{Tcp, pcap};
use unicode_width::UnicodeWidthStr;

const FILE: &str = "captures/session.pcap";

fn colours(args: &[&str], env: &[(&str, &str)]) -> bool {
    let mut command = command(["read", FILE].iter().chain(args));
    command.envs(env.iter().copied());
    let run = finish(command, b"");
    assert_eq!(run.code, 0, "{}", run.err);
    run.out.contains('\x1b')
}

#[test]
fn colour_is_where_it_is_wanted() {
    // Output into a pipe has none by itself.
    for (args, env, expected) in [
        (&[][..], &[][..], false),
        (&["--color", "auto"], &[], false),
        (&["--color", "always"], &[], true),
        (&["--color", "never"], &[], false),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "0")], false),
        (&[], &[("CLICOLOR_FORCE", "")], false),
        (&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&["--color", "always", "-T", "summary"], &[], true),
        (&["--color", "always", "-T", "json"], &[], false),
    ] {
        assert_eq!(colours(args, env), expected, "{args:?} {env:?}");
    }
}

#[test]
fn colour_changes_no_word() {
    for format in ["tree", "summary"] {
        let plain = run(["read", FILE, "-x", "-T", format]);
        let coloured = run(["read", FILE, "-x", "-T", format, "--color", "always"]);
        assert_eq!(without_colour(&coloured.out), plain.out);
    }
}

#[test]
fn no_line_is_wider_than_the_terminal_or_ends_with_a_blank() {
    for width in ["40", "60", "80", "99", "200"] {
        for args in [&["--explain", "full"][..], &["-T", "summary"], &["--color", "always"]] {
            for file in [FILE, "captures/v5-properties.pcapng", "captures/lossy-raw.pcap"] {
                let run = run(["read", file, "--width", width].iter().chain(args));
                for line in without_colour(&run.out).lines() {
                    let fits = line.width() <= width.parse().unwrap();
                    assert!(fits && !line.ends_with(' '), "{width} {args:?}: {line:?}");
                }
            }
        }
    }
}

/// The text without `ESC [ ... m`.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('m').expect("an escape that is no colour");
        assert!(code.chars().all(|c| c.is_ascii_digit() || c == ';'), "{code}");
        plain.push_str(rest);
    }
    plain
}

/// Text that a stranger may send: controls, what turns the direction of writing, and plain words.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<char>().prop_map(|c| c.to_string().into_bytes()),
        prop::sample::select(vec![
            "\x1b[2J",
            "\x1b]0;title\x07",
            "\u{9b}31m",
            "\u{202e}",
            "\u{2066}",
            "\r",
            "\n",
            "\t",
            "\0",
            "\x7f",
            "\u{feff}",
            "\u{2028}",
            "a",
            "/",
            "é",
            "語",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn text(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes(), text].concat()
}

/// A conversation in which every text and all data are a stranger's.
fn capture(texts: &[Vec<u8>; 6]) -> Vec<u8> {
    let [client, user, topic, key, payload, broken] = texts;
    let connect =
        [&text(b"MQTT")[..], &[5, 0xc2, 0, 60, 0], &text(client), &text(user), &text(key)];
    let property = [&[0x26][..], &text(key), &text(payload)].concat();
    let length = [(property.len() % 128) as u8 | 0x80, (property.len() / 128) as u8];
    let publish = [&text(topic)[..], &length, &property, payload].concat();
    let subscribe = [&[0, 1, 0][..], &text(topic), &[0]].concat();
    let bytes = [
        packet(0x10, &connect.concat()),
        packet(0x30, &publish),
        packet(0x82, &subscribe),
        packet(0xf0, &[&[0x18, (user.len() + 3) as u8, 0x15][..], &text(user)].concat()),
        broken.clone(),
    ]
    .concat();
    let handshake = Tcp::client(0, &[]).syn().ethernet();
    pcap(1, &[handshake, Tcp::client(1, &bytes).ethernet()])
}

fn read(args: &[&str], capture: &[u8]) -> Run {
    let run = finish(command(["read", "-"].iter().chain(args)), capture);
    assert_eq!(run.code, 0, "{}", run.err);
    run
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// In no format, and on neither output.
    #[test]
    fn nothing_that_steers_a_terminal_gets_through(
        texts in prop::array::uniform6(hostile()),
        width in 20..200u16,
    ) {
        let capture = capture(&texts);
        let width = format!("--width={width}");
        for args in [
            &["-T", "tree", "-x"][..],
            &["-T", "tree", "--explain", "full", &width],
            &["-T", "summary", "-x"],
            &["-T", "summary", &width],
            &["-T", "json", "--explain", "full"],
        ] {
            let run = read(args, &capture);
            for line in run.out.lines().chain(run.err.lines()) {
                let raw = line.chars().find(|c| is_unsafe(*c));
                prop_assert!(raw.is_none(), "{args:?}: {raw:?} in {line}");
            }
        }
        for format in ["tree", "summary"] {
            let run = read(&["-T", format, "--color", "always"], &capture);
            let plain = without_colour(&run.out);
            prop_assert!(!plain.lines().flat_map(str::chars).any(is_unsafe), "{plain}");
        }
    }

    /// Pasted text comes back in what is told of it.
    #[test]
    fn nothing_of_a_pasted_text_gets_through_either(
        before in hostile(), digits in "[0-9a-fO ]{0,24}", behind in hostile(),
    ) {
        let input = [before, b" 10 0c 00 ".to_vec(), digits.into_bytes(), behind].concat();
        let run = finish(command(["decode"]), &input);
        for line in run.out.lines().chain(run.err.lines()) {
            prop_assert!(!line.chars().any(is_unsafe), "{line}");
        }
    }
}
