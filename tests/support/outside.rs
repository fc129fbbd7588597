//! What stands beside the project and is not always there: it is told loudly when it is missing,
//! and under CI=true that is a failure.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

/// The folder that an environment variable names.
pub fn folder(variable: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    if folder.is_none() {
        missing(&format!("{variable} is not set"));
    }
    folder
}

/// Tells that a part is skipped, and why.
pub fn missing(why: &str) {
    let is_ci = env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!is_ci, "under CI=true nothing may be skipped: {why}");
    // Not `eprintln`, which the test harness keeps to itself where a test passes.
    let _ = writeln!(io::stderr(), "SKIPPED: {why}");
}
