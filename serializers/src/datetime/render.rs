use super::calendar::Date;
use super::fault::Fault;
use super::moment::Moment;
use super::policy::Precision;
use super::stack_text::StackText;

/// The longest text is `2024-01-02T03:04:05.000000006+01:00`, 35 bytes.
pub(super) type Rendered = StackText<36>;

/// RFC 3339 at the moment's own offset, digits below `precision` cut off.
#[inline]
pub(super) fn rfc3339(moment: Moment, precision: Precision) -> Result<Rendered, Fault> {
    let mut out = without_zone(moment.local_seconds(), moment.nanos(), precision)?;
    match moment.offset_minutes() {
        0 => out.push("Z"),
        offset => {
            let sign = if offset < 0 { b'-' } else { b'+' };
            let [h, hh] = two(u32::from(offset.unsigned_abs()) / 60);
            let [m, mm] = two(u32::from(offset.unsigned_abs()) % 60);
            out.push_ascii([sign, h, hh, b':', m, mm]);
        }
    }
    Ok(out)
}

/// What a clock shows `seconds` after its own 1970-01-01T00:00:00.
#[inline]
pub(super) fn without_zone(
    seconds: i64,
    nanos: u32,
    precision: Precision,
) -> Result<Rendered, Fault> {
    let date = Date::from_days(seconds.div_euclid(86_400)).ok_or(Fault::Year)?;
    let year = u32::try_from(date.year).map_err(|_| Fault::Year)?;
    if year > 9999 {
        return Err(Fault::Year);
    }
    let time = u32::try_from(seconds.rem_euclid(86_400)).map_err(|_| Fault::Range)?;
    let ([y, yy], [yyy, yyyy]) = (two(year / 100), two(year % 100));
    let ([m, mm], [d, dd]) = (two(date.month), two(date.day));
    let ([h, hh], [n, nn], [s, ss]) = (two(time / 3600), two(time / 60 % 60), two(time % 60));
    let mut out = Rendered::new();
    out.push_ascii([
        y, yy, yyy, yyyy, b'-', m, mm, b'-', d, dd, b'T', h, hh, b':', n, nn, b':', s, ss,
    ]);
    push_fraction(&mut out, nanos, precision);
    Ok(out)
}

fn push_fraction(out: &mut Rendered, nanos: u32, precision: Precision) {
    let (millis, micros, nanos_left) = (nanos / 1_000_000, nanos / 1_000 % 1_000, nanos % 1_000);
    let groups = match precision {
        Precision::Seconds => 0,
        Precision::Millis => 1,
        Precision::Micros => 2,
        Precision::Nanos => 3,
        Precision::Auto if nanos_left != 0 => 3,
        Precision::Auto if micros != 0 => 2,
        Precision::Auto if millis != 0 => 1,
        Precision::Auto => 0,
    };
    let ([a, b, c], [d, e, f], [g, h, i]) = (three(millis), three(micros), three(nanos_left));
    match groups {
        0 => {}
        1 => out.push_ascii([b'.', a, b, c]),
        2 => out.push_ascii([b'.', a, b, c, d, e, f]),
        _ => out.push_ascii([b'.', a, b, c, d, e, f, g, h, i]),
    }
}

#[inline]
fn two(value: u32) -> [u8; 2] {
    [digit(value / 10), digit(value)]
}

#[inline]
fn three(value: u32) -> [u8; 3] {
    [digit(value / 100), digit(value / 10), digit(value)]
}

/// The last digit of `value`.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "0 to 9")]
fn digit(value: u32) -> u8 {
    b'0' + (value % 10) as u8
}
