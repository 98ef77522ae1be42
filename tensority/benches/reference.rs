//! The cost of each stage of the reference: `cargo bench -p tensority`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use tensority::{
    BlockHeader, DIMENSION, INITIAL_SEED, MatrixList, block_words, extended_seed, fold,
    header_hash, load, multiply, smix_round, tensority,
};

/// A small dimension, whose whole hash takes little time.
const SMALL: usize = 32;

fn stages(c: &mut Criterion) {
    c.bench_function("header hash", |b| {
        let prefix = BlockHeader::default().prefix();
        let mut nonce = 0;
        b.iter(|| {
            nonce += 1;
            header_hash(black_box(&prefix), nonce)
        });
    });
    let mut x = block_words(&extended_seed(&INITIAL_SEED));
    let [even, odd] = smix_round::<DIMENSION>(&mut x);
    c.bench_function("SMix round", |b| {
        b.iter(|| smix_round::<DIMENSION>(&mut x));
    });
    c.bench_function("load", |b| b.iter(|| load(black_box(&even))));
    c.bench_function("multiply", |b| {
        b.iter(|| multiply(black_box(&even), black_box(&odd)))
    });
    c.bench_function("fold", |b| b.iter(|| fold(black_box(&even))));
}

fn whole_hash(c: &mut Criterion) {
    let list = MatrixList::<SMALL>::from_seed(&INITIAL_SEED);
    c.bench_function("whole hash of dimension 32", |b| {
        b.iter(|| tensority(black_box(&[0; 32]), &list));
    });
}

criterion_group!(benches, stages, whole_hash);
criterion_main!(benches);
