use std::fmt;

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
}
