//! Boards: part, clocks, memory, flash and USB of each, read from the files that are compiled in.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{Memory, Unknown};

/// Description, pins and top of each board, in the order in which they are listed.
const FILES: &[[&str; 3]] = &[
    [
        include_str!("../ulx3s-85f/board.toml"),
        include_str!("../ulx3s-85f/pins.lpf"),
        include_str!("../tops/ecp5_sdram.v"),
    ],
    [
        include_str!("../ulx4m-ls-85f/board.toml"),
        include_str!("../ulx4m-ls-85f/pins.lpf"),
        include_str!("../tops/ecp5_sdram.v"),
    ],
];

/// A board. Sizes are in bytes, rates in bits per second.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Board {
    /// Name on the command line and of the board's folder.
    pub name: String,
    pub title: String,
    pub oscillator_hz: u32,
    /// Rate of the serial line to the host.
    pub baud: u32,
    /// Name of its memory for the matrix list.
    memory: String,
    /// Macros that its top is compiled with.
    pub macros: Vec<String>,
    pub part: Part,
    /// The memory it starts from.
    pub flash: Flash,
    /// None if JTAG and the serial line are not behind one device.
    pub usb: Option<Usb>,
    /// The cores that it is built with, the usual one first.
    pub cores: Vec<Core>,
    /// Constraints of its pins (Lattice preference file).
    #[serde(skip)]
    pub pins: &'static str,
    /// Verilog of the module `top`, the board's pins around the module `board`.
    #[serde(skip)]
    pub top: &'static str,
}

/// A family of FPGAs, which the same tools build for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Family {
    Ecp5,
}

/// An FPGA as its maker sells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Part {
    pub family: Family,
    /// Part number without package and speed grade, such as `LFE5U-85F`.
    pub device: String,
    pub package: String,
    /// Higher is faster.
    pub speed_grade: u8,
    /// Multipliers of 18 x 18 bits.
    pub dsps: usize,
    /// Answer of its JTAG port to IDCODE, 32 bits.
    pub idcode: u32,
}

/// A serial flash memory and its map. Addresses are in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Flash {
    /// Part number.
    pub part: String,
    pub bytes: u32,
    /// Bytes that are erased at once, by which slots are aligned.
    pub sector_bytes: u32,
    /// Address of the page that tells the FPGA where the golden image is. It is in a sector of its
    /// own, whose beginning is the record of the golden image: its manifest.
    pub jump: u32,
    /// The place of the golden image, which is written on explicit request only.
    pub golden: Slot,
    /// The place of the update, which the FPGA loads first.
    pub update: Slot,
}

/// A place for an image in a flash memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Slot {
    /// Address of its first byte.
    pub start: u32,
    pub bytes: u32,
}

impl Slot {
    /// Address of the first byte behind it.
    pub fn end(&self) -> u32 {
        self.start + self.bytes
    }
}

impl Flash {
    /// Address of the record of the golden image: the beginning of the sector of the jump.
    pub fn record(&self) -> u32 {
        self.jump - self.jump % self.sector_bytes
    }

    /// Address of the sector with the board's serial number: below the golden image, and so below what the
    /// memory can lock in one piece.
    pub fn serial(&self) -> u32 {
        self.golden.start - self.sector_bytes
    }
}

/// A USB device with JTAG and the serial line behind it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Usb {
    pub vendor: u16,
    pub product: u16,
    /// Name of the board for openFPGALoader (`-b`).
    pub loader_board: String,
}

/// A core that a board is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Core {
    /// Matrix rows processed side by side.
    pub lanes: usize,
    /// The clock that it is to meet when it is placed and routed, in Hz.
    pub clock_hz: u32,
}

impl Board {
    /// All boards, in the order in which they are listed.
    ///
    /// # Panics
    /// Never: a test reads the files that are compiled in.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Board>> = LazyLock::new(|| {
            let read = |[text, pins, top]: &[&'static str; 3]| Board {
                pins,
                top,
                ..toml::from_str(text).expect("a board's description, which a test has read")
            };
            FILES.iter().map(read).collect()
        });
        &ALL
    }

    /// The names of all boards.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::all().iter().map(|board| &*board.name)
    }

    /// The board of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn find(name: &str) -> Result<Self, Unknown> {
        let found = Self::all().iter().find(|board| board.name == name);
        found.cloned().ok_or_else(|| Unknown {
            kind: "board",
            known: Self::names().collect::<Vec<_>>().join(" or "),
            found: name.into(),
        })
    }

    /// The clock, in Hz, of the board's core with this number of lanes.
    ///
    /// # Errors
    /// If it is not built with such a core.
    pub fn clock_hz(&self, lanes: usize) -> Result<u32, Unknown> {
        let core = self.cores.iter().find(|core| core.lanes == lanes);
        let known: Vec<_> = self
            .cores
            .iter()
            .map(|core| core.lanes.to_string())
            .collect();
        core.map(|core| core.clock_hz).ok_or(Unknown {
            kind: "a number of lanes,",
            known: known.join(" or "),
            found: lanes.to_string(),
        })
    }

    /// The memory of its matrix list.
    ///
    /// # Panics
    /// Never: a test looks up the memory of every board.
    pub fn memory(&self) -> Memory {
        Memory::find(&self.memory).expect("a board's memory, which a test has looked up")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_board_is_found_by_its_name_with_its_memory() {
        for board in Board::all() {
            assert_eq!(&Board::find(&board.name).unwrap(), board);
            assert_eq!(board.memory().name, board.memory);
            assert_eq!(
                board.clock_hz(board.cores[0].lanes),
                Ok(board.cores[0].clock_hz)
            );
            assert!(board.pins.contains("LOCATE COMP"), "{}", board.name);
        }
    }

    #[test]
    fn slots_are_whole_sectors_apart_from_each_other_and_from_the_jump() {
        for Board { name, flash, .. } in Board::all() {
            let mut places = [
                (flash.golden.start, flash.golden.end()),
                (flash.update.start, flash.update.end()),
                (flash.record(), flash.bytes),
                (flash.serial(), flash.serial() + flash.sector_bytes),
            ];
            places.sort_unstable();
            for (start, end) in places {
                assert_eq!(start % flash.sector_bytes, 0, "{name}");
                assert_eq!(end % flash.sector_bytes, 0, "{name}");
            }
            assert!(places.windows(2).all(|pair| pair[0].1 <= pair[1].0));
            // The FPGA looks for it in the last page.
            assert_eq!(flash.jump, flash.bytes - 256, "{name}");
        }
    }

    #[test]
    fn an_unknown_board_is_told_with_those_there_are() {
        let error = Board::find("ulx4m").unwrap_err().to_string();
        assert!(error.starts_with("expected board ulx3s-85f"), "{error}");
        assert!(error.contains("found \"ulx4m\""), "{error}");
    }
}
