//! What the program does, on standard error, for who looks for a fault in it: `MQTTSCOPE_LOG=debug`, or
//! `MQTTSCOPE_LOG=mqttscope::carrier=debug,info` for some rooms alone, in the language of `RUST_LOG`,
//! which counts where the other is not set.

use super::report;
use crate::text;
use std::io::{self, Write};
use tracing_subscriber::EnvFilter;

/// The variables that hold the filter, the first that is set counts.
const VARIABLES: [&str; 2] = ["MQTTSCOPE_LOG", "RUST_LOG"];

/// Begins to tell, if a variable asks for it. A filter that cannot be read is told and left aside.
pub(super) fn begin() {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some((name, value)) = VARIABLES.iter().find_map(|name| Some((name, set(name)?))) else {
        return;
    };
    match EnvFilter::try_new(&value) {
        Ok(filter) => {
            let told = tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_ansi(false)
                .with_writer(|| Safe)
                .try_init();
            // There is one already where the library is part of another program.
            drop(told);
        }
        Err(error) => report::line(&format!("{name} is no filter of diagnostics: {error}")),
    }
}

/// Standard error, where nothing untrusted gets through raw.
struct Safe;

impl Write for Safe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        let line = line.strip_suffix('\n').unwrap_or(&line);
        io::stderr().write_all(format!("{}\n", text::safe(line)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
