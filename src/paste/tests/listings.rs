//! What other programs print: listings full of numbers and of names in hex, in which no packet stands. One that does
//! stand beside them is read.
use super::*;

const PUBLISH: &str = "30070003612f626869";

/// No packet is read out of a text, and one that stands behind it is.
#[track_caller]
fn holds_none(text: &str) {
    let paste = read(text);
    let found: Vec<_> = paste.pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect();
    assert_eq!((found, &paste.mistakes[..]), (Vec::new(), &[][..]), "{text}");
    assert_eq!(hexes(&format!("{text}\nTX: 30 07 00 03 61 2f 62 68 69\n")), [PUBLISH], "{text}");
}

/// `find -printf '%i %s %m %t %p\n'`, `find -printf '%s %i\n'`, `ps aux`.
#[test]
fn listings_of_files_and_processes() {
    holds_none("6291457 19 777 Sat Nov 28 07:57:00.3428197620 2026 /etc/rc0.d/K01mosquitto\n");
    holds_none(
        "256966 16496 /usr/lib/debug/.build-id/5c/34b3500fcc8ed9b4c8a983d483315dcda75bd0.debug\n",
    );
    holds_none("4003 373458\n4096 374070\n58541 379043\n362 335592\n4003 342991\n");
    holds_none(
        "root        34  0.0  0.0      0     0 ?        I<   07:52   0:00 [kworker/R-writeback]\n",
    );
    holds_none("b48f620b53343cbed8f1cab8e2ff5e0f  /usr/bin/uptime\n");
    let numbers: Vec<_> = (1..5000).map(|n| n.to_string()).collect();
    holds_none(&numbers.join("\n"));
}

/// `objdump -d`, `readelf -S`, `readelf -s`, `strings -t x`.
#[test]
fn listings_of_programs() {
    holds_none(
        "    1000:\t48 83 ec 08          \tsub    $0x8,%rsp\n    1004:\t48 8b 05 dd 3f 00 00 \tmov    0x3fdd(%rip),%rax\n\
         \x20   1020:\t30 07 00 03 61 2f 62 \tpush   0x3eda(%rip)        # 4f00 <main>\n    1027:\t68 69 \n",
    );
    holds_none("   0:\te3a00001 \tmov\tr0, #1\n   4:\te12fff1e \tbx\tlr\n");
    holds_none(
        "  [ 0]                   NULL             0000000000000000  00000000\n       \
         0000000000000000  0000000000000000           0     0     0\n",
    );
    holds_none(
        "   101: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND dlopen@GLIBC_2.34 (5)\n   \
         102: 00000000000d0cc0  1021 FUNC    GLOBAL DEFAULT   15 rl_old_menu_complete\n",
    );
    holds_none("  fb9d7     be a literal `]', to match the opening `['.\n");
}

/// A backtrace of an ESP32, the registers of a Cortex-M, the address of an access point, programs for a device.
#[test]
fn logs_of_devices() {
    holds_none("Backtrace: 0x400d1f3a:0x3ffb1f50 0x400d2f0e:0x3ffb1f70\n");
    holds_none("r0 : 0x10000000 r1 : 0x20001f3a r2: 0x30020000\nsp: 0x20020000 pc : 0x40020001\n");
    holds_none("E (612) wifi: connected to ap, bssid = c0:25:e9:11:22:33\n");
    holds_none(":10010000214601360121470136007EFE09D2190140\n:00000001FF\n");
    holds_none("S1130000285F245F2212226A000424290008237C2A\nS9030000FC\n");
    assert_eq!(hexes("CONNACK: 0x20020000"), ["20020000"]);
    assert_eq!(hexes("TX: c0:00:c0:00:c0:00").len(), 1);
}

/// Numbers that are too large for bytes, a keycap, blanks in escapes, tables.
#[test]
fn numbers_and_strings_of_programs() {
    for text in [
        "default [50, 2000]",
        "(\"1\\u{fe0f}\")",
        "x = b'\\x20\\x20\\x20\\x20'",
        "29151  8732  34662",
        "1,20,40\n2,21,41\n3,22,42\n",
    ] {
        let paste = read(text);
        assert_eq!((paste.pieces.len(), &paste.mistakes[..]), (0, &[][..]), "{text}");
    }
}

/// A UUID alone, too, whose first digits are the type of a packet.
#[test]
fn a_name_that_is_all_of_a_text() {
    holds_none("e0000a12-e29b-41d4-a716-446655440000");
    holds_none("id: c0000000-e000-41d4-a716-446655440000\n");
    assert_eq!(hexes("10-0c-00-04-4d-51-54-54-04-02-00-3c-00-00").len(), 1);
}

/// Each of these frames by chance: 62 0a, 90 04, 50 06.
#[test]
fn lists_of_names_in_hex() {
    holds_none(
        "620effa9-a088-5cea-35f6-81f682f4cbed\nebba3c73-2431-c216-8f4d-d469ee8d5564\n\
         21636369-8b52-9b4a-97b7-50923ceb3ffd\n",
    );
    holds_none("90:04:e6:24:c6:82\nc4:70:48:0b:7f:6b\nc0:5e:c6:1e:99:fc\n");
    holds_none(
        "| 62:0A:0A:6E:DF:6D | A2:3B:DD:9A:39:F7 |\n| 92:D3:A2:07:0B:06 | 8B:A6:C6:E5:7C:FB |\n",
    );
    holds_none("90-04-96-0c-e7-4e, 7a-7a-0f-db-f6-7c, 15-e6-3e-34-01-02\n");
    holds_none("d000.a947.3268\n108e.c000.6395\ne000.64a4.df49\n");
    holds_none("9d02:9aad:818f:7e3e:c2ce:e9a9:7282:e0ee\n3d29:4947:3648:3740:b637:63b:653:5da9\n");
    let text =
        "It has 900695839372884f\nand\n900695839372884f\n820695839372884a\n5dc695839372884a\n";
    assert_eq!(read(text).mistakes, []);
}

#[test]
fn words_of_letters_are_no_base64() {
    for word in
        ["FacklerPossibleFdlNgọcAccompanies", "ogniBurfootParticleSharma", "landonFishThird"]
    {
        holds_none(word);
        holds_none(&format!("let {word} = {word}();\n"));
    }
    holds_none(
        "-----BEGIN CERTIFICATE-----\n\
         cC4BrTwV1wIDAQABo0IwQDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIB\n-----END CERTIFICATE-----\n",
    );
    // A CONNECT has digits.
    assert_eq!(hexes("EA4ABE1RVFQEAgA8AAJhYg=="), [::hex::encode(EXAMPLE)]);
}

/// As `powershell >` writes it, and as a mark tells it.
#[test]
fn text_in_utf_16_without_its_mark_is_text() {
    let text = "TX: 30 07 00 03 61 2f 62 68 69\r\n";
    let wide = |of: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(of).collect::<Vec<u8>>();
    for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
        let paste = parse_bytes(&bytes, &Options::default());
        let found: Vec<_> = paste.pieces.iter().map(|it| ::hex::encode(&it.bytes)).collect();
        assert_eq!(found, [PUBLISH]);
    }
    // Bytes that are packets are none.
    let packets = b"\xc0\0\xc0\0\xc0\0\xc0\0\xc0\0\xc0\0\xc0\0\xc0\0\xc0\0\xc0\0";
    assert_eq!(contents(packets), Contents::Raw);
}
