//! Suggestions for misspelt words.

use std::fmt::Display;

/// How alike two words must be, 1 being the same; words with a common beginning are more alike.
const ALIKE: f64 = 0.8;

/// `` ; did you mean `x`? `` with the known word that is most like the one found, or nothing.
pub fn did_you_mean<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(found, known).map_or_else(String::new, question)
}

/// The question at the end of a mistake.
pub fn question(meant: impl Display) -> String {
    format!("; did you mean `{meant}`?")
}

/// The known word that is most like the one found, if one is like it.
pub fn nearest<S: AsRef<str>>(found: &str, known: impl IntoIterator<Item = S>) -> Option<S> {
    let found = found.to_lowercase();
    let alike = |word: &S| strsim::jaro_winkler(&found, &word.as_ref().to_lowercase());
    let words = known.into_iter().map(|word| (alike(&word), word));
    words
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let known = ["url", "user", "password", "poll_interval_ms"];
        let meant = |found: &str| did_you_mean(found, known);
        assert_eq!(meant("uri"), "; did you mean `url`?");
        assert_eq!(meant("Pasword"), "; did you mean `password`?");
        assert_eq!(meant("poll_interval"), "; did you mean `poll_interval_ms`?");
        assert_eq!(meant("colour"), "");
        assert_eq!(meant(""), "");
    }
}
