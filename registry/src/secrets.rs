//! Secrets in texts: what a server quotes is hidden before it is shown.

/// Replaces every part of `text` that any of `secrets` covers with `mark`. Secrets may contain or
/// overlap each other: replacing one after the other would leave the rest of a longer one.
#[must_use]
pub fn hide<'s>(text: &str, secrets: impl Iterator<Item = &'s str>, mark: &str) -> String {
    let mut covered: Vec<(usize, usize)> = Vec::new();
    for secret in secrets.filter(|secret| !secret.is_empty()) {
        let starts = text.char_indices().map(|(start, _)| start);
        let is_here = |start: &usize| text.get(*start..).is_some_and(|t| t.starts_with(secret));
        covered.extend(
            starts
                .filter(is_here)
                .map(|start| (start, start + secret.len())),
        );
    }
    covered.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in covered {
        if start >= done {
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(mark);
        }
        done = done.max(end);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
