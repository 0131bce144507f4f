//! Rows that check what they do before it is measured.

use std::fmt::Debug;

use crate::measure::Row;

/// A row that appends to a buffer of its own; what it writes is checked first.
pub fn writes(
    name: &'static str,
    expected: &[u8],
    mut write: impl FnMut(&mut Vec<u8>) + 'static,
) -> Row {
    let mut out = Vec::with_capacity(1024);
    write(&mut out);
    assert_eq!(out, expected, "{name}: {}", String::from_utf8_lossy(&out));
    appends(name, write)
}

/// A row that appends to a buffer of its own.
pub fn appends(name: &'static str, mut write: impl FnMut(&mut Vec<u8>) + 'static) -> Row {
    let mut out = Vec::with_capacity(1024);
    Row::new(name, move || {
        out.clear();
        write(&mut out);
        out.len()
    })
}

/// A row that reads the datum; what it reads is checked first.
pub fn reads<T: PartialEq + Debug>(
    name: &'static str,
    datum: &[u8],
    expected: &T,
    mut read: impl FnMut(&[u8]) -> T + 'static,
) -> Row {
    let datum = datum.to_vec();
    assert_eq!(read(&datum), *expected, "{name}");
    Row::new(name, move || read(std::hint::black_box(&datum)))
}

pub fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
