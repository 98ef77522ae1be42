//! What is built.

use tensority_boards::Part;

/// A design for a board.
#[derive(Clone, Debug)]
pub struct Project {
    /// What its files are called, without ending.
    pub name: String,
    /// Name of the board.
    pub board: String,
    /// The FPGA.
    pub part: Part,
    /// Name of the top module.
    pub top: String,
    /// The Verilog.
    pub sources: Vec<Source>,
    /// Pins and configuration (Lattice preference file), without clocks.
    pub pins: String,
    /// The clocks that must be reached.
    pub clocks: Vec<Clock>,
    /// Matrix rows that the core processes side by side.
    pub lanes: usize,
    /// How long a hash takes, for a design that hashes.
    pub hashing: Option<Hashing>,
}

/// A Verilog file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, without folder.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// A clock that must be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Where it is.
    pub net: Net,
    /// Its frequency.
    pub hz: u32,
}

/// Where a clock is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Net {
    /// At a port of the top module.
    Port(String),
    /// On a net of the top module.
    Net(String),
}

/// How long a hash takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashing {
    /// Net or port of the array's clock.
    pub clock: String,
    /// Its cycles per hash, measured in simulation.
    pub cycles: u64,
}

impl Net {
    /// Its name.
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
