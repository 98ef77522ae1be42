//! Bitstreams as ecppack writes them are read to their end, and damaged ones are not.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tensority_boards::Board;
use tensority_boards::bitstream::{BlockRam, Configuration, Content, Fault, Reason, read};

const USERCODE: u32 = 0x0123_4567;

/// A program from the project's tools.
fn installed(name: &str) -> PathBuf {
    let tools = env::var_os("TENSORITY_TOOLS").map(PathBuf::from);
    let tools = tools.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools"));
    let path = tools.join("venv/bin").join(name);
    assert!(
        path.exists(),
        "{} is missing; run: cargo xtask setup",
        path.display()
    );
    path
}

/// A bitstream with the content of a block memory.
fn bitstream(name: &str, options: &[&str]) -> Vec<u8> {
    // The tool sees the folder it runs in and nothing else.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let row = "012 0ab 1ff 000 001 100 0f0 055\n";
    let config = format!(".device LFE5U-85F\n\n.bram_init 7\n{}\n", row.repeat(256));
    fs::write(folder.join("image.config"), config).unwrap();
    let output = Command::new(installed("yowasp-ecppack"))
        .current_dir(&folder)
        .args(["--usercode", &USERCODE.to_string()])
        .args(options)
        .args(["image.config", "image.bit"])
        .output()
        .expect("ecppack starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    fs::read(folder.join("image.bit")).unwrap()
}

static COMPRESSED: LazyLock<Vec<u8>> =
    LazyLock::new(|| bitstream("compressed", &["--compress", "--freq", "62.0"]));

fn idcode() -> u32 {
    Board::find("ulx3s-85f").unwrap().part.idcode
}

fn configuration(bitstream: &[u8]) -> Configuration {
    match read(bitstream, idcode()) {
        Ok(Content::Configuration(configuration)) => configuration,
        other => panic!("expected a configuration, found {other:?}"),
    }
}

#[test]
fn words_of_block_memories_are_where_the_tools_put_them_and_can_be_set() {
    for (name, options) in [("words", &[][..]), ("words-compressed", &["--compress"])] {
        let mut bitstream = bitstream(name, options);
        let blocks = BlockRam::of(&bitstream, idcode()).unwrap();
        assert_eq!(blocks.len(), 1);
        let block = blocks[0];
        assert_eq!(block.number, 7);
        // Four words of nine bits, the lowest first.
        let even = 0x012 | 0x0ab << 9 | 0x1ff << 18;
        let odd = 0x001 | 0x100 << 9 | 0x0f0 << 18 | 0x055 << 27;
        let words = [even, odd as u32].repeat(256);
        let read = |bitstream: &[u8]| -> Vec<u32> {
            (0..512).map(|word| block.word(bitstream, word)).collect()
        };
        assert_eq!(read(&bitstream), words);

        let before = bitstream.clone();
        let mut expected = words.clone();
        for (word, value) in [(0, 0x8000_0001), (3, 0x0123_4567), (511, u32::MAX)] {
            block.set_word(&mut bitstream, word, value);
            expected[word] = value;
            // The chip takes it: the checksum is right.
            configuration(&bitstream);
            assert_eq!(read(&bitstream), expected);
        }
        for (word, value) in words.iter().enumerate() {
            block.set_word(&mut bitstream, word, *value);
        }
        assert!(bitstream == before, "as it was");
    }
}

#[test]
fn a_whole_bitstream_is_read_to_its_end() {
    let plain = bitstream("plain", &["--spimode", "qspi"]);
    for (name, bitstream) in [("plain", &plain), ("compressed", &COMPRESSED)] {
        let found = configuration(bitstream);
        assert_eq!(
            (found.idcode, found.usercode),
            (idcode(), USERCODE),
            "{name}"
        );
        assert!(!found.is_multiboot(), "{name}");
        // Four dummy bytes are behind the last command.
        assert_eq!(found.end, bitstream.len() - 4, "{name}");

        let cut = &bitstream[..found.end - 1];
        let fault = read(cut, idcode()).unwrap_err();
        assert_eq!(fault.reason, Reason::End, "{name}");
    }
}

#[test]
fn a_boot_address_is_seen() {
    let bitstream = bitstream("multiboot", &["--compress", "--bootaddr", "0x400000"]);
    assert!(configuration(&bitstream).is_multiboot());
}

#[test]
fn a_bitstream_for_another_chip_is_refused_where_it_says_so() {
    let found = Some(idcode());
    let reason = Reason::Idcode { found };
    assert_eq!(
        read(&COMPRESSED, 0x4111_2043),
        Err(Fault { reason, at: 23 })
    );
}

#[test]
fn no_flipped_bit_of_a_frame_gets_through() {
    let good = &*COMPRESSED;
    let seed = testvectors::seed();
    let mut random = SmallRng::seed_from_u64(seed);
    // Frames begin behind the dictionary; a block memory and the last commands end the bitstream.
    let frames = 0x34..good.len() - 2400;
    for _ in 0..300 {
        let place = random.random_range(frames.clone());
        let mut bad = good.clone();
        bad[place] ^= 1 << random.random_range(0..8);
        let fault = read(&bad, idcode()).expect_err("a flipped bit");
        assert!(fault.at > place, "{fault}, flipped at {place}");
    }
}
