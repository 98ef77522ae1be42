//! The sector that tells of the golden image: people by its manifest, the FPGA by the jump to it.
//!
//! | from | content |
//! |---|---|
//! | [`Flash::record`](tensority_boards::Flash::record) | manifest of the golden image, JSON |
//! | behind it | `FF` |
//! | [`Flash::jump`](tensority_boards::Flash) | page with the jump to the golden slot |

use tensority_boards::{Board, Flash, Manifest, bitstream};

/// What the memory holds where nothing is written.
const ERASED: u8 = 0xff;

/// The sector for a golden image with this manifest.
pub fn write(flash: &Flash, manifest: &Manifest) -> Vec<u8> {
    let mut sector = manifest.to_json().into_bytes();
    // A manifest has some 300 bytes.
    sector.resize((flash.jump - flash.record()) as usize, ERASED);
    sector.extend(bitstream::jump(flash.golden.start));
    sector
}

/// Reads the sector of a board: the manifest of its golden image, or in words what is wrong.
pub fn read(board: &Board, sector: &[u8]) -> Result<Manifest, String> {
    let flash = &board.flash;
    let jump = (flash.jump - flash.record()) as usize;
    let expected = bitstream::jump(flash.golden.start);
    if sector.get(jump..) != Some(&expected) {
        return Err("no jump to it".into());
    }
    let text: Vec<_> = sector
        .iter()
        .copied()
        .take_while(|byte| *byte != ERASED)
        .collect();
    let manifest = Manifest::from_json(&String::from_utf8_lossy(&text));
    let manifest = manifest.map_err(|error| error.to_string())?;
    manifest
        .check_part(board)
        .map_err(|error| error.to_string())?;
    match manifest.bytes <= flash.golden.bytes {
        true => Ok(manifest),
        false => Err(format!("a size of {} bytes", manifest.bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_not_without_its_jump() {
        let board = Board::find("ulx3s-85f").unwrap();
        let manifest = Manifest::new(&board, "0000abcd", 1, 100_000_000, b"bitstream");
        let mut sector = write(&board.flash, &manifest);
        assert_eq!(sector.len(), board.flash.sector_bytes as usize);
        assert_eq!(read(&board, &sector), Ok(manifest));
        let place = sector.len() - 256 + 37;
        sector[place] = 0;
        assert_eq!(read(&board, &sector), Err("no jump to it".into()));
        assert_eq!(read(&board, &[ERASED; 65536]), Err("no jump to it".into()));
    }

    #[test]
    fn a_record_of_another_board_is_none() {
        let board = Board::find("ulx3s-85f").unwrap();
        let mut manifest = Manifest::new(&board, "", 1, 1, b"");
        manifest.idcode = 0x4111_2043;
        let error = read(&board, &write(&board.flash, &manifest)).unwrap_err();
        assert!(error.contains("IDCODE 41112043"), "{error}");
    }
}
