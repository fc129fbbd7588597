//! The interfaces of this machine, and which one is meant.

use super::{LiveError, libpcap_says};
use pcap::{ConnectionStatus, Device};
use std::net::IpAddr;

/// An interface that can be captured on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its place in the list, from 1: what `-i` takes as well as the name.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// What the system calls it in words, where it does.
    pub description: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// What it is and in what state, in words: `up`, `running`, `loopback`, `wireless`, `connected`,
    /// `disconnected`.
    pub flags: Vec<&'static str>,
}

/// The interfaces, in the order and with the numbers of `tcpdump -D`.
///
/// # Errors
/// Where libpcap cannot list them.
pub fn interfaces() -> Result<Vec<Interface>, LiveError> {
    let devices = Device::list().map_err(|error| LiveError::List(libpcap_says(error)))?;
    Ok((1..).zip(devices).map(|(number, device)| interface(number, device)).collect())
}

fn interface(number: usize, device: Device) -> Interface {
    let flags = &device.flags;
    let words = [
        ("up", flags.is_up()),
        ("running", flags.is_running()),
        ("loopback", flags.is_loopback()),
        ("wireless", flags.is_wireless()),
        ("connected", flags.connection_status == ConnectionStatus::Connected),
        ("disconnected", flags.connection_status == ConnectionStatus::Disconnected),
    ];
    Interface {
        number,
        flags: words.iter().filter(|(_, holds)| *holds).map(|(word, _)| *word).collect(),
        addresses: device.addresses.iter().map(|address| address.addr).collect(),
        description: device.desc,
        name: device.name,
    }
}

/// The name of the interface that a user means by a name or a number.
pub(super) fn resolve(asked: &str) -> Result<String, LiveError> {
    pick(asked, &interfaces()?)
}

fn pick(asked: &str, list: &[Interface]) -> Result<String, LiveError> {
    if list.iter().any(|interface| interface.name == asked) {
        return Ok(asked.into());
    }
    let names: Vec<&str> = list.iter().map(|interface| interface.name.as_str()).collect();
    let there_are = if names.is_empty() { "none".into() } else { names.join(", ") };
    let Ok(number) = asked.parse::<usize>() else {
        let hint = nearest(asked, &names)
            .map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
        return Err(LiveError::Unknown { name: asked.into(), hint, there_are });
    };
    match list.iter().find(|interface| interface.number == number) {
        Some(interface) => Ok(interface.name.clone()),
        None => Err(LiveError::Number { number, last: list.len(), there_are }),
    }
}

/// The name that takes the fewest changes to become the one that was asked for, if they are few.
fn nearest<'a>(asked: &str, names: &[&'a str]) -> Option<&'a str> {
    // Two mistakes in a short name leave nothing of it.
    let most = if asked.chars().count() <= 3 { 1 } else { 2 };
    let distances = names.iter().map(|name| (distance(asked, name), *name));
    distances
        .filter(|(changes, _)| *changes <= most)
        .min_by_key(|(changes, _)| *changes)
        .map(|(_, name)| name)
}

/// How many characters must be put in, taken out, exchanged, or swapped with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    let mut above = row.clone();
    let mut last = None;
    for (line, a) in (1_usize..).zip(from.to_lowercase().chars()) {
        let mut next = vec![line];
        for (at, b) in to.iter().enumerate() {
            let place = |row: &[usize], back: usize| {
                at.checked_add(1)
                    .and_then(|end| end.checked_sub(back))
                    .and_then(|i| row.get(i).copied())
                    .unwrap_or(usize::MAX)
            };
            let left = next.last().copied().unwrap_or(usize::MAX).saturating_add(1);
            let up = place(&row, 0).saturating_add(1);
            let across = place(&row, 1).saturating_add(usize::from(a != *b));
            let is_swap = Some(*b) == last && at.checked_sub(1).and_then(|i| to.get(i)) == Some(&a);
            let swapped = if is_swap { place(&above, 2).saturating_add(1) } else { usize::MAX };
            next.push(left.min(up).min(across).min(swapped));
        }
        last = Some(a);
        above = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Vec<Interface> {
        let names = ["eth0", "any", "lo", "wlan0"];
        let make = |(number, name): (usize, &&str)| Interface {
            number,
            name: (*name).into(),
            description: None,
            addresses: Vec::new(),
            flags: Vec::new(),
        };
        (1..).zip(names.iter()).map(make).collect()
    }

    #[test]
    fn by_name_or_number() {
        assert_eq!(pick("lo", &list()).unwrap(), "lo");
        assert_eq!(pick("3", &list()).unwrap(), "lo");
    }

    #[test]
    fn a_near_name_is_offered() {
        for (asked, near) in
            [("eht0", "eth0"), ("ETH0", "eth0"), ("wlan1", "wlan0"), ("l0", "lo"), ("eth", "eth0")]
        {
            let error = pick(asked, &list()).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "there is no interface \"{asked}\" (did you mean {near}?); there are: eth0, any, lo, wlan0"
                )
            );
        }
        assert!(!pick("tun7", &list()).unwrap_err().to_string().contains("did you mean"));
    }

    #[test]
    fn a_number_out_of_range_tells_the_range() {
        let error = pick("9", &list()).unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no interface number 9; the numbers go from 1 to 4: eth0, any, lo, wlan0"
        );
    }

    #[test]
    fn distances() {
        for (from, to, changes) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 1)]
        {
            assert_eq!(distance(from, to), changes, "{from} {to}");
        }
    }

    #[test]
    fn the_list_is_numbered_from_one() {
        for (number, interface) in (1..).zip(interfaces().unwrap()) {
            assert_eq!(interface.number, number);
            assert!(!interface.name.is_empty());
        }
    }
}
