//! Formats JSON texts; only white space changes, not even the order of members.

/// Returns the text without white space outside of strings.
pub(super) fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for char in text.chars() {
        if in_string || !char.is_ascii_whitespace() {
            out.push(char);
        }
        in_string = match char {
            '"' if !escaped => !in_string,
            _ => in_string,
        };
        escaped = in_string && char == '\\' && !escaped;
    }
    out
}

/// Returns the text with two spaces for each level; short flat values stay on one line.
pub(super) fn pretty(text: &str) -> String {
    let compact = compact(text);
    let mut out = String::new();
    lay_out(&compact, 0, &mut out);
    out.push('\n');
    out
}

fn lay_out(value: &str, depth: usize, out: &mut String) {
    let (open, close) = match value.as_bytes() {
        [b'{', .., b'}'] => ('{', '}'),
        [b'[', .., b']'] => ('[', ']'),
        _ => return out.push_str(value),
    };
    let inner = value.get(1..value.len() - 1).unwrap_or_default();
    let parts = split(inner, ',');
    let is_flat = |part: &&str| !part.contains(['{', '[']);
    if parts.iter().all(is_flat) && 2 * depth + value.len() <= WIDTH {
        let parts: Vec<String> = parts.iter().map(|part| spaced(part)).collect();
        out.push(open);
        out.push_str(&parts.join(", "));
        return out.push(close);
    }
    out.push(open);
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        new_line(depth + 1, out);
        match split(part, ':').as_slice() {
            [name, _, ..] => {
                out.push_str(name);
                out.push_str(": ");
                let value = part.get(name.len() + 1..).unwrap_or_default();
                lay_out(value, depth + 1, out);
            }
            _ => lay_out(part, depth + 1, out),
        }
    }
    new_line(depth, out);
    out.push(close);
}

fn spaced(part: &str) -> String {
    match split(part, ':').as_slice() {
        [name, value] => format!("{name}: {value}"),
        _ => part.to_owned(),
    }
}

fn new_line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Returns the parts between separators that are in no string and no brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let parts = text.split(|char: char| {
        let is_separator = char == separator && depth == 0 && !in_string;
        if !in_string {
            match char {
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if char == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && char == '\\' && !escaped;
        is_separator
    });
    match text.is_empty() {
        true => Vec::new(),
        false => parts.collect(),
    }
}

const WIDTH: usize = 100;
