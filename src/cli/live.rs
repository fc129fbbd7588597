//! `mqttscope live`: packets as they pass on an interface.

use super::args::Live as Args;
use super::{Outcome, report};
use std::time::Duration;

/// `-a duration:SECONDS`; fractions are taken too.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let seconds = text.strip_prefix("duration:").and_then(|number| number.parse::<f64>().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(|| {
        format!("\"{text}\" is no stop condition: write duration:10 for ten seconds")
    })
}

#[cfg(not(feature = "live"))]
pub(super) fn run(_args: &Args) -> anyhow::Result<Outcome> {
    anyhow::bail!(report::NO_LIVE)
}

#[cfg(feature = "live")]
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.write.as_deref().is_some_and(|path| path.as_os_str() == "-") && !args.output.quiet {
        report::line(
            "-w - would mix the capture with what is shown, as both go to standard output: \
             add -q, or write to a file",
        );
        return Ok(Outcome::Usage);
    }
    capturing::run(args)
}

#[cfg(feature = "live")]
mod capturing {
    use super::super::decode_on::DecodeAs;
    use super::super::output::Printer;
    use super::super::{Outcome, keylog, report};
    use super::Args;
    use crate::capture::live::{DEFAULT_FILTER, Live, LiveError, Options, Statistics, Stop};
    use crate::capture::{CaptureError, Fault, Source};
    use crate::pipeline::Inspector;
    use crate::text;
    use anyhow::Context;
    use std::io::ErrorKind;
    use std::path::PathBuf;

    pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
        let mut stop = Stop::default().on_signals().context(super::super::report::NO_SIGNALS)?;
        if let Some(duration) = args.autostop {
            stop = stop.after(duration);
        }
        let options = options(args);
        let mut live = Live::open(&options, stop)?;
        if let Some(path) = &args.write {
            match live.write_to(path.clone()) {
                Err(LiveError::Create { error, .. }) if error.kind() == ErrorKind::BrokenPipe => {
                    return Ok(Outcome::Done);
                }
                result => result?,
            }
        }
        for warning in live.warnings() {
            report::line(warning);
        }
        report::line(&format!("capturing on {}: {}", live.interface(), options.filter));
        let printer = Printer::new(&args.output, true)?;
        let secrets = keylog::secrets(args.protocol.key_log.as_deref(), true)?;
        let mut settings = args.protocol.settings(&args.output);
        settings.secrets = secrets.clone();
        let mut inspector = Inspector::new(printer, settings);
        let error = feed(&mut live, &mut inspector, args.count.unwrap_or(u64::MAX));
        inspector.finish();
        let outcome = inspector.consumer().finish()?;
        report::inspection(&inspector);
        keylog::report(&secrets);
        let failed = error.is_some_and(|error| told(&error, args, live.interface()));
        report::line(&counts(live.interface().to_owned(), live.statistics()?));
        Ok(if failed { Outcome::Input } else { outcome })
    }

    /// Tells what ended the capture. A pipe that nobody reads any more is no fault.
    fn told(error: &CaptureError, args: &Args, interface: &str) -> bool {
        match (&error.fault, &args.write) {
            (Fault::Write(cause), _) if cause.kind() == ErrorKind::BrokenPipe => return false,
            (Fault::Write(cause), Some(path)) => report::line(&format!(
                "the capture ends, as {} cannot be written any longer: {cause}",
                path.display()
            )),
            _ => report::capture_error(&[PathBuf::from(interface)], error),
        }
        true
    }

    /// Gives frames to the inspector until a stop is due, at most `count`.
    fn feed(
        live: &mut Live,
        inspector: &mut Inspector<Printer>,
        count: u64,
    ) -> Option<CaptureError> {
        for _ in 0..count {
            match live.next_frame() {
                Ok(Some(frame)) if inspector.frame(&frame).is_continue() => {}
                Ok(_) => return None,
                Err(error) => return Some(error),
            }
        }
        None
    }

    fn options(args: &Args) -> Options {
        Options {
            filter: args.filter.clone().unwrap_or_else(|| filter(&args.protocol.decode_as)),
            snaplen: args.snaplen,
            promiscuous: !args.no_promiscuous,
            buffer_mib: args.buffer,
            ..Options::new(args.interface.as_str())
        }
    }

    /// All ports that are read as MQTT: what `-d` names is wanted, or it would not be named.
    fn filter(ports: &[DecodeAs]) -> String {
        let more = ports.iter().map(|decode_as| match decode_as {
            DecodeAs::Mqtt(port) => format!(" or tcp port {port}"),
            DecodeAs::MqttSn(port) => format!(" or udp port {port}"),
        });
        std::iter::once(DEFAULT_FILTER.to_owned()).chain(more).collect()
    }

    fn counts(interface: String, statistics: Statistics) -> String {
        format!(
            "{} seen on {interface}, {} dropped by the kernel, {} by the interface",
            text::count(statistics.seen, "frame"),
            statistics.dropped_by_kernel,
            statistics.dropped_by_interface,
        )
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn ports_of_the_user_are_captured_too() {
            assert_eq!(filter(&[]), "tcp port 1883");
            let ports = [DecodeAs::Mqtt(9000), DecodeAs::MqttSn(1884)];
            assert_eq!(filter(&ports), "tcp port 1883 or tcp port 9000 or udp port 1884");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(parse_duration("duration:2").unwrap(), Duration::from_secs(2));
        assert_eq!(parse_duration("duration:0.5").unwrap(), Duration::from_millis(500));
        for wrong in ["2", "duration:", "duration:x", "duration:-1", "duration:nan", "files:3"] {
            assert!(parse_duration(wrong).unwrap_err().contains("duration:10"), "{wrong}");
        }
    }
}
