//! Excerpts of others' texts, fit for one line of a log.

/// The beginning of what came, in quotes.
pub fn quote(bytes: &[u8]) -> String {
    const LENGTH: usize = 60;
    // Four bytes are the longest character.
    let bytes = &bytes[..bytes.len().min(4 * LENGTH)];
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .take(LENGTH)
        .collect();
    if text.trim().is_empty() {
        "nothing".to_owned()
    } else {
        format!("{text:?}")
    }
}

/// The beginning of a sentence that came, on one line.
pub fn line(text: &str) -> String {
    const LENGTH: usize = 200;
    let text = text.chars().take(LENGTH);
    text.map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_short_and_on_one_line() {
        assert_eq!(quote(b" \r\n"), "nothing");
        assert_eq!(quote(b"a\nb"), r#""a\nb""#);
        assert!(quote(&[0xe9; 5000]).chars().count() < 70);
        assert_eq!(line("a\nb\x1b[2J"), "a b [2J");
        assert_eq!(line(&"é".repeat(5000)).chars().count(), 200);
    }
}
