//! A mix of MQTT 5.0 packets, the same on every run: an ordinary day of a broker whose clients use
//! what 5.0 offers.

use mqttscope::spec::{PacketType, PropertyId};

/// How many of a thousand packets are of each type.
const SHARES: [(PacketType, u32); 11] = [
    (PacketType::PUBLISH, 600),
    (PacketType::PUBACK, 30),
    (PacketType::PUBREC, 10),
    (PacketType::PUBREL, 10),
    (PacketType::PUBCOMP, 10),
    (PacketType::SUBSCRIBE, 120),
    (PacketType::SUBACK, 30),
    (PacketType::CONNECT, 120),
    (PacketType::CONNACK, 50),
    (PacketType::PINGREQ, 10),
    (PacketType::DISCONNECT, 10),
];

/// `count` packets, one behind the other in each vector.
pub(crate) fn packets(count: usize) -> Vec<Vec<u8>> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..count).map(|_| packet(&mut random)).collect()
}

fn packet(random: &mut Random) -> Vec<u8> {
    let mut draw = random.below(1000);
    for (kind, share) in SHARES {
        if draw < share {
            return of_type(kind, random);
        }
        draw -= share;
    }
    unreachable!("the shares add up to 1000")
}

fn of_type(kind: PacketType, random: &mut Random) -> Vec<u8> {
    let mut body = Body(Vec::new());
    let mut flags = kind.info().flags.unwrap_or_default();
    match kind {
        PacketType::CONNECT => connect(&mut body, random),
        PacketType::CONNACK => connack(&mut body, random),
        PacketType::PUBLISH => flags = publish(&mut body, random),
        PacketType::SUBSCRIBE => subscribe(&mut body, random),
        PacketType::SUBACK => {
            body.u16(random.packet_id()).byte(0);
            (0..1 + random.below(4)).for_each(|_| body.0.push(random.below(3) as u8));
        }
        PacketType::PINGREQ => {}
        PacketType::DISCONNECT => body.0.extend([0, 0]),
        _ => ack(&mut body, random),
    }
    let mut packet = vec![kind.0 << 4 | flags];
    varint(body.0.len(), &mut packet);
    packet.extend(body.0);
    packet
}

fn connect(body: &mut Body, random: &mut Random) {
    body.text("MQTT").byte(5).byte(0b1100_0110).u16(60);
    body.properties(|p| {
        p.id(PropertyId::SESSION_EXPIRY_INTERVAL).u32(random.below(100_000));
        p.id(PropertyId::RECEIVE_MAXIMUM).u16(20);
        p.user("region", "eu-central-1");
    });
    body.text(&format!("sensor-{:06}", random.below(1_000_000)));
    body.properties(|p| {
        p.id(PropertyId::WILL_DELAY_INTERVAL).u32(30);
    });
    body.text("site/7/status").text("offline").text("sensor").text("not a secret");
}

fn connack(body: &mut Body, random: &mut Random) {
    body.byte(0).byte(0).properties(|p| {
        p.id(PropertyId::RECEIVE_MAXIMUM).u16(20);
        p.id(PropertyId::TOPIC_ALIAS_MAXIMUM).u16(10);
        p.id(PropertyId::MAXIMUM_PACKET_SIZE).u32(1 << 20);
        p.id(PropertyId::SERVER_KEEP_ALIVE).u16(60);
        if random.one_in(2) {
            p.id(PropertyId::ASSIGNED_CLIENT_IDENTIFIER).text("auto-5A1F2C3B");
        }
    });
}

/// The result is the flags of the fixed header.
fn publish(body: &mut Body, random: &mut Random) -> u8 {
    let qos = random.below(3) as u8;
    body.text(&format!("site/{}/line/{}/temperature", random.below(20), random.below(8)));
    if qos > 0 {
        body.u16(random.packet_id());
    }
    body.properties(|p| {
        p.id(PropertyId::PAYLOAD_FORMAT_INDICATOR).byte(1);
        p.id(PropertyId::MESSAGE_EXPIRY_INTERVAL).u32(3_600);
        p.id(PropertyId::CONTENT_TYPE).text("application/json");
        p.id(PropertyId::TOPIC_ALIAS).u16(1 + random.below(9) as u16);
        if random.one_in(2) {
            p.id(PropertyId::RESPONSE_TOPIC).text("site/answers/7");
            p.id(PropertyId::CORRELATION_DATA).data(&random.packet_id().to_be_bytes());
        }
        for _ in 0..1 + random.below(5) {
            p.user("trace-id", "4bf92f3577b34da6");
        }
    });
    body.0.extend(format!("{{\"celsius\":{}.5}}", random.below(40)).bytes());
    qos << 1 | u8::from(random.one_in(8))
}

fn ack(body: &mut Body, random: &mut Random) {
    body.u16(random.packet_id());
    if random.one_in(2) {
        body.byte(0).properties(|p| {
            p.user("node", "broker-3");
        });
    }
}

fn subscribe(body: &mut Body, random: &mut Random) {
    body.u16(random.packet_id());
    body.properties(|p| {
        p.id(PropertyId::SUBSCRIPTION_IDENTIFIER).byte(7);
    });
    for _ in 0..1 + random.below(4) {
        body.text("site/+/line/3/#").byte(random.below(3) as u8 | 0b0001_1100);
    }
}

/// What stands behind the fixed header.
struct Body(Vec<u8>);

impl Body {
    fn byte(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    fn data(&mut self, bytes: &[u8]) -> &mut Self {
        self.u16(bytes.len() as u16).0.extend(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.data(text.as_bytes())
    }

    fn id(&mut self, id: PropertyId) -> &mut Self {
        self.byte(id.0 as u8)
    }

    fn user(&mut self, name: &str, value: &str) -> &mut Self {
        self.id(PropertyId::USER_PROPERTY).text(name).text(value)
    }

    fn properties(&mut self, write: impl FnOnce(&mut Self)) -> &mut Self {
        let mut inner = Self(Vec::new());
        write(&mut inner);
        varint(inner.0.len(), &mut self.0);
        self.0.extend(inner.0);
        self
    }
}

fn varint(mut value: usize, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Xorshift: nothing but different numbers, the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32 % limit
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    fn packet_id(&mut self) -> u16 {
        1 + self.below(65_535) as u16
    }
}
