//! A placed and routed design: the outcome of one seed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::blocks::{self, Blocks};
use super::device::Device;
use super::netlist;
use super::timing::Timing;
use crate::fpga::error::Error;
use crate::fpga::report::{Block, Clock, Path as TimingPath, Placement, Resource};

/// The outcome of one seed; kept as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Placed {
    pub clocks: Vec<Clock>,
    pub paths: Vec<TimingPath>,
    pub resources: Vec<Resource>,
    pub blocks: Block,
    pub placement: Placement,
    /// Seconds of placing and routing.
    pub place_seconds: f64,
}

/// Names of the files that nextpnr reads and writes, in the folder it runs in.
pub const REPORT: &str = "timing.json";
pub const ROUTED: &str = "routed.json";

impl Placed {
    /// Reads what nextpnr has written in `folder` about a design whose netlist is `netlist`.
    pub fn read(folder: &Path, netlist: &Path, top: &str, device: &Device) -> Result<Self, Error> {
        let text = |path: &Path| fs::read_to_string(path).map_err(Error::file("read", path));
        let timing = Timing::read(&text(&folder.join(REPORT))?)
            .map_err(Error::output("nextpnr", "timing report"))?;
        let cells = netlist::placed(&text(&folder.join(ROUTED))?, top)
            .map_err(Error::output("nextpnr", "netlist"))?;
        let scopes: BTreeSet<String> =
            netlist::scopes(&text(netlist)?, top).map_err(Error::output("Yosys", "netlist"))?;
        let blocks = Blocks::new(scopes, &cells);
        let tree = blocks.tree(top, &cells);
        blocks::check(&tree, &timing.resources)?;
        Ok(Self {
            placement: blocks.placement(&tree, &cells, device.columns, device.rows),
            blocks: tree,
            clocks: timing.clocks,
            paths: timing.paths,
            resources: timing.resources,
            place_seconds: 0.0,
        })
    }

    /// Least of achieved through wanted frequency, over all clocks.
    pub fn margin(&self) -> f64 {
        let margins = self.clocks.iter().map(Clock::margin);
        margins.fold(f64::INFINITY, f64::min)
    }

    /// Whether all clocks reach what they must.
    pub fn met(&self) -> bool {
        self.clocks.iter().all(Clock::met)
    }

    /// The clock that is nearest to its constraint or farthest behind it, in words.
    pub fn outcome(&self) -> String {
        let least = self
            .clocks
            .iter()
            .min_by(|a, b| a.margin().total_cmp(&b.margin()));
        least.map_or("no clock".into(), |clock| {
            let Clock {
                name,
                constraint_mhz,
                achieved_mhz,
            } = clock;
            let word = if clock.met() { "met" } else { "MISSED" };
            format!("{word}: {name} {achieved_mhz:.2} of {constraint_mhz:.2} MHz")
        })
    }
}
