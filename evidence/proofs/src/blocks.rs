//! The blocks that properties are about, by name: as the crate `tensority-hdl` emits them.

use tensority_hdl::core::fnv::Fnv;
use tensority_hdl::core::lane::Lane;
use tensority_hdl::core::memory_port::MemoryPort;
use tensority_hdl::emit::{Design, EmitError};
use tensority_hdl::geometry::Geometry;
use tensority_hdl::geometry::Multiplier::{Dsp, Fabric, Inferred};
use tensority_hdl::primitives::Product;
use tensority_hdl::soc::Fifo;

/// How a block is emitted, with its name as that of its module.
type Emit = fn(&str) -> Result<Design, EmitError>;

/// All blocks.
pub const ALL: &[(&str, Emit)] = &[
    ("product_inferred", |name| {
        Design::new(name, Product::new(Inferred))
    }),
    ("product_dsp", |name| Design::new(name, Product::new(Dsp))),
    ("product_fabric", |name| {
        Design::new(name, Product::new(Fabric))
    }),
    ("lane_inferred", |name| {
        Design::new(name, Lane::fip([Inferred; 2]))
    }),
    ("lane_cells", |name| {
        Design::new(name, Lane::fip([Dsp, Fabric]))
    }),
    ("lane_plain", |name| Design::new(name, Lane::plain())),
    ("fifo", |name| Design::new(name, Fifo::<11, 12>::default())),
    ("memory_port", |name| {
        Design::new(name, MemoryPort::new(&geometry(1)))
    }),
    ("fnv", |name| Design::new(name, Fnv::default())),
];

/// A core of Tensority's own dimension with so many lanes.
fn geometry(lanes: usize) -> Geometry {
    Geometry::new(256, lanes, true).expect("a number of lanes of the table")
}

/// The Verilog of a block.
///
/// # Errors
/// If there is no block of the name, or it cannot be emitted.
pub fn emit(name: &str) -> Result<Design, String> {
    let block = ALL.iter().find(|block| block.0 == name);
    let (_, emit) = block.ok_or_else(|| format!("no block called {name:?}"))?;
    emit(name).map_err(|error| error.to_string())
}
