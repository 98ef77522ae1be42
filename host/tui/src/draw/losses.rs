//! Losses: a bar and its parts, which add up to 100 %.

use ratatui::text::{Line, Span};
use tensority_telemetry::account::Losses;

use super::{Seen, flow};
use crate::format;
use crate::paint::Tone;

/// What stands for the parts in the bar, in the order of [`Losses::parts`]; letters, so that it can
/// be read without colours.
const MARKS: [char; 12] = ['█', 'l', 's', 'h', 'd', 'r', 'u', 'c', 'm', 'n', 'a', '.'];
/// What the parts mean, in the same order.
const TONES: [Tone; 12] = [
    Tone::Good,
    Tone::Notice,
    Tone::Notice,
    Tone::Bad,
    Tone::Notice,
    Tone::Bad,
    Tone::Bad,
    Tone::Title,
    Tone::Title,
    Tone::Notice,
    Tone::Bad,
    Tone::Notice,
];
/// Tenths of a per cent.
const WHOLE: i64 = 1000;

/// A bar of `width` cells.
pub fn bar(seen: &Seen, losses: &Losses, width: usize) -> Line<'static> {
    const TITLE: &str = "time ";
    let mut spans = vec![seen.span(Tone::Title, TITLE)];
    match tenths(losses) {
        None => spans.push(format::UNKNOWN.into()),
        Some(parts) => {
            let cells = cells(&parts, width.saturating_sub(TITLE.len()));
            for ((mark, tone), cells) in MARKS.iter().zip(TONES).zip(cells) {
                spans.push(seen.span(tone, mark.to_string().repeat(cells)));
            }
        }
    }
    spans.into()
}

/// The parts of the bar with their marks and sizes, on as many lines as they need.
pub fn legend(seen: &Seen, losses: &Losses, width: usize) -> Vec<Line<'static>> {
    let parts = tenths(losses).unwrap_or_default();
    let items = losses.parts().into_iter().zip(parts).enumerate();
    let items = items.filter(|(_, (_, tenths))| *tenths != 0);
    let items = items.map(|(place, ((name, _), tenths))| -> Vec<Span> {
        let mark = seen.span(TONES[place], MARKS[place].to_string());
        vec![
            mark,
            format!(" {} {}", name.replace('_', " "), percent(tenths)).into(),
        ]
    });
    flow(items.collect(), width)
}

/// The two greatest losses in a few words.
pub fn summary(losses: &Losses) -> String {
    let Some(parts) = tenths(losses) else {
        return format::UNKNOWN.to_owned();
    };
    let mut lost: Vec<_> = losses.parts().into_iter().zip(parts).skip(1).collect();
    lost.retain(|(_, tenths)| *tenths > 0);
    lost.sort_by_key(|(_, tenths)| -tenths);
    let words = |((name, _), tenths): &((&str, f64), i64)| {
        format!("{} {}", name.replace('_', " "), percent(*tenths))
    };
    match &*lost {
        [] => "nothing".to_owned(),
        lost => lost
            .iter()
            .take(2)
            .map(words)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn percent(tenths: i64) -> String {
    format::percent(tenths as f64 / WHOLE as f64)
}

/// The parts in tenths of a per cent, rounded so that together they are 100 %. None if no time is
/// accounted for.
fn tenths(losses: &Losses) -> Option<Vec<i64>> {
    let parts = losses.parts().map(|(_, part)| part);
    let sum: f64 = parts.iter().sum();
    if !sum.is_finite() || sum <= 0.0 {
        return None;
    }
    let exact = parts.map(|part| part / sum * WHOLE as f64);
    let mut tenths: Vec<i64> = exact.iter().map(|exact| exact.floor() as i64).collect();
    let missing = tenths
        .iter()
        .try_fold(WHOLE, |rest, part| rest.checked_sub(*part));
    let missing = missing.and_then(|missing| usize::try_from(missing).ok())?;
    if missing > parts.len() {
        // The parts are too great to be added up as numbers.
        return None;
    }
    let mut places: Vec<usize> = (0..parts.len()).collect();
    let lost = |place: usize| exact[place] - exact[place].floor();
    places.sort_by(|&one, &other| lost(other).total_cmp(&lost(one)));
    for &place in &places[..missing] {
        tenths[place] += 1;
    }
    Some(tenths)
}

/// How many of `width` cells each part has; one below 0 has none.
fn cells(parts: &[i64], width: usize) -> Vec<usize> {
    let positive = parts.iter().map(|&part| part.max(0) as f64);
    let sum: f64 = positive.clone().sum();
    let mut before = 0.0;
    let ends = positive.map(|part| {
        before += part;
        (before / sum * width as f64).round() as usize
    });
    let mut start = 0;
    ends.map(|end| end - std::mem::replace(&mut start, end))
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn the_parts_add_up_to_100_per_cent_and_the_bar_to_its_width() {
        let seed = testvectors::seed();
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..10_000 {
            let mut part = || random.random_range(0.0..1.0_f64).powi(8);
            let losses = Losses {
                good: part() + 1.0,
                stale: part(),
                no_work: part(),
                away: part(),
                slow: -part(),
                ..Losses::default()
            };
            let parts = tenths(&losses).unwrap();
            assert_eq!(parts.iter().sum::<i64>(), WHOLE, "{losses:?}");
            assert!(parts[0] > 0 && parts[11] <= 0, "{losses:?}");
            let width = random.random_range(0..200);
            assert_eq!(cells(&parts, width).iter().sum::<usize>(), width);
        }
    }

    #[test]
    fn no_time_is_not_0_per_cent() {
        for good in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let losses = Losses {
                good,
                ..Losses::default()
            };
            assert_eq!(tenths(&losses), None);
            assert_eq!(summary(&losses), "n/a");
        }
    }

    #[test]
    fn the_greatest_losses_come_first() {
        let losses = Losses {
            good: 0.9,
            stale: 0.01,
            seed: 0.06,
            away: 0.03,
            ..Losses::default()
        };
        assert_eq!(summary(&losses), "seed 6.0 %, away 3.0 %");
        let all_good = Losses {
            good: 1.0,
            ..Losses::default()
        };
        assert_eq!(summary(&all_good), "nothing");
    }
}
