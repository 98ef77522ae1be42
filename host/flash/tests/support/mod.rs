//! Images as the tools make them, and a board's JTAG port in software.

#![allow(dead_code, reason = "each test uses a part")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};

use tensority_boards::bitstream::BlockRam;
use tensority_boards::{Board, Manifest};
use tensority_flash::emulator::{self, Chip, Flash, Serving};
use tensority_flash::{
    Cable, Event, FlashError, Image, Loader, Plan, Step, Target, Written, carry_out,
};

pub static BOARD: LazyLock<Board> = LazyLock::new(|| Board::find("ulx3s-85f").unwrap());

/// Images that differ in their usercode.
pub static GOLDEN: LazyLock<Image> = LazyLock::new(|| image("golden", 0x601d_0001));
pub static UPDATE: LazyLock<Image> = LazyLock::new(|| image("update", 0x0bad_cafe));

/// A program from the project's tools.
fn installed(name: &str) -> PathBuf {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folders = folders.map(|folder| folder.join(".tools"));
    let tools = env::var_os("TENSORITY_TOOLS").map(PathBuf::from);
    let paths = tools.into_iter().chain(folders);
    let mut paths = paths.map(|folder| folder.join("venv/bin").join(name));
    let found = paths.find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{name} is missing; run: cargo xtask setup"))
}

/// Makes a compressed bitstream for a device, with the options of ecppack.
pub fn bitstream(name: &str, device: &str, options: &[&str]) -> Vec<u8> {
    packed(name, device, &[&["--compress"], options].concat())
}

/// An image of a chip that tells what it is, by the registers that never change, in a block memory. All other
/// block memories of it hold something else.
pub fn telling(name: &str) -> Image {
    let mut words = vec![0; 512];
    words[..10].copy_from_slice(&[
        u32::from_le_bytes(*b"TENS"),
        1,
        0xabcd,
        0,
        0,
        50_000_000,
        256 | 1 << 16,
        0,
        0,
        100_000_000,
    ]);
    let mut config = format!(".device {}\n", BOARD.part.device);
    for (number, words) in [(3, vec![0xdead_c0de; 512]), (TELLING, words)] {
        let parts = words.iter().flat_map(|word| {
            (0..4).map(move |part| format!("{:03x}", u64::from(*word) >> (9 * part) & 0x1ff))
        });
        let parts: Vec<_> = parts.collect();
        let lines: Vec<_> = parts.chunks(8).map(|line| line.join(" ")).collect();
        config += &format!("\n.bram_init {number}\n{}\n", lines.join("\n"));
    }
    described(packed_config(name, &config, &["--compress"]))
}

/// The block memory of those registers.
const TELLING: u32 = 126;

/// The serial number that a chip reads from its registers when it runs this bitstream.
pub fn told(bitstream: &[u8]) -> u64 {
    let blocks = BlockRam::of(bitstream, BOARD.part.idcode).expect("a bitstream that is taken");
    let block = blocks.iter().find(|block| block.number == TELLING);
    let word = |number| u64::from(block.expect("the block memory").word(bitstream, number));
    word(4) << 32 | word(3)
}

/// Makes an uncompressed bitstream for a device.
pub fn plain(name: &str, device: &str) -> Vec<u8> {
    packed(name, device, &[])
}

fn packed(name: &str, device: &str, options: &[&str]) -> Vec<u8> {
    packed_config(name, &format!(".device {device}\n"), options)
}

fn packed_config(name: &str, config: &str, options: &[&str]) -> Vec<u8> {
    // The tool sees the folder it runs in and nothing else.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("image.config"), config).unwrap();
    let output = Command::new(installed("yowasp-ecppack"))
        .current_dir(&folder)
        .args(["image.config", "image.bit"])
        .args(options)
        .output()
        .expect("ecppack starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    fs::read(folder.join("image.bit")).unwrap()
}

fn image(name: &str, usercode: u32) -> Image {
    let usercode = usercode.to_string();
    let bitstream = bitstream(name, "LFE5U-85F", &["--usercode", &usercode]);
    described(bitstream)
}

/// An image for the board with a manifest that fits.
pub fn described(bitstream: Vec<u8>) -> Image {
    Image {
        manifest: Manifest::new(&BOARD, "0000abcd", 1, 100_000_000, &bitstream),
        bitstream,
        signed: false,
    }
}

/// A board with this flash memory, at an address of its own.
pub fn serve(flash: Flash) -> Serving {
    serve_chip(Chip::new(BOARD.part.idcode, flash))
}

pub fn serve_chip(chip: Chip) -> Serving {
    let address = "127.0.0.1:0".parse().unwrap();
    emulator::serve(address, chip, |_| {}).expect("a free port")
}

pub fn loader(serving: &Serving) -> Loader {
    let SocketAddr::V4(address) = serving.local_addr() else {
        panic!("expected an address of version 4");
    };
    Loader::new(&BOARD, Cable::Xvc(address)).expect("a cable")
}

/// Writes an image through openFPGALoader.
pub fn write(serving: &Serving, image: &Image, target: Target) -> Result<Vec<Step>, FlashError> {
    written(serving, image, target).map(|(steps, _)| steps)
}

/// Writes an image through openFPGALoader; the steps, and what came of them.
pub fn written(
    serving: &Serving,
    image: &Image,
    target: Target,
) -> Result<(Vec<Step>, Written), FlashError> {
    let plan = Plan::new(&BOARD, image, target).expect("a good image");
    carried_out(serving, &plan)
}

/// Carries out a plan; the steps, and what came of them.
pub fn carried_out(serving: &Serving, plan: &Plan<'_>) -> Result<(Vec<Step>, Written), FlashError> {
    let mut steps = Vec::new();
    let written = carry_out(plan, &loader(serving), &mut |event| match event {
        Event::Begins(step) => steps.push(step),
        Event::Percent(percent) => assert!(percent <= 100),
    });
    if let Err(FlashError::Loader(tensority_flash::LoaderError::Missing)) = &written {
        panic!("openFPGALoader is missing; run: cargo xtask setup");
    }
    written.map(|written| (steps, written))
}

/// A flash memory that holds a golden image, written like every other.
pub fn golden_flash() -> Flash {
    let serving = serve(Flash::default());
    write(&serving, &GOLDEN, Target::Golden).expect("a golden image");
    serving.chip().flash().clone()
}

/// The usercode of what runs, and where it begins.
#[track_caller]
pub fn running(serving: &Serving) -> (u32, tensority_flash::emulator::Origin) {
    let chip = serving.chip();
    let running = chip.running().expect("a configuration that runs");
    (running.usercode, running.origin)
}
