//! Times of greenlets and the hub beside corosensei's own: `cargo bench -p ch12-coroutines`.

mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const ROUNDS: u64 = 100_000;

fn switches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("switch");
    group.throughput(Throughput::Elements(ROUNDS));
    group.bench_function("corosensei, there and back", |bencher| {
        bencher.iter(|| common::corosensei_round_trips(black_box(ROUNDS)));
    });
    group.bench_function("greenlet, there and back", |bencher| {
        bencher.iter(|| common::greenlet_round_trips(black_box(ROUNDS)));
    });
    group.bench_function("corosensei, to a sibling", |bencher| {
        bencher.iter(|| common::corosensei_siblings(black_box(ROUNDS)));
    });
    group.bench_function("greenlet, to a sibling", |bencher| {
        bencher.iter(|| common::greenlet_siblings(black_box(ROUNDS)));
    });
}

fn tasks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("spawn and join");
    group.throughput(Throughput::Elements(ROUNDS));
    group.bench_function("corosensei, one by one", |bencher| {
        bencher.iter(|| common::corosensei_one_by_one(black_box(ROUNDS)));
    });
    group.bench_function("corosensei, stored first", |bencher| {
        bencher.iter(|| common::corosensei_spawn_and_join(black_box(ROUNDS)));
    });
    group.bench_function("hub", |bencher| {
        bencher.iter(|| common::hub_spawn_and_join(black_box(ROUNDS)));
    });
}

criterion_group!(all, switches, tasks);
criterion_main!(all);
