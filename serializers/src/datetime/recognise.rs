use super::fault::Fault;
use super::moment::Moment;
use super::policy::{DatetimeFormat, DatetimePolicy, Naive, Zone};
use super::render::{self, Rendered};
use super::scan::{self, Scanned};
use super::shape;

/// The written form of a recognised datetime.
pub(super) enum Written {
    Integer(i64),
    Text(Rendered),
}

/// Returns whether `text` has a shape that the policy leaves unchanged, whatever its digits.
#[inline]
pub(super) fn is_written(text: &[u8], policy: DatetimePolicy) -> bool {
    policy.format == DatetimeFormat::Rfc3339 && shape::is_written(text, policy.precision)
}

/// Writes `text` by the policy if it is wholly a datetime as chrono or jiff render one; `None` if
/// it is anything else, which a date that does not exist is too: neither crate would write it.
#[inline]
pub(super) fn rewrite(text: &str, policy: DatetimePolicy) -> Option<Result<Written, Fault>> {
    if !looks_like_datetime(text.as_bytes()) {
        return None;
    }
    let scanned = scan::scan(text.as_bytes()).ok()?;
    let annotation = text.get(text.len() - scanned.rest..)?;
    let written = match (scanned.offset_minutes, annotation) {
        _ if scanned.lower_case => return None,
        (None, "") => write_naive(scanned, policy),
        (Some(offset), "") => write_scanned(scanned, offset, policy),
        (Some(offset), zone) if is_zone_name(zone) => {
            if scanned.year <= LAST_YEAR_OF_SECONDS_IN_OFFSETS {
                resolve_zone(text).and_then(|moment| write(moment, offset, policy))
            } else {
                write_scanned(scanned, offset, policy)
            }
        }
        _ => return None,
    };
    Some(written)
}

/// Writes an instant with the offset `offset` in minutes from UTC, by the policy.
#[inline]
pub(super) fn write(moment: Moment, offset: i16, policy: DatetimePolicy) -> Result<Written, Fault> {
    let per_second = match policy.format {
        DatetimeFormat::Rfc3339 => {
            let offset = match policy.zone {
                Zone::KeepOffset => offset,
                Zone::Utc => 0,
            };
            let moment = moment.at_offset(offset).ok_or(Fault::Offset)?;
            return render::rfc3339(moment, policy.precision).map(Written::Text);
        }
        DatetimeFormat::EpochSeconds => 1,
        DatetimeFormat::EpochMillis => 1_000,
        DatetimeFormat::EpochMicros => 1_000_000,
        DatetimeFormat::EpochNanos => 1_000_000_000,
    };
    let units = moment.in_units(per_second).ok_or(Fault::Range)?;
    Ok(Written::Integer(units))
}

fn write_scanned(scanned: Scanned, offset: i16, policy: DatetimePolicy) -> Result<Written, Fault> {
    write(scanned.instant(offset)?, offset, policy)
}

fn write_naive(scanned: Scanned, policy: DatetimePolicy) -> Result<Written, Fault> {
    match policy.naive {
        Naive::Reject => Err(Fault::Naive),
        Naive::AssumeUtc => write_scanned(scanned, 0, policy),
        Naive::Keep => {
            let moment = scanned.instant(0)?;
            render::without_zone(moment.seconds(), moment.nanos(), policy.precision)
                .map(Written::Text)
        }
    }
}

/// Cheap, and lets no datetime slip: a digit or sign first, the `T` where the year's length puts it.
#[inline]
fn looks_like_datetime(text: &[u8]) -> bool {
    if text.len() < SHORTEST {
        return false;
    }
    let t_at = |at| text.get(at) == Some(&b'T');
    match text.first() {
        Some(b'0'..=b'9') => t_at(10),
        // Five to seven bytes of year.
        Some(b'+' | b'-') => t_at(11) || t_at(12) || t_at(13),
        _ => false,
    }
}

/// `[Europe/Berlin]`, as jiff's `ZonedDateTime` ends (RFC 9557).
fn is_zone_name(annotation: &str) -> bool {
    let name = annotation
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    name.is_some_and(|name| !name.is_empty() && !name.contains(['[', ']', ' ']))
}

/// Offsets had seconds in those years, and the text has them rounded to the minute: only the zone
/// itself knows the instant.
fn resolve_zone(text: &str) -> Result<Moment, Fault> {
    let zoned: jiff::ZonedDateTime = text.parse().map_err(|_| Fault::Zoned)?;
    super::types::from_nanos(zoned.timestamp().as_nanosecond())
}

/// `2024-01-02T03:04:05`
const SHORTEST: usize = 19;
/// Liberia was the last place whose offset had seconds, up to 1972-01-07.
/// <https://data.iana.org/time-zones/tzdb/africa>, `Africa/Monrovia`.
const LAST_YEAR_OF_SECONDS_IN_OFFSETS: i32 = 1972;
