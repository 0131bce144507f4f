//! Decimals between their bytes (two's complement, big endian, as Java's `BigInteger`) and digits.

/// The most bytes of an unscaled value that are turned into digits, and back.
pub(super) const MAX_BYTES: usize = 512;

/// A decimal number: `digits` · 10^-`scale`, without a limit to how many digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    pub(super) is_negative: bool,
    /// Without zeros in front, but for `0` itself.
    pub(super) digits: String,
    pub(super) scale: i64,
}

impl Digits {
    /// The number of an unscaled value; `None` if that is empty or over [`MAX_BYTES`].
    pub(super) fn of(unscaled: &[u8], scale: i64) -> Option<Self> {
        let bytes = shortest(unscaled);
        if bytes.is_empty() || bytes.len() > MAX_BYTES {
            return None;
        }
        let is_negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
        Some(Self {
            is_negative,
            digits: digits(limbs(bytes, is_negative)),
            scale,
        })
    }

    /// The number that `text` is: digits, a point, an exponent, all as in JSON.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_digits(whole) || !fraction.is_none_or(is_digits) || text.len() > MAX_TEXT {
            return None;
        }
        let fraction = fraction.unwrap_or_default();
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        Some(Self {
            is_negative,
            digits: if digits.is_empty() { "0" } else { digits }.to_owned(),
            scale: i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?,
        })
    }

    /// The same number with another scale; `None` if it has more digits behind the point.
    pub(super) fn with_scale(mut self, scale: i64) -> Option<Self> {
        if self.digits == "0" {
            self.scale = scale;
            return Some(self);
        }
        let more = scale.checked_sub(self.scale)?;
        let count = usize::try_from(more.unsigned_abs()).ok()?;
        if count > MAX_TEXT {
            return None;
        }
        let zeros = "0".repeat(count);
        if more >= 0 {
            self.digits.push_str(&zeros);
        } else {
            self.digits = self.digits.strip_suffix(&*zeros)?.to_owned();
        }
        self.scale = scale;
        Some(self)
    }

    /// How many digits there are; none in zero.
    pub(super) fn precision(&self) -> usize {
        match &*self.digits {
            "0" => 0,
            digits => digits.len(),
        }
    }

    /// The unscaled value, in as few bytes as hold its sign.
    pub(super) fn unscaled(&self) -> Vec<u8> {
        let mut limbs: Vec<u32> = Vec::new();
        for chunk in chunks(&self.digits) {
            multiply_add(&mut limbs, 10_u32.pow(chunk.1), chunk.0);
        }
        // A zero byte in front holds the sign.
        let mut bytes = vec![0];
        bytes.extend(limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()));
        if self.is_negative {
            negate(&mut bytes);
        }
        shortest(&bytes).to_vec()
    }

    /// `12.30`; with an exponent only where the scale is negative or very large.
    pub(super) fn to_text(&self) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        let digits = &self.digits;
        match usize::try_from(self.scale) {
            Ok(0) => format!("{sign}{digits}"),
            Ok(scale) if scale <= MAX_BYTES => {
                let padded = format!("{digits:0>width$}", width = scale + 1);
                let (whole, fraction) = padded.split_at(padded.len() - scale);
                format!("{sign}{whole}.{fraction}")
            }
            _ => format!("{sign}{digits}E{}", -i128::from(self.scale)),
        }
    }
}

/// Two's complement in as few bytes as hold the sign, as Java's `BigInteger.toByteArray`.
pub(super) fn shortest(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && let [second, ..] = rest
        && ((*first == 0 && *second < 0x80) || (*first == 0xff && *second >= 0x80))
    {
        bytes = rest;
    }
    bytes
}

/// `unscaled` in exactly `size` bytes; `None` if it needs more.
pub(super) fn sign_extended(unscaled: &[u8], size: usize) -> Option<Vec<u8>> {
    let bytes = shortest(unscaled);
    let fill = match bytes.first() {
        Some(first) if *first >= 0x80 => 0xff,
        _ => 0,
    };
    let mut out = vec![fill; size.checked_sub(bytes.len())?];
    out.extend_from_slice(bytes);
    Some(out)
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_exponent = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_exponent)
}

/// The magnitude, most significant first.
fn limbs(bytes: &[u8], is_negative: bool) -> Vec<u32> {
    let mut magnitude = bytes.to_vec();
    if is_negative {
        // The most negative number of a size needs one byte more.
        magnitude.insert(0, 0xff);
        negate(&mut magnitude);
    }
    let limb = |chunk: &[u8]| {
        chunk
            .iter()
            .fold(0, |limb: u32, byte| limb << 8 | u32::from(*byte))
    };
    let mut limbs: Vec<u32> = magnitude.rchunks(4).map(limb).collect();
    limbs.reverse();
    limbs
}

fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes.iter_mut().rev() {
        let (value, overflow) = (!*byte).overflowing_add(u8::from(carry));
        *byte = value;
        carry = overflow;
    }
}

/// Divides by 10^9 until nothing is left.
fn digits(mut limbs: Vec<u32>) -> String {
    let mut groups = Vec::new();
    while limbs.iter().any(|limb| *limb != 0) {
        let mut rest = 0_u64;
        for limb in &mut limbs {
            let value = rest << 32 | u64::from(*limb);
            #[allow(
                clippy::cast_possible_truncation,
                reason = "the rest is below 10^9, so the quotient is below 2^32"
            )]
            let quotient = (value / BILLION) as u32;
            *limb = quotient;
            rest = value % BILLION;
        }
        groups.push(rest);
    }
    let mut text: String = groups.iter().rev().map(|g| format!("{g:09}")).collect();
    let zeros = text.len() - text.trim_start_matches('0').len();
    text.drain(..zeros);
    if text.is_empty() {
        "0".to_owned()
    } else {
        text
    }
}

/// Groups of up to nine digits, and how many each has.
fn chunks(digits: &str) -> impl Iterator<Item = (u32, u32)> {
    digits.as_bytes().chunks(9).map(|chunk| {
        let value = chunk
            .iter()
            .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        (value, u32::try_from(chunk.len()).unwrap_or(9))
    })
}

/// Least significant limb first.
fn multiply_add(limbs: &mut Vec<u32>, factor: u32, add: u32) {
    let mut carry = u64::from(add);
    for limb in limbs.iter_mut() {
        let value = u64::from(*limb) * u64::from(factor) + carry;
        #[allow(clippy::cast_possible_truncation, reason = "the rest is carried")]
        let low = value as u32;
        *limb = low;
        carry = value >> 32;
    }
    if carry > 0 {
        limbs.push(u32::try_from(carry).unwrap_or(u32::MAX));
    }
}

const BILLION: u64 = 1_000_000_000;
/// Longer than the digits of [`MAX_BYTES`] with sign, point and exponent.
const MAX_TEXT: usize = 1300;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], scale: i64, text: &str) {
        let number = Digits::of(bytes, scale).unwrap();
        assert_eq!(number.to_text(), text);
        let parsed = Digits::parse(text).unwrap().with_scale(scale).unwrap();
        assert_eq!(parsed, number);
        assert_eq!(parsed.unscaled(), shortest(bytes));
    }

    #[test]
    fn bytes_become_digits_and_back() {
        check(&[0], 0, "0");
        check(&[0], 2, "0.00");
        check(&[1], 2, "0.01");
        check(&[0xff], 2, "-0.01");
        check(&[0x04, 0xd2], 2, "12.34");
        check(&[0x80], 0, "-128");
        check(&[0, 0x80], 0, "128");
        check(&[0, 0, 0, 5], 1, "0.5");
        check(
            &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            0,
            "9223372036854775807",
        );
        check(&[0x80, 0, 0, 0], 0, "-2147483648");
        check(&[12], -3, "12E3");
    }

    #[test]
    fn i128_is_an_oracle() {
        let mut value = 1_i128;
        for step in 0..500 {
            value = value
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(step);
            let shifted = value >> (step % 120);
            check(&shifted.to_be_bytes(), 0, &shifted.to_string());
        }
    }

    #[test]
    fn texts_are_numbers_as_in_json() {
        for text in [
            "", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1 ", "1e1.5", "NaN", "1e-+1",
        ] {
            assert_eq!(Digits::parse(text), None, "{text:?}");
        }
        assert_eq!(
            Digits::parse("1.5e2")
                .unwrap()
                .with_scale(0)
                .unwrap()
                .digits,
            "150"
        );
        assert_eq!(Digits::parse("1.5").unwrap().with_scale(0), None);
        assert_eq!(
            Digits::parse("1.50").unwrap().with_scale(1).unwrap().digits,
            "15"
        );
        assert_eq!(Digits::parse("1e999999999999").unwrap().with_scale(0), None);
    }

    #[test]
    fn lengths_are_bounded() {
        assert!(Digits::of(&[1; MAX_BYTES], 0).is_some());
        assert_eq!(Digits::of(&[1; MAX_BYTES + 1], 0), None);
        assert_eq!(Digits::of(&[], 0), None);
        assert_eq!(Digits::parse(&"1".repeat(MAX_TEXT + 1)), None);
    }

    #[test]
    fn sizes_are_filled_with_the_sign() {
        assert_eq!(sign_extended(&[1], 3), Some(vec![0, 0, 1]));
        assert_eq!(sign_extended(&[0xff], 2), Some(vec![0xff, 0xff]));
        assert_eq!(sign_extended(&[0, 0, 0x80], 2), Some(vec![0, 0x80]));
        assert_eq!(sign_extended(&[0, 0x80], 1), None);
    }
}
