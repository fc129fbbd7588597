//! tshark's habit: `mqttscope -r FILE`, `-i IFACE`, `-D` and `-G fields` work without a subcommand.

use std::ffi::OsString;

/// The option that tells which subcommand is meant.
const MEANS: [(char, &str); 3] = [('r', "read"), ('i', "live"), ('D', "interfaces")];
/// Options without a value: one of `MEANS` may stand behind them in one word, as in `-Vr`.
const SWITCHES: &str = "Vxnlqp";

/// Puts the subcommand in where the arguments begin with an option and one of them tells it.
pub(super) fn expand(mut args: Vec<OsString>) -> Vec<OsString> {
    if args.get(1).is_some_and(|arg| arg == "-G") {
        // -G fields: what stands behind it is the subcommand.
        args.remove(1);
        return args;
    }
    let begins_with_option =
        args.get(1).and_then(|arg| arg.to_str()).is_some_and(|arg| arg.starts_with('-'));
    if !begins_with_option {
        return args;
    }
    let found = args.iter().enumerate().skip(1).find_map(|(at, arg)| {
        let letters = arg.to_str()?.strip_prefix('-')?.trim_start_matches(|c| SWITCHES.contains(c));
        let letter = letters.chars().next()?;
        MEANS.iter().find(|row| row.0 == letter).map(|row| (at, row.1))
    });
    let has_statistics =
        args.iter().any(|arg| arg.to_str().is_some_and(|arg| arg.starts_with("-z")));
    if let Some((at, command)) = found {
        // tshark counts beside what it shows, and nothing but counts with -q.
        let command = if has_statistics && command == "read" { "stats" } else { command };
        if command == "interfaces" {
            args.remove(at);
        }
        args.insert(1, command.into());
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(line: &str) -> String {
        let args = line.split(' ').map(OsString::from).collect();
        let words: Vec<String> =
            expand(args).into_iter().map(|arg| arg.into_string().unwrap()).collect();
        words.join(" ")
    }

    #[test]
    fn the_option_tells_the_subcommand() {
        assert_eq!(expanded("m -r f"), "m read -r f");
        assert_eq!(expanded("m -V -r f -T json"), "m read -V -r f -T json");
        assert_eq!(expanded("m -nVr f"), "m read -nVr f");
        assert_eq!(expanded("m -ilo"), "m live -ilo");
        assert_eq!(expanded("m -D"), "m interfaces");
        assert_eq!(expanded("m read -r f"), "m read -r f");
        assert_eq!(expanded("m decode -D"), "m decode -D");
        assert_eq!(expanded("m --help"), "m --help");
        assert_eq!(expanded("m -G fields"), "m fields");
        assert_eq!(expanded("m -q -z io,stat,1 -r f"), "m stats -q -z io,stat,1 -r f");
        assert_eq!(expanded("m -i lo -z types"), "m live -i lo -z types");
    }
}
