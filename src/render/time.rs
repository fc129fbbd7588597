//! stub
use crate::pipeline::Origin;
/// x
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeFormat;
/// x
#[derive(Debug)]
pub struct TimeWriter;
impl TimeWriter {
    /// x
    pub fn new(_f: TimeFormat) -> Self {
        Self
    }
    /// x
    pub fn format(&mut self, o: &Origin<'_>) -> String {
        let t = o.time.unwrap_or(0).saturating_sub(o.start.unwrap_or(0));
        format!("{:.6}", t as f64 / 1e9)
    }
}
