//! The blocks as Markdown: `docs/blocks/`.

use super::{BlockSource, all, find};
use crate::emit::words::snake;

/// The roots of the hierarchy.
const ROOTS: [(&str, &str); 3] = [
    ("The chip of a board", "BoardChip"),
    ("The chip without a memory, for simulation", "Soc"),
    ("The core", "Core"),
];

/// Drawings of signals over time, recorded in simulation: file, block and title.
pub const TIMINGS: &[(&str, &str, &str)] = &[
    (
        "memory_port",
        "MemoryPort",
        "Two requests, the second waiting behind the first",
    ),
    ("job_switch", "Control", "A job that replaces another"),
    (
        "fetch_stall",
        "Fetch",
        "Both buffers full, then a block freed",
    ),
    ("sdram_burst", "Sdram", "A read from a closed bank"),
    ("keccak_absorb", "Keccak", "The first lanes of a block"),
    (
        "link_frame",
        "Transmitter",
        "The first bytes of a frame, two cycles a bit",
    ),
];

/// The pages by file name: an index, and one for each block.
pub fn pages() -> Vec<(String, String)> {
    let blocks = all().map(|block| (file(block), page(block)));
    std::iter::once(("README.md".into(), index()))
        .chain(blocks)
        .collect()
}

/// The file of a block's page.
fn file(block: &BlockSource) -> String {
    format!("{}.md", snake(&block.name))
}

fn link(block: &BlockSource) -> String {
    format!("[`{}`]({})", block.name, file(block))
}

fn index() -> String {
    let mut text = String::from(
        "# Blocks\n\n\
         A page for each block of core and chip, written by `cargo xtask docs` from the heads of the sources in\n\
         `hdl/src`. The Verilog that `tensority-hdl emit` writes has a module for each, of the same name in small\n\
         letters, with the same text.\n\n\
         ![The chip](chip.svg)\n\n![The core](core.svg)\n",
    );
    for (title, root) in ROOTS {
        text += &format!("\n## {title}\n\n");
        if let Some(block) = find(root) {
            branch(block, "", 0, &mut text);
        }
    }
    if !TIMINGS.is_empty() {
        text += "\n## Timings\n\nRecorded in simulation; `sim/tests/timings/` holds them.\n\n";
    }
    for (name, block, title) in TIMINGS {
        text += &format!("- [{title}]({}.md#timing): `{name}`\n", snake(block));
    }
    text
}

/// A block and those in it; registers and constants are no news.
fn branch(block: &BlockSource, field: &str, depth: usize, text: &mut String) {
    let name = match field {
        "" => String::new(),
        field => format!("`{field}`: "),
    };
    *text += &format!(
        "{}- {name}{} {}\n",
        "  ".repeat(depth),
        link(block),
        plain(block.title())
    );
    let mut seen = Vec::new();
    for (field, inner) in block.inner() {
        let plain = ["Register", "Parameter"].contains(&inner.name.as_str());
        if !plain && (!seen.contains(&inner.name) || !inner.file.contains("primitives")) {
            seen.push(inner.name.clone());
            // The core has a tree of its own.
            if inner.name == "Core" {
                let margin = "  ".repeat(depth + 1);
                *text += &format!("{margin}- `{}`: {}, see below\n", field.name, link(inner));
            } else {
                branch(inner, &field.name, depth + 1, text);
            }
        }
    }
}

fn page(block: &BlockSource) -> String {
    let mut text = format!(
        "# `{}`\n\nSource: [`hdl/{}`](../../hdl/{}). Written by `cargo xtask docs`.\n\n",
        block.name, block.file, block.file
    );
    for line in &block.documentation {
        text += &format!("{}\n", plain(line));
    }
    let inside: Vec<_> = block
        .inner()
        .map(|(field, inner)| {
            format!(
                "- `{}`: {} {}\n",
                field.name,
                link(inner),
                field.documentation
            )
        })
        .map(|line| line.trim_end().to_string() + "\n")
        .collect();
    if !inside.is_empty() {
        text += &format!("\n## Inside\n\n{}", inside.concat());
    }
    let around = all().filter(|other| other.inner().any(|(_, inner)| inner.name == block.name));
    let around: Vec<_> = around.map(link).collect();
    if !around.is_empty() {
        text += &format!("\n## Part of\n\n{}\n", around.join(", "));
    }
    let timings: Vec<_> = TIMINGS
        .iter()
        .filter(|(_, name, _)| *name == block.name)
        .collect();
    if !timings.is_empty() {
        text += "\n## Timing\n";
    }
    for (name, _, title) in timings {
        text += &format!("\n{title}:\n\n![{title}]({name}.svg)\n");
    }
    text
}

/// A line without the links that only Rust's documentation knows.
fn plain(line: &str) -> String {
    line.replace("[`", "`").replace("`]", "`")
}
