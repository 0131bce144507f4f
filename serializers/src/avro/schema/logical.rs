use super::json::Object;
use super::node::{Fixed, Kind};

/// What the values of a type stand for.
///
/// <https://avro.apache.org/docs/1.12.0/specification/#logical-types>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogicalType {
    /// `big-decimal` on bytes: unscaled value and scale in every value.
    BigDecimal,
    /// `date` on int: days since 1970-01-01.
    Date,
    /// `decimal` on bytes or fixed: the unscaled value, two's complement, big endian.
    Decimal {
        /// Most digits.
        precision: u32,
        /// Digits after the point.
        scale: u32,
    },
    /// `duration` on fixed(12): months, days, milliseconds, each 4 bytes little endian.
    Duration,
    /// `local-timestamp-micros` on long.
    LocalTimestampMicros,
    /// `local-timestamp-millis` on long.
    LocalTimestampMillis,
    /// `local-timestamp-nanos` on long.
    LocalTimestampNanos,
    /// `time-micros` on long: since midnight.
    TimeMicros,
    /// `time-millis` on int: since midnight.
    TimeMillis,
    /// `timestamp-micros` on long: since 1970-01-01T00:00:00Z.
    TimestampMicros,
    /// `timestamp-millis` on long.
    TimestampMillis,
    /// `timestamp-nanos` on long.
    TimestampNanos,
    /// `uuid` on string (36 characters) or fixed(16).
    Uuid,
}

impl LogicalType {
    /// The name in schemas.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BigDecimal => "big-decimal",
            Self::Date => "date",
            Self::Decimal { .. } => "decimal",
            Self::Duration => "duration",
            Self::LocalTimestampMicros => "local-timestamp-micros",
            Self::LocalTimestampMillis => "local-timestamp-millis",
            Self::LocalTimestampNanos => "local-timestamp-nanos",
            Self::TimeMicros => "time-micros",
            Self::TimeMillis => "time-millis",
            Self::TimestampMicros => "timestamp-micros",
            Self::TimestampMillis => "timestamp-millis",
            Self::TimestampNanos => "timestamp-nanos",
            Self::Uuid => "uuid",
        }
    }

    /// The logical type that `object` names, if it fits `kind`.
    pub(super) fn of(kind: &Kind, object: &Object<'_>) -> Option<Self> {
        let name = object.get("logicalType")?.as_string()?;
        let found = match (name.as_str(), kind) {
            ("big-decimal", Kind::Bytes) => Self::BigDecimal,
            ("date", Kind::Int) => Self::Date,
            ("decimal", Kind::Bytes | Kind::Fixed(_)) => return decimal(kind, object),
            ("duration", Kind::Fixed(Fixed { size: 12, .. })) => Self::Duration,
            ("local-timestamp-micros", Kind::Long) => Self::LocalTimestampMicros,
            ("local-timestamp-millis", Kind::Long) => Self::LocalTimestampMillis,
            ("local-timestamp-nanos", Kind::Long) => Self::LocalTimestampNanos,
            ("time-micros", Kind::Long) => Self::TimeMicros,
            ("time-millis", Kind::Int) => Self::TimeMillis,
            ("timestamp-micros", Kind::Long) => Self::TimestampMicros,
            ("timestamp-millis", Kind::Long) => Self::TimestampMillis,
            ("timestamp-nanos", Kind::Long) => Self::TimestampNanos,
            ("uuid", Kind::String | Kind::Fixed(Fixed { size: 16, .. })) => Self::Uuid,
            _ => return None,
        };
        Some(found)
    }
}

fn decimal(kind: &Kind, object: &Object<'_>) -> Option<LogicalType> {
    let precision = object.get("precision")?.as_u32()?;
    let scale = match object.get("scale") {
        Some(scale) => scale.as_u32()?,
        None => 0,
    };
    let fits = match kind {
        Kind::Fixed(fixed) => precision <= max_precision(fixed.size),
        _ => true,
    };
    (precision > 0 && scale <= precision && fits)
        .then_some(LogicalType::Decimal { precision, scale })
}

/// Digits that always fit `size` bytes of two's complement: floor(log10(2^(8·size − 1) − 1)).
fn max_precision(size: usize) -> u32 {
    // log10(2) as a fraction that is exact enough up to any size that matters.
    let bits = u64::try_from(size)
        .unwrap_or(u64::MAX)
        .saturating_mul(8)
        .saturating_sub(1);
    let digits = u128::from(bits) * 30_102_999_566_398_119_521 / 100_000_000_000_000_000_000;
    u32::try_from(digits).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::max_precision;

    #[test]
    fn precision_of_fixed_is_as_java_computes_it() {
        for (size, digits) in [
            (0, 0),
            (1, 2),
            (2, 4),
            (3, 6),
            (4, 9),
            (8, 18),
            (12, 28),
            (16, 38),
        ] {
            assert_eq!(max_precision(size), digits, "{size} bytes");
        }
    }
}
