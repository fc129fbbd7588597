//! The log that the capture would give, beside the one that the broker wrote: which packets the
//! broker never saw, and which of its lines have no packet.

use super::Line;
use crate::log::Entry;
use crate::spec::mosquitto::release::WRITTEN;
use crate::spec::mosquitto::{Event, LogField, Release, Wire};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// A packet and its line may be so far apart, in nanoseconds: a log has whole seconds, and a busy
/// broker writes late.
const TOLERANCE: i64 = 3 * SECOND;

/// In nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// Seconds that a log in step may seem ahead, as it cuts its seconds off.
const IN_STEP: std::ops::RangeInclusive<i64> = 0..=1;

/// The values that tell lines apart, whatever release wrote them.
const KEYS: [LogField; 9] = [
    LogField::CLIENT,
    LogField::ACK,
    LogField::MID,
    LogField::TOPIC,
    LogField::FILTER,
    LogField::DUP,
    LogField::QOS,
    LogField::RETAIN,
    LogField::BYTES,
];

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
    let fits: Vec<Release> = fits.collect();
    // Between 2.0 and 2.1 lines often do not tell.
    let is_default = fits.contains(&Release::DEFAULT);
    if is_default {
        Some(Release::DEFAULT)
    } else {
        fits.last().copied().or(Some(to.min(Release::DEFAULT)))
    }
}

/// Compares.
#[must_use]
pub fn compare(ours: Vec<Line>, real: &[Entry<'_>]) -> Diff {
    let real: Vec<&Entry<'_>> = real.iter().filter(|entry| !entry.row.by_client).collect();
    let ours = named(ours, &real);
    let has_ports = real.iter().any(|entry| entry.value(LogField::PORT).is_some());
    let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (index, entry) in real.iter().enumerate() {
        waiting.entry(key_of_entry(entry, has_ports)).or_default().push_back(index);
    }
    let keys: Vec<String> = ours.iter().map(|line| key_of_line(line, has_ports)).collect();
    let ahead = ahead(&ours, &keys, &real, &waiting);
    let seconds = ahead.map(|ahead| ahead / SECOND);
    let is_local = real.iter().any(|entry| entry.stamp.is_some_and(|stamp| stamp.is_local));
    let zone = seconds.filter(|_| is_local).map(zone);
    let own = seconds.unwrap_or(0).saturating_sub(zone.unwrap_or(0));
    let own = if IN_STEP.contains(&own) { 0 } else { own };
    let ahead = ahead.unwrap_or(0);
    let mut diff = Diff { ahead: own, zone, ..Diff::default() };
    let span = |times: Vec<i64>| times.iter().min().copied().zip(times.iter().max().copied());
    let log_span = span(real.iter().filter_map(|entry| entry.time()).collect());
    let wire_span = span(ours.iter().filter_map(|line| line.time).collect());
    let mut is_matched = vec![false; real.len()];
    for (line, key) in ours.into_iter().zip(&keys) {
        let time = line.time.map(|time| time.saturating_add(ahead));
        let found = waiting.get_mut(key).and_then(|queue| {
            let near = |index: &usize| is_near(real.get(*index).and_then(|e| e.time()), time);
            let at = queue.iter().position(near)?;
            queue.remove(at)
        });
        if let Some(matched) = found.and_then(|index| is_matched.get_mut(index)) {
            *matched = true;
            diff.same = diff.same.saturating_add(1);
        } else {
            diff.missing.push(Missing { line, is_outside: is_beyond(time, log_span) });
        }
    }
    for (entry, _) in real.iter().zip(is_matched).filter(|(_, is_matched)| !is_matched) {
        let time = entry.time().map(|time| time.saturating_sub(ahead));
        if let Wire::Unseen(reason) = entry.row.event.info().wire {
            let count = diff.unseen.entry(reason).or_default();
            *count = count.saturating_add(1);
        } else if is_beyond(time, wire_span) {
            diff.outside = diff.outside.saturating_add(1);
        } else {
            diff.extra.push((entry.number, entry.text.to_owned()));
        }
    }
    diff
}

fn is_near(a: Option<i64>, b: Option<i64>) -> bool {
    a.zip(b).is_none_or(|(a, b)| a.saturating_sub(b).saturating_abs() <= TOLERANCE)
}

fn is_beyond(time: Option<i64>, span: Option<(i64, i64)>) -> bool {
    let Some((time, (first, last))) = time.zip(span) else { return false };
    time < first.saturating_sub(TOLERANCE) || time > last.saturating_add(TOLERANCE)
}

/// How far the broker's clock is ahead: the difference that most lines have which stand in both
/// once, in nanoseconds; `None` where no line does.
fn ahead(
    ours: &[Line],
    keys: &[String],
    real: &[&Entry<'_>],
    waiting: &HashMap<String, VecDeque<usize>>,
) -> Option<i64> {
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for key in keys {
        let count = counts.entry(key).or_default();
        *count = count.saturating_add(1);
    }
    // A stamp whose fraction was cut off is behind by less than a second.
    let is_cut = real.iter().filter_map(|entry| entry.time()).all(|time| time % SECOND == 0);
    let rounding = if is_cut { SECOND.saturating_sub(1) } else { SECOND / 2 };
    let mut votes: BTreeMap<i64, usize> = BTreeMap::new();
    for (line, key) in ours.iter().zip(keys).filter(|(_, key)| counts.get(key) == Some(&1)) {
        let Some([index]) = waiting.get(key).map(|queue| queue.as_slices().0) else { continue };
        let theirs = real.get(*index).and_then(|entry| entry.time());
        if let Some((theirs, own)) = theirs.zip(line.time) {
            let apart = theirs.saturating_sub(own).saturating_add(rounding);
            let seconds = apart.div_euclid(SECOND);
            let count = votes.entry(seconds).or_default();
            *count = count.saturating_add(1);
        }
    }
    let best = votes.into_iter().max_by_key(|(_, count)| *count).map(|(seconds, _)| seconds)?;
    Some(if IN_STEP.contains(&best) { 0 } else { best.saturating_mul(SECOND) })
}

/// The zone that so many seconds are nearest to: zones are whole quarters of an hour.
fn zone(seconds: i64) -> i64 {
    const QUARTER: i64 = 900;
    seconds.saturating_add(QUARTER / 2).div_euclid(QUARTER).saturating_mul(QUARTER)
}

/// Names that the broker made for clients without one are taken from the log, by address and port.
fn named(mut ours: Vec<Line>, real: &[&Entry<'_>]) -> Vec<Line> {
    let mut names: HashMap<String, String> = HashMap::new();
    for entry in real.iter().filter(|entry| entry.row.event == Event::CONNECTED) {
        let parts = (entry.value(LogField::ADDRESS), entry.value(LogField::PORT));
        if let ((Some(address), Some(port)), Some(client)) = (parts, &entry.client) {
            names.insert(format!("auto-{address}:{port}"), client.clone());
        }
    }
    for line in &mut ours {
        let old = line.values.iter_mut().find(|row| row.0 == LogField::CLIENT);
        if let Some((_, value)) = old
            && let Some(name) = names.get(value.as_str())
        {
            line.text = line.text.replace(value.as_str(), name);
            value.clone_from(name);
        }
    }
    ours
}

fn key_of_line(line: &Line, has_ports: bool) -> String {
    let value = |field| line.values.iter().find(|row| row.0 == field).map(|row| row.1.as_str());
    // What the line does not show is no part of it.
    let shown = |field: LogField| {
        let row = crate::log::row_of(line.event, &line.text)?;
        row.template.contains(&format!("{{{}}}", field.info().key)).then(|| value(field))?
    };
    key(line.event, shown, has_ports)
}

fn key_of_entry(entry: &Entry<'_>, has_ports: bool) -> String {
    key(entry.row.event, |field| entry.value(field), has_ports)
}

fn key<'v>(event: Event, value: impl Fn(LogField) -> Option<&'v str>, has_ports: bool) -> String {
    let mut out = event.info().id.to_owned();
    let opened: &[LogField] = match (event == Event::OPENED, has_ports) {
        (false, _) => &[],
        (true, true) => &[LogField::ADDRESS, LogField::PORT],
        (true, false) => &[LogField::ADDRESS],
    };
    for field in KEYS.iter().chain(opened) {
        if let Some(value) = value(*field) {
            out.push('\0');
            out.push_str(value);
        }
    }
    out
}
