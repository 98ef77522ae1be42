//! The Verilog of a block: a module for each structure, with the block's documentation.
//!
//! RustHDL checks the design and gives its blocks as syntax trees; the text is this module's own. All
//! instances of one structure share a module, named after the block's type. Registers and constants are
//! written in the module around them, and a signal with one driver is a wire.

mod comment;
mod draft;
mod drivers;
mod inline;
mod merge;
mod module;
mod print;
mod scope;
mod statement;
pub(crate) mod words;

use rust_hdl::core::check_error::check_all;
use rust_hdl::prelude::*;

use crate::core::Core;
use crate::geometry::Geometry;
use crate::primitives::ECP5_CELLS;
use crate::soc::{Settings, Soc};

/// A fingerprint of everything that emitted Verilog depends on: it changes when a block does.
pub const FINGERPRINT: &str = env!("HDL_FINGERPRINT");

/// The low 32 bits of [`FINGERPRINT`], which a chip tells as its build.
pub fn build() -> u32 {
    let fingerprint = u64::from_str_radix(FINGERPRINT, 16);
    fingerprint.unwrap_or_default() as u32
}

/// A design as Verilog text.
#[derive(Clone, Debug)]
pub struct Design {
    /// Name of the top module.
    pub top: String,
    /// All modules, each before those that it contains; named after the types of their blocks.
    pub modules: Vec<Module>,
}

/// One module of a design.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// The type of its block, such as `MemoryPort`; empty if the design was read from a text.
    pub block: String,
    /// The block's documentation as a comment, and from `module` to `endmodule`.
    pub text: String,
}

/// A design that cannot be emitted: RustHDL's checks found an open signal, a loop or a write to an
/// input, or its code or one of its names has no place in the project's Verilog.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{top}: the design is refused: {fault}")]
pub struct EmitError {
    /// The block.
    pub top: String,
    /// What is wrong with it.
    pub fault: String,
}

impl Design {
    /// The Verilog of `block`, whose module is called `top`.
    ///
    /// # Errors
    /// If RustHDL's checks refuse the block, or a port, signal or instance has a name that is a word of Verilog.
    pub fn new<B: Block>(top: &str, mut block: B) -> Result<Self, EmitError> {
        let refused = |fault: String| EmitError {
            top: top.into(),
            fault,
        };
        block.connect_all();
        check_all(&block).map_err(|fault| refused(format!("{fault:?}")))?;
        if words::is_reserved(top) {
            return Err(refused(format!(
                "`{top}` is a word of Verilog: give the module another name"
            )));
        }
        let scope = scope::Scope::new(top, &block);
        let kind = std::any::type_name::<B>();
        Ok(Self {
            top: top.into(),
            modules: merge::modules(top, kind, &scope).map_err(refused)?,
        })
    }

    /// The Verilog of a core.
    ///
    /// # Errors
    /// If RustHDL's checks refuse it.
    pub fn core(geometry: &Geometry) -> Result<Self, EmitError> {
        Self::new("core", Core::new(geometry))
    }

    /// The Verilog of a chip, but for the module `picorv32`.
    ///
    /// # Errors
    /// If RustHDL's checks refuse it.
    pub fn soc(geometry: &Geometry, settings: &Settings) -> Result<Self, EmitError> {
        Self::new("soc", Soc::new(geometry, settings))
    }

    /// The design whose [`text`](Self::text) this is.
    pub fn from_text(top: &str, text: &str) -> Self {
        Self {
            top: top.into(),
            modules: split(text),
        }
    }

    /// Models of the FPGA's cells that the design is made of, for a simulator; none if it is made of
    /// none.
    pub fn cell_models(&self) -> Option<&'static str> {
        let cells = ["CCU2C #(", "MULT18X18D #(", "DP16KD #("];
        let mut texts = self.modules.iter().map(|module| &module.text);
        texts
            .any(|text| cells.iter().any(|cell| text.contains(cell)))
            .then_some(ECP5_CELLS)
    }

    /// All modules as one text.
    pub fn text(&self) -> String {
        let texts = self.modules.iter().map(|module| module.text.as_str());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// The text without comments: the same until the hardware changes.
    pub fn code(&self) -> String {
        let text = self.text();
        let lines = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or(line).trim_end());
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The module of that name.
    pub fn module(&self, name: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.name == name)
    }

    /// The module of an instance, by the instances' names from the top's on: `core.array.lanes$0`.
    pub fn module_of(&self, path: &str) -> Option<&Module> {
        let mut instances = path.split('.');
        let top = instances.next().filter(|top| *top == self.top)?;
        instances.try_fold(self.module(top)?, |module, instance| {
            let mut inside = module.instances();
            let (kind, _) = inside.find(|(_, name)| *name == instance)?;
            self.module(kind)
        })
    }

    /// The design without a module and what only it contains, for another module of that name.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut used = vec![self.top.as_str()];
        let mut next = 0;
        while let Some(module) = used.get(next).and_then(|name| self.module(name)) {
            for (kind, _) in module.instances() {
                if kind != name && self.module(kind).is_some() && !used.contains(&kind) {
                    used.push(kind);
                }
            }
            next += 1;
        }
        let modules = self.modules.iter();
        Self {
            top: self.top.clone(),
            modules: modules
                .filter(|module| used.contains(&module.name.as_str()))
                .cloned()
                .collect(),
        }
    }
}

/// A port of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Whether the module drives it.
    pub output: bool,
    /// Bits.
    pub width: usize,
}

impl Module {
    /// The ports, in order.
    pub fn ports(&self) -> Vec<Port> {
        let lines = self
            .text
            .lines()
            .skip_while(|line| !line.starts_with("module "));
        let lines = lines.skip(1).take_while(|line| *line != ");");
        lines.filter_map(port).collect()
    }

    /// The instances in it: module and name.
    fn instances(&self) -> impl Iterator<Item = (&str, &str)> {
        self.text.lines().filter_map(|line| {
            let line = line.strip_prefix("    ")?.strip_suffix(" (")?;
            let (kind, name) = line.split_once(' ')?;
            (!kind.is_empty() && !name.contains(' ')).then_some((kind, name))
        })
    }
}

/// The port of a line such as `    input  wire [7:0] data,  // a byte`.
fn port(line: &str) -> Option<Port> {
    let code = line.split("//").next()?.trim().trim_end_matches(',');
    let (direction, code) = code.split_once(' ')?;
    let name = code.rsplit(' ').next()?;
    let top = code
        .split_once('[')
        .and_then(|(_, range)| range.split_once(':'));
    Some(Port {
        name: name.into(),
        output: direction == "output",
        width: top.map_or(Some(1), |(top, _)| {
            top.parse().ok().map(|top: usize| top + 1)
        })?,
    })
}

/// The modules of a text; what stands before a module is its comment.
fn split(text: &str) -> Vec<Module> {
    let mut modules: Vec<Module> = Vec::new();
    let (mut name, mut module) = (String::new(), String::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("module ") {
            name = rest.split([' ', '(']).next().unwrap_or_default().into();
        }
        if !(line.is_empty() && module.is_empty()) {
            module += line;
            module.push('\n');
        }
        if line == "endmodule" {
            modules.push(Module {
                name: std::mem::take(&mut name),
                block: String::new(),
                text: std::mem::take(&mut module),
            });
        }
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Core;
    use crate::geometry::LANES;

    #[test]
    fn cores_of_every_width_pass_rust_hdl_checks() {
        for (dimension, lanes) in LANES
            .map(|lanes| (32, lanes))
            .into_iter()
            .chain([(64, 4), (128, 8)])
        {
            for fip in [true, false] {
                let geometry = Geometry::new(dimension, lanes, fip).unwrap();
                let design = Design::core(&geometry).unwrap();
                assert_eq!(design.modules[0].name, "core", "{geometry}");
                assert!(design.module("array").is_some());
            }
        }
    }

    #[test]
    fn instances_of_one_structure_share_a_module() {
        let geometry = Geometry::new(32, 4, true).unwrap();
        let design = Design::core(&geometry).unwrap();
        assert!(
            design.modules.len() <= 150,
            "{} modules",
            design.modules.len()
        );
        let mut names: Vec<_> = design.modules.iter().map(|module| &module.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), design.modules.len());
        let lane = |n| {
            design
                .module_of(&format!("core.array.lanes${n}"))
                .map(|module| &module.name)
        };
        assert!(
            lane(0).is_some() && lane(0) == lane(7),
            "{:?}, {:?}",
            lane(0),
            lane(7)
        );
    }

    #[test]
    fn the_text_is_the_same_each_time_and_read_back_as_it_was() {
        let geometry = Geometry::new(32, 2, true).unwrap();
        let text = Design::core(&geometry).unwrap().text();
        assert_eq!(
            Design::new("core", Core::new(&geometry)).unwrap().text(),
            text
        );
        assert_eq!(Design::from_text("core", &text).text(), text);
    }

    #[test]
    fn comments_do_not_change_the_code() {
        let geometry = Geometry::new(32, 1, true).unwrap();
        let design = Design::core(&geometry).unwrap();
        let code = design.code();
        assert!(design.text().contains("// ") && !code.contains("//"));
        assert_eq!(Design::from_text("core", &code).code(), code);
    }

    #[test]
    fn a_design_without_the_array_lacks_what_only_the_array_contains() {
        let geometry = Geometry::new(32, 1, true).unwrap();
        let design = Design::core(&geometry).unwrap();
        let rest = design.without("array");
        assert!(design.module("lane").is_some());
        assert!(rest.module("array").is_none() && rest.module("lane").is_none());
        assert!(rest.module("fetch").is_some());
    }

    #[test]
    fn ports_are_read_from_a_module() {
        let geometry = Geometry::new(32, 1, true).unwrap();
        let design = Design::core(&geometry).unwrap();
        let ports = design.module("lane").unwrap().ports();
        let port = |name: &str| ports.iter().find(|port| port.name == name).cloned();
        let expected = |name: &str, output, width| {
            Some(Port {
                name: name.into(),
                output,
                width,
            })
        };
        assert_eq!(port("clock"), expected("clock", false, 1));
        assert_eq!(port("weight"), expected("weight", false, 32));
        assert_eq!(port("sum_out"), expected("sum_out", true, 16));
    }
}
