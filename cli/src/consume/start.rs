//! Where `consume` begins.

use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use wireform::datetime::{Millis, Rfc3339};

/// In each partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    Beginning,
    End,
    /// That offset.
    Offset(i64),
    /// So many records before the end.
    Last(i64),
    /// Milliseconds since 1970.
    Time(i64),
}

impl From {
    /// The offset, between the first and the one behind the last; a time is asked for elsewhere.
    pub(super) fn offset(self, first: i64, end: i64) -> i64 {
        match self {
            Self::Beginning => first,
            Self::End | Self::Time(_) => end,
            Self::Offset(offset) => offset.clamp(first, end),
            Self::Last(count) => end.saturating_sub(count).max(first),
        }
    }
}

impl FromStr for From {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= 0);
        let found = match text {
            "beginning" => Some(Self::Beginning),
            "end" => Some(Self::End),
            _ => match (text.strip_prefix('-'), text.strip_prefix('@')) {
                (Some(count), _) => number(count).map(Self::Last),
                (_, Some(time)) => number(time).or_else(|| millis(time)).map(Self::Time),
                _ => number(text).map(Self::Offset),
            },
        };
        found.ok_or_else(|| {
            "expected beginning, end, an offset, -N, or @ with an RFC 3339 time or milliseconds"
                .to_owned()
        })
    }
}

fn millis(text: &str) -> Option<i64> {
    let json = serde_json::Value::from(text);
    let at: Rfc3339<SystemTime, Millis> = serde_json::from_value(json).ok()?;
    let since = at.into_inner().duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_parsed() {
        let parse = |text: &str| text.parse::<From>().ok();
        assert_eq!(parse("beginning"), Some(From::Beginning));
        assert_eq!(parse("17"), Some(From::Offset(17)));
        assert_eq!(parse("-3"), Some(From::Last(3)));
        assert_eq!(parse("@1700000000000"), Some(From::Time(1_700_000_000_000)));
        let at = Some(From::Time(1_704_164_645_500));
        assert_eq!(parse("@2024-01-02T03:04:05.5Z"), at);
        assert_eq!(parse("@2024-01-02T04:04:05.5+01:00"), at);
        for text in [
            "",
            "-",
            "@",
            "--3",
            "start",
            "1.5",
            "@2024-01-02",
            "@1969-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_stay_within_the_partition() {
        assert_eq!(From::Offset(3).offset(5, 9), 5);
        assert_eq!(From::Offset(30).offset(5, 9), 9);
        assert_eq!(From::Last(2).offset(5, 9), 7);
        assert_eq!(From::Last(20).offset(5, 9), 5);
    }
}
