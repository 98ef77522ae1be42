//! A report as a page.
use crate::report::Report;
/// x
pub fn page(_report: &Report) -> String {
    "<!DOCTYPE html>".into()
}
