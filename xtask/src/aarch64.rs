//! `cargo xtask test --aarch64`: the miner on AArch64, where boards mostly hang.
//!
//! Everything is built by a cross compiler and run by QEMU's user-mode emulation: the back ends against the reference
//! and the vectors, on processors with and without the newer instructions, and the miner for a development node.

use std::process::Command;

use crate::failure::Failure;
use crate::node::Node;
use crate::{setup, step, workspace};

/// The processors and the system of a Raspberry Pi.
pub const TARGET: &str = "aarch64-unknown-linux-gnu";

/// What links for the target.
pub const LINKER: &str = "aarch64-linux-gnu-gcc";

/// What runs programs of the target.
pub const EMULATOR: &str = "qemu-aarch64";

/// Where Debian has the target's C library.
pub const SYSTEM: &str = "/usr/aarch64-linux-gnu";

/// Processors as QEMU calls them, with the back end that is the fastest there.
const PROCESSORS: &[(&str, &str)] = &[
    // Raspberry Pi 4
    ("cortex-a72", "neon"),
    // Raspberry Pi 5
    ("cortex-a76", "dotprod"),
    // all that QEMU knows
    ("max", "i8mm"),
];

/// Tests of each back end that a processor has. The others have the reference multiply much, which takes too long under
/// emulation.
const TESTS: &[(&str, &[&str])] = &[
    (
        "tensority",
        &[
            "every_back_end_loads_as_the_reference",
            "every_back_end_multiplies_its_own_products",
            "every_make_of_smix_is_that_of_the_reference",
        ],
    ),
    (
        "testvectors",
        &["every_known_state_is_reached_on_every_back_end"],
    ),
    (
        "tensority-infer",
        &[
            "digits_are_the_same_on_every_back_end",
            "random_networks_have_the_same_bytes_on_every_back_end",
        ],
    ),
];

/// Mainnet's first block after that of the origin, whose proof of work is judged with each back end by its name.
const SEED: &str = "9e6291970cb44dd94008c79bcaf9d86f18b4b49ba5b2a04781db7199ed3b9e4e";
const HEADER: &str = "0101000000000000000000000000000000000000000000000000000000000000000000e08ffbd6054058e45ceb675a0b3d7ad3ab9d4288048789de8194e9766b26d8f42fdb624d4390c9c377e5192668bc0a367e4a4764f11e7c725ecced1d7b6a492974fab1b6d5bce19f8080a88d02e8b68480808080801e";

/// Blocks to mine; each takes 20 hashes on average.
const BLOCKS: &str = "2";

/// Sets up, builds and checks.
pub fn run() -> Result<(), Failure> {
    setup::for_aarch64()?;
    let build = ["build", "--target", TARGET, "--package", "tensority-cli"];
    step::named("the miner", cargo().args(build))?;
    for (processor, backend) in PROCESSORS {
        for (package, tests) in TESTS {
            let mut command = cargo();
            command
                .env("QEMU_CPU", processor)
                .args(["test", "--target", TARGET, "--package", package])
                .args(["--test", "backends", "--"])
                .args(*tests);
            step::named(&format!("back ends on {processor}"), &mut command)?;
        }
        let mut command = miner(processor);
        command
            .env("TENSORITY_BACKEND", backend)
            .args(["verify", "--seed", SEED, "--header", HEADER]);
        step::named(&format!("{backend} on {processor}"), &mut command)?;
    }
    eprintln!("\n=== mining: {BLOCKS} blocks for a development node");
    let mut node = Node::start(miner("max"))?;
    let mut command = miner("max");
    // QEMU is fastest with this one.
    command
        .env("TENSORITY_BACKEND", "portable")
        .args(["mine", "--url", node.url(), "--device", "cpu:1"])
        .args(["--blocks", BLOCKS, "--view", "off"])
        .args(["--api-listen", "off", "--state-file", "off"]);
    step::named("mining", &mut command)?;
    for line in node.end() {
        println!("node: {line}");
    }
    Ok(())
}

/// Cargo, which links with the cross compiler and runs what it built in the emulator.
fn cargo() -> Command {
    let mut command = Command::new(step::cargo_program());
    command
        .current_dir(workspace::root())
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", LINKER)
        .env(
            "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER",
            format!("{EMULATOR} -L {SYSTEM}"),
        );
    command
}

/// The miner on a processor.
fn miner(processor: &str) -> Command {
    let mut command = Command::new(EMULATOR);
    let program = workspace::target().join(TARGET).join("debug/tensority");
    command.args(["-cpu", processor, "-L", SYSTEM]).arg(program);
    command
}
