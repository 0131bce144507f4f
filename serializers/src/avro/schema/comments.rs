//! Comments in schema texts, which Java's parser takes: `// …` and `/* … */`.

use std::borrow::Cow;

/// `text` with spaces in the place of comments, so that everything else stays where it is.
///
/// A comment without an end is kept: it is an error of the JSON parser then.
pub(crate) fn without_comments(text: &str) -> Cow<'_, str> {
    let mut blanked: Option<Vec<u8>> = None;
    let mut rest = text;
    while let Some(start) = comment_start(rest) {
        let from = text.len() - rest.len() + start;
        let comment = rest.get(start..).unwrap_or_default();
        let Some(len) = comment_len(comment) else {
            break;
        };
        let bytes = blanked.get_or_insert_with(|| text.as_bytes().to_vec());
        for byte in bytes.iter_mut().skip(from).take(len) {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        rest = comment.get(len..).unwrap_or_default();
    }
    // Whole characters are replaced: what is left is text.
    match blanked.map(String::from_utf8) {
        Some(Ok(blanked)) => Cow::Owned(blanked),
        _ => Cow::Borrowed(text),
    }
}

/// Where the first comment outside of a string starts.
fn comment_start(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().peekable();
    let mut is_string = false;
    while let Some((place, byte)) = bytes.next() {
        match byte {
            b'\\' if is_string => drop(bytes.next()),
            b'"' => is_string = !is_string,
            b'/' if !is_string => {
                if let Some((_, b'/' | b'*')) = bytes.peek() {
                    return Some(place);
                }
            }
            _ => {}
        }
    }
    None
}

/// The length of the comment at the start of `text`; `None` if it does not end.
fn comment_len(text: &str) -> Option<usize> {
    match text.strip_prefix("/*") {
        Some(inside) => inside.find("*/").map(|end| end + "/**/".len()),
        None => Some(text.find(['\n', '\r']).unwrap_or(text.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(without_comments(text), expected);
        assert_eq!(text.len(), expected.len());
    }

    #[test]
    fn comments_become_spaces_and_strings_stay() {
        check("1 // x\n2", "1     \n2");
        check("1 /* é\n */ 2", "1      \n    2");
        check("/**/1/*/ */", "    1      ");
        check(r#"["//", "\"/*"]// ""#, r#"["//", "\"/*"]    "#);
        check("1//", "1  ");
        check("a / b", "a / b");
    }

    #[test]
    fn a_comment_without_an_end_stays() {
        check("// a\n/* b", "    \n/* b");
    }
}
