//! The cost of each stage of the reference: `cargo bench -p tensority`.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tensority::{
    BlockHeader, DIMENSION, INITIAL_SEED, Matrix, MatrixList, Rounds, fold, header_hash, load,
    multiply, tensority,
};

/// A small dimension, whose whole hash takes little time.
const SMALL: usize = 32;

fn two_matrices() -> (Matrix<DIMENSION>, Matrix<DIMENSION>) {
    let round = Rounds::new(&INITIAL_SEED)
        .next()
        .expect("a list takes 128 rounds");
    (round.even, round.odd)
}

fn stages(c: &mut Criterion) {
    c.bench_function("header hash", |b| {
        let prefix = BlockHeader::default().prefix();
        let mut nonce = 0;
        b.iter(|| {
            nonce += 1;
            header_hash(black_box(&prefix), nonce)
        });
    });
    c.bench_function("SMix round", |b| {
        b.iter(|| Rounds::<DIMENSION>::new(black_box(&INITIAL_SEED)).next());
    });
    let (even, odd) = two_matrices();
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
