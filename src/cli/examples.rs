//! Examples for the help of the program and of each subcommand. A test runs them all.
//!
//! To add one: a line, with files that the test lays beside it.

/// Examples by subcommand; those of the program itself stand under no name.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "mqttscope decode 10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00",
            "mqttscope read capture.pcapng",
            "mqttscope sessions capture.pcapng",
            "mqttscope session capture.pcapng thermostat-7",
            "mqttscope read -T summary -d tcp.port==1884,mqtt capture.pcap",
            "mqttscope read capture.pcap 'mqtt.qos == 2 && mqtt.latency > 20ms'",
            "tcpdump -U -w - tcp port 1883 | mqttscope read -",
            "mqttscope live -i eth0 -w keep.pcap",
            "mqttscope live -i eth0 -w keep.pcap -b filesize:100000 -b files:20",
        ],
    ),
    (
        "decode",
        &[
            "mqttscope decode 30 0a 00 04 74 65 73 74 68 6f 6c 61",
            "mqttscope decode --mqtt-version 5.0 --from server '20 03 00 00 00'",
            "mqttscope decode --explain full c0 00",
            "xxd packet.bin | mqttscope decode -T json",
            "mqttscope decode --file blog-post.txt",
            "mqttscope decode --lines < packets.txt",
        ],
    ),
    (
        "read",
        &[
            "mqttscope read capture.pcapng",
            "mqttscope read -T summary monday.pcap tuesday.pcap",
            "mqttscope read capture.pcap 'mqtt.topic ~ \"home/+/temperature\"'",
            "mqttscope read -T fields -e frame.number -e mqtt.topic -e mqtt.msg capture.pcap mqtt.topic",
            "mqttscope read --findings=warning --fail-on error capture.pcap",
            "mqttscope read -d tcp.port==1884,mqtt capture.pcap",
            "mqttscope read -o tls.keylog_file:keys.txt capture.pcap",
            "tcpdump -U -w - tcp port 1883 | mqttscope read -T summary -",
        ],
    ),
    (
        "live",
        &[
            "mqttscope live -i eth0",
            "mqttscope live -i any -T summary -Y 'mqtt.finding'",
            "mqttscope live -i eth0 -f 'tcp port 1884' -d tcp.port==1884,mqtt",
            "mqttscope live -q --sessions -i eth0 -a duration:60",
            "mqttscope live -q -i eth0 -w keep.pcap -b filesize:100000 -b files:20",
        ],
    ),
    (
        "stats",
        &[
            "mqttscope stats capture.pcapng",
            "mqttscope stats capture.pcapng -z topics --top 50 --sort bytes",
            "mqttscope stats capture.pcapng -z io,stat,1 -T csv",
            "mqttscope stats capture.pcapng -z latencies --by mqtt.client",
            "mqttscope stats capture.pcapng 'mqtt.topic ~ \"plant/#\"' --by mqtt.qos",
            "mqttscope -q -z conv,tcp -r capture.pcapng",
        ],
    ),
    (
        "log",
        &[
            "mqttscope log capture.pcap",
            "mqttscope log --mosquitto 2.1 capture.pcap",
            "mqttscope log capture.pcap --diff mosquitto.log",
        ],
    ),
    (
        "explain",
        &[
            "mqttscope explain 0x97",
            "mqttscope explain 0x97 PUBACK",
            "mqttscope explain Receive Maximum",
            "mqttscope explain MQTT-3.1.2-24",
            "mqttscope explain mqtt.conflag.cleansess",
            "mqttscope explain ./mosquitto.log",
            "mosquitto_sub -d -t a/b 2>&1 | mqttscope explain",
        ],
    ),
    (
        "sessions",
        &[
            "mqttscope sessions capture.pcap",
            "mqttscope sessions -T json monday.pcap tuesday.pcap",
            "mqttscope sessions --fail-on error capture.pcap",
        ],
    ),
    (
        "session",
        &[
            "mqttscope session capture.pcap thermostat-7",
            "mqttscope session capture.pcap 0 -T json",
        ],
    ),
    ("interfaces", &["mqttscope interfaces", "mqttscope -D"]),
    ("fields", &["mqttscope fields", "mqttscope fields reason_code", "mqttscope -G fields"]),
    (
        "completions",
        &[
            "mqttscope completions bash > mqttscope.bash",
            "mqttscope completions zsh > _mqttscope",
            "mqttscope completions fish > mqttscope.fish",
        ],
    ),
    ("man", &["mqttscope man", "mqttscope man read", "mqttscope man --dir man1"]),
];

/// What stands above them.
pub(super) const HEADING: &str = "Examples:";

/// The examples of a subcommand, as they stand in its help.
pub(super) fn of(command: &str) -> String {
    let rows = EXAMPLES.iter().find(|row| row.0 == command).map_or(&[][..], |row| row.1);
    let mut out = String::from(HEADING);
    for row in rows {
        out.push_str("\n  ");
        out.push_str(row);
    }
    out
}
