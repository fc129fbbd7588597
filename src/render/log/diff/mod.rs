//! The log that the capture would give, beside the one that the broker wrote: which packets the
//! broker never saw, and which of its lines have no packet.

mod keys;
mod names;
mod pairs;
mod reach;
#[cfg(test)]
mod tests;

use super::Line;
use crate::log::Entry;
use crate::spec::mosquitto::release::WRITTEN;
use crate::spec::mosquitto::{Event, Level, LogField, Release, Wire};
use keys::Keys;
use names::{Names, nameless};
use pairs::{Item, pairs};
use reach::{Reach, Straddling};
use std::collections::{BTreeMap, HashMap};

/// A packet and its line may be so far apart, in nanoseconds: a log has whole seconds, and a busy
/// broker writes late.
const TOLERANCE: i64 = 3 * SECOND;

/// In nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// Seconds that a log in step may seem ahead, as it cuts its seconds off.
const IN_STEP: std::ops::RangeInclusive<i64> = 0..=1;

/// What came out.
#[derive(Debug, Default)]
pub struct Diff {
    /// Lines that are in both.
    pub same: u64,
    /// What the capture has and the log has not.
    pub missing: Vec<Missing>,
    /// Lines of the log, by number and text, that the capture has nothing for.
    pub extra: Vec<(usize, String)>,
    /// Lines that no capture can show, by reason.
    pub unseen: BTreeMap<&'static str, u64>,
    /// Lines of the log from before or after the capture.
    pub outside: u64,
    /// Seconds that the broker's clock is ahead of that of the capture; with local times in the log
    /// without what its zone makes.
    pub ahead: i64,
    /// Seconds that the zone of the log's local times is ahead of UTC, where it has such.
    pub zone: Option<i64>,
    /// Lines whose topic is not known, as its Topic Alias was set before the capture begins: they are not
    /// compared, nor is what the log has of them.
    pub topics: u64,
    /// Clients that the log calls by their User Names, in place of their Client Identifiers.
    pub by_user: u64,
}

/// A line that the capture would give.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The line.
    pub line: Line,
    /// Whether it lies before or after what the log holds.
    pub is_outside: bool,
}

/// The release that wrote a log: the one that its last start names, else the newest that its lines fit.
#[must_use]
pub fn release_of(entries: &[Entry<'_>]) -> Option<Release> {
    // Its first line names it.
    let mut starts = entries.iter().filter(|entry| entry.row.event == Event::STARTING);
    let named = starts.next_back().and_then(|entry| entry.value(LogField::VERSION)?.parse().ok());
    if named.is_some() {
        return named;
    }
    let broker = || entries.iter().filter(|entry| !entry.row.by_client);
    let from = broker().map(|entry| entry.row.from).max()?;
    let to = broker().map(|entry| entry.row.to).min()?;
    let fits = WRITTEN.iter().map(|row| row.1).filter(|r| from <= *r && *r <= to);
    let fits: Vec<Release> = fits.filter(|release| !lacks(entries, *release)).collect();
    // Between 2.0 and 2.1 lines often do not tell.
    let is_default = fits.contains(&Release::DEFAULT);
    if is_default {
        Some(Release::DEFAULT)
    } else {
        fits.last().copied().or(Some(to.min(Release::DEFAULT)))
    }
}

/// Whether a log lacks what a release writes of each client that it accepts, which is what Will it has, where the lines
/// of packets stand; or refuses a version that the release knows.
fn lacks(entries: &[Entry<'_>], release: Release) -> bool {
    let own = || entries.iter().filter(|entry| !entry.row.by_client);
    let has = |events: &[Event]| own().any(|entry| events.contains(&entry.row.event));
    let has_packets = own().any(|entry| entry.row.level == Level::Debug);
    let writes = crate::log::write(Event::NO_WILL, release, &[]).is_some();
    let is_accepted = has(&[Event::CONNECTED]) && has(&[Event::CONNACK]);
    let lacks_will = writes && has_packets && is_accepted && !has(&[Event::WILL, Event::NO_WILL]);
    let refuses = own().any(|entry| {
        entry.row.event == Event::BAD_LEVEL && entry.number(LogField::VALUE) == Some(5)
    });
    lacks_will || refuses && release >= Release::V5
}

/// Compares.
#[must_use]
pub fn compare(mut ours: Vec<Line>, real: &[Entry<'_>]) -> Diff {
    let real: Vec<&Entry<'_>> = real.iter().filter(|entry| !entry.row.by_client).collect();
    let names = Names::of(&real);
    // What waited behind bytes that the capture lacks comes late.
    ours.sort_by_key(|line| line.time.map(|time| time.div_euclid(SECOND)));
    names.give(&mut ours, None);
    let by_user = names.by_user(&mut ours);
    let has_ports = real.iter().any(|entry| entry.value(LogField::PORT).is_some());
    let room = real.iter().find_map(|entry| entry.cut);
    let mut keys = Keys::new(has_ports, true).within(room);
    let theirs: Vec<u32> = real.iter().map(|entry| keys.of_entry(entry)).collect();
    let own: Vec<u32> = ours.iter().map(|line| keys.of_line(line)).collect();
    let ahead = ahead((&ours, &own), (&real, &theirs));
    let seconds = ahead.map(|ahead| ahead / SECOND);
    let is_local = real.iter().any(|entry| entry.stamp.is_some_and(|stamp| stamp.is_local));
    let zone = seconds.filter(|_| is_local).map(zone);
    let clock = seconds.unwrap_or(0).saturating_sub(zone.unwrap_or(0));
    let clock = if IN_STEP.contains(&clock) { 0 } else { clock };
    let ahead = ahead.unwrap_or(0);
    // Whose an address and port were is known once the clocks are.
    names.give(&mut ours, Some(ahead));
    let found = paired(&ours, (&real, &theirs), keys, ahead);
    let mut diff = Diff { ahead: clock, zone, by_user, ..Diff::default() };
    let back = back(&found, real.len());
    let is_whole = real.first().is_some_and(|entry| entry.row.event == Event::STARTING);
    let mut log = Reach::new(real.iter().map(|entry| entry.time()), &back, found.len(), is_whole);
    let mut wire = Reach::new(ours.iter().map(|line| line.time), &found, back.len(), false);
    let by_log = |line: &Line| line.time.map(|time| time.saturating_add(ahead));
    let by_wire = |entry: &&Entry<'_>| entry.time().map(|time| time.saturating_sub(ahead));
    // Where the log holds the beginning, nothing is of before.
    let mut of_log = Straddling::new(
        real.iter().map(|entry| entry.time()).skip(if is_whole { real.len() } else { 0 }),
        &known(&found, &own, ours.iter().map(by_log)),
    );
    let mut of_wire = Straddling::new(
        ours.iter().map(|line| line.time),
        &known(&back, &theirs, real.iter().map(by_wire)),
    );
    for (place, ((line, found), key)) in ours.into_iter().zip(found).zip(own).enumerate() {
        if line.lacks_topic {
            diff.topics = diff.topics.saturating_add(1);
        } else if found.is_some() {
            if !of_log.leaves(key) {
                log.meets();
            }
            diff.same = diff.same.saturating_add(1);
        } else {
            let time = by_log(&line);
            let is_outside = log.lacks(place, time) || of_log.takes(key, time);
            diff.missing.push(Missing { line, is_outside });
        }
    }
    for (place, ((entry, back), key)) in real.iter().zip(back).zip(theirs).enumerate() {
        if back.is_some() {
            if !of_wire.leaves(key) {
                wire.meets();
            }
            continue;
        }
        let time = by_wire(entry);
        if let Wire::Unseen(reason) | Wire::Partly(reason) = entry.row.event.info().wire {
            let count = diff.unseen.entry(reason).or_default();
            *count = count.saturating_add(1);
        } else if wire.lacks(place, time) || of_wire.takes(key, time) {
            diff.outside = diff.outside.saturating_add(1);
        } else {
            diff.extra.push((entry.number, entry.text.to_owned()));
        }
    }
    diff
}

/// The lines of a log: their times and keys, and whether they stand in the other one.
fn known(
    partners: &[Option<usize>],
    keys: &[u32],
    times: impl Iterator<Item = Option<i64>>,
) -> Vec<(Option<i64>, u32, bool)> {
    let lines = partners.iter().zip(keys).zip(times);
    lines.map(|((partner, key), time)| (time, *key, partner.is_some())).collect()
}

/// By the place of a line of ours, that of the same line in the log.
fn paired(
    ours: &[Line],
    (real, theirs): (&[&Entry<'_>], &[u32]),
    mut keys: Keys,
    ahead: i64,
) -> Vec<Option<usize>> {
    let unit = if is_cut(real) { SECOND } else { 1 };
    let time = |line: &Line| {
        let time = line.time?.saturating_add(ahead);
        Some(time.saturating_sub(time.rem_euclid(unit)))
    };
    let mut clients = keys.anew(true);
    let mut of_line = |line: &Line| {
        let client = line.values.iter().find(|row| row.0 == LogField::CLIENT);
        let client = client.map(|(_, client)| clients.of_text(client));
        Item { key: keys.of_line(line), client, time: time(line) }
    };
    let own: Vec<Item> = ours.iter().map(&mut of_line).collect();
    let theirs = real.iter().zip(theirs);
    let theirs = theirs.map(|(entry, key)| Item { key: *key, client: None, time: entry.time() });
    let theirs: Vec<Item> = theirs.collect();
    let mut found = pairs(&own, &theirs);
    // A message may have any topic of the log that is not known, ...
    let topics = keys.without_topics();
    pair_left((ours, real), &mut found, topics, |line| line.lacks_topic, time);
    // ... and whose name nobody tells may be any client.
    let names = keys.anew(false);
    pair_left((ours, real), &mut found, names, |line| nameless(line).is_some(), time);
    found
}

/// Pairs of the lines that have no partner those that are meant, by these keys.
fn pair_left(
    (ours, real): (&[Line], &[&Entry<'_>]),
    found: &mut [Option<usize>],
    mut keys: Keys,
    is_meant: impl Fn(&Line) -> bool,
    time: impl Fn(&Line) -> Option<i64>,
) {
    let mut is_free = vec![true; real.len()];
    for other in found.iter().flatten() {
        if let Some(free) = is_free.get_mut(*other) {
            *free = false;
        }
    }
    let left = ours.iter().enumerate().zip(&*found).filter(|(_, found)| found.is_none());
    let left = left.filter(|((_, line), _)| is_meant(line));
    let (places, own): (Vec<usize>, Vec<Item>) = left
        .map(|((place, line), _)| {
            (place, Item { key: keys.of_line(line), client: None, time: time(line) })
        })
        .unzip();
    let free = real.iter().enumerate().zip(is_free).filter(|(_, is_free)| *is_free);
    let (others, theirs): (Vec<usize>, Vec<Item>) = free
        .map(|((place, entry), _)| {
            (place, Item { key: keys.of_entry(entry), client: None, time: entry.time() })
        })
        .unzip();
    for (place, pair) in places.into_iter().zip(pairs(&own, &theirs)) {
        if let Some(found) = found.get_mut(place) {
            *found = pair.and_then(|pair| others.get(pair).copied());
        }
    }
}

fn is_near(a: Option<i64>, b: Option<i64>) -> bool {
    a.zip(b).is_none_or(|(a, b)| a.saturating_sub(b).saturating_abs() <= TOLERANCE)
}

/// By the place of a line of the log, that of the same line of ours.
fn back(found: &[Option<usize>], count: usize) -> Vec<Option<usize>> {
    let mut back = vec![None; count];
    for (own, other) in found.iter().enumerate() {
        if let Some(place) = other.and_then(|other| back.get_mut(other)) {
            *place = Some(own);
        }
    }
    back
}

/// Whether the log has whole seconds.
fn is_cut(real: &[&Entry<'_>]) -> bool {
    real.iter().filter_map(|entry| entry.time()).all(|time| time % SECOND == 0)
}

/// How far the broker's clock is ahead: the difference that most lines have which stand in both
/// once, in nanoseconds; `None` where no line does.
fn ahead((ours, own): (&[Line], &[u32]), (real, theirs): (&[&Entry<'_>], &[u32])) -> Option<i64> {
    let (own, theirs) = (once(own), once(theirs));
    // A stamp whose fraction was cut off is behind by less than a second.
    let rounding = if is_cut(real) { SECOND.saturating_sub(1) } else { SECOND / 2 };
    let mut votes: BTreeMap<i64, usize> = BTreeMap::new();
    for (key, place) in own {
        let line = place.and_then(|place| ours.get(place));
        let other = theirs.get(&key).copied().flatten().and_then(|place| real.get(place));
        let times = line.and_then(|line| line.time).zip(other.and_then(|entry| entry.time()));
        if let Some((own, theirs)) = times {
            let apart = theirs.saturating_sub(own).saturating_add(rounding);
            let count = votes.entry(apart.div_euclid(SECOND)).or_default();
            *count = count.saturating_add(1);
        }
    }
    let best = votes.into_iter().max_by_key(|(_, count)| *count).map(|(seconds, _)| seconds)?;
    Some(if IN_STEP.contains(&best) { 0 } else { best.saturating_mul(SECOND) })
}

/// Where each key stands, if it stands there once.
fn once(keys: &[u32]) -> HashMap<u32, Option<usize>> {
    let mut places = HashMap::new();
    for (place, key) in keys.iter().enumerate() {
        places.entry(*key).and_modify(|place| *place = None).or_insert(Some(place));
    }
    places
}

/// The zone that so many seconds are nearest to: zones are whole quarters of an hour.
fn zone(seconds: i64) -> i64 {
    const QUARTER: i64 = 900;
    seconds.saturating_add(QUARTER / 2).div_euclid(QUARTER).saturating_mul(QUARTER)
}
