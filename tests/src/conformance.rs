//! What every codec promises, as one check.

use std::fmt::Debug;

use wireform::{ContentType, Deserializer, Serializer, SerializerExt};

/// Checks that a codec appends, is deterministic, says its content type, and reads what it wrote.
///
/// # Panics
/// If it does not.
#[track_caller]
pub fn check<T, V>(
    serializer: &dyn Serializer<T>,
    deserializer: &dyn Deserializer<V>,
    value: &T,
    content_type: &ContentType,
) where
    T: ?Sized + PartialEq<V> + Debug,
    V: Debug,
{
    let alone = serializer.to_vec(value).unwrap();
    let mut appended = b"before".to_vec();
    serializer.serialize(value, &mut appended).unwrap();
    assert_eq!(
        appended.strip_prefix(b"before"),
        Some(&*alone),
        "appends the same bytes"
    );
    assert_eq!(serializer.to_vec(value).unwrap(), alone, "is deterministic");
    assert_eq!(serializer.format(value).content_type(), *content_type);
    assert!(!format!("{serializer:?}").is_empty());
    let decoded = deserializer.deserialize(&alone).unwrap();
    assert!(
        *value == decoded,
        "reads {decoded:?} where it wrote {value:?}"
    );
}

/// Checks that a value that cannot be written leaves the buffer as it was.
///
/// # Panics
/// If it does not, or the value can be written.
#[track_caller]
pub fn check_error<T: ?Sized>(serializer: &dyn Serializer<T>, value: &T) {
    let mut out = b"before".to_vec();
    serializer.serialize(value, &mut out).unwrap_err();
    assert_eq!(out, b"before");
}

/// Checks that every strict prefix and every single-bit flip of `bytes` gives a value or an
/// error, and no panic.
///
/// # Panics
/// If `decode` does.
pub fn check_damage<V>(bytes: &[u8], decode: impl Fn(&[u8]) -> wireform::Result<V>) -> usize {
    let mut tried = 0;
    for end in 0..bytes.len() {
        drop(decode(bytes.get(..end).unwrap_or_default()));
        tried += 1;
    }
    let mut damaged = bytes.to_vec();
    for bit in 0..bytes.len() * 8 {
        if let Some(byte) = damaged.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
        drop(decode(&damaged));
        tried += 1;
        if let Some(byte) = damaged.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
    }
    tried
}
