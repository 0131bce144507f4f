use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// The name under which versions of one schema are kept, such as `orders-value`.
///
/// Never empty, at most 4096 bytes, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(Box<str>);

/// Which side of a record a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The record's key.
    Key,
    /// The record's value.
    Value,
}

/// **A type that implements `SubjectNaming` is a rule for naming subjects; it makes a
/// [`Subject`] from a topic, a side of the record and the record's full name.**
///
/// # Contract
/// The same arguments give the same subject. `record` is the full name of the record or message,
/// and `None` for a schema that has none (a primitive, an array).
///
/// A closure is one too:
/// ```
/// use wireform_registry::{Role, Subject, SubjectNaming};
///
/// let naming = |topic: &str, _: Role, _: Option<&str>| Subject::new(format!("team-a.{topic}"));
/// let subject = naming.subject("orders", Role::Value, None)?;
/// assert_eq!(subject.as_str(), "team-a.orders");
/// # Ok::<(), wireform_registry::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    note = "use `TopicName`, `RecordName`, `TopicRecordName`, or a closure \
            `|topic: &str, role: Role, record: Option<&str>| -> Result<Subject>`"
)]
pub trait SubjectNaming: Send + Sync {
    /// Returns the subject for the schema of `record` on the `role` side of `topic`.
    ///
    /// # Errors
    /// `Config` if the rule needs a record name and there is none, or the name is not a valid
    /// subject.
    fn subject(&self, topic: &str, role: Role, record: Option<&str>) -> Result<Subject>;
}

/// `<topic>-key` and `<topic>-value`: one schema a topic. The default everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct TopicName;

/// `<record full name>`: one schema a record type, on any topic.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecordName;

/// `<topic>-<record full name>`: several record types a topic, each with a history of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct TopicRecordName;

impl Subject {
    /// The subject called `name`.
    ///
    /// # Errors
    /// `Config` if `name` is empty, longer than 4096 bytes or holds a control character.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let problem = if name.is_empty() {
            "is empty"
        } else if name.len() > MAX_LEN {
            "is longer than 4096 bytes"
        } else if name.chars().any(char::is_control) {
            "holds a control character"
        } else {
            return Ok(Self(name.into_boxed_str()));
        };
        Err(Error::new(
            ErrorKind::Config,
            format!("the subject name {problem}"),
        ))
    }

    /// `<topic>-value`, the subject of a topic's values.
    ///
    /// # Panics
    /// If `topic` is not a valid topic name at all (empty, too long, or with control characters);
    /// [`Subject::new`] reports it instead.
    #[must_use]
    pub fn value(topic: &str) -> Self {
        Self::of_topic(topic, Role::Value)
    }

    /// `<topic>-key`, the subject of a topic's keys.
    ///
    /// # Panics
    /// As [`Subject::value`].
    #[must_use]
    pub fn key(topic: &str) -> Self {
        Self::of_topic(topic, Role::Key)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[allow(
        clippy::panic,
        reason = "documented: the topic name is the program's own text"
    )]
    fn of_topic(topic: &str, role: Role) -> Self {
        match TopicName.subject(topic, role, None) {
            Ok(subject) => subject,
            Err(error) => panic!("topic {topic:?}: {error}"),
        }
    }
}

impl Role {
    /// `key` or `value`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
        }
    }
}

impl SubjectNaming for TopicName {
    fn subject(&self, topic: &str, role: Role, _record: Option<&str>) -> Result<Subject> {
        if topic.is_empty() {
            return Err(Error::new(ErrorKind::Config, "the topic name is empty"));
        }
        Subject::new(format!("{topic}-{role}"))
    }
}

impl SubjectNaming for RecordName {
    fn subject(&self, _topic: &str, _role: Role, record: Option<&str>) -> Result<Subject> {
        Subject::new(record_name(record)?)
    }
}

impl SubjectNaming for TopicRecordName {
    fn subject(&self, topic: &str, _role: Role, record: Option<&str>) -> Result<Subject> {
        Subject::new(format!("{topic}-{}", record_name(record)?))
    }
}

impl<F> SubjectNaming for F
where
    F: Fn(&str, Role, Option<&str>) -> Result<Subject> + Send + Sync,
{
    fn subject(&self, topic: &str, role: Role, record: Option<&str>) -> Result<Subject> {
        self(topic, role, record)
    }
}

impl FromStr for Subject {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::new(name)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn record_name(record: Option<&str>) -> Result<&str> {
    record.ok_or_else(|| {
        Error::new(
            ErrorKind::Config,
            "the schema has no record name to make a subject from",
        )
    })
}

const MAX_LEN: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(naming: &dyn SubjectNaming, record: Option<&str>, expected: Option<&str>) {
        let subject = naming.subject("orders", Role::Key, record).ok();
        assert_eq!(subject.as_ref().map(Subject::as_str), expected);
    }

    #[test]
    fn topic_name_is_topic_and_role() {
        check(&TopicName, Some("shop.Order"), Some("orders-key"));
    }

    #[test]
    fn record_name_is_the_full_name() {
        check(&RecordName, Some("shop.Order"), Some("shop.Order"));
    }

    #[test]
    fn topic_record_name_joins_both() {
        check(
            &TopicRecordName,
            Some("shop.Order"),
            Some("orders-shop.Order"),
        );
    }

    #[test]
    fn a_primitive_has_no_record_name() {
        check(&RecordName, None, None);
        check(&TopicRecordName, None, None);
    }

    #[test]
    fn invalid_subjects_cannot_be_built() {
        for name in ["", "a\nb", "a\0", &"x".repeat(4097)] {
            assert_eq!(
                Subject::new(name).map_err(|e| e.kind()),
                Err(ErrorKind::Config)
            );
        }
    }
}
