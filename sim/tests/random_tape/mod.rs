//! Tapes at random that keep what the core relies on.

use rand::Rng;
use rand::rngs::StdRng;
use tensority_protocol::tape::{Instruction, Kind, Layer, Row, Scale};

/// Slots of each of the two regions, one of which a layer reads and the other of which it writes.
const REGION: u8 = 12;

/// A number of extreme or any size.
fn number(random: &mut StdRng) -> i32 {
    match random.random_range(0..4) {
        0 => [0, 1, -1, i32::MAX, i32::MIN, 1 << 30][random.random_range(0..6)],
        1 => random.random(),
        _ => random.random_range(-5000..5000),
    }
}

fn bytes(random: &mut StdRng) -> u32 {
    let extreme = |random: &mut StdRng| [0x80, 0x7f, 0, 0xff][random.random_range(0..4)];
    match random.random_range(0..3) {
        0 => u32::from_le_bytes(std::array::from_fn(|_| extreme(random))),
        _ => random.random(),
    }
}

fn scale(random: &mut StdRng) -> Scale {
    Scale {
        multiplier: match random.random_range(0..8) {
            0 => [0, 1, 1 << 30, (1 << 31) - 1][random.random_range(0..4)],
            _ => random.random_range(1 << 30..1 << 31),
        },
        shift: match random.random_range(0..3) {
            0 => random.random_range(0..=32),
            _ => random.random_range(4..12),
        },
    }
}

/// A rectangle of positions, and where their slots and sums are.
struct Positions {
    columns: u16,
    rows: u16,
    layer: Layer,
}

fn positions(random: &mut StdRng, out: u8) -> Positions {
    loop {
        let (columns, rows) = (random.random_range(1..=6), random.random_range(1..=4));
        let (stride_x, stride_y) = (random.random_range(0..=2), random.random_range(0..=4));
        let read = (columns - 1) * u16::from(stride_x) + (rows - 1) * u16::from(stride_y);
        let advance = random.random_range(0..4) != 0;
        let stride_out = if advance { columns as u8 } else { 0 };
        if read >= u16::from(REGION) || columns * rows > u16::from(REGION) {
            continue;
        }
        let (one, other): (i8, i8) = (random.random(), random.random());
        let layer = Layer {
            advance,
            stride_x,
            stride_y,
            stride_out,
            out,
            zero: random.random(),
            minimum: one.min(other),
            maximum: one.max(other),
        };
        return Positions {
            columns,
            rows,
            layer,
        };
    }
}

fn push(tape: &mut Vec<u32>, instruction: Instruction) {
    let (words, count) = instruction.encode();
    tape.extend(&words[..count]);
}

/// Adds a row with weights for some of the columns.
fn row(random: &mut StdRng, tape: &mut Vec<u32>, dimension: usize, row: Row) {
    let cells = dimension as u8 / 4;
    let first = random.random_range(0..cells);
    let words = random.random_range(0..=cells - first);
    push(
        tape,
        Instruction::Row(Row {
            first,
            words,
            ..row
        }),
    );
    tape.extend((0..words).map(|_| bytes(random)));
}

/// A tape of one to three layers that loads all slots that it reads.
pub fn random_tape(random: &mut StdRng, dimension: usize) -> Vec<u32> {
    let mut tape = Vec::new();
    let words = dimension as u8 / 4;
    for slot in 0..2 * REGION {
        push(
            &mut tape,
            Instruction::Load {
                slot,
                first: 0,
                words,
            },
        );
        tape.extend((0..words).map(|_| bytes(random)));
    }
    let mut regions = [0, REGION];
    for _ in 0..random.random_range(1..=3) {
        let [read, out] = regions;
        layer(random, &mut tape, dimension, read, out);
        regions.reverse();
    }
    push(&mut tape, Instruction::End);
    tape
}

fn layer(random: &mut StdRng, tape: &mut Vec<u32>, dimension: usize, read: u8, out: u8) {
    let every = Layer {
        stride_x: 1,
        ..Layer::default()
    };
    push(tape, Instruction::Layer(every));
    let whole = Row {
        kind: Kind::Xi,
        first: 0,
        words: 0,
        base: read,
        index: 0,
        columns: u16::from(REGION),
        rows: 1,
        addend: 0,
    };
    push(tape, Instruction::Row(whole));
    let positions = positions(random, out);
    push(tape, Instruction::Layer(positions.layer));
    for _ in 0..random.random_range(1..=3) {
        let all = Row {
            kind: Kind::Add,
            columns: positions.columns,
            rows: positions.rows,
            addend: number(random),
            ..whole
        };
        for _ in 0..random.random_range(0..=2) {
            // Fewer positions add to the first sums.
            let columns = random.random_range(1..=all.columns);
            let part = Row {
                columns,
                addend: number(random),
                ..all
            };
            row(random, tape, dimension, part);
        }
        let kind = match random.random_range(0..4) {
            0 => Kind::Report(scale(random)),
            _ => Kind::Last {
                column: random.random_range(0..dimension as u8),
                scale: scale(random),
            },
        };
        row(random, tape, dimension, Row { kind, ..all });
    }
}
