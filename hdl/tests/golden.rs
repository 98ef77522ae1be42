//! The Verilog of one small core, kept as text.

use std::path::Path;
use std::{env, fs};

use tensority_hdl::emit::Design;
use tensority_hdl::geometry::Geometry;

#[test]
fn the_verilog_of_a_small_core_is_the_one_that_is_kept() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/core_32x1.v");
    let geometry = Geometry::new(32, 1, true).unwrap();
    let text = Design::core(&geometry).unwrap().text();
    if env::var_os("TENSORITY_REFRESH").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differing = text
        .lines()
        .zip(kept.lines())
        .position(|(new, old)| new != old);
    let line = differing.unwrap_or(text.lines().count().min(kept.lines().count())) + 1;
    assert!(
        text == kept,
        "{} differs from line {line} on; if that is as it should be: \
         TENSORITY_REFRESH=1 cargo test -p tensority-hdl --test golden",
        path.display()
    );
}
