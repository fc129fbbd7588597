//! `mqttscope live`: packets as they pass on interfaces.

use super::args::Live as Args;
use super::{Outcome, report};

#[cfg(not(feature = "live"))]
pub(super) fn run(_args: &Args) -> anyhow::Result<Outcome> {
    anyhow::bail!(report::NO_LIVE)
}

#[cfg(feature = "live")]
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if let Some(mistake) = mistake(args) {
        report::line(mistake);
        return Ok(Outcome::Usage);
    }
    capturing::run(args)
}

/// What options say together that cannot be done.
#[cfg(feature = "live")]
pub(super) fn mistake(args: &Args) -> Option<&'static str> {
    use super::conditions::Condition::{Files, Filesize};
    let has = |list: &[_], wanted: fn(&_) -> bool| list.iter().any(wanted);
    let is_files = |it: &_| matches!(it, Files(_));
    let is_size = |it: &_| matches!(it, Filesize(_));
    let is_ring = args.ring.iter().any(|it| !is_files(it));
    let to_stdout = args.write.as_deref().is_some_and(|path| path.as_os_str() == "-");
    let rows: [(bool, &'static str); 7] = [
        (
            args.sessions && matches!(args.output.format.as_str(), "sarif" | "junit"),
            "--sessions writes a table behind the packets, which -T sarif and -T junit have no place \
             for: leave one of them out",
        ),
        (
            to_stdout && !args.output.quiet,
            "-w - would mix the capture with what is shown, as both go to standard output: \
             add -q, or write to a file",
        ),
        (
            args.write.is_none()
                && (!args.ring.is_empty()
                    || has(&args.end, |it| matches!(it, Filesize(_) | Files(_)))),
            "-b, -a filesize and -a files are about the file that is written: name it with -w",
        ),
        (
            to_stdout && !args.ring.is_empty(),
            "a ring of files cannot go to standard output: name a file with -w",
        ),
        (
            !args.ring.is_empty() && !is_ring,
            "-b files:N says how many files are kept, but not when the next one begins: \
             add -b filesize:KB, -b duration:S, -b packets:N or -b interval:S",
        ),
        (
            has(&args.end, is_files) && !is_ring,
            "-a files:N needs a ring of files: add -b filesize:KB, for example",
        ),
        (
            has(&args.end, is_size) && is_ring,
            "with a ring of files the size is said with -b filesize:KB, and the end with -a files:N",
        ),
    ];
    rows.into_iter().find(|(is_wrong, _)| *is_wrong).map(|(_, sentence)| sentence)
}

/// The same with statistics that are told at the end.
#[cfg(not(feature = "live"))]
pub(super) fn run_with(
    _args: &Args,
    _filter: Option<crate::filter::Filter>,
    _counter: Option<super::stats::Counter>,
) -> anyhow::Result<Outcome> {
    anyhow::bail!(report::NO_LIVE)
}

#[cfg(feature = "live")]
pub(super) use capturing::run_with;

#[cfg(feature = "live")]
mod capturing {
    use super::super::conditions::Condition;
    use super::super::decode_on::{Carries, DecodeAs};
    use super::super::keylog::{self, Waker};
    use super::super::output::Printer;
    use super::super::stats::{self, Counter};
    use super::super::{Outcome, choose, report};
    use super::Args;
    use crate::capture::live::rights::{self, Account, Needs};
    use crate::capture::live::{
        Event, Format, Live, LiveError, Options, Patient, Recording, Statistics, Step, Stop,
    };
    use crate::capture::{CaptureError, Fault};
    use crate::carrier::tls::Secrets;
    use crate::filter::{Filter, Filtered};
    use crate::pipeline::Inspector;
    use crate::spec::port;
    use crate::text;
    use anyhow::Context;
    use std::io::ErrorKind;
    use std::path::PathBuf;
    use std::sync::atomic::Ordering;

    /// What to try where nothing was found.
    const OTHER_PORTS: &str = "the capture filter takes the well-known ports alone: -f '' finds MQTT on any port, \
         -f \"tcp port N\" on one";

    /// Why the end of what is shown is missing.
    const UNREAD: &str =
        "standard output was not read any more: what had not got there yet is lost";

    pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
        let chosen = args.output.display_filter.as_deref().unwrap_or_default();
        let Ok(filter) = choose::filter(chosen, &args.output) else { return Ok(Outcome::Usage) };
        let counter = match stats::beside(&args.figures, &args.output) {
            Ok(counter) => counter,
            Err(outcome) => return Ok(outcome),
        };
        run_with(args, filter, counter)
    }

    /// The same with statistics that are told at the end.
    pub(in crate::cli) fn run_with(
        args: &Args,
        filter: Option<Filter>,
        counter: Option<Counter>,
    ) -> anyhow::Result<Outcome> {
        let options = options(args);
        let account = rights::account(args.user.as_deref())?;
        let stop = stop(args)?;
        let mut live = Live::open(&options, stop.clone())?;
        if let Some(account) = &account {
            rights::become_user(account)?;
        }
        let recording = recording(args);
        let needs = needs(args, recording.as_ref());
        if let Some(recording) = recording {
            match live.record(recording) {
                Err(LiveError::Create { error, .. }) if error.kind() == ErrorKind::BrokenPipe => {
                    return Ok(Outcome::Done);
                }
                Err(error) => return Err(not_created(error, account.as_ref())),
                Ok(format) => tell_format(args, format),
            }
        }
        let in_force = rights::confine(&needs);
        live.warnings().iter().for_each(|warning| report::line(warning));
        if !args.output.quiet {
            report::line(&format!("rights: {in_force}"));
        }
        let interfaces = live.interfaces().join(", ");
        let frames = if options.filter.is_empty() { "all frames" } else { &options.filter };
        report::line(&format!("capturing on {interfaces}: {frames}"));
        capture(args, (live, stop), filter, counter)
    }

    fn not_created(error: LiveError, account: Option<&Account>) -> anyhow::Error {
        let error = anyhow::Error::new(error);
        match account {
            None => error,
            Some(account) => error.context(format!(
                "files are written as user {} (--user root stays root)",
                account.name
            )),
        }
    }

    fn capture(
        args: &Args,
        (mut live, stop): (Live, Stop),
        filter: Option<Filter>,
        counter: Option<Counter>,
    ) -> anyhow::Result<Outcome> {
        // Which file of a ring a frame is in is not known.
        let written = if args.ring.is_empty() { args.write.as_slice() } else { &[] };
        let mut printer = Printer::new(&args.output, true, written)?;
        let out = Patient::new(stop).context("standard output cannot be written to")?;
        let given_up = out.given_up();
        printer.write_to(out);
        if args.sessions {
            printer.add_sessions(&args.output);
        }
        if let Some(counter) = counter {
            printer.add_counter(counter);
        }
        let printer = Filtered::new(filter, printer);
        let secrets = keylog::secrets(args.protocol.key_log(), true)?;
        let mut settings = args.protocol.settings(args.output.redact);
        settings.secrets = secrets.clone();
        let mut inspector = Inspector::new(printer, settings);
        let mut failed = false;
        let error = feed(&mut live, &mut inspector, &secrets, count(args), &mut failed);
        live.finish();
        inspector.finish();
        let outcome = inspector.consumer().inner.finish()?;
        report::inspection(&inspector);
        inspector.consumer().inner.report_counter();
        choose::report(inspector.consumer().counts(), "packet");
        if inspector.records() == 0 && args.filter.is_none() && args.words.is_empty() {
            report::line(OTHER_PORTS);
        }
        keylog::report(&secrets);
        tell_events(&mut live, &mut failed);
        failed |= error.is_some_and(|error| is_fault(&error));
        if let Some((path, missed)) = live.recorded().filter(|(_, missed)| *missed > 0) {
            report::line(&format!(
                "{} not written to {}",
                text::count(missed, "frame"),
                path.display()
            ));
        }
        if given_up.load(Ordering::Relaxed) {
            report::line(UNREAD);
        }
        for statistics in live.statistics() {
            report::line(&counts(&statistics));
        }
        Ok(if failed { Outcome::Input } else { outcome })
    }

    /// Gives frames to the inspector until a stop is due, at most `count`.
    fn feed(
        live: &mut Live,
        inspector: &mut Inspector<Filtered<Printer>>,
        secrets: &Secrets,
        count: u64,
        failed: &mut bool,
    ) -> Option<CaptureError> {
        let mut taken = 0;
        let mut is_quiet = false;
        let mut waker = Waker::default();
        while taken < count {
            if waker.wake(secrets, inspector).is_break() {
                return None;
            }
            match live.poll() {
                Ok(Step::Frame(frame)) => {
                    is_quiet = false;
                    taken = taken.saturating_add(1);
                    if inspector.frame(&frame).is_break() {
                        return None;
                    }
                }
                Ok(Step::Pending) => {
                    // Nothing is held back while nothing comes.
                    if is_quiet {
                        inspector.pause();
                    }
                    is_quiet = true;
                    if inspector.consumer().inner.flush().is_break() {
                        return None;
                    }
                    if let Err(error) = live.wait() {
                        return Some(error);
                    }
                }
                Ok(Step::Done) => return None,
                Err(error) => return Some(error),
            }
            tell_events(live, failed);
        }
        None
    }

    /// Tells what happened. A file that can't be written makes the capture one that failed in part.
    fn tell_events(live: &mut Live, failed: &mut bool) {
        while let Some(event) = live.event() {
            *failed |= matches!(event, Event::CannotWrite { .. });
            report::line(&event.to_string());
        }
    }

    /// Tells what ended the capture. A pipe that nobody reads any more is no fault.
    fn is_fault(error: &CaptureError) -> bool {
        if matches!(&error.fault, Fault::Write(cause) if cause.kind() == ErrorKind::BrokenPipe) {
            return false;
        }
        report::line(&format!("the capture ends: it {}", error.fault));
        true
    }

    /// A name that promises another format than what is in the file would puzzle.
    fn tell_format(args: &Args, format: Format) {
        let name = args.write.as_deref().and_then(|path| path.extension());
        if format == Format::Pcapng && name.is_some_and(|name| name == "pcap") {
            report::line(
                "the interfaces have different link types, which pcap cannot hold: \
                 what is written is pcapng, whatever its name says",
            );
        }
    }

    fn options(args: &Args) -> Options {
        Options {
            interfaces: args.interfaces.clone(),
            filter: capture_filter(args),
            snaplen: args.snaplen,
            promiscuous: !args.no_promiscuous,
            buffer_mib: args.buffer,
        }
    }

    fn capture_filter(args: &Args) -> String {
        let words = Some(args.words.join(" ")).filter(|words| !words.is_empty());
        let given = args.filter.clone().or(words);
        given.unwrap_or_else(|| filter(&args.protocol.decode_as))
    }

    fn stop(args: &Args) -> anyhow::Result<Stop> {
        let durations = args.end.iter().filter_map(|it| match it {
            Condition::Duration(duration) => Some(*duration),
            _ => None,
        });
        let stop = Stop::default().on_signals().context(report::NO_SIGNALS)?;
        Ok(durations.min().map_or(stop.clone(), |shortest| stop.after(shortest)))
    }

    /// The least of `-c` and `-a packets:N`.
    fn count(args: &Args) -> u64 {
        let packets = args.end.iter().filter_map(|it| match it {
            Condition::Packets(packets) => Some(*packets),
            _ => None,
        });
        packets.chain(args.count).min().unwrap_or(u64::MAX)
    }

    fn recording(args: &Args) -> Option<Recording> {
        let mut recording = Recording::to(args.write.clone()?);
        for condition in &args.ring {
            let switch = &mut recording.switch;
            match *condition {
                Condition::Duration(duration) => switch.duration = Some(duration),
                Condition::Filesize(bytes) => switch.bytes = Some(bytes),
                Condition::Packets(frames) => switch.frames = Some(frames),
                Condition::Interval(seconds) => switch.interval = Some(seconds),
                Condition::Files(files) => recording.keep = Some(files),
            }
        }
        for condition in &args.end {
            match *condition {
                Condition::Filesize(bytes) => recording.stop_bytes = Some(bytes),
                Condition::Files(files) => recording.stop_files = Some(files),
                _ => {}
            }
        }
        Some(recording)
    }

    fn needs(args: &Args, recording: Option<&Recording>) -> Needs {
        let folder = recording.and_then(Recording::folder);
        Needs {
            write: folder.into_iter().map(Into::into).collect(),
            read: key_log_folder(args).into_iter().collect(),
            // `any` never goes away.
            reopen: !args.no_reopen && args.interfaces.iter().any(|name| name != "any"),
        }
    }

    /// Where the key log of TLS lies or will lie: it is read again as it grows, and may be another file then.
    fn key_log_folder(args: &Args) -> Option<PathBuf> {
        let file = keylog::path(args.protocol.key_log())?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        Some(folder.map_or_else(|| PathBuf::from("."), PathBuf::from))
    }

    /// All well-known ports, and those that `-d` names: they are wanted, or they would not be named.
    fn filter(ports: &[DecodeAs]) -> String {
        let (mut tcp, mut udp) = (Vec::new(), Vec::new());
        for decode_as in ports {
            match decode_as.carries {
                Carries::Mqtt => tcp.push(decode_as.ports.clone()),
                Carries::MqttSn => udp.push(decode_as.ports.clone()),
            }
        }
        port::filter(&tcp, &udp)
    }

    fn counts(statistics: &Statistics) -> String {
        format!(
            "{} seen on {}, {} dropped by the kernel, {} by the interface",
            text::count(statistics.seen, "frame"),
            statistics.interface,
            statistics.dropped_by_kernel,
            statistics.dropped_by_interface,
        )
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn ports_of_the_user_are_captured_too() {
            let of = |carries, ports| DecodeAs { carries, ports };
            let ports = [of(Carries::Mqtt, 9000..=9000), of(Carries::MqttSn, 1884..=1884)];
            assert_eq!(filter(&ports), port::filter(&[9000..=9000], &[]));
        }
    }
}
