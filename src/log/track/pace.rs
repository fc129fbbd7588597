//! How often something came, no more precisely than the stamps of a log tell it.

use crate::text;

const SECOND: u64 = 1_000_000_000;
const TENTH: u64 = SECOND / 10;

/// How often, on average: "about every 3 s". `None` where a time is not known.
pub(super) fn pace(times: &[Option<i64>]) -> Option<String> {
    let first = times.first().copied().flatten()?;
    let last = times.last().copied().flatten()?;
    let span = u64::try_from(last.checked_sub(first)?).ok()?;
    let steps = u64::try_from(times.len()).ok()?.checked_sub(1)?;
    // Stamps that are all of whole seconds have none to tell more by.
    let is_whole = times.iter().flatten().all(|time| time.checked_rem(1_000_000_000) == Some(0));
    let unit = if is_whole { SECOND } else { TENTH };
    let period = span.checked_add(steps.checked_mul(unit)? / 2)?.checked_div(steps)?;
    Some(match period.checked_div(unit)? {
        0 if is_whole => "several a second".into(),
        0 => "more than ten a second".into(),
        1 if is_whole => "about one a second".into(),
        units if is_whole && units < 60 => format!("about every {units} s"),
        units if units < 600 && !is_whole => format!("about every {}.{} s", units / 10, units % 10),
        _ => format!("about every {}", text::duration(period)),
    })
}
