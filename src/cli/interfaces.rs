//! `mqttscope interfaces`: what there is to capture on.

use super::Outcome;

#[cfg(not(feature = "live"))]
pub(super) fn run() -> anyhow::Result<Outcome> {
    anyhow::bail!(super::report::NO_LIVE)
}

#[cfg(feature = "live")]
pub(super) fn run() -> anyhow::Result<Outcome> {
    use std::io::{Write, stdout};

    let list = crate::capture::live::interfaces()?;
    let text: String = list.iter().map(row).collect();
    Outcome::of_writing(stdout().write_all(text.as_bytes()))
}

/// `2. lo  127.0.0.1 ::1  (Loopback)  up, running, loopback`
#[cfg(feature = "live")]
fn row(interface: &crate::capture::live::Interface) -> String {
    let addresses: Vec<String> = interface.addresses.iter().map(ToString::to_string).collect();
    let description = interface.description.as_ref().map(|words| format!("({words})"));
    let mut line = format!("{}. {}", interface.number, interface.name);
    for part in [addresses.join(" "), description.unwrap_or_default(), interface.flags.join(", ")] {
        if !part.is_empty() {
            line.push_str("  ");
            line.push_str(&part);
        }
    }
    format!("{}\n", crate::text::safe(&line))
}

#[cfg(all(test, feature = "live"))]
mod tests {
    use super::*;
    use crate::capture::live::Interface;

    #[test]
    fn a_row_holds_what_is_known() {
        let mut interface = Interface {
            number: 2,
            name: "lo".into(),
            description: Some("Loopback".into()),
            addresses: vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()],
            flags: vec!["up", "loopback"],
        };
        assert_eq!(row(&interface), "2. lo  127.0.0.1 ::1  (Loopback)  up, loopback\n");
        (interface.description, interface.flags, interface.addresses) =
            (None, Vec::new(), Vec::new());
        assert_eq!(row(&interface), "2. lo\n");
    }
}
