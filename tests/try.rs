//! try
use mqttscope::annotate::Tape;
use mqttscope::mqtt::{Reading, decode};
use mqttscope::pipeline::*;
use mqttscope::render::{Explain, Format, Options, tree::Tree};
#[test]
fn show() {
    let hex = std::env::var("HEX").unwrap_or("102f00044d51545405c2003c05110000012c000e6d717474785f3063363638643064000561646d696e00067075626c6963".into());
    let bytes = hex::decode(hex).unwrap();
    let mut tape = Tape::new();
    let d =
        decode(&bytes, Reading { version: mqttscope::spec::Version::V5, sender: None }, &mut tape);
    let record = Record {
        number: 1,
        origin: Origin::default(),
        sender: None,
        version: d.version,
        version_from: mqttscope::session::How::Connect,
        client_id: None,
        bytes: &bytes,
        tape: &tape,
        decoded: Some(d),
    };
    let full = std::env::var("FULL").is_ok();
    let o = Options {
        explain: if full { Explain::Full } else { Explain::Brief },
        width: std::env::var("W").ok().map(|w| w.parse().unwrap()),
        color: std::env::var("C").is_ok(),
        ..Default::default()
    };
    Tree::new(&o).record(&record, &mut std::io::stdout()).unwrap();
}
