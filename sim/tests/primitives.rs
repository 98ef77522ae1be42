//! The hand-written Verilog: equal to its Rust model on random input, and clean under all of
//! Verilator's warnings.

mod common;

use common::random;
use rand::Rng;
use rand::rngs::StdRng;
use rust_hdl::prelude::*;
use tensority_hdl::emit::Design;
use tensority_hdl::geometry::{Geometry, Primitives};
use tensority_hdl::primitives::{BlockBuffer, BlockRam, ByteRam, Delay, Ram, Register, ShiftRight};
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::source::default_cache;
use verilator::SourceFile;

const CYCLES: usize = 5000;

/// Inputs of a cycle: port and value.
type Inputs = Vec<(String, u64)>;

/// Steps the Rust model and the Verilog with the same inputs, and compares the outputs each cycle.
fn compare<B: Block>(
    name: &str,
    new: impl Fn() -> B,
    mut inputs: impl FnMut(&mut StdRng) -> Inputs,
    drive: impl Fn(&mut B, &str, u64),
    clock: impl Fn(&mut B, bool),
    outputs: impl Fn(&B) -> Vec<(String, u64)>,
) {
    let design = Design::new(name, new()).unwrap();
    let file = SourceFile {
        name: format!("{name}.v"),
        text: design.text(),
    };
    let mut files = vec![file];
    let mut flags = vec![];
    if let Some(cells) = design.cell_models() {
        files.push(SourceFile {
            name: "ecp5.v".into(),
            text: cells.into(),
        });
        flags.push("-Wno-DECLFILENAME");
    }
    verilator::lint(&files, name, &flags).unwrap();

    let mut random = random();
    let mut verilog = BlockModel::open(&design, &default_cache(), &mut |_| {}).unwrap();
    let mut model = new();
    model.connect_all();
    let mut changes = 0;
    let mut before = Vec::new();
    for cycle in 0..CYCLES {
        for (port, value) in inputs(&mut random) {
            verilog.set(&port, value);
            drive(&mut model, &port, value);
        }
        verilog.step(1);
        for level in [true, false] {
            clock(&mut model, level);
            simulate(&mut model, 10);
        }
        let found = outputs(&model);
        for (port, value) in &found {
            assert_eq!(verilog.get(port), *value, "{name}: {port} in cycle {cycle}");
        }
        changes += usize::from(found != before);
        before = found;
    }
    assert!(
        changes > CYCLES / 8,
        "{name}: outputs that stand still prove nothing"
    );
}

fn inputs(ports: &[(&str, u64)]) -> impl FnMut(&mut StdRng) -> Inputs + use<> {
    let ports: Vec<(String, u64)> = ports
        .iter()
        .map(|(port, end)| (port.to_string(), *end))
        .collect();
    move |random| {
        ports
            .iter()
            .map(|(port, end)| (port.clone(), random.random_range(0..*end)))
            .collect()
    }
}

#[test]
fn register() {
    compare(
        "primitive_register",
        Register::<13>::default,
        inputs(&[("enable", 2), ("d", 1 << 13)]),
        |model, port, value| match port {
            "enable" => model.enable.next = value == 1,
            _ => model.d.next = value.into(),
        },
        |model, level| model.clock.next = Clock { clk: level },
        |model| vec![("q".into(), model.q.val().to_u64())],
    );
}

#[test]
fn ram() {
    compare(
        "primitive_ram",
        || Ram::<6, 40>::new(16),
        inputs(&[
            ("read_address", 16),
            ("write", 2),
            ("write_address", 16),
            ("d", 1 << 40),
        ]),
        |model, port, value| match port {
            "read_address" => model.read_address.next = value.into(),
            "write" => model.write.next = value == 1,
            "write_address" => model.write_address.next = value.into(),
            _ => model.d.next = value.into(),
        },
        |model, level| model.clock.next = Clock { clk: level },
        |model| vec![("q".into(), model.q.val().to_u64())],
    );
}

const ECP5: Primitives = Primitives::Ecp5 { dsp: 0 };

/// Depths for the widest and the narrowest cells of the ECP5, and for two between.
const DEPTHS: [usize; 4] = [512, 2048, 4096, 16384];

#[test]
fn delay() {
    for stages in [1, 2, 5] {
        compare(
            &format!("primitive_delay_{stages}"),
            || Delay::<7>::new(stages),
            inputs(&[("d", 1 << 7)]),
            |model, _, value| model.d.next = value.into(),
            |model, level| model.clock.next = Clock { clk: level },
            |model| vec![("q".into(), model.q.val().to_u64())],
        );
    }
}

#[test]
fn shift_right() {
    compare(
        "primitive_shift_right",
        ShiftRight::default,
        inputs(&[("d", 1 << 32), ("amount", 32)]),
        |model, port, value| match port {
            "d" => model.d.next = value.into(),
            _ => model.amount.next = value.into(),
        },
        |model, level| model.clock.next = Clock { clk: level },
        |model| vec![("q".into(), model.q.val().to_u64())],
    );
}

#[test]
fn block_ram_of_every_make() {
    for (make, primitives) in [("inferred", Primitives::Inferred), ("ecp5", ECP5)] {
        for depth in [256, 512] {
            compare(
                &format!("primitive_block_ram_{make}_{depth}"),
                || BlockRam::<9, 13>::new(depth, primitives),
                spread(
                    depth as u64,
                    inputs(&[
                        ("read_address", 16),
                        ("write", 2),
                        ("write_address", 16),
                        ("d", 1 << 13),
                    ]),
                ),
                |model, port, value| match port {
                    "read_address" => model.read_address.next = value.into(),
                    "write" => model.write.next = value == 1,
                    "write_address" => model.write_address.next = value.into(),
                    _ => model.d.next = value.into(),
                },
                |model, level| model.clock.next = Clock { clk: level },
                |model| vec![("q".into(), model.q.val().to_u64())],
            );
        }
    }
}

#[test]
fn byte_ram() {
    byte_ram_of("inferred", 16, Primitives::Inferred);
    for depth in DEPTHS {
        byte_ram_of("ecp5", depth, ECP5);
    }
}

fn byte_ram_of(make: &str, depth: usize, primitives: Primitives) {
    compare(
        &format!("primitive_byte_ram_{make}_{depth}"),
        || ByteRam::<14>::new(depth, primitives),
        spread(
            depth as u64,
            inputs(&[
                ("read_address", 16),
                ("write", 16),
                ("write_address", 16),
                ("d0", 256),
                ("d1", 256),
                ("d2", 256),
                ("d3", 256),
            ]),
        ),
        |model, port, value| match port {
            "read_address" => model.read_address.next = value.into(),
            "write" => model.write.next = value.into(),
            "write_address" => model.write_address.next = value.into(),
            "d0" => model.d0.next = value.into(),
            "d1" => model.d1.next = value.into(),
            "d2" => model.d2.next = value.into(),
            _ => model.d3.next = value.into(),
        },
        |model, level| model.clock.next = Clock { clk: level },
        |model| vec![("q".into(), model.q.val().to_u64())],
    );
}

/// Addresses below 16, few enough to be read again, spread over `depth` words.
fn spread(
    depth: u64,
    mut inputs: impl FnMut(&mut StdRng) -> Inputs,
) -> impl FnMut(&mut StdRng) -> Inputs {
    move |random| {
        let mut given = inputs(random);
        for (port, value) in &mut given {
            if port.ends_with("address") {
                *value = (*value & 3) + (*value >> 2) * (depth / 4);
            }
        }
        given
    }
}

#[test]
fn block_buffer_of_every_width() {
    for (dimension, lanes) in [(256, 1), (256, 4), (256, 16), (32, 16)] {
        let geometry = Geometry::new(dimension, lanes, true).unwrap();
        block_buffer(geometry);
        // Of the cells there are more than an FPGA of this kind has, with more lanes.
        if lanes <= 4 {
            block_buffer(geometry.with_primitives(ECP5).unwrap());
        }
    }
}

fn block_buffer(geometry: Geometry) {
    let lanes = geometry.lanes();
    let beat = geometry.beat_words();
    let words: Vec<String> = (0..beat).map(|i| format!("beat${i}")).collect();
    let mut ports: Vec<(&str, u64)> = vec![
        ("write", 2),
        ("write_half", 2),
        ("write_lane", lanes as u64),
        ("write_beat", (geometry.cells() / beat) as u64),
        ("read", 2),
        ("read_half", 2),
        ("read_word", geometry.cells() as u64),
    ];
    ports.extend(words.iter().map(|word| (word.as_str(), 1 << 32)));
    compare(
        &format!("primitive_block_buffer_{geometry}"),
        || BlockBuffer::new(&geometry),
        inputs(&ports),
        |model, port, value| match port {
            "write" => model.write.next = value == 1,
            "write_half" => model.write_half.next = value == 1,
            "write_lane" => model.write_lane.next = value.into(),
            "write_beat" => model.write_beat.next = value.into(),
            "read" => model.read.next = value == 1,
            "read_half" => model.read_half.next = value == 1,
            "read_word" => model.read_word.next = value.into(),
            word => {
                let i: usize = word.trim_start_matches("beat$").parse().unwrap();
                model.beat[i].next = value.into();
            }
        },
        |model, level| model.clock.next = Clock { clk: level },
        |model| {
            let words = model.word.iter().enumerate();
            words
                .map(|(i, word)| (format!("word${i}"), word.val().to_u64()))
                .collect()
        },
    );
}
