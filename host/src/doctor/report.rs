//! The report of all findings, as text and as JSON.

use std::fmt;

use serde::Serialize;

use super::finding::{Finding, Verdict};
use crate::table;

#[derive(Serialize)]
pub struct Report {
    passed: usize,
    warnings: usize,
    failed: usize,
    skipped: usize,
    findings: Vec<Finding>,
}

impl Report {
    pub fn new(findings: Vec<Finding>) -> Self {
        let count = |verdict| findings.iter().filter(|it| it.verdict == verdict).count();
        Self {
            passed: count(Verdict::Pass),
            warnings: count(Verdict::Warn),
            failed: count(Verdict::Fail),
            skipped: count(Verdict::Skip),
            findings,
        }
    }

    /// Whether nothing failed.
    pub fn is_well(&self) -> bool {
        self.failed == 0
    }
}

/// A line for each finding, with a line for what to do about it, and a summary.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.findings.iter().map(cells).collect();
        let table = table::aligned(&rows);
        for (line, finding) in table.lines().zip(&self.findings) {
            writeln!(f, "{line}")?;
            if let Some(fix) = &finding.fix {
                writeln!(f, "      to do: {fix}")?;
            }
        }
        let warnings = match self.warnings {
            1 => "1 warning".to_owned(),
            several => format!("{several} warnings"),
        };
        let (passed, failed, skipped) = (self.passed, self.failed, self.skipped);
        write!(
            f,
            "{passed} passed, {warnings}, {failed} failed, {skipped} skipped"
        )
    }
}

fn cells(finding: &Finding) -> [String; 4] {
    [
        finding.verdict.to_string(),
        finding.check.to_owned(),
        finding.subject.clone(),
        finding.found.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::finding::Check;
    use super::*;

    #[test]
    fn what_is_wrong_stands_above_what_to_do_and_all_is_counted() {
        let check = Check::new("node work", "host:9888");
        let report = Report::new(vec![
            check.fail("it is down", "start it"),
            Check::new("clock", "-").pass("right"),
            Check::new("clock", "-").warn("slow", "wind it up"),
        ]);
        let text = report.to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "FAIL  node work  host:9888  it is down");
        assert_eq!(lines[1], "      to do: start it");
        assert_eq!(lines[2], "PASS  clock      -          right");
        let summary = "1 passed, 1 warning, 1 failed, 0 skipped";
        assert_eq!(lines.last(), Some(&summary));
        assert!(!report.is_well());
    }
}
