//! Formatting of numbers for terminal and log.

use crate::account::Interval;

/// What stands for a number that is not known.
pub const UNKNOWN: &str = "n/a";

/// A rate in hashes per second: `11.8 H/s`.
pub fn rate(hashes_per_second: f64) -> String {
    with_unit(hashes_per_second, number, "H/s")
}

/// A number with three digits that count: `0.0123`, `1.23`, `12.3`, `1234`.
pub fn number(value: f64) -> String {
    fixed(value, decimals(value))
}

/// A value and where the true one lies, all with the decimals of the upper end: `11.2 (9.9-12.7)`.
pub fn interval(interval: &Interval) -> String {
    let Interval { value, low, high } = *interval;
    if ![value, low, high].into_iter().all(f64::is_finite) {
        return UNKNOWN.to_owned();
    }
    let text = |value| fixed(value, decimals(high));
    format!("{} ({}-{})", text(value), text(low), text(high))
}

/// A time in seconds, in the two units that matter: `80 ms`, `12 s`, `1 min 05 s`, `2 h 03 min`,
/// `3 d 04 h`. One below 0 is not known: a clock jumped.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return UNKNOWN.to_owned();
    }
    let milliseconds = (seconds * 1e3).round();
    if 0.0 < milliseconds && milliseconds < 1e3 {
        return format!("{milliseconds} ms");
    }
    let seconds = seconds.round() as u64;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {:02} s", seconds % 60),
        3600..86400 => format!("{hours} h {:02} min", minutes % 60),
        _ => format!("{days} d {:02} h", hours % 24),
    }
}

/// A difficulty in hashes, which is whole up to a million: `150000`, `1.23 M`, `4.56 G`.
pub fn difficulty(hashes: f64) -> String {
    const UNITS: [(f64, &str); 5] = [
        (1e18, "E"),
        (1e15, "P"),
        (1e12, "T"),
        (1e9, "G"),
        (1e6, "M"),
    ];
    match UNITS.iter().find(|(size, _)| hashes >= *size) {
        Some((size, unit)) => with_unit(hashes / size, number, unit),
        None => number(hashes),
    }
}

/// A part of the whole, which is 1: `96.2 %`.
pub fn percent(part: f64) -> String {
    with_unit(part * 100.0, |value| fixed(value, 1), "%")
}

/// A temperature in degrees Celsius: `61 °C`.
pub fn temperature(celsius: f64) -> String {
    with_unit(celsius, |value| fixed(value, 0), "°C")
}

/// The text of what may be known.
pub fn known<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), text)
}

fn with_unit(value: f64, text: impl FnOnce(f64) -> String, unit: &str) -> String {
    known(value.is_finite().then_some(value), |value| {
        format!("{} {unit}", text(value))
    })
}

fn fixed(value: f64, decimals: usize) -> String {
    // Longer ones would not fit anywhere.
    const LONGEST: f64 = 1e12;
    if !value.is_finite() {
        UNKNOWN.to_owned()
    } else if value.abs() >= LONGEST {
        format!("{value:.2e}")
    } else {
        let text = format!("{value:.decimals$}");
        match text.strip_prefix('-') {
            Some(zero) if !zero.contains(|c| ('1'..='9').contains(&c)) => zero.to_owned(),
            _ => text,
        }
    }
}

/// Decimals that make three digits.
fn decimals(value: f64) -> usize {
    const MOST: usize = 9;
    match value.abs() {
        0.0 => 0,
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        size if size >= 0.9995 => 2,
        size => ((2.0 - size.log10().floor()) as usize).min(MOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_three_digits_and_never_a_prefix() {
        for (value, text) in [
            (0.0, "0 H/s"),
            (0.01234, "0.0123 H/s"),
            (1.0, "1.00 H/s"),
            (9.999, "10.0 H/s"),
            (11.84, "11.8 H/s"),
            (99.96, "100 H/s"),
            (12345.6, "12346 H/s"),
            (2e300, "2.00e300 H/s"),
            (f64::NAN, "n/a"),
            (f64::INFINITY, "n/a"),
        ] {
            assert_eq!(rate(value), text);
        }
    }

    #[test]
    fn an_interval_has_the_decimals_of_its_upper_end() {
        let text = |value, low, high| interval(&Interval { value, low, high });
        assert_eq!(text(11.2, 9.9, 12.7), "11.2 (9.9-12.7)");
        assert_eq!(text(0.0, 0.0, 3.7), "0.00 (0.00-3.70)");
        assert_eq!(text(767.9, 700.2, 830.0), "768 (700-830)");
        assert_eq!(text(1.0, f64::NAN, 2.0), "n/a");
    }

    #[test]
    fn durations_have_the_two_units_that_matter() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.0001, "0 s"),
            (0.08, "80 ms"),
            (0.9996, "1 s"),
            (59.4, "59 s"),
            (59.6, "1 min 00 s"),
            (65.0, "1 min 05 s"),
            (7380.0, "2 h 03 min"),
            (273_600.0, "3 d 04 h"),
            (-1.0, "n/a"),
            (f64::NAN, "n/a"),
        ] {
            assert_eq!(duration(seconds), text);
        }
        assert!(duration(f64::MAX).ends_with(" h"));
    }

    #[test]
    fn difficulties_are_whole_up_to_a_million() {
        for (hashes, text) in [
            (1.5, "1.50"),
            (150_000.0, "150000"),
            (1_234_567.0, "1.23 M"),
            (4.56e9, "4.56 G"),
            (7.0e13, "70.0 T"),
            (1e300, "1.00e282 E"),
            (f64::INFINITY, "n/a"),
        ] {
            assert_eq!(difficulty(hashes), text);
        }
    }

    #[test]
    fn parts_of_the_whole_are_per_cent() {
        assert_eq!(percent(0.962), "96.2 %");
        assert_eq!(percent(-0.021), "-2.1 %");
        assert_eq!(percent(-0.000_01), "0.0 %");
        assert_eq!(percent(f64::NAN), "n/a");
        assert_eq!(temperature(-0.3), "0 °C");
        assert_eq!(temperature(61.4), "61 °C");
    }

    #[test]
    fn what_is_not_known_is_never_0() {
        assert_eq!(known(None, rate), "n/a");
        assert_eq!(known(Some(0.0), rate), "0 H/s");
    }
}
