//! Packets that break a rule, beside good ones: who asks why a server closes shows both.

use super::*;

const GOOD: [u8; 4] = [0x20, 2, 0, 0];
/// No filter, QoS 3, flags of PUBREL and DISCONNECT, CONNACK's reserved bits, a short body, a length too long by one,
/// ill-formed UTF-8, another protocol name.
const FAULTY: [&[u8]; 9] = [
    &[0x82, 2, 0, 1],
    &[0x36, 5, 0, 1, b'a', 0, 1],
    &[0x60, 2, 0, 1],
    &[0xe1, 0],
    &[0x20, 2, 2, 0],
    &[0x40, 1, 0],
    b"\x30\x0b\0\x06topicXhi",
    b"\x30\x0a\0\x06to\xffiXhi",
    b"\x10\x0e\0\x04MQTU\x04\x02\0\x3c\0\x02ab",
];

fn pairs(bytes: &[u8], before: &str, mark: &str) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{before}{byte:02x}")).collect();
    pairs.join(mark)
}

#[test]
fn a_packet_with_a_fault_is_shown_beside_a_good_one() {
    type Written = fn(&[u8]) -> String;
    let written: [Written; 9] = [
        |bytes| pairs(bytes, "", " "),
        |bytes| format!("> {}", pairs(bytes, "", " ")),
        |bytes| format!("    {}", pairs(bytes, "", " ")),
        |bytes| pairs(bytes, "0x", ", "),
        |bytes| format!("{{{}}}", pairs(bytes, "0x", ", ")),
        |bytes| format!("{bytes:?}"),
        |bytes| format!("Buffer.from([{}])", pairs(bytes, "0x", ",")),
        |bytes| format!("sock.send(b'{}')", pairs(bytes, "\\x", "")),
        |bytes| format!("10:00:01.100 TX {}", pairs(bytes, "", " ")),
    ];
    for (faulty, write) in FAULTY.iter().flat_map(|it| written.map(|write| (*it, write))) {
        for [first, second] in [[&GOOD, faulty], [faulty, &GOOD]] {
            let text = format!("{}\n\nand\n\n{}\n", write(first), write(second));
            let bytes: Vec<u8> =
                read(&text).pieces.iter().flat_map(|it| it.bytes.clone()).collect();
            assert_eq!(bytes, [first, second].concat(), "{text}");
        }
    }
}

#[test]
fn other_numbers_of_a_program_are_no_packets_with_faults() {
    for other in [
        "static const uint8_t ip[] = {192, 168, 1, 17};",
        "static const uint8_t key[] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6};",
        "static const uint16_t ports[] = {1883, 8883};",
        "const primes = [2, 3, 5, 7, 11, 13];",
        "static const uint8_t crc[] = {0x00, 0x07, 0x0e, 0x09, 0x1c, 0x1b, 0x12, 0x15};",
        "uint8_t mac[6] = {0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed};",
    ] {
        let text =
            format!("static const uint8_t connack[] = {{0x20, 0x02, 0x00, 0x00}};\n{other}\n");
        assert_eq!(hexes(&text), ["20020000"]);
    }
}

/// A blank inside a byte makes one byte too many of a packet, which others beside it show to be one.
#[test]
fn a_blank_inside_a_byte_is_told_beside_a_good_packet() {
    let connect = "10 0e 00 04 4d 51 54 54 04 02 00 3c 00 02 61 62";
    for at in (12..connect.len()).step_by(3) {
        let torn = format!("{} {}", &connect[..=at], &connect[at + 1..]);
        let array = connect.split(' ').map(|it| format!("0x{it}")).collect::<Vec<_>>().join(", ");
        let place = at / 3 * 6 + 3;
        let torn_array = format!("{} {}", &array[..place], &array[place..]);
        for text in [
            format!("{torn}\n\n20 02 00 00\n"),
            format!("uint8_t a[] = {{{torn_array}}};\nuint8_t b[] = {{0x20, 0x02, 0x00, 0x00}};\n"),
        ] {
            assert_ne!(read(&text).mistakes, [], "{text}");
        }
    }
}

/// Bytes of all pieces.
fn all(text: &str) -> Vec<u8> {
    read(text).pieces.iter().flat_map(|it| it.bytes.clone()).collect()
}

/// A Remaining Length that is too short leaves bytes, which are no numbers that stand beside the packet.
#[test]
fn what_a_length_that_is_too_short_leaves_is_shown() {
    let whole = b"\x30\x0a\0\x06topicXhi";
    for (short, mark) in (1..6).flat_map(|short| [" ", ", ", ":"].map(|mark| (short, mark))) {
        let mut bytes = [whole, &b"more!"[..]].concat();
        bytes[1] += 5 - short;
        let packet = pairs(&bytes, "", mark);
        for text in [
            format!("20 02 00 00\n\nand\n\n{packet}\n"),
            format!("TX: 20 02 00 00\nTX: {packet}\n"),
            format!("It sent {packet} to us.\n"),
        ] {
            assert!(all(&text).ends_with(&bytes), "{text}");
        }
    }
    let packet = pairs(whole, "", " ");
    for behind in ["12", "be", "  12 17", " | 12 17", ", 12"] {
        assert_eq!(all(&format!("It sent {packet} {behind} to us.\n")), whole, "{behind}");
    }
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn a_packet_with_a_fault_in_base64_is_shown_beside_a_good_one() {
    for faulty in FAULTY.iter().filter(|it| it.len() > 3) {
        let [good, bad] = [&GOOD, *faulty].map(base64);
        for text in [
            format!("{good}\n{bad}\n"),
            format!("{bad}\n\nand\n\n{good}\n"),
            format!("TX: {good}\nRX: {bad}\n"),
        ] {
            let both: usize = GOOD.len() + faulty.len();
            assert_eq!(all(&text).len(), both, "{text}");
        }
    }
    for word in ["password", "MAC4", "abcd1234", "user1=", "2nd4"] {
        assert_eq!(all(&format!("It sent IAIAAA== and then {word} came.\n")), GOOD, "{word}");
    }
}

#[test]
fn a_packet_with_a_fault_in_a_sentence_is_shown_beside_a_good_one() {
    let head = |it: &&&[u8]| it.len() > 5 || it.len() > 3 && frame::head(it);
    for faulty in FAULTY.iter().filter(head) {
        let [good, bad] = [&GOOD, *faulty].map(|it| pairs(it, "", " "));
        for text in [
            format!("The good one is {good} and it came.\nThe bad one {bad} came then.\n"),
            format!("The bad one {bad} came, then the good one is {good} and it came.\n"),
        ] {
            assert_eq!(all(&text).len(), GOOD.len() + faulty.len(), "{text}");
        }
    }
    let text = "It sent 20 02 00 00 on 20 08 2024 at 12 05, to 0049 30 05 17 and 82 02 times.\n";
    assert_eq!(all(text), GOOD);
}
