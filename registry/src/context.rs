use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::subject::Subject;

/// A part of a registry with ids, subjects, levels and modes of its own, such as `.blue`.
///
/// The default context is named `.`. A subject names its context in front: `:.blue:orders-value`;
/// without that prefix, it is in the default context. Source:
/// <https://docs.confluent.io/platform/current/schema-registry/schema-linking-cp.html#what-is-a-schema-context>.
/// ```
/// use wireform_registry::{Context, Subject};
///
/// let blue: Context = ".blue".parse()?;
/// let subject = blue.subject("orders-value")?;
/// assert_eq!(subject.as_str(), ":.blue:orders-value");
/// assert_eq!(subject.context(), blue);
/// assert_eq!(subject.unqualified(), "orders-value");
/// assert_eq!(Subject::value("orders").context(), Context::default());
/// # Ok::<(), wireform_registry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Context(Box<str>);

impl Context {
    /// The name with its leading dot; the default context is the dot alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether this is the context of subjects that do not name one.
    #[must_use]
    pub fn is_default(&self) -> bool {
        &*self.0 == DEFAULT
    }

    /// Returns the subject `name` of this context.
    ///
    /// # Errors
    /// `Config` if that is not a valid subject.
    pub fn subject(&self, name: &str) -> Result<Subject> {
        if self.is_default() {
            Subject::new(name)
        } else {
            Subject::new(format!(":{self}:{name}"))
        }
    }

    /// `subject` as a schema in this context means it: one that names no context is in this one.
    pub(crate) fn qualify(&self, subject: &Subject) -> Subject {
        match qualified(subject.as_str()) {
            Some(_) => normal(subject),
            None => self
                .subject(subject.as_str())
                .unwrap_or_else(|_| subject.clone()),
        }
    }

    /// `subject` as the paths of a registry mean it that lead into this context: one that names no
    /// context is in this one, and any other keeps its own.
    #[cfg(feature = "http")]
    pub(crate) fn within(&self, subject: &Subject) -> Subject {
        let names_default = qualified(subject.as_str()).is_some_and(|(name, _)| name == DEFAULT);
        match names_default && !self.is_default() {
            true => subject.clone(),
            false => self.qualify(subject),
        }
    }

    /// The subject whose level and mode count for the whole context, `:.blue:`.
    pub(crate) fn scope(&self) -> Option<Subject> {
        Subject::new(format!(":{self}:")).ok()
    }
}

impl Default for Context {
    fn default() -> Self {
        Self(DEFAULT.into())
    }
}

impl FromStr for Context {
    type Err = Error;

    /// Reads a name; its leading dot may be left out.
    fn from_str(text: &str) -> Result<Self> {
        let name = text.strip_prefix(DEFAULT).unwrap_or(text);
        if text.is_empty() || name.contains(':') || name.chars().any(char::is_control) {
            let message = "a context's name is empty or holds a colon or a control character";
            return Err(Error::new(ErrorKind::Config, message));
        }
        Ok(Self(format!("{DEFAULT}{name}").into()))
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Subject {
    /// The context that the name puts in front, or the default one.
    #[must_use]
    pub fn context(&self) -> Context {
        qualified(self.as_str())
            .map_or_else(Context::default, |(context, _)| Context(context.into()))
    }

    /// The name without its context: `orders-value` for `:.blue:orders-value`.
    #[must_use]
    pub fn unqualified(&self) -> &str {
        qualified(self.as_str()).map_or(self.as_str(), |(_, name)| name)
    }
}

/// `subject` without the name of the default context: `:.:orders` is `orders`.
pub(crate) fn normal(subject: &Subject) -> Subject {
    match qualified(subject.as_str()) {
        Some((DEFAULT, name)) => Subject::new(name).unwrap_or_else(|_| subject.clone()),
        _ => subject.clone(),
    }
}

/// The context and the rest of `:.context:rest`.
pub(crate) fn qualified(name: &str) -> Option<(&str, &str)> {
    let (context, rest) = name.strip_prefix(':')?.split_once(':')?;
    context.starts_with(DEFAULT).then_some((context, rest))
}

const DEFAULT: &str = ".";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(subject: &str, context: &str, name: &str) {
        let subject = Subject::new(subject).unwrap();
        assert_eq!(subject.context().as_str(), context);
        assert_eq!(subject.unqualified(), name);
    }

    #[test]
    fn the_context_stands_between_two_colons() {
        check("orders", ".", "orders");
        check(":.blue:orders", ".blue", "orders");
        check(":.blue:", ".blue", "");
        check(":.blue:a:b", ".blue", "a:b");
        check(":.:orders", ".", "orders");
        check(":blue:orders", ".", ":blue:orders");
        check(":.blue", ".", ":.blue");
        check("a:.blue:b", ".", "a:.blue:b");
    }

    #[test]
    fn names_are_read_with_and_without_the_dot() {
        for text in ["blue", ".blue"] {
            assert_eq!(text.parse::<Context>().unwrap().as_str(), ".blue");
        }
        assert!(".".parse::<Context>().unwrap().is_default());
        for text in ["", ":.a:", "a:b", "a\n"] {
            assert!(text.parse::<Context>().is_err(), "{text:?}");
        }
    }
}
