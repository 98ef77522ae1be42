//! `docs/blocks/` says what the heads of the sources say.

use std::path::Path;
use std::{env, fs};

use tensority_hdl::blocks::{self, document};

#[test]
fn the_pages_of_the_blocks_are_those_of_the_sources() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/blocks");
    let pages = document::pages();
    let kept: Vec<String> = fs::read_dir(&folder)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into())
        })
        .map_or_else(|_| Vec::new(), Iterator::collect);
    let stale = kept
        .iter()
        .filter(|name| name.ends_with(".md") && !pages.iter().any(|(page, _)| page == *name));
    let stale: Vec<_> = stale.collect();
    if env::var_os("TENSORITY_REFRESH").is_some() {
        fs::create_dir_all(&folder).unwrap();
        stale
            .iter()
            .for_each(|name| fs::remove_file(folder.join(name)).unwrap());
        pages
            .iter()
            .for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
        return;
    }
    assert!(
        stale.is_empty(),
        "{stale:?} describe no block; run: cargo xtask docs"
    );
    for (name, text) in pages {
        let kept = fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(
            kept == text,
            "docs/blocks/{name} is not as the sources are; run: cargo xtask docs"
        );
    }
}

/// The blocks that a drawing must show: those in these, without the primitives.
const DRAWINGS: [(&str, &[&str]); 2] = [
    ("core.svg", &["Core", "Array"]),
    ("chip.svg", &["BoardChip", "Engine", "Controller", "Sdram"]),
];

#[test]
fn the_drawings_show_every_main_block_and_no_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/blocks");
    for (file, outer) in DRAWINGS {
        let drawing = fs::read_to_string(folder.join(file)).unwrap();
        let lines = drawing
            .lines()
            .filter(|line| line.starts_with("<text class=\"block\""));
        let names = lines.filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>"));
        let drawn: Vec<&str> = names.collect();
        for name in &drawn {
            assert!(
                blocks::find(name).is_some(),
                "{file} shows {name}, which is no block"
            );
        }
        let blocks = outer.iter().map(|name| blocks::find(name).expect(name));
        let inner = blocks.flat_map(|block| block.inner());
        let main = inner.filter(|(_, block)| {
            !block.file.contains("/primitives/") || block.name == "BlockBuffer"
        });
        for (_, block) in main {
            assert!(
                drawn.contains(&block.name.as_str()),
                "{file} lacks {}",
                block.name
            );
        }
    }
}
