//! The miner with a development node and devices, good and bad.

mod faults;
mod node_away;
mod scripted;
mod server;

use super::{
    controller::{Controller, Goal},
    leases::LeaseSize,
    miner::{Setup, mine},
    report::Message,
    worker::Opener,
};
use crate::failure::Failure;
use std::{
    net::SocketAddr,
    num::NonZero,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tensority::fast::Backend;
use tensority_device::{cpu::Cpu, device::Device};
use tensority_node::{Node, Server, Settings, api};

/// Bits that one hash in four meets.
const BITS: u64 = 0x2000_0000_003f_ffff;

/// Longer than any of these tests takes on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// A node whose clock gains a second whenever it is looked at: blocks of the same second would be
/// refused.
fn node() -> Arc<Node> {
    node_with_clock(1)
}

/// A node whose clock gains a second after so many looks.
fn node_with_clock(looks_in_a_second: u64) -> Arc<Node> {
    let looks = AtomicU64::new(1_700_000_000 * looks_in_a_second);
    let settings = Settings {
        bits: BITS,
        clock: Box::new(move || looks.fetch_add(1, Ordering::Relaxed) / looks_in_a_second),
        ..Settings::default()
    };
    Arc::new(Node::new(settings).expect("good bits"))
}

/// What the node was asked to take, and whether it did.
type Submits = Arc<Mutex<Vec<api::Event>>>;

/// Serves a node, and notes what is submitted.
fn serve(node: &Arc<Node>, address: SocketAddr) -> (tensority_node::Running, Submits) {
    let submits = Submits::default();
    let notes = Arc::clone(&submits);
    let note = move |event| notes.lock().unwrap().push(event);
    let server = Server::bind(address, Arc::clone(node), note).expect("a free port");
    (server.spawn().expect("a thread"), submits)
}

fn any_port() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

fn cpu() -> (Box<dyn Device>, Opener) {
    let open = || Box::new(Cpu::open(NonZero::new(1)).unwrap()) as Box<dyn Device>;
    (open(), Box::new(move || Ok(open())))
}

/// Mines until the goal is reached, at most for [`LONG`], and passes every message on.
fn run(
    address: SocketAddr,
    devices: Vec<(Box<dyn Device>, Opener)>,
    goal: Goal,
    on_message: &mut dyn FnMut(&Message),
) -> Controller {
    try_run(address, devices, goal, on_message).expect("no thread panics")
}

/// As [`run`], if a thread may panic.
fn try_run(
    address: SocketAddr,
    devices: Vec<(Box<dyn Device>, Opener)>,
    goal: Goal,
    on_message: &mut dyn FnMut(&Message),
) -> Result<Controller, Failure> {
    let setup = Setup {
        url: format!("http://{address}").parse().unwrap(),
        poll_interval: Duration::from_millis(20),
        backend: Backend::fastest(),
        devices,
        // Enough that every lease has nonces of every kind.
        lease_size: LeaseSize::Fixed(NonZero::new(200).unwrap()),
        first_nonce: 1 << 53,
        goal: Goal {
            time: Some(goal.time.unwrap_or(LONG)),
            ..goal
        },
    };
    mine(setup, &AtomicBool::new(false), &mut |message| {
        println!("{message}");
        on_message(message);
        Ok(())
    })
}

fn blocks(blocks: u64) -> Goal {
    Goal {
        blocks: Some(blocks),
        ..Goal::default()
    }
}

/// The summary as JSON.
fn summary(controller: &Controller) -> serde_json::Value {
    let summary = controller.summary(std::time::Instant::now());
    serde_json::to_value(summary).unwrap()
}

#[test]
fn a_processor_mines_blocks_that_the_node_takes() {
    let node = node();
    let (server, submits) = serve(&node, any_port());
    let controller = run(
        server.local_addr(),
        vec![cpu(), cpu()],
        blocks(3),
        &mut |_| {},
    );
    assert_eq!((controller.accepted(), node.height()), (3, 3));
    let submits = submits.lock().unwrap();
    assert!(
        submits
            .iter()
            .all(|event| matches!(event, api::Event::Accepted(_))),
        "{submits:?}"
    );
    for height in 1..=3 {
        let nonce = node.block_at(height).unwrap().header.nonce;
        assert!((1 << 53..1 << 63).contains(&nonce), "{nonce}");
    }
    let summary = summary(&controller);
    let names = [0, 1].map(|device| summary["devices"][device]["device"].clone());
    assert_eq!(names, ["cpu:1", "cpu:1#2"]);
    for device in summary["devices"].as_array().unwrap() {
        assert!(device["hashes"].as_u64() > Some(0), "{device}");
        assert_eq!(device["nonces"]["hardware_errors"], 0);
        assert_eq!(device["nonces"]["duplicates"], 0);
    }
}

#[test]
fn a_dry_run_submits_nothing() {
    let node = node();
    let (server, submits) = serve(&node, any_port());
    let goal = Goal {
        time: Some(Duration::from_secs(2)),
        dry_run: true,
        ..Goal::default()
    };
    let mut valid = 0;
    let controller = run(server.local_addr(), vec![cpu()], goal, &mut |message| {
        valid += u64::from(matches!(
            message,
            Message::Found {
                result: "valid",
                ..
            }
        ));
    });
    assert!(valid > 0);
    assert_eq!(summary(&controller)["blocks"]["not_submitted"], valid);
    assert_eq!((submits.lock().unwrap().len(), node.height()), (0, 0));
}
