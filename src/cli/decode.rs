//! stub
use super::Outcome;
use super::args::Decode;
pub(super) fn run(_a: &Decode) -> anyhow::Result<Outcome> {
    anyhow::bail!("not yet")
}
