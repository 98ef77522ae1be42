//! The issue sends every token of every pass, in order, none before its block is there.

use std::collections::VecDeque;

use rand::Rng;
use tensority_hdl::core::issue::Issue;
use tensority_hdl::geometry::Geometry;

use crate::{Pass, Verdict, common, expect, model};

/// Issues random passes. Blocks arrive and the fold is used up with probability `speed` per cycle; at 1
/// tokens must follow each other without a gap. The model takes the offset of weights to be `offset`.
fn issue(speed: f64, offset: u32) -> Verdict {
    let mut random = common::random();
    let lanes = 2;
    let geometry = Geometry::new(32, lanes, true).unwrap();
    let (cells, blocks) = (geometry.cells(), geometry.blocks());
    let mut block = model("issue", Issue::new(&geometry));
    let passes: Vec<Pass> = (0..9)
        .map(|_| {
            let multiply = random.random_bool(0.8);
            Pass {
                multiply,
                load: !multiply || random.random_bool(0.3),
                last: multiply && random.random_bool(0.6),
                chain: random.random_range(2..4),
            }
        })
        .collect();
    // What has to happen: tokens with the pass they are of; the weights of each word, per lane.
    let mut tokens = VecDeque::new();
    for (n, pass) in passes.iter().enumerate() {
        for b in 0..blocks {
            for slot in 0..geometry.dimension() {
                let (first, start) = (slot == 0 && pass.multiply, slot == 0 && b == 0);
                let bits = slot | (n % 2) << 8 | 1 << 9;
                tokens.push_back((
                    bits | usize::from(first) << 10 | usize::from(start) << 11,
                    *pass,
                ));
            }
        }
    }
    let total = tokens.len();
    let words: Vec<[u32; 2]> = (0..9 * blocks * cells).map(|_| random.random()).collect();
    let (mut read, mut passed) = (VecDeque::from([[0; 2]; 2]), 0);

    block.set("clear", 1);
    block.step(1);
    block.set("clear", 0);
    let mut waiting: VecDeque<Pass> = passes.iter().copied().collect();
    let (mut arrived, mut used, mut freed) = ([0usize; 2], [0usize; 2], 0usize);
    // Whether the fold is in use, now and in the cycles before.
    let mut fold_full = VecDeque::from([false; 5]);
    let mut weights_follow = 0;
    let mut first_token = None;
    for cycle in 0..100_000u64 {
        if tokens.is_empty() && weights_follow == 0 {
            return Ok(());
        }
        let changes = speed < 1.0 && random.random_bool(0.01);
        fold_full.push_front(fold_full[0] != changes);
        fold_full.truncate(5);
        let arrives = [
            arrived[0] < freed + 2 && random.random_bool(speed),
            arrived[1] < used[1] + 2 && random.random_bool(speed),
        ];
        block.set("weights_arrived", arrives[0].into());
        block.set("load_arrived", arrives[1].into());
        block.set("fold_full", fold_full[0].into());
        block.set("pass_valid", (!waiting.is_empty()).into());
        if let Some(pass) = waiting.front() {
            block.set("pass_in", pass.bits());
        }
        for (lane, word) in read[0].iter().enumerate() {
            block.set(&format!("word${lane}"), u64::from(*word));
        }
        block.settle();
        if block.get("pass_ready") == 1 {
            waiting.pop_front();
        }
        // The block buffer: two cycles to the word; the blocks lie in its halves in turn.
        let next = match block.get("read") {
            1 => {
                let half = block.get("read_half") as usize;
                let number = freed + (half + freed) % 2;
                words[(number * cells + block.get("read_word") as usize) % words.len()]
            }
            _ => read[1],
        };
        read = VecDeque::from([read[1], next]);
        freed += block.get("weights_freed") as usize;

        let valid = block.get("weight_valid") == 1;
        if valid != (weights_follow > 0) {
            return Err(format!(
                "cycle {cycle}: weights in the cycles after a first token"
            ));
        }
        if valid {
            for (lane, word) in words[passed].iter().enumerate() {
                let found = block.get(&format!("weight${lane}")) as u32;
                if found != word ^ offset {
                    return Err(format!("cycle {cycle}: weight {passed} of lane {lane}"));
                }
            }
            (passed, weights_follow) = (passed + 1, weights_follow - 1);
        }
        let token = block.get("token") as usize;
        if token >> 9 & 1 == 1 {
            let pass = tokens.front().map(|&(_, pass)| pass);
            expect(&mut tokens.iter().map(|t| t.0).take(1).collect(), token)?;
            tokens.pop_front();
            let at = *first_token.get_or_insert(cycle);
            if speed == 1.0 && cycle - at != (total - tokens.len() - 1) as u64 {
                return Err(format!("cycle {cycle}: a gap between tokens"));
            }
            if let Some(pass) = pass.filter(|_| token & 0xff == 0) {
                let needs = [pass.multiply, pass.load];
                for buffer in 0..2 {
                    used[buffer] += usize::from(needs[buffer]);
                    if used[buffer] > arrived[buffer] {
                        return Err(format!("cycle {cycle}: a block before it is there"));
                    }
                }
                let needs_fold = pass.last && pass.chain == 3 && token >> 11 == 1;
                if needs_fold && fold_full[4] {
                    return Err(format!("cycle {cycle}: the fold is in use"));
                }
                weights_follow += if pass.multiply { cells } else { 0 };
            }
        }
        for buffer in 0..2 {
            arrived[buffer] += usize::from(arrives[buffer]);
        }
        block.step(1);
    }
    Err(format!("{} tokens were not issued in time", tokens.len()))
}

#[test]
fn tokens_and_weights_come_in_order_and_wait_for_their_blocks() {
    issue(0.01, 0x8080_8080).unwrap();
    issue(0.1, 0x8080_8080).unwrap();
}

#[test]
fn tokens_follow_each_other_without_a_gap() {
    issue(1.0, 0x8080_8080).unwrap();
}

#[test]
fn weights_in_another_form_are_noticed() {
    assert!(issue(0.1, 0).is_err());
}
