//! Random values, with the ends of every range more often than not.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;
use std::sync::Arc;

use wireform::Uuid;
use wireform::avro::{
    Date, Decimal, Duration, LocalTimestampMicros, LocalTimestampMillis, LocalTimestampNanos,
    TimeMicros, TimeMillis, TimestampMicros, TimestampMillis, TimestampNanos,
};

/// xorshift64*, and how many more values there may be before lists become empty.
pub(crate) struct Random {
    state: u64,
    left: usize,
}

/// Makes a value of itself.
pub(crate) trait Arbitrary: Sized {
    fn arbitrary(random: &mut Random) -> Self;
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            left: 80,
        }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number from 0, and less than `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end
    }

    pub(crate) fn value<T: Arbitrary>(&mut self) -> T {
        self.left = self.left.saturating_sub(1);
        T::arbitrary(self)
    }

    /// How many items: few.
    fn count(&mut self) -> usize {
        match self.left {
            0 => 0,
            _ => self.below(4),
        }
    }

    fn list<T: Arbitrary>(&mut self) -> Vec<T> {
        let count = self.count();
        (0..count).map(|_| self.value()).collect()
    }
}

macro_rules! arbitrary {
    ($($type:ty: |$random:ident| $value:expr;)+) => {$(
        impl Arbitrary for $type {
            fn arbitrary($random: &mut Random) -> Self {
                $value
            }
        }
    )+};
}
pub(crate) use arbitrary;

/// Newtypes, and pointers: as what they hold.
macro_rules! around {
    ($($type:ty: $make:expr;)+) => {$(
        impl Arbitrary for $type {
            fn arbitrary(random: &mut Random) -> Self {
                $make(random.value())
            }
        }
    )+};
}
pub(crate) use around;

arbitrary! {
    (): |_random| ();
    bool: |random| random.below(2) == 1;
    f32: |random| match random.below(4) {
        0 => [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE, f32::MAX][random.below(6)],
        // No NaN, which is not equal to itself.
        _ => f32::from_bits(u32::try_from(random.next() >> 32).unwrap() & 0xff7f_ffff),
    };
    f64: |random| match random.below(4) {
        0 => [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, f64::MAX][random.below(6)],
        _ => f64::from_bits(random.next() & 0xffef_ffff_ffff_ffff),
    };
    i32: |random| match random.below(4) {
        0 => [0, 1, -1, 63, 64, -64, -65, i32::MAX, i32::MIN][random.below(9)],
        _ => {
            let shift = random.below(32);
            i32::try_from(random.next().cast_signed() >> 32).unwrap() >> shift
        }
    };
    i64: |random| match random.below(4) {
        0 => [0, 1, -1, 63, 64, -64, -65, i64::MAX, i64::MIN][random.below(9)],
        _ => {
            let shift = random.below(64);
            random.next().cast_signed() >> shift
        }
    };
    u32: |random| u32::try_from(random.next() >> 32).unwrap();
    String: |random| match random.below(4) {
        0 => String::new(),
        1 => "x".repeat([23, 24, 25, 63, 64, 300][random.below(6)]),
        2 => "\"\\\u{0}\u{7f}\u{e9}\u{2028}\u{1f980}".chars().cycle().skip(random.below(7)).take(5).collect(),
        _ => format!("{:x}", random.next()),
    };
    Duration: |random| Duration { months: random.value(), days: random.value(), millis: random.value() };
    Uuid: |random| Uuid::from_u64_pair(random.next(), random.next());
    Vec<u8>: |random| {
        let length = [0, 1, 7, 8, 200][random.below(5)];
        (0..length).map(|_| u8::try_from(random.next() >> 56).unwrap()).collect()
    };
}

around! {
    Arc<[u8]>: |bytes: Vec<u8>| Arc::from(bytes);
    Arc<str>: |text: String| Arc::from(text);
    Box<[u8]>: |bytes: Vec<u8>| Box::from(bytes);
    Box<str>: |text: String| Box::from(text);
    Date: Date;
    LocalTimestampMicros: LocalTimestampMicros;
    LocalTimestampMillis: LocalTimestampMillis;
    LocalTimestampNanos: LocalTimestampNanos;
    Rc<str>: |text: String| Rc::from(text);
    TimeMicros: TimeMicros;
    TimeMillis: TimeMillis;
    TimestampMicros: TimestampMicros;
    TimestampMillis: TimestampMillis;
    TimestampNanos: TimestampNanos;
}

#[cfg(feature = "compact_str")]
around! {
    wireform::avro::CompactString: |text: String| wireform::avro::CompactString::from(text);
}

#[cfg(feature = "bytes")]
around! {
    wireform::avro::Bytes: |bytes: Vec<u8>| wireform::avro::Bytes::from(bytes);
}

impl<const PRECISION: u32, const SCALE: u32> Arbitrary for Decimal<PRECISION, SCALE> {
    fn arbitrary(random: &mut Random) -> Self {
        let end = 10_i128.pow(PRECISION);
        let number = (i128::from(random.next()) << 60) | i128::from(random.next());
        Self(match random.below(6) {
            0 => 0,
            1 => end - 1,
            2 => 1 - end,
            3 => -1,
            4 => number % end,
            _ => -(number % end),
        })
    }
}

impl<const N: usize> Arbitrary for [u8; N] {
    fn arbitrary(random: &mut Random) -> Self {
        [(); N].map(|()| u8::try_from(random.next() >> 56).unwrap())
    }
}

impl<T: Arbitrary> Arbitrary for Option<T> {
    fn arbitrary(random: &mut Random) -> Self {
        (random.count() > 0).then(|| random.value())
    }
}

impl<T: Arbitrary> Arbitrary for Box<T> {
    fn arbitrary(random: &mut Random) -> Self {
        Self::new(random.value())
    }
}

/// But for `u8`, of which a `Vec` is bytes.
impl<T: Arbitrary> Arbitrary for Vec<T> {
    fn arbitrary(random: &mut Random) -> Self {
        random.list()
    }
}

impl<A: Arbitrary, B: Arbitrary> Arbitrary for (A, B) {
    fn arbitrary(random: &mut Random) -> Self {
        (random.value(), random.value())
    }
}

impl<K: Arbitrary + Eq + Hash, V: Arbitrary, S: BuildHasher + Default> Arbitrary
    for HashMap<K, V, S>
{
    fn arbitrary(random: &mut Random) -> Self {
        random.list().into_iter().collect()
    }
}

impl<K: Arbitrary + Ord, V: Arbitrary> Arbitrary for BTreeMap<K, V> {
    fn arbitrary(random: &mut Random) -> Self {
        random.list().into_iter().collect()
    }
}
