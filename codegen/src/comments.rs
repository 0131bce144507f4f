//! Comments of `.proto` files and the `doc` of schemas, before they become documentation.
//!
//! They are foreign text, and rustdoc would compile and run what is code in there, and pass HTML
//! on to the reader's browser.

use prost_types::FileDescriptorProto;

use crate::literal::is_direction;

/// Defuses every comment of `file`.
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
    // The second star of `/** … */` is no list.
    let comment = comment.strip_prefix('*').unwrap_or(comment);
    let lines: Vec<String> = comment.lines().map(line).collect();
    lines.join("\n")
}

/// A line that Markdown takes as text, lists and inline code, but never as a code block, a link
/// or HTML.
///
/// Code blocks are indented by four columns or fenced by three characters
/// (<https://spec.commonmark.org/0.31.2/#indented-code-blocks>): so no run of white space is kept
/// but up to three columns at the start, which nested lists need, and no run of fence characters.
pub(crate) fn line(line: &str) -> String {
    let mut out = String::new();
    let text = line.trim();
    let indent = line.chars().take_while(|c| c.is_whitespace());
    let columns = indent.map(|c| if c == '\t' { MAX_INDENT } else { 1 }).sum();
    out.push_str(&" ".repeat(usize::min(columns, MAX_INDENT)));
    let mut rest = text.chars().filter(|&c| !is_direction(c)).peekable();
    while let Some(c) = rest.next() {
        match c {
            '`' | '~' => {
                let mut run = 1;
                while rest.next_if_eq(&c).is_some() {
                    run += 1;
                }
                push_fence(c, run, &mut out);
            }
            '<' => out.push_str("&lt;"),
            ']' if rest.next_if_eq(&'(').is_some() => out.push_str("]&#40;"),
            ']' if rest.next_if_eq(&':').is_some() => out.push_str("]&#58;"),
            _ if c.is_whitespace() || c.is_control() => {
                while rest
                    .next_if(|c| c.is_whitespace() || c.is_control())
                    .is_some()
                {}
                out.push(' ');
            }
            _ => out.push(c),
        }
    }
    out
}

fn push_fence(c: char, run: usize, out: &mut String) {
    match c {
        _ if run < FENCE => out.extend(std::iter::repeat_n(c, run)),
        '`' => out.push_str(&"&#96;".repeat(run)),
        _ => out.push_str(&"&#126;".repeat(run)),
    }
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
        check("\\<script>", "\\&lt;script>");
        check("[a](javascript:b)", "[a]&#40;javascript:b)");
        check("[a]: javascript:b", "[a]&#58; javascript:b");
    }

    #[test]
    fn control_characters_break_no_line() {
        check("a\rb\u{0}c\u{202e}d", "a b cd");
    }
}
