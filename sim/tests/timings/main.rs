//! The timings in `docs/blocks/`, recorded from the blocks that they show.

// A window may be one of several.
#![allow(clippy::single_range_in_vec_init)]

mod draw;

use std::ops::Range;
use std::path::Path;
use std::{env, fs};

use draw::Signal;
use rust_hdl::prelude::Block;
use tensority_boards::Board;
use tensority_hdl::blocks::document::TIMINGS;
use tensority_hdl::core::control::Control;
use tensority_hdl::core::fetch::Fetch;
use tensority_hdl::core::keccak::Keccak;
use tensority_hdl::core::memory_port::MemoryPort;
use tensority_hdl::emit::Design;
use tensority_hdl::geometry::Geometry;
use tensority_hdl::memory::{Sdram, Timing};
use tensority_hdl::soc::Transmitter;
use tensority_protocol::frame;
use tensority_protocol::messages::{Identify, Request};
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::source::default_cache;

/// Sets inputs in a cycle.
type Drive = Box<dyn FnMut(u64, &mut BlockModel)>;

/// A block, and what its signals do.
struct Scene {
    design: Design,
    signals: &'static [&'static str],
    /// The cycles to draw.
    windows: Vec<Range<u64>>,
    /// Drives the inputs of a cycle; may look at what the block says in it.
    drive: Drive,
}

impl Scene {
    fn new(
        block: impl Block,
        signals: &'static [&'static str],
        windows: &[Range<u64>],
        drive: impl FnMut(u64, &mut BlockModel) + 'static,
    ) -> Self {
        Self {
            design: Design::new("timing", block).unwrap(),
            signals,
            windows: windows.to_vec(),
            drive: Box::new(drive),
        }
    }

    /// Runs the block and draws what was seen.
    fn draw(mut self, title: &str) -> String {
        let mut model = BlockModel::open(&self.design, &default_cache(), &mut |_| {}).unwrap();
        let ports = self.design.module("timing").unwrap().ports();
        let mut signals: Vec<Signal> = self
            .signals
            .iter()
            .map(|name| Signal {
                name: name.to_string(),
                bit: ports
                    .iter()
                    .find(|port| port.name == *name)
                    .expect("a port")
                    .width
                    == 1,
                values: Vec::new(),
            })
            .collect();
        let mut numbers = Vec::new();
        let end = self.windows.last().map_or(0, |window| window.end);
        for cycle in 0..end {
            model.settle();
            (self.drive)(cycle, &mut model);
            model.settle();
            if self.windows.iter().any(|window| window.start == cycle) && !numbers.is_empty() {
                numbers.push(None);
                signals
                    .iter_mut()
                    .for_each(|signal| signal.values.push(None));
            }
            if self.windows.iter().any(|window| window.contains(&cycle)) {
                numbers.push(Some(cycle));
                for signal in &mut signals {
                    signal.values.push(Some(model.get(&signal.name)));
                }
            }
            model.step(1);
        }
        draw::svg(title, &numbers, &signals)
    }
}

fn geometry() -> Geometry {
    Geometry::new(32, 1, true).unwrap()
}

/// One cycle in which `when` holds.
fn pulse(model: &mut BlockModel, port: &str, when: bool) {
    model.set(port, when.into());
}

fn memory_port() -> Scene {
    let signals = &[
        "row",
        "row_address",
        "row_ready",
        "request",
        "request_ready",
        "address",
        "beats",
        "data_valid",
        "data$0",
        "arrived",
        "beat$0",
        "quiet",
    ];
    Scene::new(
        MemoryPort::new(&geometry()),
        signals,
        &[0..24],
        |cycle, model| {
            pulse(model, "row", (2..4).contains(&cycle));
            model.set("row_address", if cycle < 3 { 0x400 } else { 0x420 });
            pulse(model, "request_ready", cycle == 5 || cycle == 9);
            pulse(model, "data_valid", (11..19).contains(&cycle));
            model.set(
                "data$0",
                if (11..19).contains(&cycle) {
                    0xd0 + cycle - 11
                } else {
                    0
                },
            );
        },
    )
}

fn job_switch() -> Scene {
    let signals = &[
        "start",
        "ready",
        "running",
        "quiet",
        "stop",
        "clear",
        "swap",
        "reading",
        "job_address",
        "set_nonce",
        "set_count",
        "set_range",
        "run",
    ];
    Scene::new(
        Control::new(),
        signals,
        &[0..8, 128..148],
        |cycle, model| {
            pulse(model, "start", cycle == 4);
            pulse(model, "quiet", !(4..=40).contains(&cycle));
        },
    )
}

fn fetch_stall() -> Scene {
    let signals = &[
        "pass_valid",
        "pass_ready",
        "request",
        "address",
        "data_valid",
        "write_weights",
        "write_half",
        "write_beat",
        "weights_arrived",
        "weights_freed",
    ];
    let mut asked = 0;
    Scene::new(
        Fetch::new(&geometry()),
        signals,
        &[0..48],
        move |cycle, model| {
            pulse(model, "clear", cycle == 0);
            pulse(model, "pass_valid", cycle == 2);
            // A multiply.
            model.set("pass", 1);
            model.set("weight_matrix", 3);
            model.set("request_ready", 1);
            pulse(model, "weights_freed", cycle == 32);
            // A row of 8 beats for each request, some cycles later.
            model.settle();
            let answering = asked > 0 && cycle >= 8;
            pulse(model, "data_valid", answering);
            asked = asked + 8 * model.get("request") - u64::from(answering);
        },
    )
}

fn sdram_burst() -> Scene {
    let signals = &[
        "request",
        "request_ready",
        "address",
        "command",
        "bank",
        "line",
        "column_in",
        "data_valid",
        "data$0",
    ];
    let board = Board::find("ulx3s-85f").unwrap();
    let timing = Timing::new(&board.memory(), 100_000_000).unwrap();
    // Long after power-up, when the memory has been set up.
    let start = 40_000;
    let mut taken = false;
    let sdram = Sdram::new(&geometry(), &timing, 0).unwrap();
    Scene::new(
        sdram,
        signals,
        &[start - 2..start + 30],
        move |cycle, model| {
            pulse(model, "request", cycle >= start && !taken);
            model.set("address", 0x1_4c00);
            model.set("beats", 8);
            model.set("column_in", cycle - start.min(cycle));
            model.settle();
            taken |= cycle >= start && model.get("request_ready") == 1;
        },
    )
}

fn keccak_absorb() -> Scene {
    let signals = &[
        "start",
        "fresh",
        "busy",
        "absorbing",
        "lane_index",
        "lane",
        "digest_valid",
        "digest_index",
        "finished",
    ];
    let mut asked = [31; 3];
    Scene::new(
        Keccak::new(),
        signals,
        &[0..12, 838..852],
        move |cycle, model| {
            pulse(model, "start", cycle == 2);
            pulse(model, "fresh", cycle == 2);
            // The lane asked for three cycles ago: its number and a 1, for a lane of the message.
            model.set("lane", if asked[2] < 17 { 0x10 + asked[2] } else { 0 });
            model.settle();
            let index = match model.get("absorbing") {
                1 => model.get("lane_index"),
                _ => 31,
            };
            asked = [index, asked[0], asked[1]];
        },
    )
}

fn link_frame() -> Scene {
    // A host that is in doubt sends a 0 first.
    let mut frame = [0; frame::MAX_FRAME];
    let length = frame::encode(1, &Request::Identify(Identify {}), &mut frame);
    let mut bytes = std::iter::once(0).chain(frame.into_iter().take(length));
    Scene::new(
        Transmitter::default(),
        &["start", "d", "idle", "line"],
        &[0..68],
        move |cycle, model| {
            model.set("divisor", 2);
            let next = if cycle > 1 && model.get("idle") == 1 {
                bytes.next()
            } else {
                None
            };
            pulse(model, "start", next.is_some());
            if let Some(byte) = next {
                model.set("d", byte.into());
            }
        },
    )
}

#[test]
fn the_timings_of_the_pages_are_those_of_the_blocks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/blocks");
    for (name, _, title) in TIMINGS {
        let scene = match *name {
            "memory_port" => memory_port(),
            "job_switch" => job_switch(),
            "fetch_stall" => fetch_stall(),
            "sdram_burst" => sdram_burst(),
            "keccak_absorb" => keccak_absorb(),
            "link_frame" => link_frame(),
            other => panic!("no scene for the timing {other}"),
        };
        let drawn = scene.draw(title);
        let path = folder.join(format!("{name}.svg"));
        if env::var_os("TENSORITY_REFRESH").is_some() {
            fs::write(&path, &drawn).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == drawn,
            "{} is not what the block does; if that is as it should be: \
             TENSORITY_REFRESH=1 cargo test --release -p tensority-sim --test timings",
            path.display()
        );
    }
}
