//! Which subscriptions a message matches (5.0: section 4.7).

use crate::mqtt::filter::behind_share;

/// Whether a Topic Filter matches a Topic Name: `+` stands for one level, `#` for all that remain,
/// also none. A filter that begins with a wildcard does not match a topic that begins with `$`. Of
/// a shared subscription the filter behind `$share/NAME/` counts.
#[must_use]
pub fn matches(filter: &[u8], topic: &[u8]) -> bool {
    let filter = unshared(filter).unwrap_or(filter);
    if topic.first() == Some(&b'$') && matches!(filter.first(), Some(b'+' | b'#')) {
        return false;
    }
    let mut levels = topic.split(|byte| *byte == b'/');
    for part in filter.split(|byte| *byte == b'/') {
        match (part, levels.next()) {
            (b"#", _) => return true,
            (b"+", Some(_)) => {}
            (part, Some(level)) if part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// The filter of a shared subscription: what stands behind `$share/NAME/`.
pub(in crate::session::track) fn unshared(filter: &[u8]) -> Option<&[u8]> {
    let rest = behind_share(filter)?;
    let slash = rest.iter().position(|byte| *byte == b'/')?;
    rest.get(slash.saturating_add(1)..)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn the_examples_of_the_standard() {
        // 5.0, sections 4.7.1 and 4.7.2, and shared subscriptions of 4.8.2.
        let all = "sport/tennis/player1/#";
        for topic in
            ["sport/tennis/player1", "sport/tennis/player1/ranking", "sport/tennis/player1/a/b"]
        {
            assert!(matches(all.as_bytes(), topic.as_bytes()), "{topic}");
        }
        for (filter, topic, is) in [
            ("sport/#", "sport", true),
            ("#", "a/b", true),
            ("#", "/", true),
            ("sport/tennis/+", "sport/tennis/player1", true),
            ("sport/tennis/+", "sport/tennis/player1/ranking", false),
            ("sport/+", "sport", false),
            ("sport/+", "sport/", true),
            ("+/+", "/finance", true),
            ("/+", "/finance", true),
            ("+", "/finance", false),
            ("#", "$SYS/monitor", false),
            ("+/monitor/Clients", "$SYS/monitor/Clients", false),
            ("$SYS/#", "$SYS/monitor", true),
            ("$SYS/monitor/+", "$SYS/monitor/Clients", true),
            ("ACCOUNTS", "Accounts", false),
            ("$share/consumer1/sport/tennis/+", "sport/tennis/player1", true),
            ("$share/consumer1//finance", "/finance", true),
        ] {
            assert_eq!(matches(filter.as_bytes(), topic.as_bytes()), is, "{filter} {topic}");
        }
    }
}
