//! Dumps in the frames that people put around them: marks above and below, marks before each row, a label.
use super::*;

/// A CONNECT of 18 bytes, as od, hexdump and Wireshark print it.
const PACKET: &str = "101000044d5154540402003c000461626364";
const DUMPS: [&str; 7] = [
    // od -tx1
    "0000000 10 10 00 04 4d 51 54 54 04 02 00 3c 00 04 61 62\n0000020 63 64\n0000022\n",
    // od -Ad -tx1
    "0000000 10 10 00 04 4d 51 54 54 04 02 00 3c 00 04 61 62\n0000016 63 64\n0000018\n",
    // hexdump
    "0000000 1010 0400 514d 5454 0204 3c00 0400 6261\n0000010 6463                                   \n0000012\n",
    // hexdump -x
    "0000000    1010    0400    514d    5454    0204    3c00    0400    6261\n\
     0000010    6463                                                        \n0000012\n",
    // od
    "0000000 010020 002000 050515 052124 001004 036000 002000 061141\n0000020 062143\n0000022\n",
    // Wireshark without characters
    "0000   10 10 00 04 4d 51 54 54 04 02 00 3c 00 04 61 62\n0010   63 64\n",
    // xxd
    "00000000: 1010 0004 4d51 5454 0402 003c 0004 6162  ....MQTT...<..ab\n\
     00000010: 6364                                     cd\n",
];

#[test]
fn a_line_of_marks_stands_above() {
    for dump in DUMPS {
        for marks in ["```", "---", "##", "#", "//", "\"\"\"", "`", "~~~", "/*", "# od -tx1"] {
            let text = format!("{marks}\n{dump}{marks}\n");
            assert_eq!(hexes(&text), [PACKET], "{text}");
        }
    }
}
