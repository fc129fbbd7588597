//! stub
use super::Outcome;
pub(super) fn run() -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet")
}
