//! What a client in another language is asked to do, as a document: where the servers are, which calls are due.

use crate::fleet::Fleet;
use crate::hosts::Host;
use crate::placement;
use crate::report::millis;
use crate::schedule::{Op, Planned};
use crate::slo::Slo;
use serde::Serialize;
use std::time::Duration;

/// One server as another process reaches it.
#[derive(Clone, Debug, Serialize)]
pub struct Address {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: &'static str,
    /// Base URL.
    pub url: String,
}

/// A call: index in the load, when it is due (µs), key, 1 for a write, shard of the key.
type Call = (u32, u64, String, u8, usize);

/// The whole order.
#[derive(Clone, Debug, Serialize)]
pub struct Job {
    /// What the result says for its language.
    pub language: &'static str,
    /// Names of the plain and of the hedgerow arm.
    pub arms: [String; 2],
    /// Names of the arms of workers with limits of their own and with a shared one; none where their addon is not built.
    pub worker_arms: Vec<String>,
    /// How far the copies of one call are shifted, in turns.
    pub offsets_ms: [f64; 2],
    /// Where the plain arm finds the servers.
    pub servers: Vec<Address>,
    /// Where the hedgerow arm finds them: other names, so that a browser's limit of six connections to one
    /// name does not let one arm's stalls hold up the other.
    pub hedged_servers: Vec<Address>,
    /// Zones, one client in each.
    pub zones: [&'static str; 3],
    /// Names of the servers of each shard.
    pub shards: Vec<Vec<String>>,
    /// Timeout of one attempt of the plain arm.
    pub timeout_ms: f64,
    /// Calls before measuring.
    pub warm_up: Vec<Call>,
    /// Calls to measure.
    pub calls: Vec<Call>,
}

impl Job {
    /// The order for a host: of the planned calls every so many, so that its arms do not crowd the others out.
    pub fn new(host: Host, fleet: &Fleet, before: &[Planned], planned: &[Planned], gap: Duration) -> Self {
        let gap = gap * host.every();
        // Between the copies of this process's own arms, which are sent at the start and the middle of a gap.
        let shift = host.shift() * gap;
        Self {
            language: host.name(),
            arms: host.arms(),
            worker_arms: if host.has_addon() { host.worker_arms() } else { Vec::new() },
            offsets_ms: [millis(shift), millis(shift + gap / 2)],
            servers: addresses(fleet),
            hedged_servers: renamed(addresses(fleet)),
            zones: placement::ZONES,
            shards: shards(),
            timeout_ms: millis(Slo::default().max),
            warm_up: before.iter().map(call).collect(),
            calls: planned.iter().step_by(host.every() as usize).map(call).collect(),
        }
    }
}

/// Where every server is.
pub fn addresses(fleet: &Fleet) -> Vec<Address> {
    let address = |replica: &crate::fleet::Replica| Address {
        name: replica.name.clone(),
        zone: replica.zone,
        url: replica.url.clone(),
    };
    fleet.replicas.iter().map(address).collect()
}

/// The same servers by another name of this machine.
pub fn renamed(mut addresses: Vec<Address>) -> Vec<Address> {
    for address in &mut addresses {
        address.url = address.url.replace("127.0.0.1", "localhost");
    }
    addresses
}

/// Names of the servers of each shard.
pub fn shards() -> Vec<Vec<String>> {
    let in_shard = |server: &usize, shard| server % placement::SHARDS == shard;
    let names = |shard| (0..placement::SERVERS).filter(move |server| in_shard(server, shard));
    (0..placement::SHARDS).map(|shard| names(shard).map(placement::server_name).collect()).collect()
}

fn call(planned: &Planned) -> Call {
    let key = placement::key_name(planned.key);
    let shard = placement::shard(&key);
    (planned.index, planned.at.as_micros() as u64, key, u8::from(planned.op == Op::Put), shard)
}
