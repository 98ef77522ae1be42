//! The array alone: adversarial bytes against exact arithmetic, and the latency it promises.

mod common;

use common::random;
use rand::Rng;
use rand::rngs::StdRng;
use tensority::reduce;
use tensority_hdl::core::array::{Array, latency};
use tensority_hdl::emit::Design;
use tensority_hdl::geometry::Geometry;
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::source::default_cache;

const DIMENSION: usize = 32;
type Rows = [[i8; DIMENSION]; DIMENSION];

/// An array with `rows` written to the slots of bank 0.
fn array(geometry: &Geometry, rows: &Rows) -> BlockModel {
    let design = Design::new(&format!("array_{geometry}"), Array::new(geometry)).unwrap();
    let mut array = BlockModel::open(&design, &default_cache(), &mut |_| {}).unwrap();
    let lanes = geometry.lanes();
    array.set("write", 1);
    for block in 0..geometry.blocks() {
        for (slot, row) in rows.iter().enumerate() {
            array.set("write_address", slot as u64);
            array.set("write_block", block as u64);
            for lane in 0..lanes {
                let byte = row[block * lanes + lane] as u8;
                array.set(&format!("write_byte${lane}"), byte.into());
            }
            array.step(1);
        }
    }
    array.set("write", 0);
    array.step(2);
    array
}

/// Sends a pass of tokens and weights; the results by slot and matrix row, and the first's latency.
fn multiply(array: &mut BlockModel, geometry: &Geometry, matrix: &Rows) -> (Rows, usize) {
    let (lanes, cells) = (geometry.lanes(), geometry.cells());
    let tokens = DIMENSION * geometry.blocks();
    let mut results = [[0; DIMENSION]; DIMENSION];
    let (mut left, mut first) = (0, 0);
    for cycle in 0..tokens + 2 * latency(geometry) {
        let (block, slot) = (cycle / DIMENSION, cycle % DIMENSION);
        let opens = u64::from(slot == 0);
        let starts = u64::from(cycle == 0);
        let token = slot as u64 | 1 << 9 | opens << 10 | starts << 11;
        array.set("token", if cycle < tokens { token } else { 0 });
        // The weights follow a block's first token by one cycle.
        let word = (1..=cells).contains(&slot) && cycle < tokens;
        array.set("weight_valid", word.into());
        for lane in 0..if word { lanes } else { 0 } {
            let row = matrix[block * lanes + lane];
            let bytes: [u8; 4] = std::array::from_fn(|i| row[4 * (slot - 1) + i] as u8 ^ 0x80);
            array.set(&format!("weight${lane}"), u32::from_le_bytes(bytes).into());
        }
        array.step(1);
        let out = array.get("token_out");
        if out & 1 << 9 != 0 {
            if left == 0 {
                first = cycle + 1;
            }
            let (block, slot) = (left / DIMENSION, left % DIMENSION);
            assert_eq!(out & 0xff, slot as u64, "tokens leave in order");
            for lane in 0..lanes {
                let result = array.get(&format!("result${lane}")) as u8 as i8;
                results[slot][block * lanes + lane] = result;
            }
            left += 1;
        }
    }
    assert_eq!(left, tokens, "every token leaves");
    (results, first)
}

fn expected(rows: &Rows, matrix: &Rows) -> Rows {
    let dot = |row: &[i8], column: &[i8]| {
        row.iter()
            .zip(column)
            .map(|(&a, &b)| i32::from(a) * i32::from(b))
            .sum()
    };
    rows.map(|row| std::array::from_fn(|column| reduce(dot(&row, &matrix[column]))))
}

fn patterns(random: &mut StdRng) -> Vec<Rows> {
    let all = |byte| [[byte; DIMENSION]; DIMENSION];
    let alternating =
        std::array::from_fn(|r| std::array::from_fn(|c| if (r + c) % 2 == 0 { -128 } else { 127 }));
    let noise = std::array::from_fn(|_| random.random());
    vec![all(-128), all(127), all(-1), all(0), alternating, noise]
}

#[test]
fn products_of_adversarial_bytes_are_exact_at_the_latency_promised() {
    let mut random = random();
    for (lanes, fip) in [
        (1, true),
        (2, true),
        (4, true),
        (16, true),
        (1, false),
        (8, false),
    ] {
        let geometry = Geometry::new(DIMENSION, lanes, fip).unwrap();
        for rows in patterns(&mut random) {
            let mut array = array(&geometry, &rows);
            for matrix in patterns(&mut random) {
                let (found, first) = multiply(&mut array, &geometry, &matrix);
                assert_eq!(
                    found,
                    expected(&rows, &matrix),
                    "{geometry}: {:?} {:?}",
                    rows[0],
                    matrix[0]
                );
                assert_eq!(first, latency(&geometry), "{geometry}");
            }
        }
    }
}
