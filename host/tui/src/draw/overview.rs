//! Overview: sources, devices, decisions and log in one pane.

use ratatui::text::Line;

use super::{Seen, decisions, devices, log, sources};

/// Sources, devices, decisions and log, each with a fair part of `height` lines.
pub fn lines(seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    const DECISIONS: usize = 3;
    let state = seen.state;
    let wanted = [
        1 + state.devices.len(),
        1 + state.sources.len(),
        if seen.log.written() == 0 { 0 } else { height },
        match state.decisions.len() {
            0 => 0,
            decisions => 1 + decisions.min(DECISIONS),
        },
    ];
    let [of_devices, of_sources, of_log, of_decisions] = share(wanted, height);
    let mut lines = sources::table(seen, width, of_sources);
    lines.extend(devices::table(seen, width, of_devices));
    lines.extend(decisions::latest(seen, width, of_decisions));
    lines.extend(log::latest(seen, width, of_log));
    lines
}

/// The lines of each section: those with a heading and one line in the order of importance, then one
/// more for each in turn.
fn share<const SECTIONS: usize>(wanted: [usize; SECTIONS], height: usize) -> [usize; SECTIONS] {
    const LEAST: usize = 2;
    let mut given = [0; SECTIONS];
    let mut left = height;
    for (given, wanted) in given.iter_mut().zip(wanted) {
        if wanted >= LEAST && left >= LEAST {
            *given = LEAST;
            left -= LEAST;
        }
    }
    loop {
        let before = left;
        for (given, wanted) in given.iter_mut().zip(wanted) {
            if (LEAST..wanted).contains(given) && left > 0 {
                *given += 1;
                left -= 1;
            }
        }
        if left == before {
            return given;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_important_get_lines_first_and_none_gets_more_than_it_wants() {
        assert_eq!(share([5, 3, 20, 4], 1), [0, 0, 0, 0]);
        assert_eq!(share([5, 3, 20, 4], 3), [3, 0, 0, 0]);
        assert_eq!(share([5, 3, 20, 4], 8), [2, 2, 2, 2]);
        assert_eq!(share([5, 3, 20, 4], 20), [5, 3, 8, 4]);
        assert_eq!(share([65, 1, 0, 0], 20), [20, 0, 0, 0]);
    }
}
