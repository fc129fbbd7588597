//! What the bytes are spent on: payloads, topics, and what stands around them.

use super::aliases::Saving;
use super::report::{Cell, Column, Report, column};
use super::{Counted, Run, Statistic, Volume, add};
use crate::text;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("part", "part", 0, "what the bytes are"),
    column("packets", "packets", 1, "packets that have such bytes"),
    column("bytes", "bytes", 0, "how many bytes"),
    column("share", "share", 0, "part of all bytes of MQTT, from 0 to 1"),
];

/// Bytes by what they are.
#[derive(Debug, Default)]
pub(super) struct Overhead {
    payload: Volume,
    topic: Volume,
    header: Volume,
    packet_id: Volume,
    properties: Volume,
    others: Volume,
    publish_bytes: u64,
    saving: Saving,
}

/// Bytes of the fixed header of a packet with this Remaining Length (5.0: section 2.1.4).
pub(super) fn header_len(remaining: u64) -> u64 {
    match remaining {
        0..=127 => 2,
        128..=16_383 => 3,
        16_384..=2_097_151 => 4,
        _ => 5,
    }
}

impl Statistic for Overhead {
    fn count(&mut self, counted: &Counted<'_>) {
        let Some(decoded) = &counted.record.decoded else { return };
        let (Some(publish), Some(remaining)) = (counted.publish(), decoded.header.remaining_length)
        else {
            return self.others.add(counted.len);
        };
        add(&mut self.publish_bytes, counted.len);
        let header = counted.len.saturating_sub(remaining.into());
        let topic = (publish.topic.0.len() as u64).saturating_add(2);
        let id = if publish.packet_id.is_some() { 2 } else { 0 };
        let payload = publish.payload.len() as u64;
        let used = header.saturating_add(topic).saturating_add(id).saturating_add(payload);
        for (part, bytes) in [
            (&mut self.header, header),
            (&mut self.topic, topic),
            (&mut self.packet_id, id),
            (&mut self.payload, payload),
            (&mut self.properties, counted.len.saturating_sub(used)),
        ] {
            if bytes > 0 {
                part.add(bytes);
            }
        }
        self.saving.add(counted);
    }

    fn report<'s>(&'s self, _: &'s Run) -> Report<'s> {
        let parts = [
            ("payload", self.payload),
            ("Topic Name and its length", self.topic),
            ("fixed header of PUBLISH", self.header),
            ("Packet Identifier of PUBLISH", self.packet_id),
            ("properties of PUBLISH", self.properties),
            ("other packets", self.others),
        ];
        let all = parts.iter().fold(0u64, |sum, (_, part)| sum.saturating_add(part.bytes));
        let row = |(name, part): &(&str, Volume)| {
            vec![
                Cell::words(*name),
                Cell::Count(part.packets),
                Cell::Count(part.bytes),
                Cell::share(part.bytes, all),
            ]
        };
        let mut report = Report::of(COLUMNS, parts.iter().map(row).collect());
        if self.publish_bytes > 0 {
            let per = |bytes: u64, of: u64| bytes as f64 * 100.0 / of.max(1) as f64;
            let around = self.publish_bytes.saturating_sub(self.payload.bytes);
            report.note(format!(
                "{:.1} % of the bytes of PUBLISH packets are not payload",
                per(around, self.publish_bytes)
            ));
            let saved = self.saving.total();
            let least = if self.saving.is_partial() { "at least " } else { "" };
            report.note(format!(
                "Topic Aliases would save {least}{:.1} % of the bytes of PUBLISH packets, {} (statistic aliases, by topic)",
                per(saved, self.publish_bytes),
                text::count(saved, "byte"),
            ));
        }
        report
    }
}
