//! Tests of the whole room. Those of one file stand in that file.
#![allow(clippy::arithmetic_side_effects, clippy::string_slice)]

mod around;
mod base64;
mod broken;
mod broken_rows;
mod decimals;
mod dumps;
mod escapes;
mod evidence;
mod faults;
mod firsts;
mod glued;
mod heads;
mod hostile;
mod indents;
mod java;
mod labels;
mod leftover;
mod listings;
mod margins;
mod memory;
mod numbers;
mod programs;
mod prose;
mod quotes;
mod repeats;
mod roundtrip;
mod rows;
mod seeds;
mod seen;
mod sides;
mod slips;
mod streams;
mod table;
mod told;
mod typing;

use super::*;

/// MQTT 5.0: a CONNECT of 49 bytes and its CONNACK of 21.
const CONNECT: &str = "102f00044d51545405c2003c05110000012c000e6d717474785f30633636386430640005\
                       61646d696e00067075626c6963";
const CONNACK: &str = "2013000010270010000025012a01290122ffff2801";

fn read(text: &str) -> Paste<'_> {
    parse(text, &Options::default())
}

/// The pieces as hex, and no mistakes.
#[track_caller]
fn hexes(text: &str) -> Vec<String> {
    let paste = read(text);
    assert_eq!(paste.mistakes, [], "{text}");
    paste.pieces.iter().map(|p| ::hex::encode(&p.bytes)).collect()
}
