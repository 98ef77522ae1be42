//! The Verilog of a block, module by module.

use rust_hdl::core::check_error::check_all;
use rust_hdl::core::module_defines::ModuleDefines;
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
    /// All modules; those of sub-blocks are named `top$block$sub`.
    pub modules: Vec<Module>,
}

/// One module of a design.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// From `module` to `endmodule`.
    pub text: String,
}

/// RustHDL's own checks found a fault in a block: an open signal, a loop or a write to an input.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{top}: RustHDL refuses the design: {fault}")]
pub struct EmitError {
    /// The block.
    pub top: String,
    /// What RustHDL says.
    pub fault: String,
}

impl Design {
    /// The Verilog of `block`, whose module is called `top`.
    ///
    /// # Errors
    /// If RustHDL's checks refuse the block.
    pub fn new(top: &str, mut block: impl Block) -> Result<Self, EmitError> {
        block.connect_all();
        check_all(&block).map_err(|fault| EmitError {
            top: top.into(),
            fault: format!("{fault:?}"),
        })?;
        let mut defines = ModuleDefines::default();
        block.accept(top, &mut defines);
        Ok(Self::from_text(top, &defines.defines()))
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
        self.modules
            .iter()
            .map(|module| module.text.as_str())
            .collect()
    }
}

fn split(text: &str) -> Vec<Module> {
    let mut modules: Vec<Module> = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("module ") {
            let name = rest.split('(').next().unwrap_or_default().to_string();
            modules.push(Module {
                name,
                text: String::new(),
            });
        }
        if let Some(module) = modules.last_mut()
            && !line.trim().is_empty()
        {
            module.text.push_str(line.trim_end());
            module.text.push('\n');
        }
    }
    modules
}

#[cfg(test)]
mod tests {
    use super::*;
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
                assert!(
                    design
                        .modules
                        .iter()
                        .any(|module| module.name == "core$array")
                );
            }
        }
    }
}
