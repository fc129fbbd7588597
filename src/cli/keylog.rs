//! The key log of TLS: `-o tls.keylog_file:FILE`, or the file that SSLKEYLOGFILE names.

use super::report;
use crate::carrier::tls::{SecretSource, Secrets};
use crate::pipeline::{Consumer, Inspector};
use crate::text;
use anyhow::Context;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The variable that browsers, curl and others write their secrets by.
const VARIABLE: &str = "SSLKEYLOGFILE";
/// Bytes that are read at a time.
const PIECE: usize = 64 << 10;

/// The secrets that the command line or the environment gives.
///
/// # Errors
/// When the file of the command line cannot be read; where it `may_come` later, that is only told.
pub(super) fn secrets(named: Option<&Path>, may_come: bool) -> anyhow::Result<Secrets> {
    let Some(path) = path(named) else {
        return Ok(Secrets::new());
    };
    match check(&path) {
        Err(error) if named.is_some() && !may_come => {
            return Err(error).with_context(|| format!("key log {}", path.display()));
        }
        Err(error) => report::line(&format!(
            "key log {}: {error}; connections with TLS stay closed until it can be read",
            path.display()
        )),
        Ok(()) => {}
    }
    Ok(Secrets::from_source(Box::new(KeyLogFile { path, offset: 0 })))
}

/// What there is to tell of the key log at the end.
pub(super) fn report(secrets: &Secrets) {
    let name = secrets.source_name().unwrap_or_else(|| "secrets of the capture".to_owned());
    let told = secrets.report();
    for (line, fault) in &told.faults {
        report::line(&format!("key log {name}, line {line}: {fault}"));
    }
    let more = told.bad_lines.saturating_sub(told.faults.len() as u64);
    if more > 0 {
        let lines = text::count(more, "line");
        report::line(&format!("key log {name}: {lines} more could not be read"));
    }
    if told.dropped > 0 {
        let connections = text::count(told.dropped, "connection");
        report::line(&format!(
            "key log {name}: the secrets of {connections} were dropped, as there were too many"
        ));
    }
}

/// Lets connections look once a second whether their secrets have come: a client may write its key
/// log late, and then be silent.
pub(super) struct Waker {
    last: Instant,
}

impl Default for Waker {
    fn default() -> Self {
        Self { last: Instant::now() }
    }
}

impl Waker {
    /// `Break`: the consumer wants no more.
    pub(super) fn wake<C: Consumer>(
        &mut self,
        secrets: &Secrets,
        inspector: &mut Inspector<C>,
    ) -> ControlFlow<()> {
        if !secrets.are_awaited() || self.last.elapsed() < Duration::from_secs(1) {
            return ControlFlow::Continue(());
        }
        self.last = Instant::now();
        inspector.wake()
    }
}

/// The key log that the command line names, or else the environment.
pub(super) fn path(named: Option<&Path>) -> Option<PathBuf> {
    let by_variable = || std::env::var_os(VARIABLE).filter(|value: &OsString| !value.is_empty());
    named.map(Path::to_path_buf).or_else(|| by_variable().map(PathBuf::from))
}

fn check(path: &Path) -> std::io::Result<()> {
    let file = File::open(path)?;
    if file.metadata()?.is_file() {
        return Ok(());
    }
    // A pipe would be waited for.
    Err(std::io::Error::other("this is no regular file"))
}

/// A key log file, which may grow while it is read.
#[derive(Debug)]
struct KeyLogFile {
    path: PathBuf,
    /// Bytes that have been read.
    offset: u64,
}

impl KeyLogFile {
    fn read(&mut self, text: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        let now = std::fs::metadata(&self.path)?;
        if !now.is_file() || now.len() == self.offset {
            return Ok(());
        }
        if now.len() < self.offset {
            // It was begun anew.
            self.offset = 0;
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let mut piece = vec![0; PIECE];
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                return Ok(());
            }
            text(piece.get(..read).unwrap_or_default());
            self.offset = self.offset.saturating_add(read as u64);
        }
    }
}

impl SecretSource for KeyLogFile {
    fn more(&mut self, text: &mut dyn FnMut(&[u8])) {
        // What cannot be read now is tried again when the next secret is missing.
        let _ = self.read(text);
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_is_read_as_it_grows_and_when_it_is_begun_anew() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut source = KeyLogFile { path: file.path().to_path_buf(), offset: 0 };
        let mut more = move || {
            let mut found = Vec::new();
            source.more(&mut |text| found.extend_from_slice(text));
            String::from_utf8(found).unwrap()
        };
        assert_eq!(more(), "");
        file.write_all(b"one\ntw").unwrap();
        assert_eq!(more(), "one\ntw");
        file.write_all(b"o\n").unwrap();
        assert_eq!(more(), "o\n");
        assert_eq!(more(), "");
        file.as_file().set_len(0).unwrap();
        std::fs::write(file.path(), "new\n").unwrap();
        assert_eq!(more(), "new\n");
    }

    #[test]
    fn a_named_file_must_be_there_unless_it_may_come() {
        let nowhere = Path::new("/nowhere/keys.log");
        let error = format!("{:#}", secrets(Some(nowhere), false).unwrap_err());
        assert!(error.starts_with("key log /nowhere/keys.log: No such file"), "{error}");
        assert!(secrets(Some(nowhere), true).unwrap().is_given());
    }
}
