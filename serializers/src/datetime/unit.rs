use super::policy::Precision;

/// Whole seconds.
#[derive(Clone, Copy, Debug)]
pub enum Seconds {}

/// Thousandths of a second, three digits.
#[derive(Clone, Copy, Debug)]
pub enum Millis {}

/// Millionths of a second, six digits.
#[derive(Clone, Copy, Debug)]
pub enum Micros {}

/// Billionths of a second, nine digits.
#[derive(Clone, Copy, Debug)]
pub enum Nanos {}

/// As few of 0, 3, 6 and 9 digits as lose nothing; for RFC 3339 only.
#[derive(Clone, Copy, Debug)]
pub enum Auto {}

/// **A type that implements `TextPrecision` says how many digits of a second RFC 3339 text has;
/// they are [`Seconds`], [`Millis`], [`Micros`], [`Nanos`] and [`Auto`].**
pub trait TextPrecision: sealed::Sealed {
    /// The digits.
    const PRECISION: Precision;
}

/// **A type that implements `EpochUnit` says what an integer since the epoch counts; they are
/// [`Seconds`], [`Millis`], [`Micros`] and [`Nanos`].**
pub trait EpochUnit: sealed::Sealed {
    /// How many there are in a second.
    const PER_SECOND: u32;
}

/// **A type that implements `AvroUnit` says what one of Avro's timestamps counts; they are
/// [`Millis`], [`Micros`] and [`Nanos`].**
pub trait AvroUnit: EpochUnit + TextPrecision {
    /// Avro's name for it: `timestamp-millis`.
    const LOGICAL_TYPE: &'static str;
    /// Avro's name for a timestamp of this unit without a time zone: `local-timestamp-millis`.
    const LOCAL_LOGICAL_TYPE: &'static str;
    /// Avro's name for a time of day: `time-millis`; `None` where it has none.
    const TIME_LOGICAL_TYPE: Option<&'static str>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! units {
    ($($unit:ident $per_second:literal),+) => {$(
        impl sealed::Sealed for $unit {}

        impl TextPrecision for $unit {
            const PRECISION: Precision = Precision::$unit;
        }

        impl EpochUnit for $unit {
            const PER_SECOND: u32 = $per_second;
        }
    )+};
}

units!(Seconds 1, Millis 1_000, Micros 1_000_000, Nanos 1_000_000_000);

impl sealed::Sealed for Auto {}

impl TextPrecision for Auto {
    const PRECISION: Precision = Precision::Auto;
}

impl AvroUnit for Millis {
    const LOGICAL_TYPE: &'static str = "timestamp-millis";
    const LOCAL_LOGICAL_TYPE: &'static str = "local-timestamp-millis";
    const TIME_LOGICAL_TYPE: Option<&'static str> = Some("time-millis");
}

impl AvroUnit for Micros {
    const LOGICAL_TYPE: &'static str = "timestamp-micros";
    const LOCAL_LOGICAL_TYPE: &'static str = "local-timestamp-micros";
    const TIME_LOGICAL_TYPE: Option<&'static str> = Some("time-micros");
}

impl AvroUnit for Nanos {
    const LOGICAL_TYPE: &'static str = "timestamp-nanos";
    const LOCAL_LOGICAL_TYPE: &'static str = "local-timestamp-nanos";
    const TIME_LOGICAL_TYPE: Option<&'static str> = None;
}
