//! Texts that may be datetimes, re-rendered by a policy.
#![no_main]

use std::fmt::{self, Display};

use libfuzzer_sys::fuzz_target;
use serde::{Serialize, Serializer};
use wireform::datetime::{DatetimePolicy, Naive};
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

fuzz_target!(|text: &str| {
    let policy = DatetimePolicy::default().naive(Naive::AssumeUtc);
    let json = DatetimeJson::<Shown<'_>>::new(policy);
    let Ok(once) = json.to_vec(&Shown(text)) else { return };
    let rendered: String = String::from_utf8(once.clone()).expect("JSON is UTF-8");
    // Rendering what was rendered changes nothing, where it was a datetime.
    if rendered.len() == 29 && rendered.ends_with("Z\"") {
        let inner = rendered.trim_matches('"');
        assert_eq!(json.to_vec(&Shown(inner)).expect("a datetime"), once);
    }
});
