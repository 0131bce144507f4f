//! Escapes comments of `.proto` files and the `doc` of schemas before they become documentation.
//!
//! They are text from others: rustdoc would compile and run code in it, and pass HTML to the
//! browser.

use std::fmt::Write as _;

use prost_types::FileDescriptorProto;

use crate::literal::{self, is_direction};

/// Escapes every comment of `file`.
pub(crate) fn defuse(file: &mut FileDescriptorProto) {
    let locations = file.source_code_info.iter_mut();
    for location in locations.flat_map(|info| &mut info.location) {
        location.leading_detached_comments.clear();
        for comment in [
            &mut location.leading_comments,
            &mut location.trailing_comments,
        ] {
            *comment = comment.as_deref().map(documentation);
        }
    }
}

fn documentation(comment: &str) -> String {
    // The second star of `/** … */` does not begin a list.
    let comment = comment.strip_prefix('*').unwrap_or(comment);
    let lines: Vec<String> = comment.lines().map(line).collect();
    lines.join("\n")
}

/// Writes text as documentation attributes, one for each line, in which nothing is code.
pub(crate) fn write_documentation(text: Option<&str>, out: &mut String) {
    for text in text.unwrap_or_default().trim().lines() {
        let text = format!(" {}", line(text));
        let _ = write!(out, "#[doc = {}]", literal::string(text.trim_end()));
    }
}

/// Escapes a line, so that Markdown reads it as text, lists and inline code, but never as a code
/// block, a link or HTML.
///
/// Code blocks are indented by four columns or fenced by three characters
/// (<https://spec.commonmark.org/0.31.2/#indented-code-blocks>): so no run of white space is kept
/// but up to three columns at the start, which nested lists need, and no run of fence characters.
/// Inline code stays where it begins and ends in the same line; then nothing in it is escaped.
fn line(line: &str) -> String {
    let indent = line.chars().take_while(|c| c.is_whitespace());
    let columns = indent.map(|c| if c == '\t' { MAX_INDENT } else { 1 }).sum();
    let mut out = " ".repeat(usize::min(columns, MAX_INDENT));
    let text = plain(line.trim());
    let mut rest = &*text;
    while let Some(c) = rest.chars().next() {
        if c == '`'
            && let Some((code, after)) = inline_code(rest)
        {
            out.push_str(code);
            rest = after;
            continue;
        }
        let run = rest.len() - rest.trim_start_matches('~').len();
        if run >= FENCE {
            out.push_str(&"&#126;".repeat(run));
            rest = rest.get(run..).unwrap_or_default();
            continue;
        }
        match is_markup(c, rest) {
            true if c == '<' => out.push_str("&lt;"),
            true => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            false => out.push(c),
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

/// Returns whether Markdown could read the first character of a text as markup. Rustdoc also warns
/// of addresses that are not links.
fn is_markup(c: char, text: &str) -> bool {
    let next = text.chars().nth(1);
    match c {
        '\\' | '`' | '[' | '<' => true,
        '&' => next.is_some_and(|next| next == '#' || next.is_alphanumeric()),
        ':' => text.starts_with("://"),
        _ => false,
    }
}

/// Returns the text with one space for each run of white space and control characters, and without
/// characters that turn its direction.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_direction(*c)) {
        let is_space = c.is_whitespace() || c.is_control();
        match (is_space, out.ends_with(' ')) {
            (true, true) => {}
            (true, false) => out.push(' '),
            (false, _) => out.push(c),
        }
    }
    out
}

/// Returns the inline code that a text begins with, and what follows it.
fn inline_code(text: &str) -> Option<(&str, &str)> {
    let inner = text
        .strip_prefix('`')
        .filter(|inner| !inner.starts_with('`'))?;
    let end = inner.find('`').filter(|end| *end > 0)?;
    let is_single = !inner.get(end + 1..)?.starts_with('`');
    is_single.then(|| text.split_at(end + 2))
}

const FENCE: usize = 3;
const MAX_INDENT: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(comment: &str, expected: &str) {
        assert_eq!(documentation(comment), expected);
    }

    #[test]
    fn prose_lists_and_inline_code_stay() {
        check(
            " An order, in `EUR`.\n - a\n   - b",
            " An order, in `EUR`.\n - a\n   - b",
        );
    }

    #[test]
    fn code_blocks_are_no_code() {
        check(
            "```\npanic!()\n```",
            "&#96;&#96;&#96;\npanic!()\n&#96;&#96;&#96;",
        );
        check("> ~~~rust", "> &#126;&#126;&#126;rust");
        check("     panic!()", "   panic!()");
        check("\tpanic!()", "   panic!()");
        check("-       panic!()", "- panic!()");
        check("\u{a0}\u{a0}    x", "   x");
    }

    #[test]
    fn html_and_links_are_text() {
        check("<script>", "&lt;script>");
        check("\\<script>", "&#92;&lt;script>");
        check("[a](javascript:b)", "&#91;a](javascript:b)");
        check("[a]: javascript:b", "&#91;a]: javascript:b");
        check("[Order] and [`Order`]", "&#91;Order] and &#91;`Order`]");
        check("https://example.com", "https&#58;//example.com");
        check("&lt;b> R&D, a & b", "&#38;lt;b> R&#38;D, a & b");
    }

    #[test]
    fn inline_code_begins_and_ends_in_a_line() {
        check("`a[0] < b`", "`a[0] < b`");
        check("`a", "&#96;a");
        check("b` <i>", "b&#96; &lt;i>");
        check("\\`<script>`", "&#92;`<script>`");
        check("``a`` `<b>", "&#96;&#96;a&#96;` `&lt;b>");
    }

    #[test]
    fn control_characters_break_no_line() {
        check("a\rb\u{0}c\u{202e}d", "a b cd");
    }
}
