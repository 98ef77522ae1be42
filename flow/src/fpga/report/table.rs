//! Tables of text, without rules.

use comfy_table::{CellAlignment, Table, presets};

/// A table with these heads.
pub fn table<const N: usize>(heads: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(heads);
    table
}

/// A table as text, without blanks at the ends of its lines; `count` columns behind the `first` ones hold
/// numbers.
pub fn lines(mut table: Table, first: usize, count: usize) -> String {
    for column in table.column_iter_mut().skip(first).take(count) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let lines = table.lines();
    lines.map(|line| format!("{}\n", line.trim_end())).collect()
}
