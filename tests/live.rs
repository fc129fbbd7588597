//! Live capture: real clients talk to a real broker on loopback, and what is shown is what they did.
//!
//! Needs the right to capture, mosquitto, mosquitto_pub and mosquitto_sub. Where one is missing the test says
//! that it is skipped; with `CI=true` that is a failure. The broker has a port of its own, whatever
//! else listens on 1883.
#![cfg(all(unix, feature = "live"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

const LOOPBACK: &str = if cfg!(target_os = "linux") { "lo" } else { "lo0" };
/// Nothing here takes longer, even on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(30);

fn mqttscope() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mqttscope"))
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A program, also where it lies in a folder that only root has in its path.
fn program(name: &str) -> Command {
    let path = format!("{}:/usr/local/sbin:/usr/sbin:/sbin", std::env::var("PATH").unwrap());
    let mut command = Command::new("env");
    command.env("PATH", path).arg(name);
    command
}

/// Why a test with real clients cannot run here.
fn obstacle(programs: &[&str]) -> Option<String> {
    let is_missing = |name: &&&str| {
        let found = program("sh").args(["-c", "command -v \"$0\"", **name]).output();
        !found.is_ok_and(|output| output.status.success())
    };
    if let Some(name) = programs.iter().find(is_missing) {
        return Some(format!("{name} is not installed"));
    }
    let output = run(mqttscope().args(["live", "-i", LOOPBACK, "-a", "duration:0.05"]));
    stderr(&output).lines().find(|line| line.contains("not permitted")).map(str::to_owned)
}

/// Tells that a test is skipped, which CI does not accept.
fn is_skipped(programs: &[&str]) -> bool {
    let Some(reason) = obstacle(programs) else { return false };
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!is_ci, "not skipped in CI: {reason}");
    eprintln!("skipped: {reason}");
    true
}

struct Broker {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Broker {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("mosquitto.conf");
        fs::write(&settings, format!("listener {port} 127.0.0.1\nallow_anonymous true\n")).unwrap();
        let process = program("mosquitto")
            .arg("-c")
            .arg(&settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < PATIENCE, "mosquitto does not listen on port {port}");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, port, _folder: folder }
    }

    fn client(&self, name: &str, version: &str, id: &str) -> Command {
        let mut command = program(name);
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-V", version, "-i", id]);
        command
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A line of the output, and when it came.
struct Line {
    text: String,
    json: Value,
    came: SystemTime,
}

/// `mqttscope live -T json`, listening.
struct Live {
    process: Child,
    output: Receiver<Line>,
    errors: Lines<BufReader<ChildStderr>>,
    lines: Vec<Line>,
}

impl Live {
    fn start(port: u16, more: &[&str]) -> Self {
        let mut process = mqttscope()
            .args(["live", "-i", LOOPBACK, "-f", &format!("tcp port {port}")])
            .args(["-d", &format!("tcp.port=={port},mqtt"), "-T", "json"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, output) = channel();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || {
            for text in stdout.lines().map_while(Result::ok) {
                let came = SystemTime::now();
                let json = serde_json::from_str(&text).unwrap();
                if sender.send(Line { text, json, came }).is_err() {
                    break;
                }
            }
        });
        let mut errors = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut told = errors.by_ref().map_while(Result::ok);
        assert!(told.any(|line| line.contains("capturing on")), "it does not capture");
        Self { process, output, errors, lines: Vec::new() }
    }

    /// Waits for so many packets of a type that a client sent or got.
    fn wait_for(&mut self, client: &str, kind: &str, count: usize) {
        let is_it = |line: &&Line| line.json["client_id"] == client && line.json["type"] == kind;
        let started = Instant::now();
        while self.lines.iter().filter(is_it).count() < count {
            match self.output.recv_timeout(PATIENCE.saturating_sub(started.elapsed())) {
                Ok(line) => self.lines.push(line),
                Err(error) => panic!("no {kind} number {count} of {client}: {error}"),
            }
        }
    }

    /// Sends a signal, takes what is left, and returns what was told on standard error.
    fn end(&mut self, signal: &str) -> String {
        let id = self.process.id().to_string();
        // The shell has it built in; a program of that name is not everywhere.
        let sent = run(program("sh").args(["-c", "kill \"$0\" \"$1\"", signal, &id]));
        assert!(sent.status.success(), "{}", stderr(&sent));
        self.rest()
    }

    fn rest(&mut self) -> String {
        while let Ok(line) = self.output.recv_timeout(PATIENCE) {
            self.lines.push(line);
        }
        let told: Vec<String> = self.errors.by_ref().map_while(Result::ok).collect();
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}: {told:?}");
        told.join("\n")
    }

    fn of(&self, client: &str) -> Vec<&Value> {
        self.lines
            .iter()
            .map(|line| &line.json)
            .filter(|json| json["client_id"] == client)
            .collect()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The value of the first field of that key, however deep.
fn field<'a>(record: &'a Value, key: &str) -> Option<&'a Value> {
    record["fields"]
        .as_array()?
        .iter()
        .find_map(|row| if row["field"] == key { Some(&row["value"]) } else { field(row, key) })
}

/// `> PUBLISH` for what the client sent, `< PUBACK` for what it got.
fn steps(records: &[&Value]) -> Vec<String> {
    let step = |record: &&Value| {
        let arrow = if record["sender"] == "client" { '>' } else { '<' };
        format!("{arrow} {}", record["type"].as_str().unwrap())
    };
    records.iter().map(step).collect()
}

/// One message of the test.
struct Case {
    version: &'static str,
    qos: u8,
}

impl Case {
    const NAMES: [(&'static str, &'static str); 2] = [("mqttv311", "3.1.1"), ("mqttv5", "5.0")];

    fn all() -> Vec<Self> {
        let pairs =
            Self::NAMES.iter().flat_map(|(version, _)| (0..3).map(move |qos| (*version, qos)));
        pairs.map(|(version, qos)| Self { version, qos }).collect()
    }

    fn id(&self, role: &str) -> String {
        format!("{role}-{}-{}", self.version, self.qos)
    }

    fn topic(&self) -> String {
        format!("live/{}/qos{}", self.version, self.qos)
    }

    fn payload(&self) -> String {
        format!("grüße über {} mit QoS {}", self.version, self.qos)
    }

    fn version_shown(&self) -> &'static str {
        Self::NAMES.iter().find(|(version, _)| *version == self.version).unwrap().1
    }

    /// Lets real clients do it.
    fn act(&self, broker: &Broker, live: &mut Live) {
        let (reader, qos) = (self.id("reader"), self.qos.to_string());
        let mut subscriber = broker
            .client("mosquitto_sub", self.version, &reader)
            .args(["-q", &qos, "-t", &self.topic(), "-C", "1", "-W", "20"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        live.wait_for(&reader, "SUBACK", 1);
        let published =
            run(broker.client("mosquitto_pub", self.version, &self.id("writer")).args([
                "-q",
                &qos,
                "-t",
                &self.topic(),
                "-m",
                &self.payload(),
                "-u",
                "user",
                "-P",
                "secret",
            ]));
        assert!(published.status.success(), "{}", stderr(&published));
        let mut received = String::new();
        subscriber.stdout.take().unwrap().read_to_string(&mut received).unwrap();
        assert!(subscriber.wait().unwrap().success());
        assert_eq!(received.trim_end(), self.payload());
        live.wait_for(&reader, "DISCONNECT", 1);
        live.wait_for(&self.id("writer"), "DISCONNECT", 1);
    }

    /// Compares what was shown with what was done.
    fn check(&self, live: &Live) {
        let (writer, reader) = (live.of(&self.id("writer")), live.of(&self.id("reader")));
        let writes: &[&str] = match self.qos {
            0 => &[],
            1 => &["< PUBACK"],
            _ => &["< PUBREC", "> PUBREL", "< PUBCOMP"],
        };
        let expected =
            [&["> CONNECT", "< CONNACK", "> PUBLISH"], writes, &["> DISCONNECT"]].concat();
        assert_eq!(steps(&writer), expected, "{}", self.id("writer"));
        let reads: &[&str] = match self.qos {
            0 => &[],
            1 => &["> PUBACK"],
            _ => &["> PUBREC", "< PUBREL", "> PUBCOMP"],
        };
        let opening: &[&str] = &["> CONNECT", "< CONNACK", "> SUBSCRIBE", "< SUBACK", "< PUBLISH"];
        assert_eq!(
            steps(&reader),
            [opening, reads, &["> DISCONNECT"]].concat(),
            "{}",
            self.id("reader")
        );
        for records in [&writer, &reader] {
            self.check_fields(records);
        }
        assert_eq!(field(writer[0], "mqtt.username").unwrap(), "user");
        let asked = reader.iter().find(|record| record["type"] == "SUBSCRIBE").unwrap();
        assert_eq!(field(asked, "mqtt.topic").unwrap(), &Value::from(self.topic()));
    }

    fn check_fields(&self, records: &[&Value]) {
        for record in records {
            assert_eq!(record["version"], self.version_shown());
            assert_eq!(record["version_from"], "connect");
            // A CONNECT may have a password, and has no TLS around it.
            let findings = record["findings"].as_array().unwrap();
            let rules: Vec<_> = findings.iter().map(|finding| &finding["rule"]).collect();
            let has_password = field(record, "mqtt.passwd").is_some();
            let expected: &[&str] = if has_password { &["password-in-clear"] } else { &[] };
            assert_eq!(rules, expected, "{record}");
            assert_eq!(
                record["hex"].as_str().unwrap().len() as u64,
                record["length"].as_u64().unwrap() * 2
            );
        }
        let publish = records.iter().find(|record| record["type"] == "PUBLISH").unwrap();
        let id = field(publish, "mqtt.msgid").and_then(Value::as_u64);
        assert_eq!(id.is_some(), self.qos > 0);
        assert_eq!(field(publish, "mqtt.topic").unwrap(), &Value::from(self.topic()));
        assert_eq!(field(publish, "mqtt.qos").unwrap(), &Value::from(self.qos));
        assert_eq!(publish["hex"], hex::encode(self.publish(id)));
        let is_answer = |kind: &Value| {
            ["PUBACK", "PUBREC", "PUBREL", "PUBCOMP"].iter().any(|name| kind == name)
        };
        for answer in records.iter().filter(|record| is_answer(&record["type"])) {
            assert_eq!(field(answer, "mqtt.msgid").and_then(Value::as_u64), id);
        }
    }

    /// The PUBLISH as the specification lays it out.
    fn publish(&self, id: Option<u64>) -> Vec<u8> {
        let topic = self.topic();
        let mut body = u16::try_from(topic.len()).unwrap().to_be_bytes().to_vec();
        body.extend(topic.as_bytes());
        body.extend(id.iter().flat_map(|id| u16::try_from(*id).unwrap().to_be_bytes()));
        body.extend(&[0][..usize::from(self.version == "mqttv5")]); // no properties
        body.extend(self.payload().as_bytes());
        let length = u8::try_from(body.len()).unwrap();
        assert!(length < 128, "one byte of Remaining Length");
        [vec![0x30 | (self.qos << 1), length], body].concat()
    }
}

#[test]
fn what_clients_do_is_what_is_shown_and_written() {
    if is_skipped(&["mosquitto", "mosquitto_pub", "mosquitto_sub"]) {
        return;
    }
    let broker = Broker::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("written.pcap");
    let mut live = Live::start(broker.port, &["-w", file.to_str().unwrap(), "-a", "duration:300"]);
    let cases = Case::all();
    for case in &cases {
        case.act(&broker, &mut live);
    }
    // The file is readable while the capture goes on, and holds what was shown.
    let growing = read_again(&file, broker.port);
    assert!(growing.len() >= live.lines.len());
    let told = live.end("-TERM");
    for case in &cases {
        case.check(&live);
    }
    let shown: Vec<&str> = live.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(read_again(&file, broker.port), shown);
    assert!(
        told.contains(&format!("frames seen on {LOOPBACK}, 0 dropped by the kernel")),
        "{told}"
    );
    report_latency(&live.lines);
}

fn read_again(file: &Path, port: u16) -> Vec<String> {
    let decode_as = format!("tcp.port=={port},mqtt");
    let output = run(mqttscope().args(["read", "-T", "json", "-d", &decode_as]).arg(file));
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// From the kernel's stamp to the line in the hands of a reader: told, and held to no more than what
/// a busy machine keeps.
fn report_latency(lines: &[Line]) {
    let of = |line: &Line| {
        let stamped: jiff::Timestamp = line.json["time"].as_str().unwrap().parse().unwrap();
        line.came.duration_since(SystemTime::from(stamped)).unwrap_or_default()
    };
    let mut all: Vec<Duration> = lines.iter().map(of).collect();
    all.sort();
    let (middle, last) = (all[all.len() / 2], all[all.len() - 1]);
    eprintln!("from wire to line: median {middle:.1?}, longest {last:.1?}, {} packets", all.len());
    assert!(middle < Duration::from_secs(1), "median {middle:?}");
}

#[test]
fn it_ends_by_itself_and_by_ctrl_c() {
    if is_skipped(&[]) {
        return;
    }
    let started = Instant::now();
    let mut live = Live::start(1, &["-a", "duration:0.3"]);
    assert!(live.rest().contains("0 frames seen"));
    assert!(started.elapsed() >= Duration::from_millis(300));
    let mut live = Live::start(1, &[]);
    assert!(live.end("-INT").contains("0 frames seen"));
}

#[test]
fn it_ends_after_so_many_frames() {
    if is_skipped(&[]) {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut live = Live::start(port, &["-c", "2"]);
    let _connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    assert!(live.rest().contains("2 frames seen"));
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    if is_skipped(&[]) {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let filter = format!("tcp port {port}");
    let mut command = mqttscope();
    command.args(["live", "-q", "-i", LOOPBACK, "-a", "duration:30", "-w", "-", "-f", &filter]);
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Its reader takes the header of the file, and goes.
    process.stdout.take().unwrap().read_exact(&mut [0; 24]).unwrap();
    while process.try_wait().unwrap().is_none() {
        drop(TcpStream::connect(("127.0.0.1", port)));
        std::thread::sleep(Duration::from_millis(50));
    }
    let output = process.wait_with_output().unwrap();
    let told = stderr(&output);
    assert!(output.status.success() && told.contains(" seen on "), "{told}");
}

#[test]
fn a_wrong_filter_is_told_in_the_words_of_libpcap() {
    if is_skipped(&[]) {
        return;
    }
    let output = run(mqttscope().args(["live", "-i", LOOPBACK, "-f", "tcp prot 1883"]));
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("\"tcp prot 1883\"") && told.contains("syntax error"), "{told}");
}

#[test]
fn an_unknown_interface_is_told_with_those_there_are() {
    let output = run(mqttscope().args(["live", "-i", "no-such-interface"]));
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("there is no interface \"no-such-interface\""), "{told}");
    assert!(told.contains(LOOPBACK), "{told}");
}

#[test]
fn standard_output_takes_the_capture_or_what_is_shown() {
    let output = run(mqttscope().args(["live", "-i", LOOPBACK, "-w", "-"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("-q"), "{}", stderr(&output));
}

#[test]
fn interfaces_are_listed_with_their_addresses() {
    for arguments in ["interfaces", "-D"] {
        let output = run(mqttscope().arg(arguments));
        assert!(output.status.success(), "{}", stderr(&output));
        let list = String::from_utf8(output.stdout).unwrap();
        let row =
            list.lines().find(|row| row.contains(&format!(". {LOOPBACK} "))).expect("loopback");
        assert!(row.contains("127.0.0.1") && row.contains("loopback"), "{row}");
    }
}

#[test]
fn whoever_does_not_read_does_not_keep_it() {
    if is_skipped(&[]) {
        return;
    }
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    for shows in [&["--explain", "full"][..], &["-q", "-w", "-"]] {
        let mut process = mqttscope()
            .args(["live", "-i", LOOPBACK, "-f", &format!("tcp port {port}")])
            .args(["-d", &format!("tcp.port=={port},mqtt")])
            .args(shows)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut told = errors.by_ref().map_while(Result::ok);
        assert!(told.any(|line| line.contains("capturing on")), "it does not capture");
        let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (mut taker, _) = server.accept().unwrap();
        // More than a pipe holds, of which nothing is read.
        let packets = b"\x30\x07\0\x04load!".repeat(20_000);
        let takes = thread::spawn(move || taker.read_to_end(&mut Vec::new()));
        client.write_all(&packets).unwrap();
        drop(client);
        takes.join().unwrap().unwrap();
        thread::sleep(Duration::from_millis(500));
        let asked = Instant::now();
        let id = process.id().to_string();
        run(program("sh").args(["-c", "kill -TERM \"$0\"", &id]));
        let status = process.wait().unwrap();
        let took = asked.elapsed();
        let told: Vec<String> = errors.map_while(Result::ok).collect();
        assert!(took < Duration::from_secs(3), "{shows:?}: {took:?}");
        assert!(status.success(), "{shows:?}: {status} {told:?}");
        assert!(told.iter().any(|line| line.contains("frames seen on")), "{shows:?}: {told:?}");
    }
}
