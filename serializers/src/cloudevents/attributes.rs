use crate::error::{Error, ErrorKind, Result};
use crate::header::HeaderList;

/// The attributes of an event: `id`, `source`, `type`, and any others.
///
/// In binary mode they go into headers, `Record::event` of the producer does that; the payload and
/// its `content-type` are the codec's:
///
/// ```
/// use wireform::cloudevents::EventAttributes;
///
/// let attributes = EventAttributes::new("A-1", "/shop/orders", "shop.order.placed")?
///     .subject("ORD-001")?
///     .time("2026-11-23T21:50:03Z")?
///     .extension("tenant", "acme")?;
/// let headers: Vec<_> = attributes.headers().collect();
/// assert_eq!(headers[..2], [("ce_specversion", "1.0"), ("ce_id", "A-1")]);
///
/// let read = EventAttributes::from_headers(&headers)?.expect("an event");
/// assert_eq!((read.event_type(), read.get("tenant")), ("shop.order.placed", Some("acme")));
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventAttributes {
    /// Names with [`PREFIX`], each once; the required ones first, in the order of [`REQUIRED`].
    pairs: Vec<(String, String)>,
}

/// Of header names in binary mode, section 3.2.3 of the Kafka binding.
const PREFIX: &str = "ce_";
const REQUIRED: [&str; 4] = ["specversion", "id", "source", "type"];
/// Names that no extension may have, besides those above: known attributes, and members of the
/// JSON format.
const RESERVED: [&str; 6] = [
    "data",
    "data_base64",
    "datacontenttype",
    "dataschema",
    "subject",
    "time",
];
/// Those that are never attributes here: the data, and its type, which the codec states.
const MEMBERS: [&str; 3] = ["data", "data_base64", "datacontenttype"];

impl EventAttributes {
    /// The required attributes: `source` and `id` together name the event, `source` is a URI
    /// reference, `event_type` says what happened.
    ///
    /// # Errors
    /// `Config` if one is empty or holds a control character, or the source white space.
    pub fn new(
        id: impl Into<String>,
        source: impl Into<String>,
        event_type: impl Into<String>,
    ) -> Result<Self> {
        let values = [
            "1.0".to_owned(),
            id.into(),
            source.into(),
            event_type.into(),
        ];
        let mut attributes = Self { pairs: Vec::new() };
        for (name, value) in REQUIRED.into_iter().zip(values) {
            attributes = attributes.with(name, value)?;
        }
        Ok(attributes)
    }

    /// Sets the subject of the event within its source.
    ///
    /// # Errors
    /// `Config` if it is empty or holds a control character.
    pub fn subject(self, subject: impl Into<String>) -> Result<Self> {
        self.with("subject", subject.into())
    }

    /// When it happened, as RFC 3339 has it: `2026-11-23T21:50:03.5Z`.
    ///
    /// # Errors
    /// `Config` if it is not such a time.
    pub fn time(self, time: impl Into<String>) -> Result<Self> {
        self.with("time", time.into())
    }

    /// A URI of the schema of the data.
    ///
    /// # Errors
    /// `Config` if it is empty or holds white space.
    pub fn data_schema(self, uri: impl Into<String>) -> Result<Self> {
        self.with("dataschema", uri.into())
    }

    /// An attribute of one's own.
    ///
    /// # Errors
    /// `Config` if the name is taken or is not of `a-z` and `0-9`, or the value is empty or holds a
    /// control character.
    pub fn extension(self, name: &str, value: impl Into<String>) -> Result<Self> {
        if is_known(name) {
            return Err(config(format!(
                "invalid extension name {name:?}: it is reserved"
            )));
        }
        self.with(name, value.into())
    }

    /// The attribute `id`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.get("id").unwrap_or_default()
    }

    /// The attribute `source`.
    #[must_use]
    pub fn source(&self) -> &str {
        self.get("source").unwrap_or_default()
    }

    /// The attribute `type`.
    #[must_use]
    pub fn event_type(&self) -> &str {
        self.get("type").unwrap_or_default()
    }

    /// Any attribute, by the specification's name of it: `time`, `subject`, an extension's.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(other, value)| (other == name).then_some(value))
    }

    /// Names and values, without `datacontenttype`, which the codec states.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.headers()
            .map(|(name, value)| (name.strip_prefix(PREFIX).unwrap_or(name), value))
    }

    /// The headers of binary mode: `ce_id`, …
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.pairs.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The attributes of a record in binary mode; `None` if it is not an event of that mode. Of
    /// attributes that are there twice, the last counts. Headers with the names of members of the
    /// JSON format (`ce_data`, `ce_data_base64`, `ce_datacontenttype`) are not attributes: they are
    /// skipped.
    ///
    /// # Errors
    /// `Decode`, naming the attribute, if a required one is missing or one is not valid;
    /// `UnsupportedContent` if the event is of another major version.
    pub fn from_headers<H: HeaderList + ?Sized>(headers: &H) -> Result<Option<Self>> {
        let mut pairs = Vec::new();
        for (name, value) in headers.headers() {
            let Some(name) = name.strip_prefix(PREFIX) else {
                continue;
            };
            if MEMBERS.contains(&name) {
                continue;
            }
            let value = std::str::from_utf8(value.unwrap_or_default())
                .map_err(|_| Error::new(ErrorKind::Decode, "not UTF-8").at(name.to_owned()))?;
            pairs.push((name.to_owned(), value.to_owned()));
        }
        if !pairs.iter().any(|(name, _)| name == "specversion") {
            return Ok(None);
        }
        Self::from_pairs(pairs).map(Some)
    }

    /// The attributes that were read somewhere.
    pub(super) fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self> {
        let decode = |message: String| Error::new(ErrorKind::Decode, message);
        let mut attributes = Self {
            pairs: Vec::with_capacity(pairs.len()),
        };
        let get = |name: &str| pairs.iter().rfind(|(other, _)| other == name);
        for name in REQUIRED {
            let (_, value) =
                get(name).ok_or_else(|| decode(format!("the event has no {name:?}")))?;
            attributes
                .set(name, value.clone())
                .map_err(|reason| decode(format!("{name:?} {reason}")))?;
        }
        // Minor versions add attributes, and take none away.
        if !attributes
            .get("specversion")
            .is_some_and(|version| version.starts_with("1."))
        {
            let message = "the event is of another major version than 1";
            return Err(Error::new(ErrorKind::UnsupportedContent, message));
        }
        for (name, value) in pairs {
            if !REQUIRED.contains(&&*name) {
                // The name of any other attribute is the sender's, and may be anything.
                let shown = match is_known(&name) {
                    true => format!("{name:?}"),
                    false => "an extension attribute".to_owned(),
                };
                attributes
                    .set(&name, value)
                    .map_err(|reason| decode(format!("{shown} {reason}")))?;
            }
        }
        Ok(attributes)
    }

    fn with(mut self, name: &str, value: String) -> Result<Self> {
        self.set(name, value)
            .map_err(|reason| config(format!("{name:?} {reason}")))?;
        Ok(self)
    }

    /// Sets an attribute; the error says what is wrong with it, without its name.
    fn set(&mut self, name: &str, value: String) -> Result<(), &'static str> {
        if name.is_empty()
            || !name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        {
            return Err("has an invalid name: expected letters a to z and digits");
        }
        // "String" of the type system, section 3.
        if value.is_empty() || value.chars().any(char::is_control) {
            return Err("is empty or holds a control character");
        }
        let is_valid = match name {
            "source" | "dataschema" => !value.contains(char::is_whitespace),
            "time" => is_rfc3339(&value),
            _ => true,
        };
        if !is_valid {
            return Err("is not valid");
        }
        let known = self.pairs.iter_mut().find(|(other, _)| {
            other
                .strip_prefix(PREFIX)
                .is_some_and(|other| other == name)
        });
        match known {
            Some((_, old)) => *old = value,
            None => self.pairs.push((format!("{PREFIX}{name}"), value)),
        }
        Ok(())
    }
}

/// Returns whether the specification has an attribute or a member of this name.
pub(super) fn is_known(name: &str) -> bool {
    REQUIRED.contains(&name) || RESERVED.contains(&name)
}

fn config(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}

/// Returns whether `text` is a `date-time` of RFC 3339, section 5.6. The length of months is not
/// checked.
fn is_rfc3339(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else {
        return false;
    };
    let clock_and_zone = rest.strip_prefix(['T', 't']);
    is_date(date) == Some(true) && clock_and_zone.and_then(is_clock_and_zone) == Some(true)
}

fn is_date(text: &str) -> Option<bool> {
    let (year, month_day) = text.split_at_checked(4)?;
    let (month, day) = month_day.strip_prefix('-')?.split_once('-')?;
    let is_year = year.bytes().all(|b| b.is_ascii_digit());
    let is_day = is_number(month, 12) && is_number(day, 31) && month != "00" && day != "00";
    Some(is_year && is_day)
}

fn is_clock_and_zone(text: &str) -> Option<bool> {
    // A leap second is a valid one.
    let rest = after_clock(text, &[23, 59, 60])?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (zone.len() < fraction.len()).then_some(zone)?
        }
        None => rest,
    };
    Some(match zone.strip_prefix(['+', '-']) {
        Some(offset) => after_clock(offset, &[23, 59])?.is_empty(),
        None => matches!(zone, "Z" | "z"),
    })
}

/// Returns what follows numbers of two digits, with colons between them. `most` are the largest ones.
fn after_clock<'t>(text: &'t str, most: &[u32]) -> Option<&'t str> {
    let mut rest = text;
    for (index, most) in most.iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix(':')?;
        }
        let (two, after) = rest.split_at_checked(2)?;
        is_number(two, *most).then_some(())?;
        rest = after;
    }
    Some(rest)
}

fn is_number(text: &str, most: u32) -> bool {
    text.len() == 2
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.parse::<u32>().is_ok_and(|number| number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> EventAttributes {
        EventAttributes::new("A-1", "/shop", "placed").unwrap()
    }

    #[track_caller]
    fn check_time(time: &str, is_valid: bool) {
        assert_eq!(order().time(time).is_ok(), is_valid, "{time}");
    }

    #[test]
    fn times_are_of_rfc_3339() {
        check_time("2026-11-23T21:50:03Z", true);
        check_time("2026-11-23t21:50:03.123456789+05:30", true);
        check_time("1990-12-31T23:59:60Z", true);
        check_time("2026-11-23", false);
        check_time("2026-11-23T21:50:03", false);
        check_time("2026-11-23 21:50:03Z", false);
        check_time("2026-13-23T21:50:03Z", false);
        check_time("2026-11-23T24:50:03Z", false);
        check_time("2026-11-23T21:50:03.Z", false);
        check_time("2026-11-23T21:50:03+5:30", false);
        check_time("2026-11-ä3T21:50:03Z", false);
    }

    #[test]
    fn extensions_have_names_of_their_own() {
        for name in ["id", "data", "datacontenttype", "Tenant", "my_name", ""] {
            let error = order().extension(name, "x").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{name}");
        }
        assert_eq!(order().extension("x1", "y").unwrap().get("x1"), Some("y"));
    }

    #[test]
    fn values_are_texts() {
        assert!(EventAttributes::new("", "/shop", "placed").is_err());
        assert!(EventAttributes::new("A\n1", "/shop", "placed").is_err());
        assert!(EventAttributes::new("A-1", "a b", "placed").is_err());
    }

    #[track_caller]
    fn check_headers(headers: &[(&str, &str)], expected: Result<Option<&str>, ErrorKind>) {
        let read = EventAttributes::from_headers(headers);
        let read = read.map(|event| event.map(|event| event.id().to_owned()));
        let expected = expected.map(|id| id.map(str::to_owned));
        assert_eq!(read.map_err(|error| error.kind()), expected);
    }

    #[test]
    fn headers_are_read_as_they_are_written() {
        let event = order().subject("ORD-001").unwrap();
        let headers: Vec<_> = event.headers().collect();
        assert_eq!(
            EventAttributes::from_headers(&headers).unwrap(),
            Some(event)
        );
    }

    #[test]
    fn headers_with_names_of_members_are_no_attributes() {
        let required = order();
        for name in ["data", "data_base64", "datacontenttype"] {
            let headers: Vec<_> = required
                .headers()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .chain([(format!("ce_{name}"), "text/plain".to_owned())])
                .collect();
            let read = EventAttributes::from_headers(&headers).unwrap().unwrap();
            assert_eq!(read, required, "{name}");
        }
    }

    #[test]
    fn headers_of_others_are_checked() {
        let all = [
            ("ce_specversion", "1.0"),
            ("ce_id", "7"),
            ("ce_source", "s"),
            ("ce_type", "t"),
        ];
        check_headers(&all, Ok(Some("7")));
        check_headers(&[("content-type", "text/plain")], Ok(None));
        check_headers(&all[..3], Err(ErrorKind::Decode));
        let with = |pair| [&all[..], &[pair]].concat();
        check_headers(&with(("ce_id", "8")), Ok(Some("8")));
        check_headers(&with(("ce_time", "now")), Err(ErrorKind::Decode));
        check_headers(
            &with(("ce_specversion", "2.0")),
            Err(ErrorKind::UnsupportedContent),
        );
    }
}
