//! Report of a build: clocks, paths, use and places.
//!
//! A report is data: it is written as JSON, and read again to be shown or compared. Frequencies are in MHz,
//! delays in nanoseconds, places in columns from the left and rows from the top of the chip.

pub mod comparison;
mod die;
mod figures;
pub mod page;
mod path_view;
mod table;
pub mod text;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The version of this form; a report of another one is refused.
pub const FORMAT: u32 = 1;

/// The report of a build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// Name of its files, without ending.
    pub name: String,
    pub board: String,
    /// The FPGA with speed grade and package.
    pub part: String,
    /// Matrix rows that the core processes side by side.
    pub lanes: usize,
    /// The seed of the placement.
    pub seed: u32,
    /// All seeds that were tried, in their order.
    pub tried: Vec<Trial>,
    /// Package and version of each tool, by what it does.
    pub tools: BTreeMap<String, String>,
    pub clocks: Vec<Clock>,
    /// None for a design that does not hash.
    pub hashing: Option<Hashing>,
    /// Use of the part, by the tools' names of its cells.
    pub resources: Vec<Resource>,
    /// The top with the blocks in it.
    pub blocks: Block,
    /// The slowest path of each clock, and between clocks.
    pub paths: Vec<Path>,
    /// The steps with their times, also of those that were kept from an earlier build.
    pub steps: Vec<Step>,
    /// The bitstream; none if a clock was missed.
    pub bitstream: Option<Bitstream>,
    /// Left out where reports are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
}

/// A seed that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Trial {
    pub seed: u32,
    /// Least of achieved through wanted frequency, over all clocks; timing is met from 1 on.
    pub margin: f64,
}

/// A clock against its constraint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Clock {
    pub name: String,
    /// The wanted frequency; the tool counts periods in whole picoseconds.
    pub constraint_mhz: f64,
    /// The frequency reached, by the tool's model of the part at its slowest.
    pub achieved_mhz: f64,
}

/// The hash rate of a design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hashing {
    /// The array's clock.
    pub clock: String,
    /// Its cycles per hash, measured in simulation.
    pub cycles_per_hash: u64,
    /// Hashes per second at the clock's constraint, at which the board runs.
    pub per_second: f64,
    /// Hashes per second at the frequency that the clock achieves.
    pub per_second_achieved: f64,
}

/// A kind of cell that a part has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Resource {
    pub name: String,
    pub used: u64,
    pub available: u64,
}

/// A block of the design with the blocks in it. Blocks that differ in their number only are one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Block {
    /// Name in the block around it.
    pub name: String,
    pub count: u32,
    /// Use of all of them, with the blocks in them.
    #[serde(rename = "use")]
    pub usage: Usage,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Block>,
}

/// Cells that are used, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Usage {
    /// LUT4: for logic, carries and small memories.
    pub luts: u64,
    /// CCU2C, of two LUT4 each, which are in `luts` too.
    pub carries: u64,
    pub ffs: u64,
    /// Multipliers, MULT18X18D.
    pub dsps: u64,
    /// Block memories, DP16KD.
    pub ebrs: u64,
}

/// A path through the design that limits a clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// Edge and clock where it starts, or `<async>`.
    pub from: String,
    /// Edge and clock where it ends, or `<async>`.
    pub to: String,
    /// Its pieces in their order.
    pub segments: Vec<Segment>,
}

/// A piece of a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Segment {
    /// `clk-to-q`, `logic`, `routing` or `setup`.
    pub kind: String,
    pub delay_ns: f64,
    pub from: Pin,
    pub to: Pin,
    /// The net of a `routing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<String>,
}

/// A pin of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Pin {
    pub cell: String,
    pub port: String,
    /// Column and row of its tile.
    pub place: (u32, u32),
}

/// A step of the build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Step {
    pub name: String,
    pub seconds: f64,
}

/// A bitstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Bitstream {
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// The use of the chip's tiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Placement {
    pub columns: u32,
    pub rows: u32,
    /// Blocks that together are the design, as paths of names, without those that others hold.
    pub blocks: Vec<String>,
    pub tiles: Vec<Tile>,
}

/// A tile in use: column, row, number of the block that has most of it, sites used, and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tile(pub u32, pub u32, pub usize, pub u32, pub Kind);

/// The kind of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Eight LUT4 and eight flip-flops.
    Logic,
    /// Multipliers.
    Dsp,
    /// Block memories.
    Ebr,
    /// Pins and what else there is one or a few of.
    Other,
}

/// A clock that is missed, with the path that is to blame.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Missed<'a> {
    pub clock: &'a Clock,
    pub path: Option<&'a Path>,
}

/// Names of the resources in text and page, and the cells that they are.
const RESOURCES: [(&str, &str); 6] = [
    ("LUT4", "TRELLIS_COMB"),
    ("FF", "TRELLIS_FF"),
    ("DSP (MULT18X18D)", "MULT18X18D"),
    ("EBR (DP16KD)", "DP16KD"),
    ("PLL", "EHXPLLL"),
    ("pins", "TRELLIS_IO"),
];

impl Resource {
    /// The part of those available that is used.
    pub(crate) fn share(&self) -> f64 {
        self.used as f64 / self.available.max(1) as f64
    }
}

impl Usage {
    /// LUT4, CCU2C, FF, DSP and EBR, as tables have them.
    pub(crate) fn counts(&self) -> [u64; 5] {
        [self.luts, self.carries, self.ffs, self.dsps, self.ebrs]
    }

    /// Adds what something else uses.
    pub fn add(&mut self, other: &Self) {
        self.luts += other.luts;
        self.carries += other.carries;
        self.ffs += other.ffs;
        self.dsps += other.dsps;
        self.ebrs += other.ebrs;
    }
}

impl Clock {
    /// Achieved through wanted frequency.
    pub fn margin(&self) -> f64 {
        self.achieved_mhz / self.constraint_mhz
    }

    /// Whether the wanted frequency is reached.
    pub fn met(&self) -> bool {
        self.achieved_mhz >= self.constraint_mhz
    }
}

impl Segment {
    /// Whether it is worth a line: carries pass on between cells without a delay.
    pub fn counts(&self) -> bool {
        self.delay_ns > 0.0 || matches!(self.kind.as_str(), "clk-to-q" | "setup")
    }
}

impl Path {
    /// Delay from start to end.
    pub fn delay_ns(&self) -> f64 {
        self.segments.iter().map(|segment| segment.delay_ns).sum()
    }

    /// The part of it that wires take.
    pub fn routing_ns(&self) -> f64 {
        let routing = self
            .segments
            .iter()
            .filter(|segment| segment.kind == "routing");
        routing.map(|segment| segment.delay_ns).sum()
    }

    /// Whether it starts and ends with this clock.
    pub fn is_of(&self, clock: &str) -> bool {
        let named = |end: &str| end.split_once(' ').is_some_and(|(_, name)| name == clock);
        named(&self.from) && named(&self.to)
    }

    /// Its length in words, and whether a clock limits it: only a path from a clock to itself is.
    pub fn length(&self) -> String {
        let limit = if self.from == self.to {
            ""
        } else {
            "; not constrained"
        };
        let (all, wires) = (self.delay_ns(), self.routing_ns());
        format!("{all:.2} ns, of which {wires:.2} ns wires{limit}")
    }
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// The reason, if it is no report of this form.
    pub fn from_json(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let form: Form = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if form.format != FORMAT {
            return Err(format!("expected form {FORMAT}, found {}", form.format));
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The report as JSON.
    ///
    /// # Panics
    /// Never: it has no keys that are no text.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a report is JSON");
        text.push('\n');
        text
    }

    /// Whether all clocks reach the wanted frequency.
    pub fn met(&self) -> bool {
        self.clocks.iter().all(Clock::met)
    }

    /// The resources that a reader asks for, with the names they go by.
    pub(crate) fn main_resources(&self) -> impl Iterator<Item = (&'static str, &Resource)> {
        let known = RESOURCES.iter();
        known.filter_map(|(name, cell)| {
            let found = self.resources.iter().find(|known| known.name == *cell);
            Some((*name, found?))
        })
    }

    /// The slowest path of a clock.
    pub fn path(&self, clock: &str) -> Option<&Path> {
        self.paths.iter().find(|path| path.is_of(clock))
    }

    /// The clock that is missed by most, if any is.
    pub fn missed(&self) -> Option<Missed<'_>> {
        let missed = self.clocks.iter().filter(|clock| !clock.met());
        let clock = missed.min_by(|a, b| a.margin().total_cmp(&b.margin()))?;
        Some(Missed {
            clock,
            path: self.path(&clock.name),
        })
    }
}

impl fmt::Display for Missed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Clock {
            name,
            constraint_mhz,
            achieved_mhz,
        } = self.clock;
        write!(
            formatter,
            "clock {name}: expected {constraint_mhz:.2} MHz, found {achieved_mhz:.2} MHz"
        )?;
        if let Some(path) = self.path
            && let (Some(first), Some(last)) = (path.segments.first(), path.segments.last())
        {
            write!(
                formatter,
                "; worst path from {} to {}, {:.2} ns of which {:.2} ns wires",
                first.from.cell,
                last.to.cell,
                path.delay_ns(),
                path.routing_ns()
            )?;
        }
        Ok(())
    }
}
