//! Each stage of each back end, with the peak of the core beside it, and the whole:
//! `cargo bench -p tensority --bench backends`.
//!
//! The elements of a multiply, a hash and the peak are int8 multiply-accumulates, so their rates
//! compare with one another; the 252 real multiplies of a hash are counted, its four loads not.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tensority::fast::{Backend, Hasher, MatrixList, State, unwatched};
use tensority::{ARRAY_MULTIPLIES, DIMENSION, INITIAL_SEED};

/// The multiply-accumulates of one multiply.
const MACS: u64 = (DIMENSION * DIMENSION * DIMENSION) as u64;

fn stages(c: &mut Criterion) {
    for backend in Backend::available() {
        let list = MatrixList::build(backend, &INITIAL_SEED);
        let (mut state, mut product) = (State::new(), State::new());
        let mut group = c.benchmark_group("stage");
        group.bench_function(BenchmarkId::new("load", backend), |b| {
            b.iter(|| backend.load(black_box(list.matrix(0)), &mut state));
        });
        group.throughput(Throughput::Elements(MACS));
        group.bench_function(BenchmarkId::new("multiply", backend), |b| {
            b.iter(|| backend.multiply(black_box(&state), list.matrix(1), &mut product));
        });
        let times = 10_000;
        if let Some(macs) = backend.multiply_in_registers(times) {
            group.throughput(Throughput::Elements(macs));
            group.bench_function(BenchmarkId::new("peak", backend), |b| {
                b.iter(|| backend.multiply_in_registers(times));
            });
        }
        group.finish();
        let mut group = c.benchmark_group("SMix round");
        for smix in backend.smix_makes() {
            let mut x = [1; 32];
            group.bench_function(format!("{backend}, {smix}"), |b| {
                b.iter(|| smix.round(&mut x))
            });
        }
        group.finish();
    }
}

fn whole(c: &mut Criterion) {
    for backend in Backend::available() {
        let mut group = c.benchmark_group("whole");
        group.sample_size(10);
        group.measurement_time(Duration::from_secs(2));
        let mut list = Some(MatrixList::build(backend, &INITIAL_SEED));
        group.bench_function(BenchmarkId::new("matrix list", backend), |b| {
            b.iter(|| {
                let rebuilt = list.take()?.rebuild(black_box(&INITIAL_SEED), &unwatched);
                list = rebuilt.ok();
                Some(())
            });
        });
        let list = MatrixList::build(backend, &INITIAL_SEED);
        let mut hasher = Hasher::new();
        group.throughput(Throughput::Elements(ARRAY_MULTIPLIES as u64 * MACS));
        group.bench_function(BenchmarkId::new("hash", backend), |b| {
            b.iter(|| hasher.hash(black_box(&[7; 32]), &list));
        });
        group.finish();
    }
}

criterion_group!(benches, stages, whole);
criterion_main!(benches);
