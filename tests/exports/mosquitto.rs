//! `-T mosquitto_pub`: its commands, run by sh against a real broker, send the messages that they are
//! made from.
#![cfg(unix)]

use super::has;
use crate::support::program;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// A message, and its properties of 5.0.
struct Message {
    topic: &'static str,
    payload: &'static [u8],
    flags: u8,
    properties: &'static [Property],
}

#[derive(Clone, Copy)]
enum Property {
    Format(u8),
    ContentType(&'static str),
    ResponseTopic(&'static str),
    Correlation(&'static str),
    User(&'static str, &'static str),
}

use Property::{ContentType, Correlation, Format, ResponseTopic, User};

const fn plain(topic: &'static str, payload: &'static [u8], flags: u8) -> Message {
    Message { topic, payload, flags, properties: &[] }
}

/// QoS 1 is 2, QoS 2 is 4, RETAIN is 1.
const MESSAGES: &[Message] = &[
    plain("a/b", b"hello", 0),
    plain("a b/it's \"quoted\"/`id`/$HOME/\\", b"it's $(id) \"x\" \\ `id` !! %s \\n", 2),
    plain("-t", b"-n", 0),
    plain("binary/all", &ALL, 4),
    plain("binary/percent", b"%s%d\\\n-x\n", 2),
    plain("binary/minus", b"-e\x00", 0),
    plain("kept", b"retained", 3),
    plain("empty", b"", 0),
    plain("unicode/\u{43a}\u{43b}\u{202e}\u{44e}", "темп\u{202e}21".as_bytes(), 2),
    Message {
        topic: "five",
        payload: b"{}",
        flags: 2,
        properties: &[
            Format(1),
            ContentType("text/x; a='b \"c\"'"),
            ResponseTopic("answers to/me"),
            Correlation("c 1'2"),
            User("k $x", "v '1'"),
            User("k2", ""),
        ],
    },
];

const ALL: [u8; 256] = {
    let mut all = [0; 256];
    let mut at = 0;
    while at < 256 {
        all[at] = at as u8;
        at += 1;
    }
    all
};

fn field(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

impl Message {
    /// A PUBLISH as hex.
    fn packet(&self, is_v5: bool) -> String {
        let mut body = field(self.topic.as_bytes());
        if self.flags & 6 != 0 {
            body.extend([0, 9]);
        }
        if is_v5 {
            let properties: Vec<u8> = self.properties.iter().flat_map(Property::bytes).collect();
            body.push(properties.len() as u8);
            body.extend(properties);
        }
        body.extend(self.payload);
        let length = match body.len() {
            len @ 0..128 => vec![len as u8],
            len => vec![(len % 128) as u8 | 0x80, (len / 128) as u8],
        };
        hex::encode([&[0x30 | self.flags][..], &length, &body].concat())
    }

    /// What mosquitto_sub prints of it.
    fn line(&self, is_v5: bool) -> String {
        let of = |pick: fn(&Property) -> Option<String>| {
            let all: Vec<String> =
                self.properties.iter().filter(|_| is_v5).filter_map(pick).collect();
            all.join(" ")
        };
        let content = of(|it| if let ContentType(text) = it { Some((*text).into()) } else { None });
        let response =
            of(|it| if let ResponseTopic(text) = it { Some((*text).into()) } else { None });
        let correlation =
            of(|it| if let Correlation(text) = it { Some((*text).into()) } else { None });
        let format = of(|it| if let Format(text) = it { Some(text.to_string()) } else { None });
        let user = of(|it| if let User(k, v) = it { Some(format!("{k}:{v}")) } else { None });
        let (qos, retain) = (self.flags >> 1 & 3, self.flags & 1);
        let payload = hex::encode(self.payload);
        format!(
            "{qos}|{retain}|{content}|{correlation}|{format}|{user}|{response}|{payload}|{}",
            self.topic
        )
    }
}

impl Property {
    fn bytes(&self) -> Vec<u8> {
        match *self {
            Format(value) => vec![1, value],
            ContentType(text) => [&[3][..], &field(text.as_bytes())].concat(),
            ResponseTopic(text) => [&[8][..], &field(text.as_bytes())].concat(),
            Correlation(text) => [&[9][..], &field(text.as_bytes())].concat(),
            User(name, value) => {
                [&[38][..], &field(name.as_bytes()), &field(value.as_bytes())].concat()
            }
        }
    }
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn tool(name: &str) -> Command {
    let path = format!("{}:/usr/local/sbin:/usr/sbin:/sbin", std::env::var("PATH").unwrap());
    let mut command = Command::new("env");
    command.env("PATH", path).arg(name).stderr(Stdio::null()).stdin(Stdio::null());
    command
}

/// A broker for this computer alone, on a port that is free.
fn broker() -> (Running, u16) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut process = tool("mosquitto");
    process.args(["-p", &port.to_string()]).stdout(Stdio::null());
    let broker = Running(process.spawn().unwrap());
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < PATIENCE, "the broker does not answer");
        sleep(Duration::from_millis(20));
    }
    (broker, port)
}

/// Runs the commands of all messages; gives what a subscriber got.
fn sent(version: &str, port: u16) -> Vec<String> {
    let is_v5 = version == "5.0";
    let packets: Vec<String> = MESSAGES.iter().map(|message| message.packet(is_v5)).collect();
    let args = ["decode", "--lines", "-T", "mosquitto_pub", "--mqtt-version", version];
    let run = program::finish(program::command(args), packets.join("\n").as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    let script = format!(
        "mosquitto_pub() {{ command mosquitto_pub -h 127.0.0.1 -p {port} \"$@\"; }}\n{}",
        run.out
    );
    let form = "%q|%r|%C|%D|%F|%P|%R|%x|%t";
    let mut subscriber = tool("mosquitto_sub");
    subscriber.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-V", "mqttv5", "-q", "2"]);
    subscriber.args(["--retain-as-published", "-t", "#", "-F", form]);
    subscriber.args(["-W", "60"]).stdout(Stdio::piped());
    let mut subscriber = Running(subscriber.spawn().unwrap());
    let mut lines = BufReader::new(subscriber.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let probe = tool("sh")
        .args(["-c", "while mosquitto_pub -h 127.0.0.1 -p $0 -t ready -n; do sleep 0.1; done"])
        .arg(port.to_string())
        .spawn();
    let probe = Running(probe.unwrap());
    // A message that comes back says that the subscription is there.
    assert!(lines.next().is_some_and(|line| line.ends_with("|ready")));
    drop(probe);
    let output = tool("sh").args(["-c", &script]).stderr(Stdio::piped()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.is_empty(), "{told}\n{script}");
    // Of two levels of QoS the later one may come first.
    let ours = lines.filter(|line| !line.ends_with("|ready"));
    let mut lines: Vec<String> = ours.take(MESSAGES.len()).collect();
    lines.sort();
    lines
}

#[test]
fn the_commands_send_the_same_messages() {
    if !(has("mosquitto") && has("mosquitto_pub") && has("mosquitto_sub")) {
        return;
    }
    for version in ["3.1.1", "5.0"] {
        let (_broker, port) = broker();
        let lines = sent(version, port);
        let mut expected: Vec<String> =
            MESSAGES.iter().map(|message| message.line(version == "5.0")).collect();
        expected.sort();
        assert_eq!(lines, expected, "{version}");
    }
}

#[test]
fn what_no_command_can_send_is_told() {
    let lines =
        ["30050003610a62", "3605000161000a", "3005000023 0178", "30050003612f23", "300400022b78"];
    let lines = lines.join("\n");
    let args = ["decode", "--lines", "-T", "mosquitto_pub", "--mqtt-version", "3.1.1"];
    let run = program::finish(program::command(args), lines.as_bytes());
    let told: Vec<&str> = run.out.lines().collect();
    assert_eq!(told.len(), 5, "{}", run.out);
    assert!(told.iter().all(|line| line.starts_with("# no command for #")), "{}", run.out);
    assert!(told[0].contains("refuses its topic") && told[1].contains("QoS is 3"), "{}", run.out);
    // mosquitto_pub: "Invalid publish topic 'a/#', does it contain '+' or '#'?"
    for line in &told[3..] {
        assert!(line.ends_with("+ and # are for Topic Filters"), "{line}");
    }
}

#[test]
fn the_server_of_the_recording_is_named() {
    let run = program::run(["read", "-T", "mosquitto_pub", "captures/v5-properties.pcapng"]);
    assert!(run.out.lines().filter(|line| !line.starts_with('#')).count() >= 5, "{}", run.out);
    for line in run.out.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.contains("mosquitto_pub -h 127.0.0.") && line.contains(" -p 1883 "), "{line}");
    }
    assert!(run.out.contains("# #6: left out: Subscription Identifier\n"), "{}", run.out);
}

#[test]
fn what_the_command_lacks_stands_above_it() {
    let above = |file: &str, told: &str| {
        let run = program::run(["read", "-T", "mosquitto_pub", file]);
        let lines: Vec<&str> = run.out.lines().collect();
        let commands = lines.iter().filter(|line| !line.starts_with('#')).count();
        assert!(commands > 0, "{file}: {}", run.err);
        let said = lines.iter().filter(|line| line.starts_with('#') && line.contains(told)).count();
        assert_eq!(said, commands, "{file}: {}", run.out);
    };
    // The topic stands in its place.
    let run = program::run(["read", "-T", "mosquitto_pub", "captures/v5-topics.pcap"]);
    let aliases = program::run([
        "read",
        "-T",
        "json",
        "captures/v5-topics.pcap",
        "mqtt.property.topic_alias",
    ]);
    let told = run.out.matches(": left out: Topic Alias\n").count();
    assert!(told > 0 && told == aliases.json().len(), "{}{}", run.out, aliases.err);
    // mosquitto_pub has `--ws` since 2.1.
    above("captures/ws.pcap", " came over WebSocket: add --ws (mosquitto_pub 2.1)");
    above("captures/ws-frames.pcap", " came over WebSocket: ");
}
