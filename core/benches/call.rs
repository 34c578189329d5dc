//! What a whole call costs: start with a pick of 8 of 16, send, answer, completion, everything drained.

mod service;

use divan::Bencher;
use service::{EXPLAINED, HEDGED, PLAIN, Service, TRACED, UNHEDGED};

fn main() {
    divan::main();
}

/// The hedge timer is armed and cancelled.
#[divan::bench]
fn answered_in_time(bencher: Bencher<'_, '_>) {
    let mut service = Service::new(PLAIN);
    bencher.bench_local(|| service.call());
}

#[divan::bench]
fn with_hedging_off(bencher: Bencher<'_, '_>) {
    let mut service = Service::new(UNHEDGED);
    bencher.bench_local(|| service.call());
}

#[divan::bench]
fn with_three_replicas(bencher: Bencher<'_, '_>) {
    let mut service = Service::new(PLAIN);
    bencher.bench_local(|| service.call_with_replicas());
}

#[divan::bench]
fn with_a_token(bencher: Bencher<'_, '_>) {
    let mut service = Service::new(PLAIN);
    bencher.bench_local(|| service.call_with_token());
}

#[divan::bench]
fn with_a_hedge(bencher: Bencher<'_, '_>) {
    let mut service = Service::new(HEDGED);
    bencher.bench_local(|| service.call_hedged());
}

#[divan::bench]
fn with_explanations(bencher: Bencher<'_, '_>) {
    let mut service = Service::new(EXPLAINED);
    bencher.bench_local(|| service.call());
}

#[divan::bench]
fn with_its_trace(bencher: Bencher<'_, '_>) {
    let mut service = Service::new(TRACED);
    bencher.bench_local(|| service.call_traced());
}

/// Timers, tables and in-flight counts of a thousand other calls stand beside.
#[divan::bench]
fn with_a_thousand_open(bencher: Bencher<'_, '_>) {
    let mut service = Service::new(PLAIN).with_open(1000);
    bencher.bench_local(|| service.call());
}
