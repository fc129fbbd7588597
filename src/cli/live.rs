//! stub
use super::Outcome;
use super::args::Live;
pub(super) fn parse_duration(_t: &str) -> Result<std::time::Duration, String> {
    Err(String::new())
}
pub(super) fn run(_a: &Live) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet")
}
