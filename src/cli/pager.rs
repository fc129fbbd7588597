//! Standard output, or a pager in front of it where that is a terminal: as git does it.
//!
//! Which one: `MQTTSCOPE_PAGER`, else `PAGER`, else `less`; an empty name or `cat` is none. `less` gets
//! `FRX` where `LESS` does not say otherwise: it ends by itself where all fits on the screen, shows
//! colours, and leaves what it showed.

use super::handed::Shared;
use super::report;
#[cfg(feature = "live")]
use crate::capture::live::Patient;
use signal_hook::consts::SIGINT;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Stdout, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The variables that name a pager, the first that is set counts.
const VARIABLES: [&str; 2] = ["MQTTSCOPE_PAGER", "PAGER"];
/// The pager where none is named.
const DEFAULT: &str = "less";
/// What a shell would do something with: other commands are started without one.
const SHELL: &str = "|&;<>()$`\\\"'*?[#~%{}\n";

/// Where text goes.
pub(super) enum Out {
    /// To standard output.
    Plain(Stdout),
    /// The same, for a run that may be long, and by a thread of its own then.
    Handed(Shared),
    /// To a pager.
    Paged(Pager),
    /// To standard output, until the capture ends.
    #[cfg(feature = "live")]
    Live(Patient),
}

/// A running pager.
pub(super) struct Pager {
    child: Child,
    /// Until all is written.
    input: Option<ChildStdin>,
}

impl Out {
    /// Standard output as it is.
    pub(super) fn plain() -> Self {
        Self::Plain(io::stdout())
    }

    /// Standard output of what may be much; as it is, if that is a terminal.
    pub(super) fn much() -> Self {
        let stdout = io::stdout();
        let file = if stdout.is_terminal() { None } else { file(&stdout) };
        file.map_or_else(Self::plain, |file| Self::Handed(Shared::new(file)))
    }

    /// What takes whole buffers of text for it, where there is such a thing.
    pub(super) fn hand(&self) -> Option<Shared> {
        if let Self::Handed(out) = self { Some(out.clone()) } else { None }
    }

    /// A pager, if standard output is a terminal and one can be started.
    pub(super) fn paged() -> Self {
        let pager = if io::stdout().is_terminal() { Pager::start() } else { None };
        pager.map_or_else(Self::plain, Self::Paged)
    }

    /// All is written: waits until the user has left the pager.
    pub(super) fn close(&mut self) {
        if let Self::Paged(pager) = self {
            pager.close();
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Handed(out) => out.write(bytes),
            Self::Paged(Pager { input: Some(input), .. }) => input.write(bytes),
            Self::Paged(_) => Err(ErrorKind::BrokenPipe.into()),
            #[cfg(feature = "live")]
            Self::Live(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Handed(out) => out.flush(),
            Self::Paged(_) => Ok(()),
            #[cfg(feature = "live")]
            Self::Live(out) => out.flush(),
        }
    }
}

/// Standard output as a file that another thread may have.
#[cfg(unix)]
fn file(stdout: &io::Stdout) -> Option<File> {
    use std::os::fd::AsFd;
    stdout.as_fd().try_clone_to_owned().ok().map(File::from)
}

#[cfg(not(unix))]
fn file(_: &io::Stdout) -> Option<File> {
    None
}

impl Pager {
    /// Starts the user's pager; `None` where there is none, or it cannot be started.
    fn start() -> Option<Self> {
        let named = VARIABLES.iter().find_map(std::env::var_os);
        let name = named.clone().unwrap_or_else(|| DEFAULT.into());
        let mut command = command(&name)?;
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", "FRX");
        }
        match command.stdin(Stdio::piped()).spawn() {
            Ok(mut child) => {
                // Ctrl-C is for the pager: it stops a search, or a wait for more.
                let _ = signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false)));
                let input = child.stdin.take();
                Some(Self { child, input })
            }
            Err(error) => {
                if named.is_some() {
                    let name = name.to_string_lossy();
                    report::line(&format!("the pager {name} cannot be started: {error}"));
                }
                None
            }
        }
    }

    fn close(&mut self) {
        self.input = None;
        // How it ended is no concern of the reader's.
        let _ = self.child.wait();
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        self.close();
    }
}

/// The command of a pager's name, which may have arguments or be more than a shell's word.
fn command(name: &OsString) -> Option<Command> {
    let text = name.to_string_lossy();
    let mut words = text.split_whitespace();
    let first = words.next()?;
    if first == "cat" && text.trim() == "cat" {
        return None;
    }
    if text.contains(|c| SHELL.contains(c)) {
        let mut command = Command::new("sh");
        command.arg("-c").arg(name);
        return Some(command);
    }
    let mut command = Command::new(first);
    command.args(words);
    Some(command)
}

#[cfg(test)]
mod tests {
    use super::command;

    fn words(name: &str) -> Option<Vec<String>> {
        let command = command(&name.into())?;
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        Some(words.map(|word| word.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn a_pager_may_have_arguments_or_need_a_shell() {
        for none in ["", " ", "cat", " cat "] {
            assert_eq!(words(none), None);
        }
        assert_eq!(words("less").unwrap(), ["less"]);
        assert_eq!(words("less -S +G").unwrap(), ["less", "-S", "+G"]);
        assert_eq!(words("sed s/a/b/ | less").unwrap(), ["sh", "-c", "sed s/a/b/ | less"]);
    }
}
