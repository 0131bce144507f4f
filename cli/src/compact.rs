//! JSON text without white space.

/// A valid JSON text without the white space between its tokens; numbers and strings as they were.
pub(crate) fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_inside, mut is_escaped) = (false, false);
    for character in text.chars() {
        if is_inside {
            is_inside = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else if character == '"' {
            is_inside = true;
        } else if matches!(character, ' ' | '\n' | '\r' | '\t') {
            continue;
        }
        out.push(character);
    }
    out
}
