//! What a pick costs: 8 candidates of 16 and of 1000 endpoints, with and without a replica list.

use divan::{Bencher, black_box};
use hedgerow::balance::choice::{BalancePolicy, BalanceSettings};
use hedgerow::balance::health::HealthSettings;
use hedgerow::balance::{Host, Picker, Place};
use hedgerow::{EndpointId, Instant, Seed};

const ZONES: [&str; 3] = ["a", "b", "c"];
const NOW: Instant = Instant::from_micros(3_600_000_000);

fn main() {
    divan::main();
}

fn fleet(policy: BalancePolicy, endpoints: usize) -> (Picker, Vec<EndpointId>) {
    let settings = BalanceSettings { policy, ..BalanceSettings::default() };
    let mut picker = Picker::new(settings, HealthSettings::default(), Place::zone("a"), &Seed::new([1; 32]));
    let hosts = (0..endpoints).map(|i| Host::new(Place::zone(ZONES[i % ZONES.len()])));
    let ids: Vec<_> = hosts.map(|host| picker.add(host).expect("a valid host")).collect();
    for (load, &id) in ids.iter().enumerate() {
        for _ in 0..load % 5 {
            picker.on_sent(id);
        }
    }
    (picker, ids)
}

#[divan::bench(args = [16, 1000])]
fn pick_8_of(bencher: Bencher, endpoints: usize) {
    let (mut picker, _) = fleet(BalancePolicy::Weighted, endpoints);
    bencher.bench_local(|| picker.pick(black_box(&[]), NOW)[0].endpoint);
}

#[divan::bench(args = [16, 1000])]
fn pick_8_with_3_replicas_of(bencher: Bencher, endpoints: usize) {
    let (mut picker, ids) = fleet(BalancePolicy::Weighted, endpoints);
    let replicas = [ids[1], ids[6], ids[11]];
    bencher.bench_local(|| picker.pick(black_box(&replicas), NOW)[0].endpoint);
}

#[divan::bench(args = [16, 1000])]
fn least_request_of_two_of(bencher: Bencher, endpoints: usize) {
    let (mut picker, _) = fleet(BalancePolicy::LeastRequest, endpoints);
    bencher.bench_local(|| picker.pick(black_box(&[]), NOW)[0].endpoint);
}
