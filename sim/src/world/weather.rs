//! The network and the traffic as faults have made them: losses, repetitions, partitions, storms.

use super::World;
use super::spec::WHOLE_PPM;
use crate::fault::Kind;
use crate::stream::Draws;

/// Bytes that one packet carries.
const PACKET_BYTES: u64 = 1448;
/// Rounds of retransmission after which a message is lost.
const MOST_ROUNDS: u32 = 6;
/// How long a reply that is overtaken stays behind, at most, in µs.
const BEHIND_US: u64 = 10_000;

/// Which message of an attempt is under way; each has draws of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Way {
    /// The request.
    There = 0,
    /// The word that it is no longer wanted, and its confirmation.
    Word = 0x40,
    /// The reply.
    Back = 0x80,
    /// What may happen to a reply beside being lost.
    Odd = 0xc0,
}

/// Traffic above the usual.
#[derive(Clone, Copy, Debug)]
struct Storm {
    fault: u32,
    since: u64,
    factor_ppm: u64,
    ramp_us: u64,
    cohort_ppm: u32,
}

/// Faults in force that concern no single server or client, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Weather {
    losses: Vec<(u32, u32, u64)>,
    duplicates: Vec<(u32, u32)>,
    reorders: Vec<(u32, u32)>,
    partitions: Vec<u32>,
    storms: Vec<Storm>,
}

impl Weather {
    /// A fault of the world begins or ends.
    pub(super) fn change(&mut self, fault: u32, kind: &Kind, on: bool, now: u64) {
        match *kind {
            Kind::PacketLoss { ppm, rto_us } => toggle(&mut self.losses, (fault, ppm, rto_us), on),
            Kind::Duplicate { ppm } => toggle(&mut self.duplicates, (fault, ppm), on),
            Kind::Reorder { ppm } => toggle(&mut self.reorders, (fault, ppm), on),
            Kind::Partition { .. } => toggle(&mut self.partitions, fault, on),
            Kind::RetryStorm { factor_ppm, ramp_us, cohort_ppm } => {
                self.storms.retain(|storm| storm.fault != fault);
                if on {
                    self.storms.push(Storm { fault, since: now, factor_ppm, ramp_us, cohort_ppm });
                }
            }
            _ => {}
        }
    }

    /// When the next call arrives under the storms in force, if it were due at `at` without them.
    pub(super) fn hastened(&self, now: u64, at: u64) -> u64 {
        let gap = at.saturating_sub(now);
        let hastened = self.storms.iter().fold(u128::from(gap), |gap, storm| {
            let grown = u128::from((now - storm.since).min(storm.ramp_us));
            let above = u128::from(storm.factor_ppm - u64::from(WHOLE_PPM));
            let factor = u128::from(WHOLE_PPM)
                + (above * grown).checked_div(u128::from(storm.ramp_us)).unwrap_or(above);
            gap * u128::from(WHOLE_PPM) / factor
        });
        now.saturating_add(hastened as u64)
    }

    /// Share of the callers above who repeat what failed, in millionths.
    pub(super) fn cohort_ppm(&self) -> u32 {
        self.storms.iter().map(|storm| storm.cohort_ppm).max().unwrap_or(0)
    }
}

fn toggle<T: PartialEq>(list: &mut Vec<T>, one: T, on: bool) {
    if on {
        list.push(one);
    } else {
        list.retain(|other| *other != one);
    }
}

/// Whether a word falls below a share in millionths.
pub(super) const fn falls(word: u64, ppm: u32) -> bool {
    ((word as u128 * WHOLE_PPM as u128) >> 64) < ppm as u128
}

impl World {
    /// How long a message of this attempt is under way; `None` when it is lost.
    pub(super) fn travel(&self, flight: u32, bytes: u64, way: Way) -> Option<u64> {
        let found = &self.flights[flight];
        let base = self.spec.link(self.nodes[found.client as usize].zone, self.spec.zone(found.server));
        if self.weather.losses.is_empty() && self.weather.partitions.is_empty() {
            return Some(base);
        }
        if self.is_cut_off(found.client, found.server) {
            return None;
        }
        let mut draws = self.link.of(self.calls[found.call].number, found.ordinal | way as u8);
        let mut late = base;
        for &(_, ppm, rto_us) in &self.weather.losses {
            late = late.saturating_add(retransmitted(bytes, ppm, rto_us, &mut draws)?);
        }
        Some(late)
    }

    pub(super) fn is_cut_off(&self, client: u32, server: u32) -> bool {
        self.weather.partitions.iter().any(|&fault| match &self.spec.faults[fault as usize].kind {
            Kind::Partition { clients, servers } => clients.contains(&client) && servers.contains(&server),
            _ => false,
        })
    }

    /// Whether the reply of this attempt comes twice, and how far it stays behind the others.
    pub(super) fn oddities(&self, flight: u32) -> (bool, u64) {
        let weather = &self.weather;
        if weather.duplicates.is_empty() && weather.reorders.is_empty() {
            return (false, 0);
        }
        let found = &self.flights[flight];
        let mut draws = self.link.of(self.calls[found.call].number, found.ordinal | Way::Odd as u8);
        let (twice, behind, by) = (draws.draw(), draws.draw(), draws.draw());
        let twice = weather.duplicates.iter().any(|&(_, ppm)| falls(twice, ppm));
        let behind = weather.reorders.iter().any(|&(_, ppm)| falls(behind, ppm));
        (twice, if behind { 1 + by % BEHIND_US } else { 0 })
    }
}

/// What retransmission adds to a message of so many bytes; `None` when the last round is lost, too.
fn retransmitted(bytes: u64, ppm: u32, rto_us: u64, draws: &mut impl Draws) -> Option<u64> {
    let mut missing = bytes.div_ceil(PACKET_BYTES).max(1);
    let (mut round, mut late) = (0, 0_u64);
    loop {
        missing = (0..missing).filter(|_| falls(draws.draw(), ppm)).count() as u64;
        if missing == 0 {
            return Some(late);
        }
        if round == MOST_ROUNDS {
            return None;
        }
        late = late.saturating_add(rto_us << round);
        round += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::SplitMix64;

    #[test]
    fn a_megabyte_is_late_as_often_as_its_packets_say() {
        let mut draws = SplitMix64::new(1);
        let runs = 20_000;
        let late =
            (0..runs).filter(|_| retransmitted(1 << 20, 100, 200_000, &mut draws) != Some(0)).count() as u64;
        // 725 packets at 10^-4: 0.069938; four deviations of 20 000 runs are 0.0072.
        assert!(late.abs_diff(1399) <= 144, "{late}");
    }

    #[test]
    fn lateness_doubles_and_ends_with_a_loss() {
        let mut draws = SplitMix64::new(2);
        let seen: std::collections::BTreeSet<_> =
            (0..20_000).map(|_| retransmitted(1, 500_000, 200, &mut draws)).collect();
        let late = [0, 200, 600, 1400, 3000, 6200, 12_600].map(Some);
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [[None].as_slice(), &late].concat());
    }
}
