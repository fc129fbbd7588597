//! Exit codes, options that tshark's users have in their fingers, and ends of pipes.

mod support;

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use support::conversation::{packet, tidy};
use support::program::{Run, command, finish, run};
use support::{Tcp, pcap};

/// `read -` and these arguments, with a capture of Ethernet frames.
fn read(args: &[&str], frames: &[Vec<u8>]) -> Run {
    finish(command(["read", "-"].iter().chain(args)), &pcap(1, frames))
}

#[test]
fn exit_codes_are_those_of_the_contract() {
    let connect = packet(0x10, b"\0\x04MQTT\x04\x02\0\0\0\x01c");
    let qos_3 = [connect, packet(0x36, b"\0\x01a\0\x01")].concat();
    let qos_3 = Tcp::client(1, &qos_3).ethernet();
    let qos_3 = vec![Tcp::client(0, &[]).syn().ethernet(), qos_3];
    for (args, frames, code) in [
        (&[][..], tidy(), 0),
        (&["--fail-on", "error"], tidy(), 0),
        (&["--fail-on", "note"], tidy(), 0),
        (&[], qos_3.clone(), 0),
        (&["--fail-on", "error"], qos_3.clone(), 3),
        (&["--fail-on", "warning"], qos_3.clone(), 3),
        (&["--fail-on", "note"], qos_3.clone(), 3),
        (&["--fail-on", "error", "-q"], qos_3.clone(), 3),
        (&["--fail-on", "error", "-T", "json"], qos_3.clone(), 3),
        (&["--fail-on", "error", "missing.pcap"], qos_3.clone(), 2),
    ] {
        assert_eq!(read(args, &frames).code, code, "{args:?}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_1_and_names_what_is_wrong() {
    for (args, named) in [
        (&["red", "x.pcap"][..], "red"),
        (&["read"], "<FILE>"),
        (&["read", "--no-such-option", "x.pcap"], "--no-such-option"),
        (&["read", "-T", "xml", "x.pcap"], "xml"),
        (&["read", "-t", "q", "x.pcap"], "q"),
        (&["read", "-c", "many", "x.pcap"], "many"),
        (&["read", "-d", "udp.port==1,mqtt", "x.pcap"], "udp.port==1,mqtt"),
        (&["read", "-d", "tcp.port==70000,mqtt", "x.pcap"], "70000"),
        (&["read", "--mqtt-version", "6", "x.pcap"], "--mqtt-version"),
        (&["read", "--explain", "much", "x.pcap"], "--explain"),
        (&["read", "--fail-on", "all", "x.pcap"], "--fail-on"),
        (&["decode", "--from", "broker", "c000"], "--from"),
        (&["-r"], "-r"),
        (&["read", "-O", "mqtt", "x.pcap"], "-Y 'mqtt.msgtype == PUBLISH'"),
        (&["read", "-F", "pcap", "-w", "y", "x.pcap"], "the name of the file behind -w"),
        (&["read", "-d", "tcp.port==5600-5000,mqtt", "x.pcap"], "no range of them, as 5000-5600"),
        (&["captures/session.pcap"], "mqttscope read captures/session.pcap reads a capture"),
        (&["missing.pcapng"], "mqttscope read missing.pcapng"),
        (&["read", "captures/session.pcap", "mqtt.qos = 2"], "equal is =="),
        (&["stats", "live"], "mqttscope stats -i IFACE"),
        (&["stats", "x.pcap", "-z", "io,phs"], "-z types"),
        (&["read", "x.pcap", "-z", "topics"], "mqttscope stats FILE -z topics"),
        (&["-G", "protocols"], "-G fields"),
        (&["-r", "x.pcap", "-T", "pdml"], "-T json"),
        (&["read", "x.pcap", "-T", "psml"], "-T summary"),
        (&["read", "x.pcap", "-T", "tabs"], "-T fields"),
    ] {
        let run = run(args);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{args:?}");
        assert!(run.err.contains(named), "{args:?}: {}", run.err);
        assert!(run.err.starts_with("mqttscope: "), "{args:?}: {}", run.err);
        assert!(!run.err.contains("'-- -z'"), "{args:?}: {}", run.err);
    }
}

/// What tshark's options do of themselves, or nothing.
#[test]
fn tsharks_options_without_a_use_here_are_taken() {
    const FILE: &str = "captures/session.pcap";
    let plain = run(["read", FILE]);
    for args in [&["-2", "-r", FILE][..], &["read", FILE, "-2"], &["read", "-2", FILE]] {
        let run = run(args);
        assert_eq!((run.code, run.out == plain.out), (0, true), "{args:?}: {}", run.err);
    }
    let colored = run(["read", FILE, "--color", "always"]);
    for args in
        [&["read", FILE, "--color"][..], &["--color", "-r", FILE], &["read", "--color", FILE]]
    {
        let run = run(args);
        assert_eq!((run.code, run.out == colored.out), (0, true), "{args:?}: {}", run.err);
    }
    let fields = |more: &[&str]| {
        let args = ["read", FILE, "-c", "9", "-T", "fields", "-e", "frame.number"];
        run(args.iter().chain(more)).out
    };
    assert_eq!(fields(&["-E", "bom=y"]), format!("\u{feff}{}", fields(&[])));
    let named = format!("\u{feff}{}", fields(&["-E", "header=y"]));
    assert_eq!(fields(&["-E", "header=y", "-E", "bom=y"]), named);
}

#[test]
fn help_and_version_go_to_standard_output() {
    for args in [&["--help"][..], &["-h"], &["read", "--help"], &["--version"], &["-v"], &["-V"]] {
        let run = run(args);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
        assert!(run.out.contains("mqttscope"), "{args:?}: {}", run.out);
    }
}

#[test]
fn a_folder_is_no_capture() {
    let run = run(["read", "captures"]);
    let told = "mqttscope: captures is a folder: name the captures in it\n";
    assert_eq!((run.code, run.err.as_str()), (2, told));
}

/// tshark takes a range, and a first port with a number of them.
#[test]
fn a_range_of_ports_is_read() {
    let read = |option: &[&str]| {
        let args = ["read", "captures/session.pcap", "-T", "json", "--only-port"];
        run(args.iter().chain(option)).json().len()
    };
    let all = read(&[]);
    assert!(all > 0);
    for range in ["1000-2000", "1883:1", "1880:9"] {
        assert_eq!(read(&["-d", &format!("tcp.port=={range},mqtt")]), all, "{range}");
    }
}

#[test]
fn a_page_of_the_manual_says_what_it_is_of() {
    let page = run(["man", "read"]).out;
    let version = env!("CARGO_PKG_VERSION");
    let title = format!(".TH mqttscope-read 1  \"mqttscope {version}\" ");
    assert!(page.contains(&title), "{page}");
    assert!(page.contains(".SH EXAMPLES\n.nf\nmqttscope read capture.pcapng\n"), "{page}");
    assert!(!page.contains("EXTRA"), "{page}");
    let page = run(["man"]).out;
    assert!(page.contains(".SH NOTES\n") && page.contains("Exit codes: 0 done"), "{page}");
}

#[test]
fn tsharks_short_forms_work_without_a_subcommand() {
    const FILE: &str = "captures/session.pcap";
    let tree = run(["read", FILE]);
    assert_eq!((tree.code, tree.err.as_str()), (0, ""));
    for args in [
        &["-r", FILE][..],
        &["-n", "-r", FILE],
        &["-nr", FILE],
        &["-V", "-r", FILE],
        &["-Vnlr", FILE],
        &["-r", FILE, "-T", "tree"],
        &["-rcaptures/session.pcap"],
        &["read", "-V", FILE],
        &["read", "-n", "-l", FILE],
        &["-r", FILE, "-T", "text"],
    ] {
        let run = run(args);
        assert_eq!((run.code, run.out == tree.out), (0, true), "{args:?}: {}", run.err);
    }
}

#[test]
fn the_filter_of_tsharks_second_pass_is_a_filter() {
    const FILE: &str = "captures/session.pcap";
    let filtered = run(["read", FILE, "-Y", "mqtt.qos == 2"]);
    for args in
        [&["-2", "-R", "mqtt.qos == 2", "-r", FILE][..], &["read", FILE, "-2", "-Rmqtt.qos == 2"]]
    {
        let run = run(args);
        assert_eq!((run.code, run.out == filtered.out), (0, true), "{args:?}: {}", run.err);
    }
}

/// tshark takes `-V` beside `-T json` and prints JSON.
#[test]
fn verbose_leaves_another_format_as_it_is() {
    for format in ["json", "summary"] {
        let plain = run(["decode", "-T", format, "c000"]);
        assert_eq!(plain.code, 0);
        for args in [["decode", "-V", "-T", format, "c000"], ["decode", "-T", format, "-V", "c000"]]
        {
            let run = run(args);
            assert_eq!((run.code, run.out), (0, plain.out.clone()), "{args:?}: {}", run.err);
        }
    }
}

#[test]
fn quiet_shows_no_packets_and_still_tells_what_was_passed_over() {
    let run = read(&["-q"], &tidy());
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let cut = self::run(["-q", "-r", "captures/snaplen-96.pcap"]);
    assert_eq!((cut.code, cut.out.as_str()), (0, ""));
    assert!(cut.err.contains("cut short by the snap length"), "{}", cut.err);
}

#[test]
fn a_hex_dump_follows_each_packet() {
    for format in ["tree", "summary"] {
        let plain = read(&["-T", format], &tidy());
        let dumped = read(&["-T", format, "-x"], &tidy());
        let dumps = |run: &Run| run.out.lines().filter(|line| line.starts_with("0000  ")).count();
        assert_eq!((dumps(&plain), dumps(&dumped)), (0, 15), "{format}: {}", dumped.out);
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    // More than any pipe holds, so that the end of the reader is noticed.
    let publish = packet(0x30, &[b"\0\x01a", [b'x'; 1_000].as_slice()].concat());
    let frames: Vec<_> =
        (0..400).map(|n| Tcp::client(n * publish.len() as u32, &publish).ethernet()).collect();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("long.pcap");
    std::fs::write(&file, pcap(1, &frames)).unwrap();
    for args in [&["-T", "tree"][..], &["-T", "json"], &["-T", "summary", "-x"], &["-l"]] {
        let mut command = command(["read".as_ref(), file.as_os_str()]);
        let mut child =
            command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        let code = child.wait().unwrap().code();
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{args:?}");
        assert!(!line.is_empty());
    }
}

#[test]
fn a_full_disk_is_told() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let mut command = command(["-r", "captures/session.pcap"]);
    let output = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("standard output cannot be written"), "{errors}");
}

/// Files are read one after another, and a mistake is told with its file and its own line.
#[test]
fn decode_reads_several_files_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let connect = file("connect.txt", b"10 0d 00 04 4d 51 54 54 05 02 00 3c 00 00 00");
    let connack = file("connack.bin", b"\x20\x03\0\0\0");
    let pings = file("pings.txt", b"c0 00\nd0 0O\n");
    let args =
        ["decode", "-T", "summary", "--file", &connect, "--file", &connack, "--file", &pings];
    let run = run(args);
    let types: Vec<&str> = run
        .out
        .lines()
        .filter_map(|line| {
            line.split_whitespace().find(|it| it.chars().all(|c| c.is_ascii_uppercase()))
        })
        .collect();
    assert_eq!(types, ["CONNECT", "CONNACK", "PINGREQ", "PINGRESP"], "{}", run.out);
    assert!(
        run.out.contains("MQTT 5.0") && run.out.contains("CONNACK      Success"),
        "{}",
        run.out
    );
    assert_eq!(run.code, 2);
    assert!(run.err.contains("pings.txt: line 2, column 5"), "{}", run.err);
}

#[test]
fn a_version_is_named_by_its_level_too() {
    for (level, name) in [("3", "3.1"), ("4", "3.1.1"), ("5", "5.0")] {
        let told = |version| {
            run(["decode", "-T", "json", "--from", "server", "--mqtt-version", version, "20030000"])
                .out
        };
        assert_eq!(told(level), told(name));
        assert!(told(level).contains(&format!("\"version\":\"{name}\"")), "{}", told(level));
    }
}
