//! How Java and C print bytes: they have a sign, which numbers of 32 bits keep.
use super::*;

const SUBSCRIBE: &str = "820b00010006686f6d652f2300";

#[test]
fn bytes_have_a_sign() {
    for text in [
        "-126 11 0 1 0 6 104 111 109 101 47 35 0",
        "-126, 11, 0, 1, 0, 6, 104, 111, 109, 101, 47, 35, 0",
        "RX: -126 11 0 1 0 6 104 111 109 101 47 35 0",
        "ffffff82 b 0 1 0 6 68 6f 6d 65 2f 23 0",
        "ffffff82 0b 00 01 00 06 68 6f 6d 65 2f 23 00",
        "TX: ffffff82 0b 00 01 00 06 68 6f 6d 65 2f 23 00",
        "TX: ffffff82 b 0 1 0 6 68 6f 6d 65 2f 23 0",
        "{0xffffff82, 0xb, 0x0, 0x1, 0x0, 0x6, 0x68, 0x6f, 0x6d, 0x65, 0x2f, 0x23, 0x0}",
    ] {
        assert_eq!(hexes(text), [SUBSCRIBE], "{text}");
    }
    // As many as they are: four bytes, a Session Expiry Interval and a payload.
    for text in [
        "10 12 00 04 4d 51 54 54 05 02 00 3c 05 11 ffffffff 00 00",
        "TX: 10 12 00 04 4d 51 54 54 05 02 00 3c 05 11 ffffffff 00 00",
        "30 09 00 01 61 ffffffff 62 63",
        "30 09 00 01 61 ffffffff 62 63\nc0 00",
        "30 0a 00 01 61 ffffff81 ffff 00 62 63",
        // Neither fits.
        "30 0d 00 01 61 ffffffff 62 63",
    ] {
        let bytes: String = text.split("TX: ").collect::<String>();
        assert_eq!(hexes(text).concat(), bytes.replace([' ', '\n'], ""), "{text}");
    }
    assert_eq!(
        hexes("30 06 00 01 61 ffffffc3 ffffffa9 62"),
        ["300600016 1c3a962".replace(' ', "")]
    );
    assert_eq!(hexes("ffffff82 0b 00 01 00 06 68").concat(), "820b0001000668");
    // A number of 32 bits that no byte with a sign makes is none.
    assert_eq!(read("{0xffffff02, 0xb, 0x0, 0x1, 0x0, 0x6, 0x68}").mistakes.len(), 1);
}
