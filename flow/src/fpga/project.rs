//! A project: what a board needs to be built.

use tensority_boards::Part;
use tensority_hdl::soc::Content;

/// A design for a board.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Project {
    /// Name of its files, without ending.
    pub name: String,
    pub board: String,
    pub part: Part,
    pub top: String,
    pub sources: Vec<Source>,
    /// What block RAMs hold at power-up whose marks are in the Verilog. It is put in after routing.
    pub contents: Vec<Content>,
    /// Number of the build, the bitstream's user code.
    pub build: u32,
    /// Pins and configuration (Lattice preference file), without clocks.
    pub pins: String,
    /// The clocks that must be reached.
    pub clocks: Vec<Clock>,
    /// Matrix rows that the core processes side by side.
    pub lanes: usize,
    /// None for a design that does not hash.
    pub hashing: Option<Hashing>,
}

/// A Verilog file.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Source {
    pub name: String,
    pub text: String,
}

/// A clock and the frequency that it must reach.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Clock {
    pub net: Net,
    pub hz: u32,
}

/// The net of a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Net {
    /// At a port of the top module.
    Port(String),
    /// On a net of the top module.
    Net(String),
}

/// The time of a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashing {
    /// Net or port of the array's clock.
    pub clock: String,
    /// Its cycles per hash, measured in simulation.
    pub cycles: u64,
}

impl Net {
    /// The name of port or net.
    pub fn name(&self) -> &str {
        match self {
            Self::Port(name) | Self::Net(name) => name,
        }
    }
}

impl Project {
    /// The part with its speed grade and package, such as `LFE5U-85F-6CABGA381`.
    pub fn part_name(&self) -> String {
        let part = &self.part;
        format!("{}-{}{}", part.device, part.speed_grade, part.package)
    }

    /// Pins and clocks as a Lattice preference file.
    pub(crate) fn constraints(&self) -> String {
        let mut text = self.pins.clone();
        text.push('\n');
        for clock in &self.clocks {
            let kind = match clock.net {
                Net::Port(_) => "PORT",
                Net::Net(_) => "NET",
            };
            let mhz = f64::from(clock.hz) / 1e6;
            text += &format!("FREQUENCY {kind} \"{}\" {mhz} MHZ;\n", clock.net.name());
        }
        text
    }
}
