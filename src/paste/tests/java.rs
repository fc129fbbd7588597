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
    // A number of 32 bits that no byte with a sign makes is none.
    assert_eq!(read("{0xffffff02, 0xb, 0x0, 0x1, 0x0, 0x6, 0x68}").mistakes.len(), 1);
}
