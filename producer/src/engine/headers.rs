use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use wireform::header::{check_own_header, codec_headers};
use wireform::{ContentType, Format, HeaderNames, SchemaRef};

use crate::error::{Error, Result};
use crate::native::headers::NativeHeaders;

/// The headers that a producer adds to every record.
#[derive(Debug)]
pub(crate) struct OwnHeaders {
    pub(crate) names: HeaderNames,
    pub(crate) fixed: Vec<(String, Vec<u8>)>,
    /// True if each record carries the current trace context.
    pub(crate) has_trace: bool,
}

/// The headers of one pair of formats, built once.
#[derive(Debug)]
pub(crate) struct HeaderSet {
    facts: Facts,
    /// The headers of the codec, then those of the producer that a record cannot replace.
    pairs: Vec<(String, Vec<u8>)>,
    bytes: usize,
    /// The pairs in librdkafka's form; `None` if there are none.
    native: Option<NativeHeaders>,
}

/// The properties of a format that determine its headers. Comparing them allocates nothing.
#[derive(Debug, PartialEq, Eq)]
struct Facts {
    value: Option<ValueFacts>,
    key_id: Option<Box<[u8]>>,
}

#[derive(Debug, PartialEq, Eq)]
struct ValueFacts {
    content_type: ContentType,
    version: Option<String>,
    schema_id: Option<Box<[u8]>>,
}

/// The header sets of one topic handle, by format. Nearly all topics have one.
#[derive(Debug, Default)]
pub(crate) struct HeaderCache {
    first: OnceLock<Arc<HeaderSet>>,
    others: RwLock<Arc<[Arc<HeaderSet>]>>,
}

/// The headers of a record, and their size in bytes.
pub(crate) type Headers = (Option<NativeHeaders>, usize);

/// Returns headers as they were consumed; `None` if there are none.
pub(crate) fn raw_headers<'a>(
    pairs: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
) -> Option<NativeHeaders> {
    NativeHeaders::raw(pairs)
}

impl HeaderCache {
    pub(crate) fn find(
        &self,
        own: &OwnHeaders,
        key: Option<&dyn Format>,
        value: Option<&dyn Format>,
    ) -> Result<Arc<HeaderSet>> {
        if let Some(first) = self.first.get() {
            if first.facts.are_of(key, value) {
                return Ok(Arc::clone(first));
            }
        } else {
            let set = Arc::new(HeaderSet::new(own, key, value)?);
            let first = self.first.get_or_init(|| Arc::clone(&set));
            if Arc::ptr_eq(first, &set) {
                return Ok(set);
            }
        }
        self.find_other(own, key, value)
    }

    fn find_other(
        &self,
        own: &OwnHeaders,
        key: Option<&dyn Format>,
        value: Option<&dyn Format>,
    ) -> Result<Arc<HeaderSet>> {
        // Formats are code of the program: no lock is held while they are called.
        let others = Arc::clone(&self.others.read().unwrap_or_else(PoisonError::into_inner));
        if let Some(set) = others.iter().find(|set| set.facts.are_of(key, value)) {
            return Ok(Arc::clone(set));
        }
        let set = Arc::new(HeaderSet::new(own, key, value)?);
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        if others.len() < CACHED {
            *others = others.iter().chain([&set]).cloned().collect();
        }
        Ok(set)
    }
}

impl HeaderSet {
    fn new(own: &OwnHeaders, key: Option<&dyn Format>, value: Option<&dyn Format>) -> Result<Self> {
        for (name, _) in &own.fixed {
            check_name(name, key, value)?;
        }
        let mut pairs = codec_headers(&own.names, key, value);
        pairs.retain(|(name, _)| !own.fixed.iter().any(|(other, _)| is_same(name, other)));
        pairs.extend_from_slice(&own.fixed);
        Ok(Self {
            facts: Facts::new(key, value),
            bytes: size(pairs.iter().map(|(name, value)| (&**name, &**value))),
            native: NativeHeaders::new(pairs.iter().map(|(name, value)| (&**name, &**value))),
            pairs,
        })
    }

    /// Returns the headers of a record with headers of its own.
    pub(crate) fn with(
        &self,
        own: &[(&str, &[u8])],
        key: Option<&dyn Format>,
        value: Option<&dyn Format>,
    ) -> Result<Headers> {
        if own.is_empty() {
            return Ok((self.native.clone(), self.bytes));
        }
        for (name, _) in own {
            check_name(name, key, value)?;
        }
        let inherited = self
            .pairs
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .filter(|(name, _)| !own.iter().any(|(other, _)| is_same(name, other)));
        let all = inherited.chain(own.iter().copied());
        Ok((NativeHeaders::new(all.clone()), size(all)))
    }
}

impl Facts {
    fn new(key: Option<&dyn Format>, value: Option<&dyn Format>) -> Self {
        let value = value.map(|format| ValueFacts {
            content_type: format.content_type(),
            version: format.version().map(str::to_owned),
            schema_id: id(format).map(Box::from),
        });
        let key_id = key.and_then(id).map(Box::from);
        Self { value, key_id }
    }

    fn are_of(&self, key: Option<&dyn Format>, value: Option<&dyn Format>) -> bool {
        let is_value = match (&self.value, value) {
            (None, None) => true,
            (Some(facts), Some(format)) => {
                facts.version.as_deref() == format.version()
                    && facts.schema_id.as_deref() == id(format)
                    && facts.content_type == format.content_type()
            }
            _ => false,
        };
        is_value && self.key_id.as_deref() == key.and_then(id)
    }
}

/// Returns the value of the schema id header of a format.
fn id(format: &dyn Format) -> Option<&[u8]> {
    format.schema().and_then(SchemaRef::header_value)
}

fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Refuses a name that would hide the schema id, and one that librdkafka would cut short.
pub(crate) fn check_name(
    name: &str,
    key: Option<&dyn Format>,
    value: Option<&dyn Format>,
) -> Result<()> {
    if name.contains('\0') {
        return Err(Error::config(format!(
            "invalid header name {name:?}: it contains a zero byte"
        )));
    }
    check_own_header(name, key, value)
        .map_err(|error| Error::config(error.to_string()).with_source(error))
}

fn size<'a>(pairs: impl Iterator<Item = (&'a str, &'a [u8])>) -> usize {
    pairs.map(|(name, value)| name.len() + value.len()).sum()
}

/// Formats beyond the first that a topic handle remembers: if each record has another one (a
/// version per record), the cache must not grow without limit.
const CACHED: usize = 64;

#[cfg(test)]
mod tests {
    use wireform::{Json, Utf8};

    use super::*;

    fn own(fixed: &[(&str, &str)]) -> OwnHeaders {
        let fixed = fixed.iter();
        OwnHeaders {
            names: HeaderNames::default(),
            fixed: fixed
                .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            has_trace: false,
        }
    }

    #[track_caller]
    fn check(fixed: &[(&str, &str)], record: &[(&str, &[u8])], expected: &str) {
        let json = Json::<u32>::new().version("1.0");
        let set = HeaderSet::new(&own(fixed), Some(&Utf8), Some(&json)).unwrap();
        let (headers, bytes) = set.with(record, Some(&Utf8), Some(&json)).unwrap();
        let headers = headers.unwrap();
        let found: Vec<_> = (0..)
            .map_while(|index| headers.at(index))
            .map(|(name, value)| {
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                format!("{}={}", text(name), text(value.unwrap()))
            })
            .collect();
        assert_eq!(found.join(" "), expected);
        assert_eq!(
            bytes,
            found.iter().map(|pair| pair.len() - 1).sum::<usize>()
        );
    }

    #[test]
    fn headers_are_in_order() {
        check(
            &[("source", "shop")],
            &[("trace-id", b"abc")],
            "content-type=application/json version=1.0 source=shop trace-id=abc",
        );
    }

    #[test]
    fn record_beats_producer_beats_codec() {
        check(
            &[("Version", "2"), ("source", "shop")],
            &[("SOURCE", b"till"), ("content-type", b"text/x")],
            "Version=2 SOURCE=till content-type=text/x",
        );
    }

    #[test]
    fn sets_are_built_once_for_each_format() {
        let cache = HeaderCache::default();
        let own = own(&[]);
        let (one, two) = (Json::<u32>::new(), Json::<u32>::new().version("2"));
        let first = cache.find(&own, None, Some(&one)).unwrap();
        let second = cache.find(&own, None, Some(&two)).unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
        for (format, expected) in [(&one, &first), (&two, &second)] {
            let again = cache.find(&own, Some(&Utf8), Some(format)).unwrap();
            assert!(Arc::ptr_eq(&again, expected));
        }
        let tombstone = cache.find(&own, Some(&Utf8), None).unwrap();
        assert!(tombstone.pairs.is_empty());
    }

    /// A format of a program that asks the cache something.
    #[derive(Debug)]
    struct Looking<'a>(&'a HeaderCache);

    impl Format for Looking<'_> {
        fn content_type(&self) -> ContentType {
            Json::<u32>::new().content_type()
        }

        fn version(&self) -> Option<&str> {
            assert!(self.0.others.try_write().is_ok(), "a lock is held");
            None
        }

        fn schema(&self) -> Option<&SchemaRef> {
            None
        }
    }

    #[test]
    fn formats_are_asked_without_a_lock() {
        let cache = HeaderCache::default();
        let own = own(&[]);
        for version in ["1", "2", "3"] {
            let json = Json::<u32>::new().version(version);
            cache.find(&own, None, Some(&json)).unwrap();
        }
        cache.find(&own, None, Some(&Looking(&cache))).unwrap();
    }
}
