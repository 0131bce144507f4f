//! Texts that may be datetimes: rendered by a policy, and read strictly.
#![no_main]

use std::fmt::{self, Display};

use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use wireform::datetime::{Auto, Civil, DatetimePolicy, Naive, Nanos, Rfc3339};
use wireform::{DatetimeJson, SerializerExt};

/// A type that displays itself, as chrono's and jiff's do.
struct Shown<'a>(&'a str);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// What is read is written, and read again, as the same; but for a first or last hour whose UTC is
/// of a year that no text can have.
fn back_and_forth<T: DeserializeOwned + Serialize + PartialEq>(json: &str) {
    if let Ok(read) = serde_json::from_str::<T>(json) {
        let written = match serde_json::to_string(&read) {
            Err(error) if error.to_string().contains("outside of 0000 to 9999") => return,
            written => written.expect("it was read"),
        };
        let again: T = serde_json::from_str(&written).expect("it was written");
        assert!(again == read, "{json}: {written}");
    }
}

fuzz_target!(|text: &str| {
    let quoted = serde_json::to_string(text).expect("text");
    back_and_forth::<Rfc3339<jiff::Timestamp, Auto>>(&quoted);
    back_and_forth::<Civil<jiff::civil::Date>>(&quoted);
    back_and_forth::<Civil<jiff::civil::Time, Nanos>>(&quoted);
    back_and_forth::<Civil<jiff::civil::DateTime, Auto>>(&quoted);

    let policy = DatetimePolicy::default().naive(Naive::AssumeUtc);
    let json = DatetimeJson::<Shown<'_>>::new(policy);
    let Ok(once) = json.to_vec(&Shown(text)) else { return };
    let rendered: String = serde_json::from_slice(&once).expect("a text stays a text");
    // Rendering what was rendered changes nothing; what is no datetime is as it was.
    assert_eq!(json.to_vec(&Shown(&rendered)).expect("it was rendered"), once);
});
