//! From a node to the array and back: node, host controller, serial line, firmware, core.
//!
//! The board is the program `tensority-sim`, which `cargo test --workspace` builds beside this one.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tensority::Target;
use tensority::fast::{Backend, MatrixList};
use tensority_devnet::node::{Node, Settings, serve};

#[test]
fn a_simulated_board_mines_blocks_that_the_node_accepts() {
    let program = Path::new(env!("CARGO_BIN_EXE_tensority"));
    let simulator = program.with_file_name("tensority-sim");
    assert!(
        simulator.is_file(),
        "{} is missing; run: cargo build --release -p tensority-sim",
        simulator.display()
    );
    // Four hashes a block.
    let settings = Settings {
        bits: 0x2000_0000_003f_ffff,
        ..Settings::default()
    };
    let node = Arc::new(Node::new(settings).expect("good bits"));
    let server = serve("127.0.0.1:0".parse().unwrap(), Arc::clone(&node), |_| {});
    let server = server.expect("a free port");
    let url = format!("http://{}", server.local_addr());

    let output = Command::new(program)
        .args(["mine", "-o", &url, "-d", "sim", "--blocks", "2", "--json"])
        .args(["--api-listen", "off", "--state-file", "off"])
        .output()
        .expect("the command starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");

    assert!(node.height() >= 2);
    let list = MatrixList::build(Backend::fastest(), &tensority::INITIAL_SEED);
    for height in 1..=2 {
        let header = node.block_at(height).expect("a block").header;
        let target = Target::from_bits(header.bits).expect("a target");
        assert!(list.verify(&header, &target).expect("the seed fits").valid);
    }
    let stdout = String::from_utf8(output.stdout).expect("text");
    let summary = stdout.lines().last().expect("events");
    let summary: serde_json::Value = serde_json::from_str(summary).expect("JSON");
    let state = &summary["state"];
    assert_eq!(state["total"]["shares"]["accepted"], node.height());
    let nonces = &state["devices"][0]["nonces"];
    assert!(nonces["valid"].as_u64() >= Some(2), "{nonces}");
    for wrong in ["hardware_errors", "duplicates"] {
        assert_eq!(nonces[wrong], 0, "{nonces}");
    }
    println!("{summary}");
}
