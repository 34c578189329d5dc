//! The usual form of each fault: what a document that names nothing but its kind means.

use super::{Kind, Target, When};
use crate::sample::Model;
use crate::world::spec::MOST_US;

const SECOND_US: u64 = 1_000_000;

/// A fault as it is when nothing else is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Usual {
    /// What it does.
    pub kind: Kind,
    /// Whom it meets: each of those that it can meet.
    pub target: Target,
    /// When it is on; of a fault that is on once, how long.
    pub when: When,
}

impl Usual {
    /// The names of all kinds; a slow server and a slow zone are one kind with two targets.
    pub const NAMES: &'static [&'static str] = &[
        "server_pause",
        "client_pause",
        "packet_loss",
        "clock_step",
        "slow_zone",
        "slow_server",
        "fast_failure",
        "reject_storm",
        "retry_storm",
        "stall",
        "deploy",
        "partition",
        "crash",
        "dup",
        "reorder",
    ];

    /// The usual form of the kind of this name; `None` for a name that is not in the list.
    pub fn named(name: &str) -> Option<Self> {
        let (servers, clients, world) = (Target::EachServer, Target::EachClient, Target::World);
        let (kind, target, length_us) = match name {
            "server_pause" => {
                let when = When::Random { gap: Model::exp(2_000_000.0), length: Model::Const(24_000.0) };
                return Some(Self { kind: Kind::ServerPause, target: servers, when });
            }
            "client_pause" => (Kind::ClientPause { naive_host: false }, clients, 600_000),
            "packet_loss" => (Kind::PacketLoss { ppm: 100, rto_us: 200_000 }, world, MOST_US),
            "clock_step" => (Kind::ClockStep { step_us: 5000, mono_back: false }, clients, MOST_US),
            "slow_zone" => (Kind::Slow { factor_ppm: 10_000_000 }, Target::Zone(0), 30 * SECOND_US),
            "slow_server" => (Kind::Slow { factor_ppm: 10_000_000 }, servers, 30 * SECOND_US),
            "fast_failure" => (Kind::FastFailure { share_ppm: 1_000_000, after_us: 100 }, servers, MOST_US),
            "reject_storm" => (Kind::RejectStorm { limit_ppm: 500_000 }, servers, MOST_US),
            "retry_storm" => {
                let (factor_ppm, ramp_us, cohort_ppm) = (2_000_000, 10 * SECOND_US, 1_000_000);
                (Kind::RetryStorm { factor_ppm, ramp_us, cohort_ppm }, world, MOST_US)
            }
            "stall" => (Kind::Stall, servers, 10 * SECOND_US),
            "deploy" => (Kind::Deploy { each_us: 300 * SECOND_US }, world, 1),
            "partition" => (Kind::Partition { clients: Vec::new(), servers: Vec::new() }, world, MOST_US),
            "crash" => (Kind::Crash, servers, MOST_US),
            "dup" => (Kind::Duplicate { ppm: 1000 }, world, MOST_US),
            "reorder" => (Kind::Reorder { ppm: 1000 }, world, MOST_US),
            _ => return None,
        };
        Some(Self { kind, target, when: When::Listed(vec![(0, length_us)]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_usual_form_and_every_kind_a_name() {
        for name in Usual::NAMES {
            let usual = Usual::named(name).unwrap();
            let kind = if name.starts_with("slow_") { "slow" } else { name };
            assert_eq!(usual.kind.name(), kind);
        }
        assert_eq!(Usual::named("flood"), None);
    }
}
