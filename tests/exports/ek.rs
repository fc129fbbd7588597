//! `-T ek` against tshark's format of this name, packet by packet and value by value.

use super::{bytes, has};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::process::Command;

/// Recordings of which we read every packet as tshark does, and its arguments for them.
const CAPTURES: [(&str, &str); 12] = [
    ("v31-qos.pcap", "mqtt"),
    ("v311-qos.pcap", "mqtt"),
    ("v5-qos.pcapng", "mqtt"),
    ("v5-properties.pcapng", "mqtt"),
    ("v5-auth.pcap", "mqtt"),
    ("v5-limits.pcap", "mqtt"),
    ("v5-topics.pcap", "mqtt"),
    ("will.pcap", "mqtt"),
    ("retained.pcap", "mqtt"),
    ("segments.pcap", "mqtt"),
    ("session.pcap", "mqtt"),
    ("mqtt-sn.pcap", "mqttsn"),
];

/// What one of us alone has, or has otherwise, each with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("text", "a line of the tree, not a field"),
    ("mqtt_mqtt_msg_text", "an option of tshark's"),
    ("mqtt_mqtt_willmsg_text", "an option of tshark's"),
    ("mqtt_mqtt_msg_decoded_as", "an option of tshark's"),
    (
        "mqtt_mqtt_subscription_options",
        "tshark has it of 5.0 alone, and of the others mqtt.sub.qos",
    ),
    ("mqtt_mqtt_subscription_options_reserved", "tshark has it of 5.0 alone"),
    ("mqttsn_mqttsn_msg", "with tshark the head of the tree"),
    ("mqttsn_mqttsn_clean_session", "tshark leaves out flags that mean nothing in a message"),
    ("mqttsn_mqttsn_dup", "the same"),
    ("mqttsn_mqttsn_qos", "the same"),
    ("mqttsn_mqttsn_retain", "the same"),
    ("mqttsn_mqttsn_will", "the same"),
    ("mqttsn_mqttsn_topic_id", "tshark takes a short topic name for a number too"),
    ("mqttsn_mqttsn_topic_name_or_id", "tshark takes a topic id for text"),
];

/// A JSON value in which a key may stand more than once.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Leaf(Value),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Node::Map(entries))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
                let mut nodes = Vec::new();
                while let Some(node) = list.next_element()? {
                    nodes.push(node);
                }
                Ok(Node::List(nodes))
            }
            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Leaf(text.into()))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
                Ok(Node::Leaf(flag.into()))
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Leaf(Value::Null))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Each key of a layer with all its values; those of groups count to the layer.
type Fields = BTreeMap<String, Vec<Value>>;

fn gather(node: &Node, key: &str, fields: &mut Fields) {
    match node {
        Node::Map(entries) => {
            for (key, node) in entries {
                gather(node, key, fields);
            }
        }
        Node::List(nodes) => nodes.iter().for_each(|node| gather(node, key, fields)),
        Node::Leaf(value) => fields.entry(key.to_owned()).or_default().push(value.clone()),
    }
}

/// The documents: of each frame its time stamp and its layers.
fn documents(text: &str) -> Vec<(String, Vec<(String, Fields)>)> {
    let lines: Vec<Node> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |node: &Node, wanted: &str| match node {
        Node::Map(entries) => {
            entries.iter().find(|(key, _)| key == wanted).map(|(_, node)| node.clone())
        }
        _ => None,
    };
    let layers = |node: &Node| {
        let Some(Node::Map(layers)) = of(node, "layers") else { panic!("no layers") };
        let fields = |node: &Node| {
            let mut fields = Fields::new();
            gather(node, "", &mut fields);
            fields
        };
        // Packets that share a frame stand in a list.
        let each = |(name, node): &(String, Node)| match node {
            Node::List(nodes) => nodes.iter().map(|node| (name.clone(), fields(node))).collect(),
            node => vec![(name.clone(), fields(node))],
        };
        layers.iter().flat_map(each).collect()
    };
    let time = |node: &Node| match of(node, "timestamp") {
        Some(Node::Leaf(Value::String(time))) => time,
        other => panic!("no time stamp: {other:?}"),
    };
    lines.chunks(2).map(|pair| (time(&pair[1]), layers(&pair[1]))).collect()
}

/// The frame of a document.
fn frame(layers: &[(String, Fields)]) -> u64 {
    let (_, fields) = layers.iter().find(|(name, _)| name == "frame").unwrap();
    fields["frame_frame_number"][0].as_str().unwrap().parse().unwrap()
}

/// The fields that tshark knows, as keys of documents.
fn known() -> BTreeSet<String> {
    let output = Command::new("tshark").args(["-G", "fields"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let keys = text.lines().filter_map(|line| line.split('\t').nth(2));
    keys.filter_map(|key| Some(format!("{}_{}", key.split_once('.')?.0, key.replace('.', "_"))))
        .collect()
}

#[test]
fn documents_hold_what_those_of_tshark_hold() {
    if !has("tshark") {
        return;
    }
    let known = known();
    let mut wrong = BTreeSet::new();
    for (name, protocol) in CAPTURES {
        let file = format!("{}/captures/{name}", env!("CARGO_MANIFEST_DIR"));
        let decode_as = match protocol {
            "mqtt" => ["-d", "tcp.port==11883,mqtt"],
            _ => ["-d", "udp.port==1884,mqttsn"],
        };
        let theirs = Command::new("tshark")
            .args(["-n", "-r", &file, "-Y", protocol, "-T", "ek"])
            .args(decode_as)
            .output()
            .unwrap();
        let theirs = documents(&String::from_utf8(theirs.stdout).unwrap());
        let ours = bytes(&["read", "-T", "ek", "-Y", protocol, &file]);
        // An answer that was captured before its question comes behind it with us.
        let mut ours_of = BTreeMap::<_, VecDeque<_>>::new();
        for (time, layers) in documents(&String::from_utf8(ours).unwrap()) {
            ours_of.entry((frame(&layers), time)).or_default().push_back(layers);
        }
        let mut compared = 0;
        for (time, layers) in &theirs {
            for (_, packet) in layers.iter().filter(|(name, _)| name == protocol) {
                let place = format!("{name}: frame {}", frame(layers));
                let of_frame = ours_of.get_mut(&(frame(layers), time.clone()));
                let our_layers = of_frame.and_then(VecDeque::pop_front).expect(&place);
                compare(&place, packet, &our_layers, layers, protocol, &known, &mut wrong);
                compared += 1;
            }
        }
        assert!(ours_of.values().all(VecDeque::is_empty) && compared > 5, "{name}: {compared}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// One packet, and the layers below it as far as we have their fields.
fn compare(
    place: &str,
    packet: &Fields,
    ours: &[(String, Fields)],
    theirs: &[(String, Fields)],
    protocol: &str,
    known: &BTreeSet<String>,
    wrong: &mut BTreeSet<String>,
) {
    // What tshark's own experts say is no field of the packet either.
    let is_elsewhere =
        |key: &str| key.starts_with("_ws_") || ELSEWHERE.iter().any(|(other, _)| *other == key);
    for (layer, fields) in ours {
        let none = Fields::new();
        let theirs = match layer == protocol {
            true => packet,
            false => theirs.iter().find(|(name, _)| name == layer).map_or(&none, |(_, it)| it),
        };
        for (key, values) in fields.iter().filter(|(key, _)| known.contains(*key)) {
            if !is_elsewhere(key) && is_text(values) && Some(values) != theirs.get(key) {
                wrong.insert(format!(
                    "{place}: {key}: ours {values:?}, theirs {:?}",
                    theirs.get(key)
                ));
            }
        }
    }
    let (_, mine) = ours.iter().find(|(name, _)| name == protocol).expect(place);
    for (key, values) in packet {
        if !is_elsewhere(key)
            && mine.get(key).is_none_or(|values| is_text(values))
            && mine.get(key) != Some(values)
        {
            wrong.insert(format!("{place}: {key}: ours {:?}, theirs {values:?}", mine.get(key)));
        }
    }
}

/// Whether it is no text made of bytes: tshark's ends with their first zero.
fn is_text(values: &[Value]) -> bool {
    values.iter().all(|value| value.as_str().is_none_or(|text| !text.contains('\0')))
}

#[test]
fn pasted_packets_have_an_index_without_a_day() {
    let lines = String::from_utf8(bytes(&["decode", "-T", "ek", "c000"])).unwrap();
    let (index, document) = lines.split_once('\n').unwrap();
    assert_eq!(index, r#"{"index":{"_index":"packets"}}"#);
    let document: Value = serde_json::from_str(document).unwrap();
    assert!(document.get("timestamp").is_none());
    assert_eq!(document["layers"]["mqtt"]["mqtt_mqtt_msgtype"], "12");
}
