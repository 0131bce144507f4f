use std::fmt;

use md5::Md5;
use sha2::{Digest, Sha256};

/// A CRC-64-AVRO fingerprint, displayed as 16 hex digits, most significant byte first.
///
/// <https://avro.apache.org/docs/1.12.0/specification/#schema-fingerprints>
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of `bytes`.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut value = EMPTY;
        for &byte in bytes {
            value ^= u64::from(byte);
            for _ in 0..8 {
                value = (value >> 1) ^ (EMPTY & (value & 1).wrapping_neg());
            }
        }
        Self(value)
    }

    /// The fingerprint that is `value` as a number.
    #[must_use]
    pub const fn from_u64(value: u64) -> Self {
        Self(value)
    }

    /// As a number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Most significant byte first. (Single-object encoding writes it the other way round.)
    #[must_use]
    pub const fn to_be_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

pub(super) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The fingerprint of nothing, which is also the polynomial.
const EMPTY: u64 = 0xc15d_213a_a4d7_a795;

#[cfg(test)]
mod tests {
    use crate::avro::Schema;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(
            Schema::parse(text).unwrap().fingerprint().to_string(),
            expected
        );
    }

    /// From `share/test/data/schema-tests.txt` of apache/avro.
    #[test]
    fn fingerprints_are_java_s() {
        check("\"null\"", "63dd24e7cc258f8a");
        check("\"boolean\"", "9f42fc78a4d4f764");
        check("\"int\"", "7275d51a3f395c8f");
        check("\"string\"", "8f014872634503c7");
    }
    #[track_caller]
    fn check_digests(text: &str, md5: &str, sha256: &str) {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let schema = Schema::parse(text).unwrap();
        assert_eq!(hex(&schema.fingerprint_md5()), md5);
        assert_eq!(hex(&schema.fingerprint_sha256()), sha256);
    }

    /// As PyPI fastavro 1.13.1 computes them (`fastavro.schema.fingerprint`).
    #[test]
    fn digests_are_fastavro_s() {
        check_digests(
            "\"null\"",
            "9b41ef67651c18488a8b08bb67c75699",
            "f072cbec3bf8841871d4284230c5e983dc211a56837aed862487148f947d1a1f",
        );
        check_digests(
            "\"int\"",
            "ef524ea1b91e73173d938ade36c1db32",
            "3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45",
        );
        check_digests(
            r#"{"type":"record","name":"R","namespace":"a.b","doc":"x","fields":[
                {"name":"f","type":["null","string"],"default":null}]}"#,
            "3974b4bf660b4b5223745bfa95caf626",
            "6224c58c3a95b31b9c9313a7b852a73bfbf575edf53900c1e0a7a6751d5301fb",
        );
    }
}
