//! Texts that are nothing but digits and are numbers: dates, times of day, tables; and packets that look alike.
use super::*;

const WHOLE: &str = "101200044d5154540402003c00066465762d3137";

#[track_caller]
fn is_nothing(text: &str) {
    let paste = read(text);
    assert!(paste.pieces.is_empty(), "{text}: {:?}", paste.pieces);
    assert_eq!(paste.mistakes, [], "{text}");
    assert!(paste.hint.is_some(), "{text}");
}

/// Nobody writes four bytes as `20-02-2024`.
#[test]
fn dates_and_times_of_day() {
    for text in [
        "20-02-2024",
        "10-12-2024\n",
        "2024-12-10",
        "2024-12-10\n2024-12-11\n",
        "2024-12-10, 2024-12-11",
        "20-02-2024\n20-02-2025\n30-06-2024\n",
        "20:02:00 67",
        "12:30:45 67\n",
        "12:30:45 67\n12:30:46 68\n",
        "16:10\n22:12\n21:41\n",
        "00:04\n02:57\n14:52\n00:33\n13:54\n03:50\n",
    ] {
        is_nothing(text);
    }
    for (text, bytes) in [
        ("20-02-00-00", "20020000"),
        ("20-02-00-00\n40-02-00-01\n", "20020000 40020001"),
        ("20:02:00:05", "20020005"),
        ("12:30:45 20 02 00 00\n12:30:46 c0 00\n", "20020000 c000"),
        ("c0:00\nd0:00\n", "c000 d000"),
        ("10:ff", "10ff"),
    ] {
        assert_eq!(hexes(text).join(" "), bytes, "{text}");
    }
}

#[test]
fn tables_of_numbers() {
    for text in [
        "100 200 299\n32 2 0\n0 0 12\n",
        "202\t24\t37\n274\t48\t187\n298\t29\t259\n109\t19\t44\n",
        "71  87  23  13\n73  81  24  47\n70  91  48  72\n",
        "  637   949   379   754   516\n  175   149   356   290   165\n",
        "264,76,3,66\n250,266,121,189\n195,129,9,284\n",
        "a,b,c,d\n111,82,102,178\n233,107,94,200\n38,214,215,180\n",
        "89\n281\n13\n240\n277\n292\n63\n",
        "1 2 3 4 5 6 7 8 9 10",
        "1234567890\n2002000000\n4002000112\n",
        "4390326021\n5813927045\n5352402683\n6302629165\n",
        "3fe19a0c\nc0000000\n20020000\n4a02f001\n8a7b6c5d\n1f2e3d4c\n0a0b0c0d\n77665544\n99aabbcc\n",
        "e114\n438c\ne9e5\ne20d\n3709\n0bfb\n3328\nb2ec\n3f82\n6b79\n",
    ] {
        is_nothing(text);
    }
    let decimal = "16 18 0 4 77 81 84 84\n4 2 0 60 0 6 100 101\n118 45 49 55\n";
    for (text, bytes) in [
        (decimal, WHOLE),
        ("64\n2\n0\n1\n", "40020001"),
        ("16, -119, 1, 127, -1", "1089017fff"),
        ("1012\n0004\n4d51\n5454\n0402\n003c\n0006\n6465\n762d\n3137\n", WHOLE),
        ("10120004\n4d515454\n0402003c\n00066465\n762d3137\n", WHOLE),
    ] {
        assert_eq!(hexes(text).join(" "), bytes, "{text}");
    }
    // The end of a packet that tells itself is missing.
    assert_eq!(hexes("16 18 0 4 77 81 84 84\n4 2 0 60 0 6 100\n"), [&WHOLE[..30]]);
    let paste = read("16 18 0 4 770 81 84 84\n4 2 0 60 0 6 100 101\n118 45 49 55\n");
    assert_eq!((paste.mistakes.len(), paste.mistakes[0].place.column), (1, 11), "{paste:?}");
}
