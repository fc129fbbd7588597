//! A device of libpcap, opened.

use super::{LiveError, Options, libpcap_says, permission};
use crate::capture::LinkType;
use pcap::{Active, Capture, Error as PcapError};

/// How long the kernel may gather frames before it hands them over, in milliseconds. A block that
/// is not full is handed over after this time, so it is the largest part of the delay until
/// a packet shows.
pub(super) const GATHERS_MS: i32 = 20;

/// Whether each frame is to be handed over at once. Linux then keeps room for the longest frame
/// there may be for each one, so that a buffer of 64 MiB holds a few hundred small frames; when it
/// may gather, the same buffer holds as many as fit, and a burst is not lost. Elsewhere waiting for a
/// device that gathers frames is not reliable.
const AT_ONCE: bool = !cfg!(target_os = "linux");

/// Whether times come in nanoseconds. libpcap grants them on every device of Linux; elsewhere
/// it mostly does not, and the crate `pcap` cannot tell whether it did.
const NANOSECONDS: bool = cfg!(target_os = "linux");

/// Opens a device with its filter. The second value is what libpcap warned of, as a sentence.
pub(super) fn open(
    name: &str,
    options: &Options,
) -> Result<(Capture<Active>, Option<String>), LiveError> {
    let (capture, warning) = open_device(name, options)?;
    let mut capture = capture.setnonblock().map_err(|error| LiveError::Open {
        interface: name.into(),
        message: libpcap_says(error),
    })?;
    capture.filter(&options.filter, true).map_err(|error| LiveError::Filter {
        filter: options.filter.clone(),
        message: libpcap_says(error),
    })?;
    Ok((capture, warning))
}

/// Opens and activates a device, if need be without promiscuous mode: the crate `pcap` takes a
/// warning of libpcap for an error, and `any` for one warns that it has no such mode.
fn open_device(
    name: &str,
    options: &Options,
) -> Result<(Capture<Active>, Option<String>), LiveError> {
    let error = match activate(name, options, options.promiscuous) {
        Ok(capture) => return Ok((capture, None)),
        Err(error) => libpcap_says(error),
    };
    if permission::is_missing(&error) {
        let advice = permission::advice();
        return Err(LiveError::NotPermitted { interface: name.into(), advice });
    }
    let second = options.promiscuous.then(|| activate(name, options, false));
    match second {
        Some(Ok(capture)) => {
            let warning = format!("{name} is captured on without promiscuous mode: {error}");
            Ok((capture, Some(warning)))
        }
        _ => Err(LiveError::Open { interface: name.into(), message: error }),
    }
}

fn activate(
    name: &str,
    options: &Options,
    promiscuous: bool,
) -> Result<Capture<Active>, PcapError> {
    let bytes = options.buffer_mib.max(1).saturating_mul(1 << 20);
    let inactive = Capture::from_device(name)?
        .promisc(promiscuous)
        .immediate_mode(AT_ONCE)
        .timeout(GATHERS_MS)
        .snaplen(i32::try_from(options.snaplen()).unwrap_or(i32::MAX))
        .buffer_size(i32::try_from(bytes).unwrap_or(i32::MAX));
    if NANOSECONDS { inactive.precision(pcap::Precision::Nano).open() } else { inactive.open() }
}

/// How the frames of a device begin.
pub(super) fn link_of(capture: &Capture<Active>) -> LinkType {
    link_type(capture.get_datalink().0)
}

/// Nanoseconds since 1970.
pub(super) fn time_of(header: &pcap::PacketHeader) -> i64 {
    // The fields of `timeval` have another width on each system.
    #[allow(clippy::useless_conversion, clippy::unnecessary_fallible_conversions)]
    let (seconds, fraction) = (i64::from(header.ts.tv_sec), i64::from(header.ts.tv_usec));
    let nanoseconds = if NANOSECONDS { fraction } else { fraction.saturating_mul(1_000) };
    seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)
}

/// libpcap tells its own numbers (DLT), which for raw IP are not those of files (LINKTYPE).
const fn link_type(dlt: i32) -> LinkType {
    match dlt {
        12 | 14 => LinkType::RAW,
        // A negative number is none of libpcap's: shown as it is, unread.
        other => LinkType(other.cast_unsigned()),
    }
}

/// The number that the system gives an interface: an interface that is deleted and made anew has another
/// one. `None` where there is no such interface, as for `any`.
pub(super) fn number(name: &str) -> Option<u32> {
    nix::net::if_::if_nametoindex(name).ok()
}

/// Whether an interface is switched on, where the system tells.
pub(super) fn is_up(name: &str) -> Option<bool> {
    const IFF_UP: u32 = 1;
    let flags = std::fs::read_to_string(format!("/sys/class/net/{name}/flags")).ok()?;
    let flags = u32::from_str_radix(flags.trim().strip_prefix("0x")?, 16).ok()?;
    Some(flags & IFF_UP != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_ip_has_the_number_of_files() {
        assert_eq!(link_type(12), LinkType::RAW);
        assert_eq!(link_type(1), LinkType::ETHERNET);
        assert_eq!(link_type(276), LinkType::LINUX_SLL2);
    }
}
