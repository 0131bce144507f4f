use super::civil::CivilKind;
use super::fault::Fault;
use super::moment::Moment;
use super::shape::Usual;
use crate::calendar::Date;

/// A datetime as it is in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scanned {
    pub(super) year: i32,
    /// The local date and time, in seconds since the local 1970-01-01T00:00:00.
    pub(super) local_seconds: i64,
    pub(super) nanos: u32,
    /// Minutes from UTC; `None` where the text has no zone.
    pub(super) offset_minutes: Option<i16>,
    /// How many bytes stand after the datetime.
    pub(super) rest: usize,
    /// The second is 60; `local_seconds` is the one after.
    leap: bool,
    /// `t` or `z`.
    pub(super) lower_case: bool,
}

/// Reads exactly RFC 3339 §5.6 `date-time`, `T` and `Z` in either case, as its grammar has it.
///
/// No space for the `T` (the grammar has none, it is a note on other grammars), no leap second, no
/// hour 24, no digits below the nanosecond unless they are zeros; `-00:00` is UTC.
pub(super) fn rfc3339(text: &str) -> Result<Moment, Fault> {
    let scanned = scan(text.as_bytes())?;
    if scanned.rest != 0 || matches!(text.as_bytes(), [b'+' | b'-', ..]) {
        return Err(Fault::Shape);
    }
    let offset = scanned.offset_minutes.ok_or(Fault::Naive)?;
    scanned
        .instant(offset)?
        .at_offset(offset)
        .ok_or(Fault::Offset)
}

impl Scanned {
    /// The instant, the clock being `offset` minutes from UTC.
    pub(super) fn instant(self, offset: i16) -> Result<Moment, Fault> {
        if self.leap {
            return Err(Fault::Leap);
        }
        let seconds = self.local_seconds - i64::from(offset) * 60;
        Moment::checked(seconds, self.nanos).ok_or(Fault::Range)
    }
}

/// Reads a datetime at the start of `text`: years may have a sign and up to six digits, as chrono
/// and jiff write those outside of 0000 to 9999, and offsets may go up to 25:59, as jiff's do.
#[inline]
pub(super) fn scan(text: &[u8]) -> Result<Scanned, Fault> {
    match Usual::read(text) {
        Some(usual) => usual.scanned(),
        None => scan_any(text),
    }
}

impl Usual {
    #[inline]
    fn scanned(self) -> Result<Scanned, Fault> {
        let year = i32::try_from(self.year).map_err(|_| Fault::Field)?;
        let date = Date::checked(year, self.month, self.day).ok_or(Fault::Field)?;
        Ok(Scanned {
            year,
            local_seconds: seconds(date, [self.hour, self.minute, self.second])?,
            nanos: self.nanos,
            offset_minutes: Some(0),
            rest: 0,
            leap: self.second == 60,
            lower_case: false,
        })
    }
}

#[inline]
fn seconds(date: Date, [hour, minute, second]: [u32; 3]) -> Result<i64, Fault> {
    if hour > 23 || minute > 59 || second > 60 {
        return Err(Fault::Field);
    }
    Ok(date.to_days() * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
}

/// As [`scan`], whatever the shape.
pub(super) fn scan_any(text: &[u8]) -> Result<Scanned, Fault> {
    let (year, after_year) = scan_year(text).ok_or(Fault::Shape)?;
    let ([month, day], after_date) = scan_day(after_year).ok_or(Fault::Shape)?;
    let [t @ (b'T' | b't'), clock @ ..] = after_date else {
        return Err(Fault::Shape);
    };
    let (clock, after_clock) = scan_clock(clock).ok_or(Fault::Shape)?;
    let (nanos, after_fraction) = scan_fraction(after_clock)?;
    let (offset_minutes, lower_z, after_zone) = scan_zone(after_fraction)?;
    let date = Date::checked(year, month, day).ok_or(Fault::Field)?;
    Ok(Scanned {
        year,
        local_seconds: seconds(date, clock)?,
        nanos,
        offset_minutes,
        rest: after_zone.len(),
        leap: clock.ends_with(&[60]),
        lower_case: *t == b't' || lower_z,
    })
}

/// Reads exactly a `full-date`, a `partial-time`, or both with a `T` between, of RFC 3339 §5.6: what
/// the calendar and the clock show, since 1970-01-01T00:00:00 on the same.
pub(super) fn civil(text: &str, kind: CivilKind) -> Result<Moment, Fault> {
    let bytes = text.as_bytes();
    let (date, after_date) = match kind {
        CivilKind::Time => (EPOCH, bytes),
        CivilKind::Date | CivilKind::Datetime => scan_date(bytes)?,
    };
    let clock = match (kind, after_date) {
        (CivilKind::Date, []) => return whole(seconds(date, [0; 3])?, 0),
        (CivilKind::Datetime, [b'T' | b't', clock @ ..]) => clock,
        (CivilKind::Time, clock) => clock,
        _ => return Err(Fault::Civil),
    };
    let (clock, after_clock) = scan_clock(clock).ok_or(Fault::Civil)?;
    let (nanos, after_fraction) = scan_fraction(after_clock).map_err(|fault| match fault {
        Fault::Shape => Fault::Civil,
        other => other,
    })?;
    match scan_zone(after_fraction) {
        _ if after_fraction.is_empty() => {}
        Ok((Some(_), _, [])) => return Err(Fault::Zone),
        _ => return Err(Fault::Civil),
    }
    if clock.ends_with(&[60]) {
        return Err(Fault::Leap);
    }
    whole(seconds(date, clock)?, nanos)
}

fn whole(seconds: i64, nanos: u32) -> Result<Moment, Fault> {
    Moment::checked(seconds, nanos).ok_or(Fault::Range)
}

/// A date with a year of four digits.
fn scan_date(text: &[u8]) -> Result<(Date, &[u8]), Fault> {
    if matches!(text, [b'+' | b'-', ..]) {
        return Err(Fault::Civil);
    }
    let (year, after_year) = scan_year(text).ok_or(Fault::Civil)?;
    let ([month, day], rest) = scan_day(after_year).ok_or(Fault::Civil)?;
    let date = Date::checked(year, month, day).ok_or(Fault::Field)?;
    Ok((date, rest))
}

/// `-01-02`
fn scan_day(text: &[u8]) -> Option<([u32; 2], &[u8])> {
    let [b'-', m, mm, b'-', d, dd, rest @ ..] = text else {
        return None;
    };
    Some(([number(&[*m, *mm])?, number(&[*d, *dd])?], rest))
}

/// `03:04:05`
fn scan_clock(text: &[u8]) -> Option<([u32; 3], &[u8])> {
    let [h, hh, b':', n, nn, b':', s, ss, rest @ ..] = text else {
        return None;
    };
    let clock = [
        number(&[*h, *hh])?,
        number(&[*n, *nn])?,
        number(&[*s, *ss])?,
    ];
    Some((clock, rest))
}

fn scan_year(text: &[u8]) -> Option<(i32, &[u8])> {
    let (sign, digits) = match text {
        [b'+', digits @ ..] => (Some(1), digits),
        [b'-', digits @ ..] => (Some(-1), digits),
        digits => (None, digits),
    };
    let most = if sign.is_some() { 6 } else { 4 };
    let len = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    if !(4..=most).contains(&len) {
        return None;
    }
    let (year, rest) = digits.split_at_checked(len)?;
    let year = i32::try_from(number(year)?).ok()?;
    Some((sign.unwrap_or(1) * year, rest))
}

/// `.` and one digit or more. Those after the ninth must be zeros.
fn scan_fraction(text: &[u8]) -> Result<(u32, &[u8]), Fault> {
    let [b'.', digits @ ..] = text else {
        return Ok((0, text));
    };
    let len = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if len == 0 {
        return Err(Fault::Shape);
    }
    let (digits, rest) = digits.split_at_checked(len).ok_or(Fault::Shape)?;
    let mut nanos = 0;
    let mut place = 100_000_000;
    for byte in digits {
        let digit = u32::from(byte - b'0');
        if place == 0 && digit != 0 {
            return Err(Fault::Fraction);
        }
        nanos += digit * place;
        place /= 10;
    }
    Ok((nanos, rest))
}

type Zone<'a> = (Option<i16>, bool, &'a [u8]);

fn scan_zone(text: &[u8]) -> Result<Zone<'_>, Fault> {
    match *text {
        [z @ (b'Z' | b'z'), ref rest @ ..] => Ok((Some(0), z == b'z', rest)),
        [sign @ (b'+' | b'-'), h, hh, b':', m, mm, ref rest @ ..] => {
            let hours = number(&[h, hh]).ok_or(Fault::Shape)?;
            let minutes = number(&[m, mm]).ok_or(Fault::Shape)?;
            if hours > 25 || minutes > 59 {
                return Err(Fault::Offset);
            }
            let offset = i16::try_from(hours * 60 + minutes).map_err(|_| Fault::Offset)?;
            let offset = if sign == b'-' { -offset } else { offset };
            Ok((Some(offset), false, rest))
        }
        _ => Ok((None, false, text)),
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value: u32, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + u32::from(byte - b'0'))
    })
}

const EPOCH: Date = Date {
    year: 1970,
    month: 1,
    day: 1,
};
