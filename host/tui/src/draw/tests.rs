use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;
use tensority_telemetry::command::Command;

use super::*;
use crate::choice::Request;
use crate::keys::Key;

mod sample;
use sample::{random_state, small_state};

/// A frame, and the keys that were pressed before it.
struct Shown {
    buffer: Buffer,
    request: Option<Request>,
}

impl Shown {
    /// The lines as they are seen: a wide character hides the cell after it.
    fn lines(&self) -> Vec<String> {
        let cells = self.buffer.content();
        let rows = cells.chunks(usize::from(self.buffer.area.width).max(1));
        let seen = |row: &[Cell]| {
            let (mut line, mut hidden) = (String::new(), 0);
            for cell in row {
                if hidden == 0 {
                    line += cell.symbol();
                    hidden = text::width(cell.symbol());
                }
                hidden -= 1;
            }
            line.trim_end().to_owned()
        };
        rows.map(seen).collect()
    }

    fn text(&self) -> String {
        self.lines().join("\n")
    }
}

fn show(state: &State, log: &Log, keys: &[Key], (width, height): (u16, u16)) -> Shown {
    let mut choice = Choice::default();
    let mut request = None;
    for key in keys {
        request = choice.press(*key, state, log.lines().len());
    }
    let buffer = frame(state, log, &choice, true, (width, height));
    Shown { buffer, request }
}

fn frame(state: &State, log: &Log, choice: &Choice, colours: bool, size: (u16, u16)) -> Buffer {
    let seen = Seen {
        state,
        log,
        choice,
        stopping: false,
        paint: Paint { colours },
    };
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| draw(frame, &seen)).unwrap();
    terminal.backend().buffer().clone()
}

fn one_line() -> Log {
    let mut log = Log::default();
    log.write("accepted (28/1) diff 150000 (80 ms)");
    log
}

#[test]
fn the_overview_on_80_by_24() {
    let shown = show(&small_state(), &one_line(), &[], (80, 24));
    let expected = include_str!("tests/overview_80x24.txt");
    assert_eq!(
        shown.text().trim_end(),
        expected.trim_end(),
        "\n{}\n",
        shown.text()
    );
}

#[test]
fn the_most_important_on_40_by_10() {
    let shown = show(&small_state(), &one_line(), &[], (40, 10));
    let expected = include_str!("tests/overview_40x10.txt");
    assert_eq!(
        shown.text().trim_end(),
        expected.trim_end(),
        "\n{}\n",
        shown.text()
    );
}

#[test]
fn a_state_that_says_nothing_shows_no_rate_of_0() {
    let state = State::default();
    let text = show(&state, &Log::default(), &[], (80, 24)).text();
    assert!(
        text.contains("rate n/a   verified n/a   pool n/a"),
        "{text}"
    );
    assert!(text.contains("time n/a"), "{text}");
    assert!(!text.contains("0 H/s"), "{text}");
}

#[test]
fn every_pane_shows_what_it_is_for() {
    let tabs = |count| vec![Key::Tab; count];
    for (count, expected) in [
        (1, "last error: link: no answer within 2 s"),
        (2, "rejected 1 times: low difficulty"),
        (
            3,
            "reset it. No valid result for 131 s, where 12 were expected.",
        ),
        (4, "accepted (28/1) diff 150000 (80 ms)"),
        (5, "source"),
    ] {
        let mut keys = tabs(count);
        if count == 1 {
            keys.push(Key::Down);
        }
        let text = show(&small_state(), &one_line(), &keys, (80, 40)).text();
        assert!(text.contains(expected), "{count}: {text}");
    }
}

#[test]
fn the_detail_of_a_device_is_seen_on_80_by_24() {
    let keys = [Key::Tab, Key::Down];
    let text = show(&small_state(), &one_line(), &keys, (80, 24)).text();
    assert!(text.contains("> 矿机-b"), "{text}");
    assert!(text.contains("No valid result for 131 s"), "{text}");
}

#[test]
fn help_names_every_key_and_any_key_ends_it() {
    let log = one_line();
    let help = show(&small_state(), &log, &[Key::Char('?')], (80, 24)).text();
    for key in [
        "q, Ctrl-C",
        "pause",
        "Tab",
        "j k",
        "disable",
        "reset",
        "Ctrl-L",
    ] {
        assert!(help.contains(key), "{key}: {help}");
    }
    let after = show(
        &small_state(),
        &log,
        &[Key::Char('?'), Key::Char('d')],
        (80, 24),
    );
    assert!(after.text().contains("矿机-b") && after.request.is_none());
    assert!(!after.text().contains("y/n"));
}

#[test]
fn what_does_harm_waits_for_a_yes() {
    let state = small_state();
    let log = Log::default();
    let name = state.devices[1].name.clone();
    for (key, command) in [
        (
            'd',
            Command::Disable {
                device: name.clone(),
            },
        ),
        (
            'r',
            Command::Reset {
                device: name.clone(),
            },
        ),
    ] {
        let asked = show(&state, &log, &[Key::Down, Key::Char(key)], (40, 10));
        assert!(asked.request.is_none());
        assert!(asked.text().contains("? y/n"), "{}", asked.text());
        let yes = [Key::Down, Key::Char(key), Key::Char('y')];
        assert_eq!(
            show(&state, &log, &yes, (40, 10)).request,
            Some(Request::Command(command))
        );
        for no in [Key::Char('n'), Key::Tab, Key::Other] {
            let keys = [Key::Down, Key::Char(key), no];
            let refused = show(&state, &log, &keys, (40, 10));
            assert_eq!(refused.request, None);
            assert!(refused.text().contains("Nothing was done."));
        }
    }
}

#[test]
fn what_does_no_harm_is_asked_at_once() {
    let mut state = small_state();
    let log = Log::default();
    let press = |state: &State, key| show(state, &log, &[Key::Char(key)], (80, 24)).request;
    assert_eq!(press(&state, 'p'), Some(Request::Command(Command::Pause)));
    assert_eq!(press(&state, 'q'), Some(Request::Stop));
    state.mode = tensority_telemetry::Mode::Paused;
    assert_eq!(press(&state, 'p'), Some(Request::Command(Command::Resume)));
    state.devices[0].condition = tensority_telemetry::device::Condition::Disabled;
    let device = state.devices[0].name.clone();
    assert_eq!(
        press(&state, 'd'),
        Some(Request::Command(Command::Enable { device }))
    );
    state.devices.clear();
    assert_eq!(press(&state, 'd'), None);
}

#[test]
fn without_colours_the_words_are_the_same() {
    let (state, log) = (small_state(), one_line());
    let choice = Choice::default();
    let plain = frame(&state, &log, &choice, false, (120, 40));
    let coloured = frame(&state, &log, &choice, true, (120, 40));
    let is_coloured = |buffer: &Buffer| {
        let mut cells = buffer.content().iter();
        cells.any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
    };
    assert!(is_coloured(&coloured) && !is_coloured(&plain));
    let words = |buffer: &Buffer| {
        buffer
            .content()
            .iter()
            .map(|cell| cell.symbol().to_owned())
            .collect::<String>()
    };
    assert_eq!(words(&plain), words(&coloured));
}

#[test]
fn any_state_is_drawn_at_any_size() {
    let seed = testvectors::seed();
    let mut random = StdRng::seed_from_u64(seed);
    let keys = [
        Key::Tab,
        Key::BackTab,
        Key::Up,
        Key::Down,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
        Key::Char('?'),
        Key::Char('d'),
        Key::Char('r'),
        Key::Char('y'),
        Key::Other,
    ];
    let mut choice = Choice::default();
    for _ in 0..500 {
        let state = random_state(&mut random);
        let mut log = Log::default();
        for _ in 0..random.random_range(0..50) {
            log.write(&sample::random_text(&mut random));
        }
        for _ in 0..random.random_range(0..5) {
            let key = keys[random.random_range(0..keys.len())];
            choice.press(key, &state, log.lines().len());
        }
        let size = match random.random_bool(0.5) {
            true => (random.random_range(0..=300), random.random_range(0..=100)),
            false => (random.random_range(0..=50), random.random_range(0..=20)),
        };
        let buffer = frame(&state, &log, &choice, true, size);
        let control = |cell: &Cell| cell.symbol().contains(char::is_control);
        assert!(!buffer.content().iter().any(control));
    }
}

#[test]
fn every_size_is_drawn() {
    let (state, log) = (small_state(), one_line());
    for pane in Pane::ALL {
        let choice = Choice {
            pane,
            ..Choice::default()
        };
        let seen = Seen {
            state: &state,
            log: &log,
            choice: &choice,
            stopping: true,
            paint: Paint { colours: true },
        };
        for width in (0..=60).chain((60..=300).step_by(20)) {
            for height in (0..=30).chain([50, 100]) {
                let lines = lines(&seen, width, height);
                assert_eq!(lines.len(), height, "{pane:?} {width}x{height}");
                if height > 0 {
                    let last = lines[height - 1].to_string();
                    assert!(
                        last.starts_with("Ending"),
                        "{pane:?} {width}x{height}: {last}"
                    );
                }
            }
        }
    }
    for width in 0..=300 {
        for height in [0, 1, 2, 3, 10, 24, 100] {
            frame(&state, &log, &Choice::default(), true, (width, height));
        }
    }
}
