//! mosquitto's log, both ways: a real broker writes its log while real and scripted clients talk to
//! it, the wire is recorded, and the log that is made from the recording is compared with the real
//! one line by line, times aside.
//!
//! Needs the right to capture, mosquitto, mosquitto_pub and mosquitto_sub. Where one is missing the test says
//! that it is skipped; with `CI=true` that is a failure.
#![cfg(all(unix, feature = "live"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use mqttscope::log::{LogReader, Read as LineRead};
use mqttscope::spec::mosquitto::{Event, Wire};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::agree;

const LOOPBACK: &str = if cfg!(target_os = "linux") { "lo" } else { "lo0" };
const PATIENCE: Duration = Duration::from_secs(30);
/// The broker handles what it got before the next thing happens.
const PAUSE: Duration = Duration::from_millis(120);

/// Lines of the real log that no capture can give, each with the reason. All others must be there.
const UNKNOWABLE: &[(Event, &str)] = &[
    (Event::STARTING, "start of the broker"),
    (Event::CONFIG_LOADED, "settings of the broker"),
    (Event::LISTENING, "settings of the broker"),
    (Event::RUNNING, "start of the broker"),
    (Event::TERMINATING, "end of the broker"),
    (Event::ACK_UNKNOWN, "which identifiers the broker knows is its own affair"),
];

/// What the capture gives otherwise, each with the reason: 3.1.1 has no code that tells of a denied
/// PUBLISH, so the line reads as if it had been taken.
const OTHERWISE: [(Event, Event, &str, &str); 2] = [
    (Event::PUBLISH_DENIED, Event::PUBLISH_IN, "Denied PUBLISH", "Received PUBLISH"),
    (Event::PUBACK_OUT, Event::PUBACK_OUT, "rc135", "rc0"),
];

/// Clients of which the log tells more than the capture, or less, each with the reason.
const UNLIKE: &[(&str, &str)] = &[
    (" hasty", "the client was gone before the broker closed: by the capture it has left"),
    ("control", "the standard leaves it to the broker, and no packet tells why it closed"),
    ("control5", "the code that tells why does not stand in the log"),
    ("noncharacter", "the standard leaves it to the broker, and no packet tells why it closed"),
    ("none", "the log has no name for who was refused without a CONNACK"),
    ("error5", "the log has a line of the DISCONNECT, without its code"),
    ("theirs5", "the log has a line of the DISCONNECT, without its code"),
];

fn program(name: &str) -> Command {
    let path = format!("{}:/usr/local/sbin:/usr/sbin:/sbin", std::env::var("PATH").unwrap());
    let mut command = Command::new("env");
    command.env("PATH", path).arg(name);
    command
}

fn mqttscope() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mqttscope"))
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Tells that the test is skipped, which CI does not accept.
fn is_skipped() -> bool {
    let is_missing = |name: &&&str| {
        let found = program("sh").args(["-c", "command -v \"$0\"", **name]).output();
        !found.is_ok_and(|output| output.status.success())
    };
    let missing = ["mosquitto", "mosquitto_pub", "mosquitto_sub"]
        .iter()
        .find(is_missing)
        .map(|n| format!("{n} is not installed"));
    let reason = missing.or_else(|| {
        let output = run(mqttscope().args(["live", "-i", LOOPBACK, "-a", "duration:0.05"]));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        told.lines().find(|line| line.contains("not permitted")).map(str::to_owned)
    });
    let Some(reason) = reason else { return false };
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!is_ci, "not skipped in CI: {reason}");
    eprintln!("skipped: {reason}");
    true
}

/// A broker with two listeners: one for all, with an access control list, and one with passwords.
struct Broker {
    process: Child,
    open: u16,
    guarded: u16,
    folder: tempfile::TempDir,
}

impl Broker {
    fn start() -> Self {
        let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (open, guarded) = (port(), port());
        let folder = tempfile::tempdir().unwrap();
        // The broker gives up the rights of root.
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777))
            .unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(at("acl"), "pattern readwrite free/#\n").unwrap();
        let settings = format!(
            "per_listener_settings true\nlog_type all\nlog_dest file {}\nlog_timestamp_format %Y-%m-%dT%H:%M:%S\n\
             listener {open} 127.0.0.1\nallow_anonymous true\nacl_file {}\n\
             listener {guarded} 127.0.0.1\nallow_anonymous false\n",
            at("log"),
            at("acl")
        );
        fs::write(at("conf"), settings).unwrap();
        let process = program("mosquitto")
            .args(["-c", &at("conf")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let broker = Self { process, open, guarded, folder };
        broker.wait_for_line("running");
        broker
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn wait_for_line(&self, part: &str) {
        let started = Instant::now();
        while !self.log().contains(part) {
            assert!(started.elapsed() < PATIENCE, "the broker does not write {part}");
            sleep(Duration::from_millis(20));
        }
    }

    fn stop(&mut self) {
        let id = self.process.id().to_string();
        run(program("sh").args(["-c", "kill \"$0\"", &id]));
        self.process.wait().unwrap();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `mqttscope live -w`, recording.
struct Recording {
    process: Child,
    file: PathBuf,
}

impl Recording {
    fn start(broker: &Broker) -> Self {
        let file = broker.folder.path().join("wire.pcap");
        let filter = format!("tcp port {} or tcp port {}", broker.open, broker.guarded);
        let mut process = mqttscope()
            .args([
                "live",
                "-q",
                "-i",
                LOOPBACK,
                "--user",
                "root",
                "-f",
                &filter,
                "-w",
                file.to_str().unwrap(),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut told = errors.by_ref().map_while(Result::ok);
        assert!(told.any(|line| line.contains("capturing on")), "it does not capture");
        std::thread::spawn(move || errors.count());
        Self { process, file }
    }

    fn stop(&mut self) {
        sleep(Duration::from_millis(300));
        let id = self.process.id().to_string();
        run(program("sh").args(["-c", "kill -TERM \"$0\"", &id]));
        assert!(self.process.wait().unwrap().success());
    }
}

/// Bytes of packets, as the standard lays them out.
mod bytes {
    pub(super) fn text(text: &str) -> Vec<u8> {
        let mut out = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
        out.extend(text.as_bytes());
        out
    }

    pub(super) fn packet(first: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![first];
        let mut left = body.len();
        loop {
            let digit = u8::try_from(left % 128).unwrap();
            left /= 128;
            out.push(if left > 0 { digit | 0x80 } else { digit });
            if left == 0 {
                break;
            }
        }
        [out, body.to_vec()].concat()
    }

    /// CONNECT of a level with a keep alive; `will` has topic, message, QoS and RETAIN.
    pub(super) fn connect(
        id: &str,
        level: u8,
        keep_alive: u16,
        clean: bool,
        will: Option<(&str, &str, u8, bool)>,
    ) -> Vec<u8> {
        let name = if level == 3 { "MQIsdp" } else { "MQTT" };
        let mut flags = u8::from(clean) << 1;
        let mut tail = text(id);
        if let Some((topic, message, qos, retain)) = will {
            flags |= 4 | (qos << 3) | (u8::from(retain) << 5);
            tail.extend(if level == 5 { vec![0] } else { vec![] });
            tail.extend([text(topic), text(message)].concat());
        }
        let mut body = [text(name), vec![level, flags], keep_alive.to_be_bytes().to_vec()].concat();
        body.extend(if level == 5 { vec![0] } else { vec![] });
        body.extend(tail);
        packet(0x10, &body)
    }

    pub(super) fn publish(
        topic: &str,
        payload: &str,
        flags: u8,
        id: u16,
        properties: Option<&[u8]>,
    ) -> Vec<u8> {
        let mut body = text(topic);
        if flags & 6 != 0 {
            body.extend(id.to_be_bytes());
        }
        if let Some(properties) = properties {
            body.push(u8::try_from(properties.len()).unwrap());
            body.extend(properties);
        }
        body.extend(payload.as_bytes());
        packet(0x30 | flags, &body)
    }

    pub(super) fn subscribe(filters: &[(&str, u8)], is_v5: bool) -> Vec<u8> {
        let mut body = vec![0, 1];
        body.extend(if is_v5 { vec![0] } else { vec![] });
        for (filter, options) in filters {
            body.extend(text(filter));
            body.push(*options);
        }
        packet(0x82, &body)
    }

    pub(super) const DISCONNECT: &[u8] = &[0xe0, 0];
    pub(super) const PINGREQ: &[u8] = &[0xc0, 0];
}

/// A client by hand: each packet is given time to be handled.
struct Client(TcpStream);

impl Client {
    fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        sleep(PAUSE);
        Self(stream)
    }

    fn connected(port: u16, id: &str, level: u8) -> Self {
        let mut client = Self::open(port);
        client.send(&bytes::connect(id, level, 60, true, None));
        client
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
        sleep(PAUSE);
        let mut answer = [0; 4096];
        let _ = self.0.read(&mut answer);
    }

    fn leave(mut self) {
        let _ = self.0.write_all(bytes::DISCONNECT);
        sleep(PAUSE);
    }

    fn vanish(self) {
        self.0.shutdown(Shutdown::Both).unwrap();
        sleep(PAUSE);
    }
}

fn real_client(name: &str, port: u16, id: &str, version: &str, more: &[&str]) -> Command {
    let mut command = program(name);
    command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-i", id, "-V", version]).args(more);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Real clients: each version with each QoS.
fn versions_and_qos(port: u16) {
    for version in ["mqttv31", "mqttv311", "mqttv5"] {
        for qos in ["0", "1", "2"] {
            let topic = format!("free/{version}/{qos}");
            let id = format!("sub-{version}-{qos}");
            let args = ["-t", &topic, "-q", qos, "-C", "1", "-W", "20"];
            let mut reader =
                real_client("mosquitto_sub", port, &id, version, &args).spawn().unwrap();
            sleep(PAUSE * 3);
            let id = format!("pub-{version}-{qos}");
            let args = ["-t", &topic, "-q", qos, "-m", "grüße", "-u", "joe the user"];
            assert!(
                run(&mut real_client("mosquitto_pub", port, &id, version, &args)).status.success()
            );
            assert!(reader.wait().unwrap().success());
            sleep(PAUSE);
        }
    }
}

/// A client that is killed, with a Will that another gets.
fn a_killed_client_and_its_will(port: u16) {
    for (version, level) in [("mqttv311", 4), ("mqttv5", 5)] {
        let mut watcher = Client::connected(port, &format!("watcher {level}"), level);
        watcher.send(&bytes::subscribe(&[("free/will/#", 1)], level == 5));
        let id = format!("killed-{version}");
        let args = [
            "-t",
            "free/none",
            "--will-topic",
            "free/will/x",
            "--will-payload",
            "gone",
            "--will-qos",
            "1",
        ];
        let mut victim = real_client("mosquitto_sub", port, &id, version, &args).spawn().unwrap();
        sleep(PAUSE * 3);
        victim.kill().unwrap();
        victim.wait().unwrap();
        sleep(PAUSE * 2);
        watcher.leave();
    }
}

fn retained_and_subscriptions(port: u16) {
    for level in [4, 5] {
        let is_v5 = level == 5;
        let properties: Option<&[u8]> = is_v5.then_some(&[]);
        let mut writer = Client::connected(port, &format!("writer{level}"), level);
        let topic = format!("free/kept/{level}");
        writer.send(&bytes::publish(&topic, "kept", 1, 0, properties));
        let mut reader = Client::connected(port, &format!("reader{level}"), level);
        reader.send(&bytes::subscribe(
            &[(&topic, 2), ("free/+/b", 0), ("$share/g/free/s", 1)],
            is_v5,
        ));
        writer.send(&bytes::publish("free/a/b", "x", 3, 7, properties));
        writer.send(&bytes::publish(&topic, "", 1, 0, properties));
        let unsubscribe =
            [&[0, 2][..], if is_v5 { &[0] } else { &[] }, &bytes::text("free/+/b")].concat();
        reader.send(&bytes::packet(0xa2, &unsubscribe));
        reader.send(bytes::PINGREQ);
        reader.leave();
        writer.leave();
    }
}

/// A session that is kept, with a message that waits.
fn a_session_that_waits(port: u16) {
    let mut sleeper = Client::open(port);
    sleeper.send(&bytes::connect("sleeper", 4, 60, false, None));
    sleeper.send(&bytes::subscribe(&[("free/sleep", 2)], false));
    sleeper.vanish();
    let mut writer = Client::connected(port, "waker", 4);
    writer.send(&bytes::publish("free/sleep", "late", 2, 3, None));
    writer.leave();
    let mut sleeper = Client::open(port);
    sleeper.send(&bytes::connect("sleeper", 4, 60, false, None));
    sleeper.send(&[0x40, 2, 0, 1]);
    sleeper.leave();
}

/// Clients that leave in the middle of an exchange, with a session that lasts and with one that does not.
fn unfinished(port: u16) {
    for (id, clean) in [("halfway clean", true), ("halfway kept", false)] {
        let mut client = Client::open(port);
        client.send(&bytes::connect(id, 4, 60, clean, None));
        client.send(&bytes::publish("free/half", "x", 4, 5, None));
        client.vanish();
    }
}

fn take_over(port: u16) {
    for level in [3, 4, 5] {
        let id = format!("twin{level}");
        let first = Client::connected(port, &id, level);
        let second = Client::connected(port, &id, level);
        let third = Client::connected(port, &id, level);
        let fourth = Client::connected(port, &id, level);
        let fifth = Client::connected(port, &id, level);
        fifth.leave();
        drop((first, second, third, fourth));
        sleep(PAUSE);
    }
}

fn refused(open: u16, guarded: u16) {
    for level in [3, 4, 5] {
        Client::connected(guarded, &format!("stranger{level}"), level).vanish();
    }
    Client::connected(open, "bad level", 7).vanish();
    let mut nameless = Client::open(open);
    nameless.send(&bytes::connect("", 4, 60, false, None));
    nameless.vanish();
    // A method that the broker does not know: by then it has taken the id.
    let mut stranger = Client::open(open);
    stranger.send(&bytes::packet(0x10, b"\0\x04MQTT\x05\x02\0\x3c\x04\x15\0\x01X\0\x06method"));
    stranger.vanish();
    // The broker makes names: that of 3.1.1 is in no packet.
    for level in [4, 5] {
        let mut nameless = Client::open(open);
        nameless.send(&bytes::connect("", level, 60, true, None));
        nameless.leave();
    }
}

fn denied(port: u16) {
    for (level, flags) in [(4, 2), (5, 2), (5, 4)] {
        let mut client = Client::connected(port, &format!("denied{level}-{flags}"), level);
        let properties: Option<&[u8]> = (level == 5).then_some(&[]);
        client.send(&bytes::publish("secret", "x", flags, 9, properties));
        client.send(&bytes::subscribe(&[("secret/#", 1), ("free/z", 1)], level == 5));
        client.leave();
    }
}

/// What the broker ends a connection for.
fn faults(port: u16) {
    let cases: &[(&str, u8, Vec<u8>)] = &[
        ("wild4", 4, bytes::publish("free/#", "", 0, 0, None)),
        ("wild5", 5, bytes::publish("free/#", "", 0, 0, Some(&[]))),
        ("cut4", 4, vec![0x30, 1, 0]),
        ("cut5", 5, vec![0x30, 1, 0]),
        ("qos3", 4, bytes::publish("free", "", 6, 1, None)),
        ("nofilter", 4, vec![0x82, 2, 0, 1]),
        ("badfilter", 5, bytes::subscribe(&[("free#", 0)], true)),
        ("second4", 4, bytes::subscribe(&[("free/a", 0), ("free/b", 2), ("free#", 0)], false)),
        ("second5", 5, bytes::subscribe(&[("free/a", 1), ("free/+a", 0)], true)),
        ("options", 5, bytes::subscribe(&[("free/a", 1), ("free/b", 0xc0)], true)),
        ("highest", 4, bytes::subscribe(&[("free/a", 1), ("free/b", 3)], false)),
        ("empty", 4, bytes::subscribe(&[("free/a", 0), ("", 0)], false)),
        ("leaves", 4, bytes::packet(0xa2, b"\0\x01\0\x06free/a\0\x05free#")),
        ("nowhere", 4, bytes::packet(0xa2, b"\0\x01\0\x06free/a\0\0")),
        ("twice4", 4, bytes::connect("twice4", 4, 60, true, None)),
        ("twice5", 5, bytes::connect("twice5", 5, 60, true, None)),
        ("reserved", 4, vec![0, 0]),
    ];
    for (id, level, packet) in cases {
        let mut client = Client::connected(port, id, *level);
        client.send(packet);
        drop(client);
        sleep(PAUSE);
    }
    leaves(port);
    broken(port);
    // What the broker takes, though the standard forbids it.
    let mut odd = Client::connected(port, "odd", 4);
    odd.send(&[0xd0, 0]);
    odd.send(&[0x50, 2, 0, 9]);
    odd.leave();
    Client::open(port).vanish();
    let mut other = Client::open(port);
    other.send(b"GET / HTTP/1.0\r\n\r\n");
    drop(other);
    sleep(PAUSE);
}

/// What ends within a packet, and what the broker has words of its own for.
fn broken(port: u16) {
    let published = |topic| bytes::publish(topic, "x", 0, 0, None);
    let cases: &[(&str, u8, Vec<u8>)] = &[
        ("ends in body", 4, vec![0x30, 0x20, 0, 3, b'a']),
        ("ends in body 5", 5, vec![0x30, 0x20, 0, 3, b'a']),
        ("ends before body", 4, vec![0x30, 0x20]),
        ("ends in type", 4, vec![0x30]),
        ("ends in length", 4, vec![0x30, 0x80]),
        ("ends in long length", 4, vec![0x30, 0xff, 0xff, 0xff, 0xff]),
        ("ends in flags", 4, vec![0x64, 10, 0]),
        ("ends in qos", 4, vec![0x36, 10, 0, 1, b't']),
        ("ends in auth", 4, vec![0xf0, 10, 0, 1, b't']),
        ("long length", 4, vec![0x30, 0xff, 0xff, 0xff, 0xff, 1, 0, 0]),
        ("flags of end", 4, vec![0xe1, 0]),
        ("nul", 4, published("free/\0")),
        ("nul5", 5, bytes::publish("free/\0", "x", 0, 0, Some(&[]))),
        ("control", 4, published("free/\x01")),
        ("control5", 5, bytes::publish("free/\x7f", "x", 2, 3, Some(&[]))),
        ("noncharacter", 4, published("free/\u{fffe}")),
        ("no topic", 4, published("")),
        ("no topic 5", 5, bytes::publish("", "x", 0, 0, Some(&[]))),
        ("answers", 4, vec![0x20, 2, 0, 0]),
        ("answers5", 5, vec![0x20, 3, 0, 0, 0]),
        ("twice", 5, bytes::publish("free", "x", 0, 0, Some(&[1, 0, 1, 0]))),
    ];
    for (id, level, packet) in cases {
        let mut client = Client::open(port);
        for bytes in [bytes::connect(id, *level, 60, true, None), packet.clone()] {
            client.0.write_all(&bytes).unwrap();
            let _ = client.0.read(&mut [0; 64]);
        }
        drop(client);
        sleep(PAUSE / 4);
    }
    let none = b"\0\x04MQTT\x05\x02\0\x3c\x03\x21\0\0\0\x04none";
    Client::open(port).send(&bytes::packet(0x10, none));
}

/// A DISCONNECT that is not legal, and one behind a packet that the broker ends the connection for.
fn leaves(port: u16) {
    let raised = bytes::packet(0xe0, b"\0\x05\x11\0\0\0\x64");
    let repeated = bytes::packet(0xe0, b"\0\x0a\x11\0\0\0\0\x11\0\0\0\0");
    let then = |packet: &[u8]| [packet, bytes::DISCONNECT].concat();
    let cases: &[(&str, u8, Vec<u8>)] = &[
        ("flags4", 4, vec![0xe1, 0]),
        ("flags5", 5, vec![0xe1, 0]),
        ("body4", 4, vec![0xe0, 1, 0]),
        ("trail5", 5, vec![0xe0, 3, 0, 0, 0]),
        ("code5", 5, vec![0xe0, 1, 1]),
        ("theirs5", 5, vec![0xe0, 1, 0x8b]),
        ("error5", 5, vec![0xe0, 1, 0x80]),
        ("asks5", 5, vec![0xe0, 1, 4]),
        ("raised5", 5, raised),
        ("repeated5", 5, repeated),
        ("alias5", 5, bytes::packet(0xe0, b"\0\x03\x23\0\x01")),
        ("short5", 5, vec![0xe0, 2, 0, 5]),
        ("text5", 5, bytes::packet(0xe0, b"\0\x05\x1f\0\x02\xff\xfe")),
        ("behind4", 4, then(&bytes::publish("free/#", "", 0, 0, None))),
        ("behind5", 5, then(&bytes::publish("free/#", "", 0, 0, Some(&[])))),
        ("behindtwo4", 4, then(&bytes::connect("behindtwo4", 4, 60, true, None))),
        ("behindqos4", 4, then(&bytes::publish("free", "", 6, 1, None))),
        ("behindsub4", 4, then(&[0x82, 2, 0, 1])),
        ("behindauth4", 4, then(&[0xf0, 0])),
        ("behindauth5", 5, then(&[0xf0, 0])),
        ("behindping4", 4, then(&[0xc1, 0])),
        ("behinddup4", 4, then(&bytes::publish("free", "", 8, 0, None))),
        ("behindack4", 4, then(&[0x40, 2, 0, 9])),
    ];
    for (id, level, packet) in cases {
        let mut client = Client::connected(port, id, *level);
        client.send(packet);
        drop(client);
        sleep(PAUSE);
    }
    // The same of clients that do not wait for what the broker does.
    let is_common = |id: &str| id.starts_with("behind") || id.starts_with("flags");
    for (id, level, packet) in cases.iter().filter(|(id, ..)| is_common(id)) {
        let mut client = Client::connected(port, &format!("{id} hasty"), *level);
        client.0.write_all(packet).unwrap();
        drop(client);
        sleep(PAUSE);
    }
}

/// All at once, as clients do that do not wait.
fn pipelined(port: u16) {
    let mut client = Client::open(port);
    let all = [
        bytes::connect("hasty", 4, 60, true, None),
        bytes::subscribe(&[("free/hasty", 2)], false),
        bytes::publish("free/hasty", "x", 4, 7, None),
        bytes::PINGREQ.to_vec(),
    ];
    client.send(&all.concat());
    client.send(&[0x62, 2, 0, 7]);
    client.send(&[0x50, 2, 0, 1]);
    client.send(&[&[0x70, 2, 0, 1], bytes::DISCONNECT].concat());
}

fn aliases(port: u16) {
    let mut reader = Client::connected(port, "alias reader", 4);
    reader.send(&bytes::subscribe(&[("free/alias", 0)], false));
    let mut writer = Client::connected(port, "alias writer", 5);
    writer.send(&bytes::publish("free/alias", "1", 0, 0, Some(&[0x23, 0, 1])));
    writer.send(&bytes::publish("", "2", 0, 0, Some(&[0x23, 0, 1])));
    writer.leave();
    reader.leave();
}

/// Clients whose Keep Alive runs out. The broker looks every few seconds.
fn silence(broker: &Broker) {
    let mut clients = Vec::new();
    for level in [4, 5] {
        let mut client = Client::open(broker.open);
        client.send(&bytes::connect(
            &format!("silent{level}"),
            level,
            1,
            true,
            Some(("free/will/s", "quiet", 0, false)),
        ));
        clients.push(client);
    }
    for level in [4, 5] {
        broker.wait_for_line(&format!("silent{level} has exceeded timeout"));
    }
    sleep(PAUSE);
}

/// The lines of a log that have an event, with the client that each is about.
fn lines(text: &str) -> Vec<(Event, String, String)> {
    let mut reader = LogReader::default();
    let mut out = Vec::new();
    for line in text.lines().filter(|line| !line.contains("ACL pattern")) {
        let LineRead::Entry(entry) = reader.line(line) else { panic!("not understood: {line}") };
        let client = entry.client.clone().unwrap_or_default();
        out.push((entry.row.event, client, entry.message().to_owned()));
    }
    out
}

/// The lines of the real log that the capture can give, with names that the broker made replaced as
/// the capture knows them.
fn expected(real: &str) -> Vec<(Event, String, String)> {
    let mut names = BTreeMap::new();
    for (_, client, message) in lines(real) {
        if let Some(rest) = message.strip_prefix("New client connected from ") {
            let address = rest.split(' ').next().unwrap();
            // That of 5.0 is in the CONNACK.
            if client.starts_with("auto-") && message.contains("(p2") {
                names.insert(client, format!("auto-{address}"));
            }
        }
    }
    let mut text = real.to_owned();
    for (made, known) in &names {
        text = text.replace(made.as_str(), known);
    }
    let is_knowable = |event: Event| UNKNOWABLE.iter().all(|row| row.0 != event);
    let all = lines(&text).into_iter().filter(|row| is_knowable(row.0));
    let otherwise = all.map(|(event, client, message)| {
        let row = OTHERWISE.iter().find(|row| row.0 == event && client.starts_with("denied4"));
        match row {
            Some((_, as_if, from, to)) => (*as_if, client, message.replace(from, to)),
            None => (event, client, message),
        }
    });
    otherwise.collect()
}

fn by_client(lines: &[(Event, String, String)]) -> BTreeMap<String, Vec<&str>> {
    let mut out: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (_, client, message) in lines {
        out.entry(client.clone()).or_default().push(message);
    }
    out
}

#[test]
fn the_log_of_a_capture_is_the_log_of_the_broker() {
    if is_skipped() {
        return;
    }
    let mut broker = Broker::start();
    let mut recording = Recording::start(&broker);
    let open = broker.open;
    versions_and_qos(open);
    a_killed_client_and_its_will(open);
    retained_and_subscriptions(open);
    a_session_that_waits(open);
    unfinished(open);
    take_over(open);
    refused(open, broker.guarded);
    denied(open);
    faults(open);
    pipelined(open);
    aliases(open);
    silence(&broker);
    let last = Client::connected(open, "there to the end", 4);
    broker.stop();
    drop(last);
    recording.stop();

    let ports = [broker.open, broker.guarded].map(|port| format!("tcp.port=={port},mqtt"));
    let made = made_log(&recording.file, &ports, &broker);
    agrees(&made, &recording.file, &ports, &broker);
    let real = broker.log();
    let (real, made) = (expected(&real), lines(&made));
    assert!(real.len() > 350, "{}", real.len());
    let (by_real, by_made) = (by_client(&real), by_client(&made));
    for (client, real) in &by_real {
        assert_eq!(by_made.get(client), Some(real), "{client}");
    }
    assert_eq!(by_made.len(), by_real.len());
    let (moved, farthest) = order(&real, &made);
    eprintln!(
        "{} lines, {moved} of them in another order, by {farthest} lines at most",
        real.len()
    );
    assert!(farthest <= 12, "{farthest}");
    let told = real.iter().filter(|row| matches!(row.0.info().wire, Wire::Unseen(_)));
    assert_eq!(told.count(), 0, "a line that the table calls unseen was compared");
}

/// What log and capture both tell. What had not come whole is closed, for the log.
fn alike(said: &agree::Said) -> agree::Said {
    let is_unlike = |client: &str| {
        UNLIKE.iter().any(|(name, _)| match name.strip_prefix(' ') {
            Some(_) => client.ends_with(name),
            None => client == *name,
        })
    };
    let mut out = agree::accepted(said);
    out.retain(|client, _| !is_unlike(client));
    for said in out.values_mut() {
        if said.remove("incomplete") {
            said.insert("closed".into());
        }
    }
    out
}

/// The log, the capture, and the log that is made of it tell the same of each client.
fn agrees(made: &str, capture: &Path, ports: &[String], broker: &Broker) {
    let real = broker.folder.path().join("log");
    let by_log = agree::of_log(&real);
    let by_capture = agree::of_capture(capture, ports);
    assert_eq!(alike(&by_log), alike(&by_capture));
    let (told, refused) = agree::refusals(&real, capture, ports);
    assert_eq!((told, refused), (refused, 6), "refusals by the log and by the capture");
    for said in ["taken-over", "keep-alive", "malformed", "closed", "qos-1-open", "qos-2-open"] {
        assert!(by_log.values().any(|all| all.contains(said)), "no {said} to compare");
    }
    let file = broker.folder.path().join("made");
    fs::write(&file, made).unwrap();
    assert_eq!(agree::of_log(&file), by_log, "the log that is made of the capture");
}

/// Over all clients the order may differ where two of them sent at the same moment: how many lines
/// stand elsewhere, and how far the farthest.
fn order(real: &[(Event, String, String)], made: &[(Event, String, String)]) -> (usize, usize) {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (.., message)) in made.iter().enumerate().rev() {
        places.entry(message).or_default().push(at);
    }
    let distances = real.iter().enumerate().map(|(at, (.., message))| {
        let there = places.get_mut(message.as_str()).and_then(Vec::pop).unwrap();
        there.abs_diff(at)
    });
    let distances: Vec<usize> = distances.filter(|distance| *distance > 0).collect();
    (distances.len(), distances.into_iter().max().unwrap_or(0))
}

fn made_log(file: &Path, ports: &[String; 2], broker: &Broker) -> String {
    let log = broker.folder.path().join("log");
    if let Some(folder) = std::env::var_os("MQTTSCOPE_KEEP") {
        fs::copy(file, Path::new(&folder).join("log.pcap")).unwrap();
        fs::copy(&log, Path::new(&folder).join("real.log")).unwrap();
        fs::write(Path::new(&folder).join("ports"), ports.join(" -d ")).unwrap();
    }
    let output = run(mqttscope().arg("log").arg(file).args([
        "-d",
        &ports[0],
        "-d",
        &ports[1],
        "--mosquitto",
        "2.0.11",
    ]));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    // The same by the program's own comparison.
    let compared = run(mqttscope()
        .arg("log")
        .arg(file)
        .args(["-d", &ports[0], "-d", &ports[1], "--diff"])
        .arg(&log));
    let told = String::from_utf8_lossy(&compared.stdout).into_owned();
    assert!(compared.status.success(), "{told}");
    // That a PUBLISH of 3.1.1 was denied no packet tells; that the broker saw it, its line says too.
    for count in ["0 packets that the broker did not log", "0 lines of the log without a packet"] {
        assert!(told.contains(count), "{told}");
    }
    String::from_utf8(output.stdout).unwrap()
}
