//! Text in cells of a terminal, of which a character takes none, one or two.

use ratatui::style::Style;
use ratatui::text::Span;

/// What the end of a text that was cut is replaced by.
const CUT: &str = "…";

/// The text without what would move the cursor or turn the direction of writing.
pub fn plain(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .filter(|&c| !turns(c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Cells that a text takes.
pub fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// As much of a text as fits, [plain].
pub fn cut(text: &str, cells: usize) -> String {
    let text = plain(text);
    if width(&text) <= cells {
        return text;
    }
    let (head, _) = split(&text, cells.saturating_sub(width(CUT)));
    match cells {
        0 => String::new(),
        _ => head.trim_end().to_owned() + CUT,
    }
}

/// A text in lines of no more than so many cells, [plain], broken at spaces where there are some.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let text = plain(text);
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while width(rest) > cells {
        let (head, tail) = split(rest, cells);
        if head.is_empty() {
            // Not even one character fits.
            return lines;
        }
        let end = match head.rfind(' ') {
            Some(space) if !tail.starts_with(' ') => space,
            _ => head.len(),
        };
        lines.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    lines.push(rest.to_owned());
    lines
}

/// A plain text in two: what fits, and the rest.
fn split(text: &str, cells: usize) -> (&str, &str) {
    let (mut end, mut taken) = (0, 0);
    let span = Span::raw(text);
    for grapheme in span.styled_graphemes(Style::new()) {
        taken += width(grapheme.symbol);
        if taken > cells {
            break;
        }
        end += grapheme.symbol.len();
    }
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_are_not_cut_in_two() {
        assert_eq!(cut("矿池一号", 8), "矿池一号");
        assert_eq!(cut("矿池一号", 7), "矿池一…");
        assert_eq!(cut("矿池一号", 6), "矿池…");
        assert_eq!(cut("矿池一号", 1), "…");
        assert_eq!(cut("矿池一号", 0), "");
        assert_eq!(cut("a family 👨‍👩‍👧 here", 11), "a family…");
    }

    #[test]
    fn what_moves_the_cursor_is_blank() {
        assert_eq!(plain("a\x1b[2Jb\r\n\tc\u{202e}d"), "a [2Jb   cd");
    }

    #[test]
    fn lines_break_at_spaces_and_lose_no_word() {
        let text = "No valid result for 131 s, where 12 were expected.";
        for cells in 9..60 {
            let lines = wrap(text, cells);
            assert!(lines.iter().all(|line| width(line) <= cells), "{lines:?}");
            assert_eq!(lines.join(" "), text);
        }
        assert_eq!(wrap("0123456789", 4), ["0123", "4567", "89"]);
        assert_eq!(wrap("矿池", 1), [""; 0]);
        assert_eq!(wrap("", 0), [""]);
    }
}
