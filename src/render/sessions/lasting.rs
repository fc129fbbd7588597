//! What becomes of the session when its connection has ended, and what a client finds that is back.

use super::place;
use crate::session::ended::{Ended, Found, Lasts, Return};
use crate::text;

/// How long the session is kept; `None` where that is not known, or it ends with the connection, or
/// another connection took the client's place.
pub(super) fn lasts(ended: &Ended) -> Option<String> {
    match ended.session_lasts()? {
        Lasts::No => None,
        lasts => Some(format!("its session is kept {}", time(lasts))),
    }
}

/// What the client found of the session that it had left.
pub(super) fn returns(ended: &Ended) -> Option<String> {
    let Return { stream, left, lasts, away, found, waited, came } = ended.returns?;
    let is_doubted = is_doubted(ended.returns.as_ref()?);
    let was = match lasts {
        Lasts::No => "it ended with the connection".to_owned(),
        lasts => format!("it was to be kept {}", time(lasts)),
    };
    let found = match found {
        Found::Resumed if is_doubted => {
            format!("the server goes on with its session, though that was over: {was}{UNLESS}")
        }
        Found::Resumed => format!("the server goes on with its session ({was})"),
        // Nothing is lost by that where there was nothing.
        Found::New if lasts == Lasts::No => return None,
        Found::New => format!("it asked for a new session, not for the one before ({was})"),
        Found::Over => format!("it asked for its session, which was over: {was}"),
        Found::Missing => {
            format!("the server does not have its session ({was}){UNLESS}")
        }
    };
    let after = away.map(|away| format!("{} ", text::duration(away))).unwrap_or_default();
    let left = place(&left);
    let waited = waited.filter(|count| *count > 0).map(|count| {
        let messages = text::count(count, "message");
        let came = match came {
            Some(came) if came == count => ", which came on this connection",
            Some(0) => ", none of which came on this connection",
            Some(came) => &format!(", {came} of which came on this connection"),
            None => "",
        };
        format!(
            "; meanwhile clients published {messages} of QoS 1 or 2 for its subscriptions{came}"
        )
    });
    let waited = waited.unwrap_or_default();
    Some(format!(
        "the client is back {after}after the end of stream {stream} ({left}): {found}{waited}"
    ))
}

/// Whether what a client found is only strange if it had no connection in between that is missing.
pub(super) fn is_doubted(returns: &Return) -> bool {
    let is_over = returns.away.is_some_and(|away| returns.lasts.is_over(away));
    match returns.found {
        Found::Missing => true,
        Found::Resumed => is_over,
        Found::New | Found::Over => false,
    }
}

/// Where the client may have had another connection.
const UNLESS: &str = ", unless the client had a connection in between that was not captured";

fn time(lasts: Lasts) -> String {
    match lasts {
        Lasts::No => String::new(),
        Lasts::Seconds(seconds) => format!("for {} s", text::number(seconds.into())),
        Lasts::Ever => "for ever".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::At;

    #[test]
    fn what_is_strange_may_have_an_unseen_connection_in_between() {
        let doubted = |found, lasts| {
            let (waited, came, left) = (None, None, At::default());
            is_doubted(&Return { stream: 0, left, lasts, away: Some(1), found, waited, came })
        };
        assert!(doubted(Found::Missing, Lasts::Ever));
        assert!(doubted(Found::Resumed, Lasts::No), "the session was over");
        assert!(!doubted(Found::Resumed, Lasts::Ever));
        assert!(!doubted(Found::New, Lasts::Ever) && !doubted(Found::Over, Lasts::No));
    }
}
