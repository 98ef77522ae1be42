//! Lines that must have been printed.

/// The first line of `expected` that `printed` lacks behind the ones before it.
pub fn missing<'a>(expected: &'a str, printed: &str) -> Option<&'a str> {
    let mut printed = printed.lines();
    expected
        .lines()
        .find(|pattern| !printed.any(|line| fits(pattern, line)))
}

/// Whether a line is what a pattern says, in which `…` stands for anything.
fn fits(pattern: &str, line: &str) -> bool {
    let (Some((first, rest)), Some((_, last))) =
        (pattern.split_once('…'), pattern.rsplit_once('…'))
    else {
        return pattern == line;
    };
    let Some(mut line) = line
        .strip_prefix(first)
        .and_then(|line| line.strip_suffix(last))
    else {
        return false;
    };
    let inner = rest.strip_suffix(last).unwrap_or_default();
    inner.split('…').all(|part| match line.split_once(part) {
        Some((_, behind)) => {
            line = behind;
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_their_order() {
        let printed = "cycles 12, of which 3\nhash 0f\n";
        assert_eq!(missing("cycles …, of which 3\nhash 0f", printed), None);
        assert_eq!(missing("hash 0f\ncycles …", printed), Some("cycles …"));
        assert_eq!(missing("hash 0e", printed), Some("hash 0e"));
    }

    #[test]
    fn dots_stand_for_anything() {
        assert!(fits("a…c", "abc"));
        assert!(fits("a…c", "ac"));
        assert!(fits("a…c…e", "abcdce"));
        assert!(fits("…", ""));
        assert!(fits("…LFE5U…", "an LFE5U-85F"));
        assert!(!fits("a…c", "abcd"));
        assert!(!fits("a…b…c", "ac"));
        assert!(!fits("ab…bc", "abc"), "nothing counts twice");
        assert!(!fits("abc", "abcd"));
    }
}
