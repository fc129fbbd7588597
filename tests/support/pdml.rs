//! tshark's packets with the offset and the bytes of every field, from its PDML.

use std::path::Path;
use std::process::Command;

/// A field of an MQTT packet.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    /// Its first byte, counted from the packet's first.
    pub at: u64,
    /// Its bytes in hex; of a field smaller than a byte its value.
    pub value: String,
}

/// The MQTT packets of a capture, each with the frame that it is shown at.
pub fn packets(file: &Path, options: &[&str]) -> Vec<(u64, Vec<Field>)> {
    packets_of("mqtt", file, options)
}

/// The packets of one of tshark's protocols.
pub fn packets_of(protocol: &str, file: &Path, options: &[&str]) -> Vec<(u64, Vec<Field>)> {
    let output = Command::new("tshark")
        .arg("-r")
        .arg(file)
        .args(["-o", "tcp.reassemble_out_of_order:TRUE", "-Y", protocol, "-T", "pdml"])
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut packets, mut frame, mut inside) = (Vec::<(u64, Vec<Field>)>::new(), 0, None);
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let number = |name| attribute(line, name).and_then(|text| text.parse::<u64>().ok());
        let name = attribute(line, "name").unwrap_or_default();
        if line.trim_start().starts_with("<proto ") {
            inside = number("pos").filter(|_| name == protocol);
            packets.extend(inside.map(|_| (frame, Vec::new())));
        } else if name == "frame.number" {
            frame = number("show").unwrap();
        } else if let (Some(start), Some(last)) = (inside, packets.last_mut())
            && name.strip_prefix(protocol).is_some_and(|rest| rest.starts_with('.'))
        {
            last.1.extend(field(line, name, start));
        }
    }
    packets
}

/// The field of a line; `None` for one that has no bytes: a group, or one that tshark made up.
fn field(line: &str, name: &str, start: u64) -> Option<Field> {
    let value = attribute(line, "value").filter(|value| !value.is_empty())?;
    let is_masked = attribute(line, "unmaskedvalue").is_some();
    let value = match is_masked {
        true => u64::from_str_radix(value, 16).unwrap().to_string(),
        false => value.to_owned(),
    };
    let at = attribute(line, "pos")?.parse::<u64>().unwrap() - start;
    Some(Field { name: name.to_owned(), at, value })
}

/// The value of an attribute of the element in this line. Quotes in values stand as `&quot;`.
fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}
