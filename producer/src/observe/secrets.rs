//! Values that must not be in texts for the program.

use wireform::registry::secrets::hide;

/// Values of settings that must not be shown.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn new(values: impl Iterator<Item = String>) -> Self {
        let mut secrets = Self::default();
        values.for_each(|value| secrets.add(value));
        secrets
    }

    /// Also hides `value`, unless it is so short that it occurs in any text.
    pub(crate) fn add(&mut self, value: String) {
        if value.len() >= SHORTEST {
            self.0.push(value);
        }
    }

    /// Replaces every part of `text` that a secret covers.
    pub(crate) fn hide(&self, text: &str) -> String {
        hide(text, self.0.iter().map(String::as_str), HIDDEN)
    }
}

/// Replaces a secret in texts.
pub(crate) const HIDDEN: &str = "…";
/// The shortest secret that is searched for, in bytes.
const SHORTEST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_hidden(known: &[&str], text: &str, expected: &str) {
        let secrets = Secrets::new(known.iter().map(|secret| (*secret).to_owned()));
        assert_eq!(secrets.hide(text), expected, "{known:?}");
    }

    #[test]
    fn secrets_that_overlap_are_hidden_as_one() {
        check_hidden(&["abcdef", "defghi"], "<abcdefghi>", "<…>");
        check_hidden(&["defghi", "abcdef"], "<abcdefghi>", "<…>");
        check_hidden(&["ababa"], "<abababa>", "<…>");
        check_hidden(&["abcd", "efgh"], "<abcdefgh>", "<……>");
        check_hidden(&["äöü", "öüß"], "<äöüß>", "<…>");
    }

    /// A short secret occurs in any text, and hiding it would show its position.
    #[test]
    fn secret_of_three_bytes_is_not_looked_for() {
        check_hidden(&["a", "abc", ""], "abc is a cab", "abc is a cab");
        check_hidden(&["abcd"], "abcd is a cab", "… is a cab");
    }
}
