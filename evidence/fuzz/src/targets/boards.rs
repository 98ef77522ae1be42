//! Images for boards, what flash memories hold, and what the loader says.

use std::sync::LazyLock;

use tensority_boards::bitstream::{self, BlockRam, Content, PREAMBLE};
use tensority_boards::{Board, Manifest};
use tensority_flash::decoders::{
    answer_of_register, question_of_register, read_record, read_serial, write_record, write_serial,
};

use super::is_plain_line;
use crate::Target;

pub const MANIFEST: Target = Target {
    name: "manifest",
    about: "the manifest of an image",
    claims: "a manifest that is read and written is read the same; an error says what was expected",
    longest: 4096,
    memory_per_byte: 256,
    seeds: || vec![manifest().to_json().into_bytes()],
    check: manifests,
};

pub const BITSTREAM: Target = Target {
    name: "bitstream",
    about: "a bitstream, before it is written to a board",
    claims: "what is found is inside; a word of a block memory that is written is read back, keeps the checksum good and \
             changes nothing else",
    longest: 160 << 10,
    memory_per_byte: 64,
    seeds: bitstream_seeds,
    check: bitstreams,
};

pub const FLASH: Target = Target {
    name: "flash",
    about: "the sector with a board's golden image and serial number, and what openFPGALoader says of a register",
    claims: "a serial number that is read is written as it was; a manifest that is read is of the board",
    longest: 66 << 10,
    memory_per_byte: 64,
    seeds: flash_seeds,
    check: flash,
};

static BOARD: LazyLock<Board> = LazyLock::new(|| Board::all()[0].clone());

fn manifest() -> Manifest {
    Manifest::new(&BOARD, "0123abcd", 1, 50_000_000, b"bitstream")
}

fn manifests(bytes: &[u8]) {
    match Manifest::from_json(&String::from_utf8_lossy(bytes)) {
        Ok(manifest) => {
            assert_eq!(
                Manifest::from_json(&manifest.to_json()),
                Ok(manifest.clone())
            );
            if let Err(error) = manifest.check(&BOARD, bytes) {
                assert!(is_plain_line(&error.to_string()), "{error:?}");
            }
        }
        Err(error) => assert!(error.to_string().starts_with("expected a ")),
    }
}

/// The IDCODE with the fewest frames.
const SMALLEST: u32 = 0x0111_1043;

/// A bitstream without frames but a block memory's, a jump, and one with all frames, compressed, of zeros.
fn bitstream_seeds() -> Vec<Vec<u8>> {
    let mut head = PREAMBLE.to_vec();
    head.extend([0xff; 4]);
    head.extend([0x3b, 0, 0, 0]);
    head.extend([0xe2, 0, 0, 0]);
    head.extend(SMALLEST.to_be_bytes());
    let done = [0x5e, 0, 0, 0];
    let mut memory = head.clone();
    memory.extend([0xf6, 0, 0, 0, 0, 0, 0, 0]);
    memory.extend([0xb2, 0, 1, 0]);
    memory.extend([0x5a; 256 * 9]);
    memory.extend(done);
    let mut frames = head.clone();
    frames.extend([0x02, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    frames.extend([0xb8, 0]);
    frames.extend(7562_u16.to_be_bytes());
    frames.extend(vec![0; 7562 * 10]);
    frames.extend(done);
    vec![memory, frames, bitstream::jump(0x20_0000).to_vec()]
}

fn bitstreams(bytes: &[u8]) {
    for idcode in [SMALLEST, BOARD.part.idcode] {
        let content = bitstream::read(bytes, idcode);
        match content {
            Ok(Content::Configuration(configuration)) => {
                assert!(configuration.end <= bytes.len());
                assert_eq!(configuration.idcode, idcode);
            }
            Ok(Content::Jump(_)) => {}
            Err(fault) => assert!(fault.at <= bytes.len() && is_plain_line(&fault.to_string())),
        }
        let Ok(blocks) = BlockRam::of(bytes, idcode) else {
            continue;
        };
        for block in blocks.iter().take(2) {
            let mut changed = bytes.to_vec();
            let (before, word) = (block.word(bytes, 3), 0x1234_5678);
            block.set_word(&mut changed, 3, word);
            assert_eq!(block.word(&changed, 3), word);
            assert_eq!(bitstream::read(&changed, idcode), content);
            block.set_word(&mut changed, 3, before);
            assert_eq!(bitstream::read(&changed, idcode), content);
            assert_eq!(changed, bytes);
        }
    }
}

fn flash_seeds() -> Vec<Vec<u8>> {
    let played = question_of_register(0x05, Some(0xef));
    let said = format!(
        "TDO value 112FF isn't the one expected: 00FF0000\n at line {}\n",
        played.lines().count()
    );
    vec![
        write_record(&BOARD.flash, &manifest()),
        write_serial(0x0123_4567_89ab_cdef),
        said.into_bytes(),
    ]
}

fn flash(bytes: &[u8]) {
    if let Some(number) = read_serial(bytes) {
        assert!(write_serial(number).eq_ignore_ascii_case(bytes));
    }
    if let Ok(manifest) = read_record(&BOARD, bytes) {
        assert_eq!(manifest.idcode, BOARD.part.idcode);
    }
    let played = question_of_register(0x05, Some(0xef));
    answer_of_register(&String::from_utf8_lossy(bytes), &played);
}
