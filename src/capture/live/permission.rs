//! The right to capture: whether it is what is missing, and how it is granted on this system.

use std::path::Path;

/// Whether a message of libpcap says that the right is missing.
pub(super) fn is_missing(message: &str) -> bool {
    const SIGNS: [&str; 5] =
        ["ermission denied", "not permitted", "CAP_NET_RAW", "CAP_NET_ADMIN", "have permission"];
    SIGNS.iter().any(|sign| message.contains(sign))
}

/// The rest of a sentence: what grants the right on this system.
pub(super) fn advice() -> String {
    if cfg!(target_os = "macos") {
        // The group is made by the package ChmodBPF, which comes with Wireshark.
        "join the group that may: sudo dseditgroup -o edit -a \"$USER\" -t user access_bpf".into()
    } else if !cfg!(target_os = "linux") {
        "let yourself read the devices: sudo chown \"$USER\" /dev/bpf*".into()
    } else if !can_be_granted(&std::fs::read_to_string("/proc/self/status").unwrap_or_default()) {
        "start the container with --cap-add=NET_RAW --cap-add=NET_ADMIN".into()
    } else {
        setcap(std::env::current_exe().ok().as_deref())
    }
}

fn setcap(executable: Option<&Path>) -> String {
    let path = executable.map_or("\"$(command -v mqttscope)\"".into(), quoted);
    format!("grant it with: sudo setcap cap_net_raw,cap_net_admin+eip {path}")
}

/// As a word of the shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Whether setcap would help, by `/proc/self/status`: not where even root lacks the right, which is a
/// container, nor where the process could never have it.
fn can_be_granted(status: &str) -> bool {
    const NET_ADMIN_AND_RAW: u64 = 0b11 << 12;
    let word = |name: &str, place: usize| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().nth(place)
    };
    let bounds = word("CapBnd:", 0).and_then(|hex| u64::from_str_radix(hex, 16).ok());
    let is_root = word("Uid:", 1) == Some("0");
    !is_root && bounds.is_none_or(|bits| bits & NET_ADMIN_AND_RAW == NET_ADMIN_AND_RAW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_words_of_libpcap() {
        for message in [
            "Attempt to create packet socket failed - CAP_NET_RAW may be required",
            "socket: Operation not permitted",
            "(cannot open BPF device) /dev/bpf0: Permission denied",
            "You don't have permission to capture on that device",
        ] {
            assert!(is_missing(message), "{message}");
        }
        assert!(!is_missing("lo9: No such device exists"));
    }

    #[test]
    fn setcap_helps_a_user_but_not_in_a_container_without_the_right() {
        let status = |uid: u32, bounds: &str| format!("Uid:\t0\t{uid}\t0\t0\nCapBnd:\t{bounds}\n");
        assert!(can_be_granted(&status(1_000, "000001ffffffffff")));
        assert!(!can_be_granted(&status(0, "000001ffffffffff")));
        assert!(!can_be_granted(&status(1_000, "00000000a80425fb")));
        assert!(can_be_granted(""));
    }

    #[test]
    fn names_the_program_as_the_shell_takes_it() {
        let advice = setcap(Some(Path::new("/opt/my tools/it's")));
        assert!(
            advice.ends_with(r"cap_net_raw,cap_net_admin+eip '/opt/my tools/it'\''s'"),
            "{advice}"
        );
        assert!(setcap(Some(Path::new("/usr/bin/mqttscope"))).ends_with("+eip /usr/bin/mqttscope"));
    }
}
