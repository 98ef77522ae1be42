//! The last line: a question, an answer, or the panes; and the help.

use ratatui::text::Line;

use super::{Seen, flow, heading};
use crate::choice::{Pane, words};
use crate::paint::Tone;
use crate::text;

/// Whether the last line must be seen on the smallest screen.
pub fn is_urgent(seen: &Seen) -> bool {
    seen.choice.question.is_some() || seen.stopping
}

pub fn line(seen: &Seen, width: usize) -> Line<'static> {
    let choice = seen.choice;
    let (tone, said) = match (&choice.question, &choice.answer) {
        (Some(command), _) => {
            // The end of the question must be seen, whatever the name.
            let end = "? y/n";
            let asked = text::cut(&capital(&words(command)), width.saturating_sub(end.len()));
            (Tone::Chosen, asked + end)
        }
        (None, Some(answer)) => (Tone::Strong, text::cut(answer, width)),
        (None, None) if seen.stopping => (Tone::Chosen, "Ending; q again ends at once.".to_owned()),
        (None, None) => return panes(seen, width),
    };
    seen.span(tone, said).into()
}

pub fn help(seen: &Seen, width: usize) -> Vec<Line<'static>> {
    const KEYS: [(&str, &str); 10] = [
        (
            "q, Ctrl-C",
            "hand in what was found and end; again: end at once",
        ),
        ("p", "pause, or resume"),
        ("Tab", "the next pane; Shift-Tab: the one before"),
        (
            "arrows, j k",
            "select a device; in the other panes: go through them",
        ),
        ("Page, Home, End", "the same in greater steps"),
        (
            "d",
            "disable the selected device (asks), or enable it again",
        ),
        ("r", "reset the selected device (asks)"),
        ("Ctrl-L", "draw everything again"),
        ("?", "this; any key ends it"),
        (
            "",
            "Rates are those of the last 15 min, or since the start, in H/s; (a-b) holds the true one in 95 of 100 cases.",
        ),
    ];
    let mut lines = vec![heading(seen, "keys", width)];
    for (key, meaning) in KEYS {
        let indent = 17;
        let wrapped = text::wrap(meaning, width.saturating_sub(indent));
        let keys = std::iter::once(key).chain(std::iter::repeat(""));
        lines.extend(keys.zip(wrapped).map(|(key, meaning)| {
            Line::from(vec![
                seen.span(Tone::Strong, format!("{key:indent$}")),
                meaning.into(),
            ])
        }));
    }
    lines
}

fn panes(seen: &Seen, width: usize) -> Line<'static> {
    let name = |pane: Pane| match pane == seen.choice.pane {
        true => vec![seen.span(Tone::Chosen, format!("[{}]", pane.word()))],
        false => vec![seen.span(Tone::Plain, pane.word())],
    };
    let help = seen.titled("?", "help");
    let mut items: Vec<_> = Pane::ALL.map(name).into();
    items.push(help.clone());
    let mut lines = flow(items, width);
    if lines.len() > 1 {
        // Where there is no room for all, only the one that is shown.
        lines = flow(vec![name(seen.choice.pane), help], width);
    }
    lines.swap_remove(0)
}

fn capital(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}
