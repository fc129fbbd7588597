//! Where and when a record was captured: readers for the rows of `own`.

use super::subject::{One, Subject, Take, option, protocol};
use super::value::Value;
use crate::net::TransportLayer;
use crate::pipeline::Record;
use std::net::{IpAddr, SocketAddr};

pub(super) fn frame<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    protocol(!subject.record.origin.frames.is_empty(), take)
}

pub(super) fn frame_number<'r>(record: &'r Record<'r>) -> One<'r> {
    match record.origin.frames {
        [frame] => One::Number(*frame),
        frames => frames.iter().copied().max().into(),
    }
}

pub(super) fn frame_len<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    option(subject.record.origin.layers.map(|layers| layers.frame_len), take)
}

pub(super) fn time<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    option(subject.record.origin.time, take)
}

pub(super) fn time_relative<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let origin = subject.record.origin;
    option(
        origin
            .time
            .zip(origin.start)
            .map(|(time, start)| i128::from(time).saturating_sub(start.into())),
        take,
    )
}

pub(super) fn time_delta<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let origin = subject.record.origin;
    let before = origin.previous.or(origin.time);
    option(
        origin
            .time
            .zip(before)
            .map(|(time, before)| i128::from(time).saturating_sub(before.into())),
        take,
    )
}

/// Sender and receiver by IP: a tunnel's own addresses do not count.
fn ends(record: &Record<'_>) -> Option<[IpAddr; 2]> {
    record.origin.ends.map(|(src, dst)| [src.ip().to_canonical(), dst.ip().to_canonical()])
}

pub(super) fn is_v4(subject: &Subject<'_>) -> bool {
    ends(subject.record).is_some_and(|[src, _]| src.is_ipv4())
}

pub(super) fn is_v6(subject: &Subject<'_>) -> bool {
    ends(subject.record).is_some_and(|[src, _]| src.is_ipv6())
}

/// Connections are counted of TCP alone.
pub(super) fn is_tcp(record: &Record<'_>) -> bool {
    record.origin.stream.is_some()
        || record.origin.layers.is_some_and(|l| matches!(l.transport, TransportLayer::Tcp(_)))
}

pub(super) fn is_udp(record: &Record<'_>) -> bool {
    record.origin.ends.is_some() && !is_tcp(record)
}

pub(super) fn addresses<'s>(
    subject: &'s Subject<'s>,
    is_v4: bool,
    which: [bool; 2],
    take: Take<'_, 's>,
) -> bool {
    let ends = ends(subject.record).into_iter().flatten().zip(which);
    let mut ours = ends.filter(|(end, is_asked)| *is_asked && end.is_ipv4() == is_v4);
    let _ = ours.try_for_each(|(end, _)| take(Value::Address(end)));
    true
}

pub(super) fn ports<'s>(
    subject: &'s Subject<'s>,
    of_tcp: bool,
    which: [bool; 2],
    take: Take<'_, 's>,
) -> bool {
    let record = subject.record;
    let is_ours = if of_tcp { is_tcp(record) } else { is_udp(record) };
    let ends = record.origin.ends.filter(|_| is_ours);
    let ends = ends.into_iter().flat_map(|(src, dst)| [src, dst]).zip(which);
    let mut asked = ends.filter(|(_, is_asked)| *is_asked).map(|(end, _)| SocketAddr::port(&end));
    let _ = asked.try_for_each(|port| take(Value::number(port)));
    true
}
