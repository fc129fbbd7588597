//! What build servers and scripts get: SARIF, JUnit, the counts of findings, connections as JSON.

mod support;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use support::Tcp;
use support::program::{command, finish};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mqttscope"))
        .args(args)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(args: &[&str]) -> String {
    String::from_utf8(run(args).stdout).unwrap()
}

fn sarif(args: &[&str]) -> Value {
    serde_json::from_str(&text(args)).unwrap()
}

/// A CONNECT whose Client Identifier steers terminals, breaks XML and JSON, and a PUBLISH of QoS 3.
const HOSTILE: &str = "10 1b 00 04 4d 51 54 54 04 02 00 3c 00 0f 1b 5d 30 3b 3c 78 3e 26 22 5d 5d 3e c2 9b 07 \
     36 05 00 01 74 00 01";

#[test]
fn sarif_has_a_rule_for_each_result() {
    let log = sarif(&["read", "-T", "sarif", "captures/ends.pcap"]);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["artifacts"][0]["location"]["uri"], "captures/ends.pcap");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.len() > 100);
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 5);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(rules[index]["defaultConfiguration"]["level"], result["level"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let place = &result["locations"][0];
        let file = &place["physicalLocation"]["artifactLocation"];
        assert_eq!(
            (file["uri"].as_str(), file["index"].as_u64()),
            (Some("captures/ends.pcap"), Some(0))
        );
        let packet = &place["logicalLocations"][0];
        let n = result["properties"]["packet"].as_u64().unwrap();
        assert_eq!(packet["name"], format!("packet {n}"));
        let stream = result["properties"]["stream"].as_u64().unwrap();
        assert_eq!(packet["fullyQualifiedName"], format!("stream {stream}/packet {n}"));
        assert!(place["logicalLocations"][1]["name"].as_str().unwrap().starts_with("frame "));
    }
    for rule in rules {
        let sentence = rule["shortDescription"]["text"].as_str().unwrap();
        assert!(!sentence.is_empty() && !sentence.contains(['{', '}']), "{sentence}");
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
    }
}

#[test]
fn sarif_is_whole_without_findings_and_without_packets() {
    for args in [
        &["read", "-T", "sarif", "-q", "captures/ends.pcap"][..],
        &["read", "-T", "sarif", "-c", "1", "captures/session.pcap"],
        &["decode", "-T", "sarif", "c0 00"],
    ] {
        assert_eq!(sarif(args)["runs"][0]["results"].as_array().unwrap().len(), 0, "{args:?}");
    }
}

#[test]
fn sarif_names_no_file_where_it_is_not_known_and_the_line_where_it_is() {
    let two = sarif(&["read", "-T", "sarif", "captures/ends.pcap", "captures/v5-limits.pcap"]);
    assert_eq!(two["runs"][0]["artifacts"].as_array().unwrap().len(), 2);
    assert!(two["runs"][0]["results"][0]["locations"][0].get("physicalLocation").is_none());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("two lines.txt");
    std::fs::write(&path, "c0 00\n36 05 00 01 74 00 01\n").unwrap();
    let pasted = sarif(&["decode", "-T", "sarif", "--file", path.to_str().unwrap()]);
    let place = &pasted["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 2);
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.starts_with("file:///") && uri.ends_with("/two%20lines.txt"), "{uri}");
}

/// Build servers show the totals of the root, and the suites as they stand there.
#[test]
fn junit_has_totals_and_the_order_of_the_capture() {
    for file in ["captures/ends.pcap", "captures/session.pcap", "captures/v5-topics.pcap"] {
        let xml = text(&["read", "-T", "junit", file]);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let root = document.root_element();
        let suites = || root.children().filter(|node| node.has_tag_name("testsuite"));
        let number = |node: roxmltree::Node<'_, '_>, name| -> u64 {
            node.attribute(name).unwrap().parse().unwrap()
        };
        for name in ["tests", "failures", "errors", "skipped"] {
            let sum: u64 = suites().map(|suite| number(suite, name)).sum();
            assert_eq!(number(root, name), sum, "{file} {name}");
        }
        let streams: Vec<u64> = suites()
            .flat_map(|suite| suite.descendants())
            .filter(|node| node.attribute("name") == Some("stream"))
            .map(|node| number(node, "value"))
            .collect();
        assert!(streams.len() > 1 && streams.is_sorted(), "{file}: {streams:?}");
    }
}

#[test]
fn junit_has_a_suite_a_connection_and_fails_for_errors() {
    let xml = text(&["read", "-T", "junit", "captures/ends.pcap"]);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<_> = root.children().filter(|node| node.has_tag_name("testsuite")).collect();
    let sessions = text(&["sessions", "-T", "json", "captures/ends.pcap"]);
    assert_eq!(suites.len(), sessions.lines().count());
    for suite in &suites {
        let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        let failed =
            cases.iter().filter(|case| case.children().any(|it| it.has_tag_name("failure")));
        assert_eq!(suite.attribute("tests"), Some(cases.len().to_string().as_str()));
        assert_eq!(suite.attribute("failures"), Some(failed.count().to_string().as_str()));
        let properties = suite.descendants().filter(|node| node.has_tag_name("property"));
        let ends = properties.filter(|it| it.attribute("name").unwrap().starts_with("end."));
        assert!(ends.count() > 0);
    }
    let suite =
        suites.iter().find(|it| it.attribute("name").unwrap().contains("\"qos3-311\"")).unwrap();
    let failure = suite.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("type"), Some("qos-3"));
    assert!(failure.attribute("message").unwrap().contains("QoS 3 does not exist"));
    assert_eq!(failure.parent().unwrap().attribute("name"), Some("PUBLISH"));
}

#[test]
fn names_that_would_break_a_report_do_not() {
    let xml = text(&["decode", "-T", "junit", HOSTILE]);
    let document = roxmltree::Document::parse(&xml).unwrap();
    assert_eq!(document.descendants().filter(|node| node.has_tag_name("failure")).count(), 1);
    let log = text(&["decode", "-T", "sarif", HOSTILE]);
    for shown in [&xml, &log] {
        assert!(!shown.contains(['\x1b', '\u{9b}', '\x07']), "{shown}");
    }
    let log: Value = serde_json::from_str(&log).unwrap();
    let message = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert!(message.contains("\\x1b]0;<x>&"), "{message}");
}

#[test]
fn fail_on_is_the_exit_code_of_every_command() {
    for (args, code) in [
        (&["read", "-q", "--fail-on", "error", "captures/ends.pcap"][..], 3),
        (&["read", "-q", "--fail-on", "error", "captures/session.pcap"], 0),
        (&["read", "-T", "sarif", "--fail-on", "warning", "captures/ends.pcap"], 3),
        (&["read", "-T", "junit", "--fail-on", "error", "captures/session.pcap"], 0),
        (&["read", "--findings=error", "--fail-on", "note", "captures/session.pcap"], 3),
        (&["sessions", "--fail-on", "error", "captures/ends.pcap"], 3),
        (&["session", "--fail-on", "error", "captures/session.pcap", "0"], 0),
        (&["decode", "-q", "--fail-on", "error", "36 05 00 01 74 00 01"], 3),
        (&["decode", "-q", "--fail-on", "error", "c0 00"], 0),
    ] {
        assert_eq!(run(args).status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn findings_are_counted_beside_what_programs_read() {
    let output = run(&["read", "-T", "json", "--findings=error", "captures/ends.pcap"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let mut errors = 0;
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let findings = record["findings"].as_array().unwrap();
        let of_error = findings.iter().filter(|finding| finding["severity"] == "error").count();
        assert!(of_error > 0, "{line}");
        errors += of_error;
    }
    assert!(
        told.contains(&format!("{errors} findings on {} of ", lines.lines().count())),
        "{told}"
    );
    assert!(told.contains("by client"), "{told}");
    let shown = text(&["read", "-T", "summary", "--findings=error", "captures/ends.pcap"]);
    assert!(shown.contains(&format!("{errors} findings on ")), "{shown}");
}

/// What a server does wrong to a client is not counted as the client's.
#[test]
fn faults_of_a_server_are_counted_apart() {
    let command = ["read", "-T", "json", "--findings", "captures/sessions-passed-on.pcap"];
    let lines = text(&command);
    let mut faults = [0; 2];
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        if record["client_id"] == "plain" {
            let place = usize::from(record["sender"] == "server");
            faults[place] += record["findings"].as_array().unwrap().len();
        }
    }
    assert!(faults[1] > 0, "{faults:?}");
    let told = String::from_utf8(run(&command).stderr).unwrap();
    let line = told.lines().find(|line| line.trim_start().starts_with("plain ")).unwrap();
    let (own, server) = line.split_once("of its server ").unwrap_or((line, ""));
    let count = |part: &str| -> usize {
        part.split_whitespace().filter_map(|word| word.parse::<usize>().ok()).sum()
    };
    assert_eq!([count(own), count(server)], faults, "{line}");
}

#[test]
fn connections_as_json() {
    let lines = text(&["sessions", "-T", "json", "captures/v5-limits.pcap"]);
    let sessions: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(sessions.len(), 5);
    for (n, session) in sessions.iter().enumerate() {
        assert_eq!(
            (session["schema"].as_u64(), session["type"].as_str()),
            (Some(1), Some("SESSION"))
        );
        assert_eq!(session["stream"].as_u64(), Some(n as u64));
        assert!(!session["causes"].as_array().unwrap().is_empty());
        assert!(session.get("events").is_none());
    }
    assert_eq!(sessions[0]["assigned"], true);
    assert_eq!(sessions[1]["taken_over_by"]["stream"], 2);
    assert_eq!(sessions[3]["keep_alive"]["asked"], 1);
    assert_eq!(sessions[3]["causes"][0]["cause"], "keep-alive");
    assert_eq!(sessions[3]["causes"][0]["certainty"], "likely");
}

/// What a server does not offer stands with its limits.
#[test]
fn limits_as_json() {
    let capture = one_connection(&[0x20, 9, 0, 0, 6, 0x28, 0, 0x2a, 0, 0x29, 0]);
    let out = finish(command(["sessions", "-T", "json", "-"]), &support::pcap(1, &capture)).out;
    let session: Value = serde_json::from_str(&out).unwrap();
    let limits = &session["limits"];
    for key in ["wildcard", "shared", "identifier"] {
        assert_eq!((&limits["client"][key], &limits["server"][key]), (&true.into(), &false.into()));
    }
    assert!(session.get("at_once").is_none());
}

/// A server that ends all its connections at once was stopped, or died.
#[test]
fn all_ends_at_once_as_json() {
    let one = one_connection(&[0x20, 3, 0, 0, 0]);
    let port = |port: u16, tcp: &Tcp| Tcp { client_port: port, ..tcp.clone() };
    let segments: Vec<Tcp> = (50_000..50_003)
        .flat_map(|number| {
            segments(&[0x20, 3, 0, 0, 0]).into_iter().map(move |it| port(number, &it))
        })
        .collect();
    assert_eq!(segments.len(), 3 * one.len());
    // The ends come last.
    let (ends, begins): (Vec<Tcp>, Vec<Tcp>) = segments.into_iter().partition(|tcp| tcp.fin);
    let frames: Vec<Vec<u8>> = begins.iter().chain(&ends).map(Tcp::ethernet).collect();
    let out = finish(command(["sessions", "-T", "json", "-"]), &support::pcap(1, &frames)).out;
    for line in out.lines() {
        let session: Value = serde_json::from_str(line).unwrap();
        assert_eq!(session["at_once"]["count"], 3, "{line}");
        assert!(session["at_once"]["first"]["frame"].as_u64() > Some(9), "{line}");
    }
}

/// The frames of a connection that its server ends when it has answered the CONNECT so.
fn one_connection(connack: &[u8]) -> Vec<Vec<u8>> {
    segments(connack).iter().map(Tcp::ethernet).collect()
}

fn segments(connack: &[u8]) -> Vec<Tcp> {
    let connect = b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01c";
    let (c, s) = (101 + connect.len() as u32, 501 + connack.len() as u32);
    vec![
        Tcp::client(100, &[]).syn(),
        Tcp::server(500, 101, &[]).syn(),
        Tcp { ack: Some(501), ..Tcp::client(101, connect) },
        Tcp::server(501, c, connack),
        Tcp::server(s, c, &[]).fin(),
    ]
}

#[test]
fn a_time_line_as_json_has_every_packet() {
    let line = text(&["session", "-T", "json", "captures/session.pcap", "phone"]);
    let session: Value = serde_json::from_str(&line).unwrap();
    let events = session["events"].as_array().unwrap();
    let packets = session["packets"]["client"].as_u64().unwrap()
        + session["packets"]["server"].as_u64().unwrap();
    let with_number = events.iter().filter(|event| event.get("n").is_some()).count() as u64;
    assert_eq!(with_number, packets);
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["SYN", "CONNECT", "CONNACK"]);
    assert_eq!(types.iter().filter(|kind| **kind == "FIN").count(), 2);
    // By the number of its stream it is the same.
    assert_eq!(line, text(&["session", "-T", "json", "captures/session.pcap", "0"]));
    assert_eq!(text(&["session", "-T", "json", "captures/session.pcap", "nobody"]), "");
}

#[test]
fn all_connections_of_a_client_are_shown() {
    let lines = text(&["session", "-T", "json", "captures/v5-limits.pcap", "twin"]);
    assert_eq!(lines.lines().count(), 2);
    // The server gave this name: its CONNECT had none.
    let given = text(&[
        "session",
        "-T",
        "json",
        "captures/v5-limits.pcap",
        "auto-E2882C2D-EB9E-B5CE-54C3-0F4E425C6764",
    ]);
    let session: Value = serde_json::from_str(&given).unwrap();
    assert_eq!(session["events"][1]["type"], "CONNECT");
}

/// No line of a picture is wider than the terminal, and the lanes stand below each other.
#[test]
fn the_picture_fits_its_width() {
    use unicode_width::UnicodeWidthStr;
    for width in ["60", "80", "100", "200"] {
        for (file, id) in [
            ("captures/ends.pcap", "qos3-311"),
            ("captures/session.pcap", "1"),
            ("captures/lossy-raw.pcap", "0"),
        ] {
            let shown = text(&["session", "--width", width, file, id]);
            let lanes: Vec<&str> = shown.lines().filter(|line| line.contains(['│', '┊'])).collect();
            assert!(lanes.len() > 5, "{shown}");
            let at =
                |line: &str, mark: fn(&str) -> Option<usize>| line[..mark(line).unwrap()].width();
            for line in &lanes {
                assert!(line.width() <= width.parse().unwrap(), "{width}: {line}");
                let left = at(line, |line| line.find(['│', '┊']));
                let right = at(line, |line| line.rfind(['│', '┊']));
                assert_eq!(left, at(lanes[0], |line| line.find(['│', '┊'])), "{line}");
                assert_eq!(right, at(lanes[0], |line| line.rfind(['│', '┊'])), "{line}");
            }
        }
    }
}
