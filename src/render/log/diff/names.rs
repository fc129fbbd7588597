//! Names that the capture does not have: of clients whose CONNECT it lacks, and those that the broker
//! made. The log has them beside the address and port of the connection.

use super::super::Line;
use super::TOLERANCE;
use crate::log::{self, Entry};
use crate::spec::mosquitto::{Event, LogField};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// What a line has in place of a client that was not accepted.
const UNKNOWN: &str = "<unknown>";

/// What the log says of the connections from each address and port, in its order: when one was opened, and
/// who was accepted on it.
#[derive(Debug)]
pub(super) struct Names<'e> {
    by_ends: HashMap<SocketAddr, Vec<Said<'e>>>,
}

/// When, and the client where it was accepted.
type Said<'e> = (Option<i64>, Option<&'e str>);

impl<'e> Names<'e> {
    /// The names of a log.
    pub(super) fn of(real: &[&'e Entry<'e>]) -> Self {
        let mut by_ends: HashMap<_, Vec<_>> = HashMap::new();
        for entry in real {
            let name = match entry.row.event {
                Event::CONNECTED | Event::BRIDGE_CONNECTED => entry.client.as_deref(),
                Event::OPENED => None,
                _ => continue,
            };
            if let Some(at) = ends(|field| entry.value(field)) {
                by_ends.entry(at).or_default().push((entry.time(), name));
            }
        }
        Self { by_ends }
    }

    /// Gives them to lines that have none. Where several connections came from one address and port, it takes
    /// how far the broker's clock is ahead to know whose a line is.
    pub(super) fn give(&self, ours: &mut [Line], ahead: Option<i64>) {
        for line in ours {
            let Some(at) = nameless(line) else { continue };
            let time = line.time.zip(ahead).map(|(time, ahead)| time.saturating_add(ahead));
            if let Some(name) = self.name(at, time) {
                rename(line, name);
            }
        }
    }

    /// Where a broker calls clients by their User Names (use_username_as_clientid), so do their lines: the log
    /// says so where a client was accepted. How many there are.
    pub(super) fn by_user(&self, ours: &mut [Line]) -> u64 {
        let mut users = HashMap::new();
        for line in ours.iter() {
            let value = |field| value(line, field);
            let is_accepted = [Event::CONNECTED, Event::BRIDGE_CONNECTED].contains(&line.event);
            let Some(at) = ends(value).filter(|_| is_accepted) else { continue };
            let Some((id, user)) = value(LogField::CLIENT).zip(value(LogField::USER)) else {
                continue;
            };
            let has = |wanted| {
                let said = self.by_ends.get(&at).into_iter().flatten();
                said.filter_map(|(_, name)| *name).any(|name| name == wanted)
            };
            if has(user) && !has(id) {
                users.insert((at, id.to_owned()), user.to_owned());
            }
        }
        for line in ours {
            let id = value(line, LogField::CLIENT).map(ToOwned::to_owned);
            let key = ends(|field| value(line, field)).zip(id);
            let Some(user) = key.and_then(|key| users.get(&key)) else { continue };
            let row = log::row_of(line.event, &line.text);
            if let Some((_, name)) = line.values.iter_mut().find(|row| row.0 == LogField::CLIENT) {
                user.clone_into(name);
            }
            if let Some(text) = row.and_then(|row| log::fill(row.template, &line.values)) {
                line.text = text;
            }
        }
        users.len() as u64
    }

    fn name(&self, at: SocketAddr, time: Option<i64>) -> Option<&'e str> {
        let all = self.by_ends.get(&at)?;
        let opened = all.iter().filter(|(_, name)| name.is_none()).count();
        let mut names = all.iter().filter_map(|(_, name)| *name);
        let first = names.next()?;
        if opened <= 1 && names.all(|name| name == first) {
            return Some(first);
        }
        let latest = time?.saturating_add(TOLERANCE);
        let before = |(since, _): &&Said<'_>| since.is_some_and(|since| since <= latest);
        all.iter().rev().find(before).and_then(|(_, name)| *name)
    }
}

/// Address and port of the connection of a line that has them in place of its client, or nothing.
pub(super) fn nameless(line: &Line) -> Option<SocketAddr> {
    let value = |field| value(line, field);
    // Before its client is accepted a connection has no name.
    let name = value(LogField::CLIENT).filter(|_| line.event != Event::OPENED)?;
    let bare = name.strip_prefix("auto-").unwrap_or(name);
    // The broker has a second line of an end by a fault, without the name of the client that it had accepted.
    let is_unknown = name == UNKNOWN && line.event == Event::CLOSED;
    ends(value).filter(|at| is_unknown || bare.parse() == Ok(*at))
}

fn value(line: &Line, field: LogField) -> Option<&str> {
    line.values.iter().find(|row| row.0 == field).map(|row| row.1.as_str())
}

fn ends<'v>(value: impl Fn(LogField) -> Option<&'v str>) -> Option<SocketAddr> {
    let address: IpAddr = value(LogField::ADDRESS)?.parse().ok()?;
    Some(SocketAddr::new(address, value(LogField::PORT)?.parse().ok()?))
}

fn rename(line: &mut Line, name: &str) {
    let old = line.values.iter_mut().find(|row| row.0 == LogField::CLIENT);
    if let Some((_, value)) = old {
        line.text = line.text.replacen(value.as_str(), name, 1);
        name.clone_into(value);
    }
}
