//! Line breaks that JSON writes out in its strings, as `\n`: the text is read as if they stood there.

/// The text with the line breaks that its strings have; nothing where it has none, or may have bytes in its strings.
pub(super) fn broken(text: &str) -> Option<String> {
    let all = text.trim();
    let is_json = (all.starts_with('{') && all.ends_with('}')
        || all.starts_with('[') && all.ends_with(']'))
        && all.contains("\":");
    if !(is_json || is_string(all))
        || !all.contains("\\n")
        || BYTES.into_iter().any(|it| all.contains(it))
    {
        return None;
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        shown.push_str(before);
        let mut chars = behind.chars();
        match chars.next() {
            Some('n') => shown.push_str(" \n"),
            Some('r' | 't') => shown.push_str("  "),
            Some(c) => {
                shown.push('\\');
                shown.push(c);
            }
            None => shown.push('\\'),
        }
        rest = chars.as_str();
    }
    shown.push_str(rest);
    Some(shown)
}

/// Whether a text is one string of JSON, of several lines.
fn is_string(text: &str) -> bool {
    let inside = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or_default();
    let mut is_escaped = false;
    let is_end = |c: char| {
        let is_end = c == '"' && !is_escaped || c == '\n';
        is_escaped = c == '\\' && !is_escaped;
        is_end
    };
    inside.matches("\\n").count() >= LEAST_LINES && !inside.contains(is_end)
}

/// A string of bytes has fewer of them.
const LEAST_LINES: usize = 3;

/// Escapes that bytes are written with.
const BYTES: [&str; 4] = ["\\x", "\\u00", "\\u{", "\\0"];
