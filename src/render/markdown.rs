//! `-T markdown`: a packet for an issue report.
//!
//! A heading, the findings as a list, the bytes as a hex dump and the tree, both in code blocks.
//! What is untrusted stands in code blocks and code spans alone, which show Markdown, HTML, links
//! and the names of people as they are. A fence is longer than any run of backticks in its block.

use super::hexdump::hexdump;
use super::paint::Painter;
use super::{Format, Options, citation, tree};
use crate::pipeline::Record;
use crate::text;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The Markdown format.
#[derive(Debug)]
pub struct Markdown {
    tree: tree::Tree,
    /// A record was written.
    has_begun: bool,
}

impl Markdown {
    /// Markdown with the user's options; its trees have no colours and no hex dump of their own.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let has_begun = options.is_continued;
        let options = Options { color: false, hex: false, ..options.clone() };
        Self { tree: tree::Tree::new(&options), has_begun }
    }
}

impl Format for Markdown {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut page = String::new();
        if std::mem::replace(&mut self.has_begun, true) {
            page.push('\n');
        }
        // Writing to a String does not fail.
        let _ = writeln!(page, "## {}\n", title(record));
        findings(record, &mut page);
        if !record.bytes.is_empty() {
            block(&hexdump(record.bytes, Painter::default()), &mut page);
            page.push('\n');
        }
        let mut tree = Vec::new();
        self.tree.record(record, &mut tree)?;
        block(String::from_utf8_lossy(&tree).trim_start_matches('\n'), &mut page);
        out.write_all(page.as_bytes())
    }
}

/// `Packet 7: CONNECT, MQTT 5.0, 49 bytes`. Nothing of it is untrusted; a number sign before the
/// number would be a link to an issue.
fn title(record: &Record<'_>) -> String {
    let mut title = format!("Packet {}: {}", record.number, record.type_name());
    if record.is_packet() && record.version_from.name().is_some() {
        let _ = write!(title, ", {}", record.version.title());
    }
    if !record.bytes.is_empty() {
        let _ = write!(title, ", {}", text::count(record.bytes.len() as u64, "byte"));
    }
    title
}

fn findings(record: &Record<'_>, page: &mut String) {
    let context = record.context();
    for finding in record.tape.findings() {
        let message = span(&finding.message(&context));
        let _ = write!(page, "- **{}** {message}", finding.severity().name());
        let said = citation(finding, &context);
        if !said.is_empty() {
            let _ = write!(page, " · {}", said.replace('[', "\\[").replace(']', "\\]"));
        }
        page.push('\n');
    }
    if !record.tape.findings().is_empty() {
        page.push('\n');
    }
}

/// Lines between fences.
fn block(lines: &str, page: &mut String) {
    let fence = "`".repeat(longest_run(lines).saturating_add(1).max(3));
    let _ = writeln!(page, "{fence}text\n{}\n{fence}", lines.trim_end_matches('\n'));
}

/// A sentence as it is where there is nothing in it that Markdown or a forge could take for its own,
/// else as a code span.
fn span(sentence: &str) -> String {
    let sentence = text::safe(sentence);
    let mut ends = sentence.split(' ').map(|word| word.trim_end_matches(['.', ',', ';', ':']));
    if ends.all(|word| word.chars().all(|c| c.is_ascii_alphanumeric() || "-()'".contains(c))) {
        return sentence;
    }
    let ticks = "`".repeat(longest_run(&sentence).saturating_add(1));
    // A blank parts backticks of the text from ours; one is taken away again on either side.
    let needs_blank = sentence.starts_with(['`', ' ']) || sentence.ends_with(['`', ' ']);
    let blank = if needs_blank { " " } else { "" };
    format!("{ticks}{blank}{sentence}{blank}{ticks}")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::spec::{Sender, Version};

    #[test]
    fn code_spans_hold_what_is_not_plain() {
        for (sentence, shown) in [
            ("QoS 3 does not exist", "QoS 3 does not exist"),
            ("see a.example", "`see a.example`"),
            ("by @name", "`by @name`"),
            ("a `` b", "``` a `` b ```".replace("` a", "`a").replace("b `", "b`").as_str()),
            ("`", "`` ` ``"),
            ("<b>", "`<b>`"),
        ] {
            assert_eq!(span(sentence), shown);
        }
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let topic = b"````\n# h";
        let packet = [&[0x36, 12, 0, 8][..], topic, &[0, 1]].concat();
        let mut markdown = Markdown::new(&Options::default());
        let page = sample::with_record(&packet, Version::V311, Some(Sender::Client), |record| {
            sample::written(&mut markdown, &record)
        });
        let outside: Vec<&str> = page.split("\n`````").step_by(2).collect();
        assert!(outside.concat().contains("**error** QoS 3 does not exist"), "{page}");
        assert!(!outside.concat().contains("# h\n"), "{page}");
    }
}
