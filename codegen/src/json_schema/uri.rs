//! URIs of schemas, as far as a `$ref` needs them.

/// Resolves `reference` against `base`
/// (<https://datatracker.ietf.org/doc/html/rfc3986#section-5.2>).
pub(super) fn join(base: &str, reference: &str) -> String {
    let (base_scheme, base_authority, base_path, base_query) = split(base);
    let (reference, fragment) = match reference.split_once('#') {
        Some((reference, fragment)) => (reference, Some(fragment)),
        None => (reference, None),
    };
    let (scheme, authority, path, query) = split(reference);
    let mut out = match (scheme, authority) {
        (Some(scheme), _) => whole(Some(scheme), authority, &without_dots(path), query),
        (None, Some(_)) => whole(base_scheme, authority, &without_dots(path), query),
        (None, None) if path.is_empty() => {
            whole(base_scheme, base_authority, base_path, query.or(base_query))
        }
        (None, None) if path.starts_with('/') => {
            whole(base_scheme, base_authority, &without_dots(path), query)
        }
        (None, None) => {
            let folder = base_path
                .rfind('/')
                .map_or("", |end| base_path.get(..=end).unwrap_or_default());
            let folder = if folder.is_empty() && base_authority.is_some() {
                "/"
            } else {
                folder
            };
            let path = without_dots(&format!("{folder}{path}"));
            whole(base_scheme, base_authority, &path, query)
        }
    };
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// Returns the URI and its fragment, decoded.
pub(super) fn split_fragment(uri: &str) -> (&str, String) {
    match uri.split_once('#') {
        Some((uri, fragment)) => (uri, percent_decode(fragment)),
        None => (uri, String::new()),
    }
}

type Parts<'u> = (Option<&'u str>, Option<&'u str>, &'u str, Option<&'u str>);

/// Scheme, authority, path and query.
fn split(uri: &str) -> Parts<'_> {
    let uri = uri.split('#').next().unwrap_or_default();
    let (uri, query) = match uri.split_once('?') {
        Some((uri, query)) => (uri, Some(query)),
        None => (uri, None),
    };
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    let (scheme, rest) = match uri.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
        _ => (None, uri),
    };
    match rest.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            let (authority, path) = rest.split_at(end);
            (scheme, Some(authority), path, query)
        }
        None => (scheme, None, rest, query),
    }
}

fn whole(scheme: Option<&str>, authority: Option<&str>, path: &str, query: Option<&str>) -> String {
    let mut out = String::new();
    if let Some(scheme) = scheme {
        out.push_str(scheme);
        out.push(':');
    }
    if let Some(authority) = authority {
        out.push_str("//");
        out.push_str(authority);
    }
    out.push_str(path);
    if let Some(query) = query {
        out.push('?');
        out.push_str(query);
    }
    out
}

fn without_dots(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." if is_last => out.push(""),
            "." => {}
            ".." => {
                if out.len() > 1 || out.first().is_some_and(|first| !first.is_empty()) {
                    out.pop();
                }
                if is_last {
                    out.push("");
                }
            }
            _ => out.push(segment),
        }
    }
    out.join("/")
}

fn percent_decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, reference: &str, expected: &str) {
        assert_eq!(join(base, reference), expected);
    }

    /// <https://datatracker.ietf.org/doc/html/rfc3986#section-5.4>
    #[test]
    fn references_are_resolved_as_the_standard_says() {
        let base = "http://a/b/c/d;p?q";
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"),
        ] {
            check(base, reference, expected);
        }
    }

    #[test]
    fn names_of_files_and_urns_are_bases_too() {
        check(
            "json-schema:///schemas/a.json",
            "b.json",
            "json-schema:///schemas/b.json",
        );
        check(
            "json-schema:///a.json",
            "../x/b.json",
            "json-schema:///x/b.json",
        );
        check("urn:example:a", "#/x", "urn:example:a#/x");
        check("http://a", "b", "http://a/b");
    }

    #[test]
    fn fragments_are_decoded() {
        assert_eq!(split_fragment("a#/b%20c%"), ("a", "/b c%".to_owned()));
        assert_eq!(split_fragment("a"), ("a", String::new()));
    }
}
