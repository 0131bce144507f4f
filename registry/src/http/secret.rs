//! What a server was sent and may quote in its refusals: no message of ours repeats it.

use std::fmt;

use crate::secrets::hide;

/// The secrets of one client. Never printed.
#[derive(Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Also hides `secret`, unless it is so short that it would be found in anything.
    pub(super) fn add(&mut self, secret: &str) {
        if secret.len() >= SHORTEST {
            self.0.push(secret.to_owned());
        }
    }

    /// Also hides `name`, which is less of a secret, and may be a common word.
    pub(super) fn add_name(&mut self, name: &str) {
        if name.len() >= SHORTEST_NAME {
            self.0.push(name.to_owned());
        }
    }

    /// `text` without any of them, without `token`, and without what follows `Basic` or `Bearer`.
    pub(super) fn hide(&self, text: &str, token: Option<&str>) -> String {
        let known = self.0.iter().map(String::as_str).chain(token);
        let mut text = hide(text, known, HIDDEN);
        for scheme in ["basic ", "bearer "] {
            text = hide_after(&text, scheme);
        }
        text
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// Hides the word after each `scheme`, which is in lower case.
fn hide_after(text: &str, scheme: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    while let Some(found) = lower.get(done..).and_then(|rest| rest.find(scheme)) {
        let start = done + found + scheme.len();
        let rest = text.get(start..).unwrap_or_default();
        let ends = |c: char| !(c.is_ascii_alphanumeric() || "+/=._~-".contains(c));
        let length = rest.find(ends).unwrap_or(rest.len());
        out.push_str(text.get(done..start).unwrap_or_default());
        if length >= SHORTEST {
            out.push_str(HIDDEN);
        } else {
            out.push_str(rest.get(..length).unwrap_or_default());
        }
        done = start + length;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

const HIDDEN: &str = "***";
const SHORTEST: usize = 4;
const SHORTEST_NAME: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut secrets = Secrets::default();
        secrets.add("s3cret/word");
        secrets.add("");
        secrets.add("abc");
        secrets.add_name("orders");
        secrets.add_name("orders-service");
        assert_eq!(secrets.hide(text, Some("t0ken")), expected);
    }

    #[test]
    fn what_was_sent_is_hidden() {
        check("no", "no");
        check("bad password s3cret/word", "bad password ***");
        check("s3cret/word and s3cret/word: t0ken", "*** and ***: ***");
        check("abc", "abc");
        check(
            "orders-service may not read orders",
            "*** may not read orders",
        );
    }

    #[track_caller]
    fn check_hidden(known: &[&str], token: &str, text: &str, expected: &str) {
        let mut secrets = Secrets::default();
        for secret in known {
            secrets.add(secret);
        }
        assert_eq!(secrets.hide(text, Some(token)), expected, "{known:?}");
    }

    #[test]
    fn nothing_of_a_secret_is_left_where_another_is_in_it() {
        let user = "kafka-user";
        for known in [[user, "kafka-user-2024"], ["kafka-user-2024", user]] {
            check_hidden(&known, "none", "invalid kafka-user-2024", "invalid ***");
        }
        check_hidden(
            &[user],
            "kafka-user.token",
            "no kafka-user.token!",
            "no ***!",
        );
        check_hidden(&["2024"], "none", "kafka-2024-x", "kafka-***-x");
        check_hidden(&["abcdef", "defghi"], "none", "<abcdefghi>", "<***>");
        check_hidden(&["ababa"], "none", "<abababa>", "<***>");
        check_hidden(&["äöü", "öüß"], "none", "<äöüß>", "<***>");
    }

    #[test]
    fn what_stands_behind_a_scheme_is_hidden() {
        check("got Basic bWU6c0BjcmV0, not it", "got Basic ***, not it");
        check(
            "BEARER a.b-c_d~e+f/g= x bearer 12345",
            "BEARER *** x bearer ***",
        );
        check("basic is not enough", "basic is not enough");
        check("ends in Basic ", "ends in Basic ");
        check("ä Basic äöüß", "ä Basic äöüß");
    }
}
