//! A finding: what a check found, how bad that is, and what to do.

use std::fmt;

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Pass,
    /// Mining works, or may work, but not as it should.
    Warn,
    /// Mining does not work, or is in vain.
    Fail,
    /// It was not looked at.
    Skip,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "PASS",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
            Self::Skip => "SKIP",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was checked, always the same words.
    pub check: &'static str,
    /// Of what: a file, a port, a source.
    pub subject: String,
    pub verdict: Verdict,
    /// One line.
    pub found: String,
    /// What to do, on one line; always there for a warning and a failure.
    pub fix: Option<String>,
}

/// A check of something, which has found nothing yet.
#[derive(Clone, Debug)]
pub struct Check {
    name: &'static str,
    subject: String,
}

impl Check {
    pub fn new(name: &'static str, subject: impl fmt::Display) -> Self {
        Self {
            name,
            subject: subject.to_string(),
        }
    }

    pub fn subject(&self) -> &str {
        &self.subject
    }

    pub fn pass(&self, found: impl fmt::Display) -> Finding {
        self.finding(Verdict::Pass, found, None)
    }

    pub fn skip(&self, why: impl fmt::Display) -> Finding {
        self.finding(Verdict::Skip, why, None)
    }

    pub fn warn(&self, found: impl fmt::Display, fix: impl fmt::Display) -> Finding {
        self.finding(Verdict::Warn, found, Some(&fix))
    }

    pub fn fail(&self, found: impl fmt::Display, fix: impl fmt::Display) -> Finding {
        self.finding(Verdict::Fail, found, Some(&fix))
    }

    fn finding(
        &self,
        verdict: Verdict,
        found: impl fmt::Display,
        fix: Option<&dyn fmt::Display>,
    ) -> Finding {
        Finding {
            check: self.name,
            subject: one_line(&self.subject),
            verdict,
            found: one_line(&found),
            fix: fix.map(one_line),
        }
    }
}

fn one_line(text: &(impl fmt::Display + ?Sized)) -> String {
    let text = text.to_string();
    let characters = text.chars();
    characters
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// What was found, and the advice behind the semicolon of a message that has one.
pub fn split_advice(message: &str) -> (&str, Option<&str>) {
    match message.rsplit_once("; ") {
        Some((found, advice)) => (found, Some(advice)),
        None => (message, None),
    }
}

#[cfg(test)]
impl Finding {
    /// Whether it is this verdict, and what was found and what to do have these words in them.
    #[track_caller]
    pub fn assert(&self, verdict: Verdict, found: &str, fix: &str) {
        assert_eq!(self.verdict, verdict, "{self:?}");
        assert!(self.found.contains(found), "{self:?}");
        let advice = self.fix.as_deref().unwrap_or_default();
        assert!(advice.contains(fix), "{self:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_and_a_fix_is_one() {
        let finding = Check::new("x", "a\nb").fail("one\ntwo", "do\nthis");
        assert_eq!((&*finding.subject, &*finding.found), ("a b", "one two"));
        assert_eq!(finding.fix.as_deref(), Some("do this"));
    }

    #[test]
    fn advice_stands_behind_the_last_semicolon() {
        assert_eq!(split_advice("a; b; c"), ("a; b", Some("c")));
        assert_eq!(split_advice("a"), ("a", None));
    }
}
