//! Times as people write and read them, in the time zone of this machine.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ZonedDateTime, civil};

/// The seconds since 1970 of a time, or of so long ago: `24h`, `7d`, `2026-11-29`, `2026-11-29T18:00`,
/// `2026-11-29T18:00Z`.
pub fn parse(text: &str) -> Result<u64, String> {
    let now = ZonedDateTime::now();
    let seconds = of(text.trim(), &now).and_then(|time| u64::try_from(time.as_second()).ok());
    seconds.ok_or_else(|| {
        format!("expected so long ago, such as 24h or 7d, or a time, such as 2026-11-29T18:00, found {text:?}")
    })
}

fn of(text: &str, now: &ZonedDateTime) -> Option<Timestamp> {
    if let Ok(ago) = text.parse::<Span>() {
        let then = now.checked_sub(ago.abs()).ok()?;
        return Some(then.timestamp());
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let date = text.parse::<civil::DateTime>().ok();
    let date = date.or_else(|| text.parse::<civil::Date>().ok().map(civil::Date::into));
    let zoned = date?.to_zoned_datetime(now.time_zone().clone()).ok()?;
    Some(zoned.timestamp())
}

/// A time with its date: `2026-11-29 18:00`.
pub fn shown(unix: u64) -> String {
    let time = i64::try_from(unix).ok();
    let time = time.and_then(|unix| Timestamp::from_second(unix).ok());
    time.map_or_else(
        || format!("{unix} s after 1970"),
        |time| {
            time.to_zoned_datetime(TimeZone::system())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let now: ZonedDateTime = "2026-11-30T12:00:00+01:00[Europe/Berlin]".parse().unwrap();
        for (text, instant) in [
            ("24h", "2026-11-29T11:00:00Z"),
            ("90m", "2026-11-30T09:30:00Z"),
            ("7d", "2026-11-23T11:00:00Z"),
            ("1 week", "2026-11-23T11:00:00Z"),
            ("3mo", "2026-08-30T10:00:00Z"),
            ("2026-11-29", "2026-11-28T23:00:00Z"),
            ("2026-11-29T18:00", "2026-11-29T17:00:00Z"),
            ("2026-11-29 18:00", "2026-11-29T17:00:00Z"),
            ("2026-11-29T18:00Z", "2026-11-29T18:00:00Z"),
        ] {
            assert_eq!(of(text, &now), Some(instant.parse().unwrap()), "{text}");
        }
        for text in ["", "yesterday", "24", "h", "2026-13-01", "0x10"] {
            assert_eq!(of(text, &now), None, "{text}");
        }
    }
}
