//! The fetch asks for the rows that passes need, in their order, and stores what returns in its place.

use std::collections::VecDeque;

use rand::Rng;
use tensority_hdl::core::fetch::Fetch;
use tensority_hdl::geometry::Geometry;

use crate::{Pass, Verdict, common, expect, model};

/// Fetches random passes; the model takes the order of a last pass to be that of any if `plain_order`.
fn fetch(lanes: usize, plain_order: bool) -> Verdict {
    let mut random = common::random();
    let geometry = Geometry::new(32, lanes, true).unwrap();
    let (dimension, blocks) = (geometry.dimension(), geometry.blocks());
    let beats = geometry.cells() / geometry.beat_words();
    let mut block = model(&format!("fetch_{lanes}"), Fetch::new(&geometry));
    let passes: Vec<(Pass, u64, u64)> = (0..12)
        .map(|_| {
            let multiply = random.random_bool(0.8);
            let pass = Pass {
                multiply,
                load: !multiply || random.random_bool(0.4),
                last: multiply && random.random_bool(0.5),
                chain: random.random_range(0..4),
            };
            (pass, random.random_range(0..32), random.random_range(0..32))
        })
        .collect();

    // What has to happen: the address of each row; buffer, half, lane and beat of each beat.
    let (mut rows, mut writes) = (VecDeque::new(), VecDeque::new());
    let mut stored = [0; 2];
    for (pass, weights, load) in &passes {
        for n in 0..blocks {
            for (buffer, matrix) in [(0, *weights), (1, *load)] {
                if !(if buffer == 0 {
                    pass.multiply
                } else {
                    pass.load
                }) {
                    continue;
                }
                for lane in 0..lanes {
                    let strided = buffer == 0 && pass.last && !plain_order;
                    let row = geometry.matrix_row(n * lanes + lane, strided);
                    rows.push_back((matrix as usize * dimension + row) * dimension);
                    writes.extend((0..beats).map(|beat| (buffer, stored[buffer] % 2, lane, beat)));
                }
                stored[buffer] += 1;
            }
        }
    }
    let blocks_of = stored;

    block.set("clear", 1);
    block.step(1);
    block.set("clear", 0);
    let mut passes = passes.into_iter();
    let mut offered = passes.next();
    // When each beat asked for is due at the earliest; blocks asked for, arrived and freed, per buffer.
    let mut due = VecDeque::new();
    let (mut arrived, mut freed) = ([0; 2], [0; 2]);
    for cycle in 0..100_000u64 {
        if rows.is_empty() && writes.is_empty() && arrived == blocks_of {
            return Ok(());
        }
        let offers = offered.is_some() && random.random_bool(0.3);
        if let Some((pass, weights, load)) = offered {
            block.set("pass", pass.bits());
            block.set("weight_matrix", weights);
            block.set("load_matrix", load);
        }
        let answers = random.random_bool(0.6);
        let data = due.front().is_some_and(|&at| at <= cycle) && random.random_bool(0.7);
        let mut frees = [false; 2];
        for buffer in 0..2 {
            frees[buffer] = freed[buffer] < arrived[buffer] && random.random_bool(0.05);
            freed[buffer] += usize::from(frees[buffer]);
        }
        block.set("pass_valid", offers.into());
        block.set("request_ready", answers.into());
        block.set("data_valid", data.into());
        block.set("weights_freed", frees[0].into());
        block.set("load_freed", frees[1].into());
        block.settle();
        if offers && block.get("pass_ready") == 1 {
            offered = passes.next();
        }
        if answers && block.get("request") == 1 {
            expect(&mut rows, block.get("address") as usize)?;
            due.extend((0..beats).map(|_| cycle + random.random_range(3..30)));
        }
        let stores = [
            block.get("write_weights") == 1,
            block.get("write_load") == 1,
        ];
        if stores[0] as u8 + stores[1] as u8 != u8::from(data) {
            return Err(format!("cycle {cycle}: a beat is stored once, as it comes"));
        }
        if data {
            due.pop_front();
            let place =
                ["write_half", "write_lane", "write_beat"].map(|port| block.get(port) as usize);
            let buffer = usize::from(stores[1]);
            expect(&mut writes, (buffer, place[0], place[1], place[2]))?;
        }
        arrived[0] += block.get("weights_arrived") as usize;
        arrived[1] += block.get("load_arrived") as usize;
        // Beats stored and not yet freed never exceed two blocks of a buffer.
        let room = |buffer: usize| {
            let left = writes.iter().filter(|write| write.0 == buffer).count();
            let begun = blocks_of[buffer] - left / (lanes * beats);
            begun <= freed[buffer] + 2
        };
        if !room(0) || !room(1) {
            return Err(format!(
                "cycle {cycle}: a block is stored where one is in use"
            ));
        }
        block.step(1);
    }
    Err(format!("{} rows were not asked for in time", rows.len()))
}

#[test]
fn rows_are_asked_for_in_the_order_of_every_pass() {
    for lanes in [1, 2, 4] {
        fetch(lanes, false).unwrap();
    }
}

#[test]
fn a_wrong_order_of_rows_is_noticed() {
    assert!(fetch(4, true).is_err());
}
