//! ECP5 parts that the tools know.

use tensority_boards::Part;

use crate::fpga::error::Error;

/// A part without package and speed grade; its size is in tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    name: &'static str,
    /// nextpnr's argument.
    pub flag: &'static str,
    pub columns: u32,
    pub rows: u32,
}

/// Sizes are those of the tools' own database (`trellis/database/devices.json`).
const DEVICES: [Device; 4] = [
    Device {
        name: "LFE5U-25F",
        flag: "--25k",
        columns: 73,
        rows: 51,
    },
    Device {
        name: "LFE5U-45F",
        flag: "--45k",
        columns: 91,
        rows: 72,
    },
    Device {
        name: "LFE5U-85F",
        flag: "--85k",
        columns: 127,
        rows: 96,
    },
    // The same with serial transceivers.
    Device {
        name: "LFE5UM-85F",
        flag: "--um-85k",
        columns: 127,
        rows: 96,
    },
];

impl Device {
    /// The device of a part.
    pub fn of(part: &Part) -> Result<Self, Error> {
        let found = DEVICES.iter().find(|device| device.name == part.device);
        found.copied().ok_or_else(|| Error::Part {
            expected: DEVICES.map(|device| device.name).join(" or "),
            found: part.device.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use tensority_boards::Board;

    use super::*;

    #[test]
    fn the_tools_know_the_part_of_every_board() {
        for board in Board::all() {
            assert!(Device::of(&board.part).is_ok(), "{}", board.name);
        }
    }
}
