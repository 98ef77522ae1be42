//! Inference: random tapes in the emitted core against their meaning, alone and beside hashes; and networks.

mod random_tape;

use std::cell::RefCell;
use std::rc::Rc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use random_tape::random_tape;
use tensority::Target;
use tensority_hdl::geometry::Geometry;
use tensority_infer::Model;
use tensority_infer::inputs::read_inputs;
use tensority_protocol::tape::{BURST, Instruction, Kind, Layer, Row, Scale};
use tensority_sim::inference::Inference;
use tensority_sim::model::CoreModel;
use tensority_sim::model::core::Made;
use tensority_sim::model::source::{ArrayKind, Variant, default_cache};
use tensority_sim::scoreboard::Work;
use tensority_sim::simulation::Simulation;
use tensority_tape::machine::{Machine, Outcome};
use testvectors::seed;

const DIMENSION: usize = 32;

/// Where the tapes of these tests begin.
const ADDRESS: u32 = 3 * BURST;

fn variant(lanes: usize, infer: bool) -> Variant {
    let geometry = Geometry::new(DIMENSION, lanes, true).unwrap();
    Variant {
        geometry: match infer {
            true => geometry.with_infer().unwrap(),
            false => geometry,
        },
        array: ArrayKind::Rtl,
        trace: false,
    }
}

fn core(lanes: usize) -> CoreModel {
    CoreModel::open(&variant(lanes, true), &default_cache(), &mut |_| {}).unwrap()
}

/// Puts a tape into memory as the test bench can.
fn put(model: &mut CoreModel, tape: &[u32]) {
    let bytes: Vec<u8> = tape.iter().flat_map(|word| word.to_le_bytes()).collect();
    model.tapes()[ADDRESS as usize..][..bytes.len()].copy_from_slice(&bytes);
}

/// What a tape means.
fn meaning(tape: &[u32]) -> Outcome {
    let mut memory = vec![0; ADDRESS as usize / 4];
    memory.extend(tape);
    let outcome = Machine::new(DIMENSION).run(&memory, ADDRESS);
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

/// Steps a core that does nothing else until the tape has ended; the cycles.
fn run(model: &mut CoreModel) -> u64 {
    let begin = model.cycle();
    model.infer(ADDRESS);
    while !model.infer_state().ready {
        assert_eq!(model.step(1), None);
        assert!(
            model.cycle() - begin < 1_000_000,
            "a tape that does not end"
        );
    }
    model.cycle() - begin
}

/// What was made, as the meaning of tapes has it.
fn made(model: &mut CoreModel) -> Vec<tensority_tape::machine::Made> {
    let as_meant = |made: Made| tensority_tape::machine::Made {
        report: made.report,
        slot: made.slot,
        column: made.column,
        value: made.value,
    };
    model.take_made().into_iter().map(as_meant).collect()
}

#[test]
fn random_tapes_do_what_they_mean_with_any_number_of_lanes() {
    let mut random = StdRng::seed_from_u64(seed());
    for lanes in [1, 2, 4] {
        let mut model = core(lanes);
        for n in 0..40 {
            model.set_memory(
                random.random_range(1..40),
                random.random_range(0..200),
                n + 1,
            );
            let tape = random_tape(&mut random, DIMENSION);
            put(&mut model, &tape);
            run(&mut model);
            let expected = meaning(&tape);
            assert_eq!(made(&mut model), expected.made, "{lanes} lanes, tape {n}");
            assert_eq!(
                model.infer_output(),
                expected.output,
                "{lanes} lanes, tape {n}"
            );
            assert!(!model.infer_state().fault);
        }
    }
}

#[test]
fn a_tape_comes_to_memory_through_the_buffer() {
    let mut random = StdRng::seed_from_u64(seed());
    for lanes in [1, 4] {
        let mut model = core(lanes);
        model.set_memory(9, 100, 5);
        let tape = random_tape(&mut random, DIMENSION);
        for (n, burst) in tape.chunks(BURST as usize / 4).enumerate() {
            let mut words = [0; BURST as usize / 4];
            words[..burst.len()].copy_from_slice(burst);
            model.store_burst(ADDRESS + n as u32 * BURST, &words);
            while !model.infer_state().ready {
                model.step(1);
            }
        }
        run(&mut model);
        assert_eq!(made(&mut model), meaning(&tape).made);
    }
}

/// Hashes two nonces while tapes run one after the other; the cycles, those that inference took, and how many
/// tapes ran.
fn hash_beside_tapes(lanes: usize, tapes: bool, seed: u64) -> (u64, u64, usize) {
    let mut simulation = Simulation::with(core(lanes), &[7; 32]);
    simulation.fill_memory();
    let ran = Rc::new(RefCell::new((0, 0)));
    if tapes {
        let ran = Rc::clone(&ran);
        let mut random = StdRng::seed_from_u64(seed);
        let mut expected: Option<Outcome> = None;
        let mut pause = 0;
        simulation.disturb(move |model, event| {
            ran.borrow_mut().1 = model.infer_state().paused;
            if !model.infer_state().ready || event.cycle < pause {
                return;
            }
            if let Some(expected) = expected.take() {
                assert_eq!(made(model), expected.made);
                assert_eq!(model.infer_output(), expected.output);
                ran.borrow_mut().0 += 1;
            }
            pause = event.cycle + random.random_range(0..3000);
            let tape = random_tape(&mut random, DIMENSION);
            put(model, &tape);
            expected = Some(meaning(&tape));
            model.infer(ADDRESS);
        });
    }
    let outcome = simulation
        .hash(&Work::HeaderHash([3; 32]), Target::MAX, &mut |_, _, _| {})
        .unwrap_or_else(|error| panic!("{error}"));
    let (tapes, paused) = *ran.borrow();
    (outcome.cycles, paused, tapes)
}

/// Cycles of the longest random tape and its claim: what may still run when the hash is complete.
const LONGEST: u64 = 8000;

#[test]
fn a_hash_beside_tapes_is_the_hash_and_takes_what_they_took_longer() {
    let seed = seed();
    for lanes in [1, 2] {
        let (alone, ..) = hash_beside_tapes(lanes, false, seed);
        let (cycles, paused, tapes) = hash_beside_tapes(lanes, true, seed);
        assert!(tapes > 20, "{tapes} tapes");
        let most = alone + paused;
        assert!(
            (most.saturating_sub(LONGEST)..=most).contains(&cycles),
            "{cycles} beside, {alone} alone, {paused} paused"
        );
    }
}

#[test]
fn a_core_with_inference_hashes_in_the_cycles_of_one_without() {
    for lanes in [1, 2, 4] {
        let [without, with] = [false, true].map(|infer| {
            let models = default_cache();
            let simulation =
                Simulation::new(&variant(lanes, infer), &[9; 32], &models, &mut |_| {});
            let mut simulation = simulation.unwrap();
            simulation.fill_memory();
            let work = Work::HeaderHash([1; 32]);
            let outcome = simulation.hash(&work, Target::MAX, &mut |_, _, _| {});
            outcome.unwrap().cycles
        });
        assert_eq!(with, without, "{lanes} lanes");
    }
}

#[test]
fn a_job_begins_when_the_tape_has_ended_and_neither_harms_the_other() {
    let mut random = StdRng::seed_from_u64(seed());
    let mut simulation = Simulation::with(core(4), &[5; 32]);
    simulation.fill_memory();
    for n in 0..10 {
        let tape = random_tape(&mut random, DIMENSION);
        let model = simulation.model();
        put(model, &tape);
        model.take_made();
        model.infer(ADDRESS);
        for _ in 0..random.random_range(0..1500) {
            assert_eq!(model.step(1), None);
        }
        if n % 2 == 0 {
            let work = Work::HeaderHash([n; 32]);
            let outcome = simulation.hash(&work, Target::MAX, &mut |_, _, _| {});
            assert_eq!(outcome.unwrap().results.len(), 1);
        } else {
            simulation.generate_list(&mut |_, _, _| {}).unwrap();
        }
        let model = simulation.model();
        assert!(model.infer_state().ready);
        assert_eq!(made(model), meaning(&tape).made);
    }
}

/// A tape of a few hundred cycles: one slot loaded, and what it gives.
fn short_tape() -> Vec<u32> {
    let mut tape = Vec::new();
    let mut push = |instruction: Instruction, data: &[u32]| {
        let (words, count) = instruction.encode();
        tape.extend(&words[..count]);
        tape.extend(data);
    };
    let row = |kind, words| {
        Instruction::Row(Row {
            kind,
            first: 0,
            words,
            base: 5,
            index: 0,
            columns: 1,
            rows: 1,
            addend: 7,
        })
    };
    let layer = Instruction::Layer(Layer {
        advance: true,
        maximum: 127,
        minimum: -128,
        ..Layer::default()
    });
    let load = Instruction::Load {
        slot: 5,
        first: 0,
        words: 2,
    };
    push(load, &[0x0102_0304, 0x7f80_ff00]);
    push(layer, &[]);
    push(row(Kind::Xi, 0), &[]);
    push(layer, &[]);
    let scale = Scale {
        multiplier: 1 << 30,
        shift: 2,
    };
    push(row(Kind::Add, 1), &[0x0101_0101]);
    push(row(Kind::Report(scale), 2), &[0x0203_0405, 0x0101_0101]);
    push(Instruction::End, &[]);
    tape
}

#[test]
fn a_reset_or_an_end_in_any_cycle_leaves_nothing_behind() {
    let mut model = core(1);
    let tape = short_tape();
    put(&mut model, &tape);
    let cycles = run(&mut model);
    let expected = meaning(&tape);
    assert_eq!(made(&mut model), expected.made);
    for cycle in 0..cycles {
        for is_reset in [true, false] {
            model.infer(ADDRESS);
            for _ in 0..cycle {
                model.step(1);
            }
            match is_reset {
                true => model.reset(),
                false => model.cancel_infer(),
            }
            let mut patience = 1000;
            while !model.infer_state().ready {
                model.step(1);
                patience -= 1;
                assert!(patience > 0, "a tape that does not end");
            }
            model.take_made();
            run(&mut model);
            assert_eq!(made(&mut model), expected.made, "after {cycle} cycles");
            assert_eq!(
                model.infer_output(),
                expected.output,
                "after {cycle} cycles"
            );
        }
    }
}

#[test]
fn a_word_that_begins_no_instruction_ends_the_tape_with_a_fault() {
    let mut model = core(2);
    for word in [5, 6, 7, 0xffff_ffff] {
        put(&mut model, &[word]);
        run(&mut model);
        assert!(model.infer_state().fault);
        put(&mut model, &short_tape());
        run(&mut model);
        assert!(!model.infer_state().fault);
        assert_eq!(made(&mut model), meaning(&short_tape()).made);
    }
}

#[test]
fn a_tape_that_jumps_for_ever_ends_when_it_is_told() {
    let mut model = core(1);
    let (jump, _) = Instruction::Jump(ADDRESS).encode();
    put(&mut model, &jump[..1]);
    model.infer(ADDRESS);
    for _ in 0..5000 {
        model.step(1);
        assert!(!model.infer_state().ready);
    }
    model.cancel_infer();
    let mut patience = 1000;
    while !model.infer_state().ready {
        model.step(1);
        patience -= 1;
        assert!(patience > 0, "a tape that does not end");
    }
}

#[test]
fn the_functional_array_does_not_infer() {
    let variant = Variant {
        array: ArrayKind::Functional,
        ..variant(1, true)
    };
    let refused = CoreModel::open(&variant, &default_cache(), &mut |_| {});
    let error = refused.err().expect("an error").to_string();
    assert!(error.contains("--array rtl"), "{error}");
}

/// The network of digits, and some of its inputs.
fn digits() -> (Model, Vec<Vec<i8>>) {
    let file = include_bytes!("../../infer/models/digits.tflite");
    let inputs = include_bytes!("../../infer/models/digits.npy");
    let network = Model::read(file).unwrap();
    (network, read_inputs(inputs, 64).unwrap())
}

fn inference(lanes: usize) -> Inference {
    let geometry = Geometry::new(DIMENSION, lanes, true).unwrap();
    Inference::new(&geometry, digits().0, &default_cache(), &mut |_| {}).unwrap()
}

#[test]
fn a_network_runs_on_the_core_as_in_software_byte_by_byte() {
    let (network, inputs) = digits();
    for lanes in [1, 2] {
        let mut inference = inference(lanes);
        for input in inputs.iter().take(5) {
            let outcome = inference
                .run(input)
                .unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(outcome.output, network.run(input).unwrap());
            let bytes = inference.program().made.len() as u64;
            assert_eq!(outcome.bytes_checked, bytes);
            // The input and the layers cost a fifth beside the rows.
            let array = inference.program().cycles;
            assert!(
                (array..array * 6 / 5 + 2000).contains(&outcome.cycles),
                "{}",
                outcome.cycles
            );
        }
    }
}

#[test]
fn a_wrong_weight_is_named_by_layer_position_and_channel() {
    let mut inference = inference(1);
    let (_, inputs) = digits();
    // The first row with weights: its words begin behind its head, its sum's words and itself.
    let words = inference.program().words.clone();
    let rows = words.iter().position(|word| word & 0x3f == 0x13).unwrap();
    inference.model().tapes()[4 * (rows + 5)] ^= 0x40;
    let error = inference.run(&inputs[0]).unwrap_err().to_string();
    let named = "mismatch in stage inference, layer 0, position ";
    assert!(
        error.starts_with(named) && error.contains(", channel 0, "),
        "{error}"
    );
}

#[test]
fn what_the_state_does_not_hold_is_refused() {
    let (mut network, _) = digits();
    // 40 x 40 positions.
    for tensor in &mut network.tensors {
        (tensor.shape.height, tensor.shape.width) = (40, 40);
    }
    let geometry = Geometry::new(DIMENSION, 1, true).unwrap();
    let refused = Inference::new(&geometry, network, &default_cache(), &mut |_| {});
    let error = refused.err().expect("an error").to_string();
    assert!(error.contains("expected at most 256 slots"), "{error}");
}
