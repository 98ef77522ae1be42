//! A figure, and how it is printed.

use serde::Serialize;

/// How figures are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As rows of one table.
    Table,
    /// As a line of JSON each.
    Json,
}

/// What was measured.
#[derive(Serialize)]
pub struct Figure {
    /// Its name.
    pub figure: &'static str,
    /// The most, or the least, that is promised.
    pub must: &'static str,
    /// What would be better.
    pub aim: &'static str,
    /// What it is here and now.
    pub measured: String,
    /// What else is worth knowing.
    pub details: Vec<String>,
    /// Whether the promise is kept.
    pub kept: bool,
}

impl Format {
    /// The format of a word.
    pub fn of(word: &str) -> Self {
        match word == Self::Json.word() {
            true => Self::Json,
            false => Self::Table,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
        }
    }
}

/// Prints the head of the table.
pub fn print_head() {
    row("figure", "must", "aim", "measured");
    row("---", "---", "---", "---");
}

impl Figure {
    /// Prints it; whether the promise is kept.
    pub fn print(&self, format: Format) -> bool {
        match format {
            Format::Json => {
                println!("{}", serde_json::to_string(self).expect("plain data"));
            }
            Format::Table => {
                let missed = if self.kept { "" } else { " MISSED" };
                row(
                    self.figure,
                    self.must,
                    self.aim,
                    &format!("{}{missed}", self.measured),
                );
                for detail in &self.details {
                    println!("    {detail}");
                }
            }
        }
        self.kept
    }
}

fn row(figure: &str, must: &str, aim: &str, measured: &str) {
    println!("| {figure:<50} | {must:<9} | {aim:<9} | {measured:<40} |");
}
