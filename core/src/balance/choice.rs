//! Weighted choice of n: a few candidates, each with a score, in ascending order.
//!
//! One random server is cheap and bad; asking all of them is good until every client runs to the same one. Two
//! random choices remove most of the tail (Mitzenmacher), and a client in a cloud knows more than queue lengths:
//! zone, placement, health, age. Weighted choice keeps that knowledge soft. Replicas are candidates first, a uniform
//! sample of the others fills up to n, the [score](super::score) of each is taken once, and the whole ordered list
//! is the *plan*: its first entry serves the primary, later ones the hedges and retries.
//!
//! Source: apache/cassandra-java-driver, pull request 1922 (Khaku, with Lynch): weights, n, the start-up factor with
//! probability `1 − age / W`. There ties fall to the first replica of a set; here each run of equal scores is
//! shuffled, so that nobody herds. Ours: sampling from a persistent permutation, the region rule.
//!
//! State per client: the permutation, the start-up window W, a cursor of the comparison policies. Inputs: the
//! candidates' facts from the owner's table, the replica list, one stream of draws, used in the order sampling,
//! start-up, ties. A plan never names an endpoint twice, never one that is removed, out of reach or behind an open
//! breaker, and never prefers a lower position on a tie. O(n + replicas + skipped entries) draws and compares, at
//! most 64 candidates sorted by insertion, no allocation once the buffers have seen the largest inputs.

pub use super::candidate::Candidate;
pub(crate) use super::candidate::Endpoints;
use super::candidate::View;
use super::hot_cold::LoadReport;
use super::learned::Learned;
use super::permutation::{Permutation, draw_at};
use super::score::{Factors, Multipliers, base};
pub use super::settings::{BalancePolicy, BalanceSettings, RegionRule};
use crate::rng::Stream;
use crate::time::{Duration, Instant};
use alloc::vec::Vec;

/// Is one entry of a plan, with what an explanation wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanEntry {
    /// The endpoint's position in its owner's table.
    pub position: u32,
    /// The score at the decision; of comparison policies without factors, requests in flight and one.
    pub score: u64,
    /// Requests in flight at the decision.
    pub in_flight: u32,
    /// The factors that were applied.
    pub factors: Factors,
}

/// Keeps what lasts between decisions: the permutation, the start-up window W, the cursor, the buffers.
#[derive(Clone, Debug)]
pub struct Choice {
    pub(super) settings: BalanceSettings,
    multipliers: Multipliers,
    window: Duration,
    pub(super) cursor: u64,
    pub(super) members: Permutation,
    /// Whether every member is in reach: since the last [`Self::settle`] nothing was added.
    settled: bool,
    pub(super) learned: Learned,
    pub(super) plan: Vec<PlanEntry>,
    pub(super) scratch: Vec<u32>,
}

impl Choice {
    /// Starts without endpoints; W is drawn from `start_window` once, here.
    pub fn new(settings: BalanceSettings, start_window: &mut Stream) -> Self {
        let spread = start_window.below(settings.start_spread.as_micros());
        Self {
            settings,
            multipliers: settings.weights.multipliers(),
            window: settings.start_min + Duration::from_micros(spread),
            cursor: 0,
            members: Permutation::new(),
            settled: false,
            learned: Learned::new(&settings),
            plan: Vec::with_capacity(usize::from(settings.n.max(settings.choices))),
            scratch: Vec::new(),
        }
    }

    /// Appends an endpoint. A position that is present or not below 2²⁴ is ignored.
    ///
    /// An endpoint out of reach is skipped at the cost of its draw, unless the owner settles the permutation after each change.
    pub fn add(&mut self, position: u32) {
        self.members.add(position);
        self.settled = false;
    }

    /// Takes an endpoint out; later plans do not name it. O(endpoints).
    pub fn remove(&mut self, position: u32) {
        self.members.remove(position);
        self.learned.remove(position);
    }

    /// Makes the permutation hold exactly what is in reach among the positions below `bound`. O(bound).
    ///
    /// To be called after each change of the topology, so that no draw is spent on other regions. New endpoints
    /// are added first, in their order; what comes into reach by this call is appended by position.
    pub(crate) fn settle<E: Endpoints>(&mut self, endpoints: &E, bound: u32, now: Instant) {
        let view = View::new(endpoints, self.settings.other_region, 0..bound, None, now);
        self.members.keep(|position| view.is_in_reach(position));
        for position in (0..bound).filter(|&position| view.is_in_reach(position)) {
            self.members.add(position);
        }
        self.settled = true;
    }

    /// Draws the ordered plan; empty when no endpoint is eligible.
    ///
    /// `replicas` are positions, unknown ones are passed over; an empty list means no placement knowledge, so that
    /// every endpoint counts as a replica. `without` is left out unless nothing else is eligible. The answer lives
    /// until the next decision.
    pub(crate) fn plan<E: Endpoints>(
        &mut self,
        endpoints: &E,
        replicas: &[u32],
        without: Option<u32>,
        rng: &mut Stream,
        now: Instant,
    ) -> &[PlanEntry] {
        self.plan.clear();
        self.members.begin_decision();
        let view = if self.settled {
            View::of_settled(endpoints, without, now)
        } else {
            let members = self.members.as_slice().iter().copied();
            View::new(endpoints, self.settings.other_region, members, without, now)
        };
        match self.settings.policy {
            BalancePolicy::Weighted | BalancePolicy::PeakEwma => {
                self.collect(&view, replicas, rng);
                let replica = replicas.is_empty() || without.is_some_and(|last| replicas.contains(&last));
                self.fall_back(&view, Factors::default().with(Factors::NON_REPLICA, !replica));
                self.score(&view, rng);
                order(&mut self.plan, rng);
            }
            BalancePolicy::LeastRequest => self.least_request(&view, rng),
            BalancePolicy::RoundRobin => self.round_robin(&view),
            BalancePolicy::Random => self.random(&view, rng),
            BalancePolicy::HotCold => self.hot_cold(&view, rng),
        }
        &self.plan
    }

    /// Takes note of a request that is sent; only `hot_cold` counts it. O(pool).
    pub fn on_sent(&mut self, position: u32) {
        self.learned.on_sent(position);
    }

    /// Takes note of what a request took until its end told of the server; only `peak_ewma` heeds it.
    ///
    /// `answered` is false for every failure, definite refusals among them: a fast one does not lower the cost.
    pub fn on_end(&mut self, position: u32, answered: bool, took: Duration, now: Instant) {
        self.learned.on_end(position, answered, took, now);
    }

    /// Takes what a server told of its load; only `hot_cold` heeds it.
    pub fn on_report(&mut self, report: LoadReport) {
        self.learned.on_report(report);
    }

    /// The start-up window W, drawn at construction.
    pub fn start_window(&self) -> Duration {
        self.window
    }

    /// The permutation in its present order, as a snapshot stores it.
    pub fn permutation(&self) -> &[u32] {
        self.members.as_slice()
    }

    /// How often the round-robin list was rotated, as a snapshot stores it.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Takes back what a snapshot stored; the permutation is kept as it is unless it names the present endpoints.
    pub fn restore(&mut self, permutation: &[u32], cursor: u64, start_window: Duration) {
        self.members.restore(permutation);
        self.cursor = cursor;
        self.window = start_window;
    }

    /// The cost that a policy learned of an endpoint, for a snapshot.
    pub(crate) fn cost(&self, position: u32) -> Option<(Duration, Instant)> {
        self.learned.cost(position)
    }

    /// Goes on from the cost that a snapshot kept; false under a policy that has none.
    pub(crate) fn recall_cost(&mut self, position: u32, cost: Duration, at: Instant) -> bool {
        self.learned.recall_cost(position, cost, at)
    }

    /// Goes on from the cursor and the start-up window of a snapshot, the latter within the present bounds.
    pub(crate) fn recall(&mut self, cursor: u64, start_window: Duration) {
        let BalanceSettings { start_min, start_spread, .. } = self.settings;
        let longest = start_min + Duration::from_micros(start_spread.as_micros().saturating_sub(1));
        self.cursor = cursor;
        self.window = start_window.max(start_min).min(longest);
    }

    /// Puts the members into the order of a snapshot; those that it does not name follow in theirs.
    pub(crate) fn recall_order(&mut self, order: &[u32]) {
        let mut all: Vec<u32> = Vec::with_capacity(self.members.len());
        self.members.begin_decision();
        let members = self.members.as_slice().to_vec();
        for &position in order.iter().chain(&members) {
            if self.members.take(position) {
                all.push(position);
            }
        }
        self.members.restore(&all);
    }

    /// Candidates: replicas in the order given, then others, up to n.
    fn collect<E: Endpoints>(&mut self, view: &View<'_, E>, replicas: &[u32], rng: &mut Stream) {
        self.scratch.clear();
        for &position in replicas {
            if self.members.contains(position) && view.is_eligible(position) && self.members.take(position) {
                self.scratch.push(position);
            }
        }
        let n = self.width();
        if self.scratch.len() > n {
            for j in 0..n {
                draw_at(&mut self.scratch, j, rng);
            }
        }
        for &position in self.scratch.iter().take(n) {
            self.plan.push(entry(position, Factors::default()));
        }
        let others = Factors::default().with(Factors::NON_REPLICA, !replicas.is_empty());
        if self.plan.len() < n {
            self.fill(view, others, rng);
        }
    }

    /// The rest: all that are in reach, by position and without a draw, if there are few; else a uniform sample.
    fn fill<E: Endpoints>(&mut self, view: &View<'_, E>, factors: Factors, rng: &mut Stream) {
        let n = self.width();
        if self.reaches_more_than(n, view) {
            self.sample(view, n, factors, rng);
            return;
        }
        self.scratch.clear();
        self.scratch.extend(self.members.as_slice().iter().filter(|&&position| view.is_eligible(position)));
        sort(&mut self.scratch, |position| *position);
        for &position in &self.scratch {
            if self.members.take(position) {
                self.plan.push(entry(position, factors));
            }
        }
    }

    /// Whether more than `n` members are in reach. O(n + skipped).
    fn reaches_more_than<E: Endpoints>(&self, n: usize, view: &View<'_, E>) -> bool {
        let in_reach = self.members.as_slice().iter().filter(|&&position| view.is_in_reach(position));
        self.members.len() > n && (self.settled || in_reach.take(n + 1).count() > n)
    }

    /// Walks the permutation with a draw per step until the plan has `n` entries or all were seen.
    pub(super) fn sample<E: Endpoints>(
        &mut self,
        view: &View<'_, E>,
        n: usize,
        factors: Factors,
        rng: &mut Stream,
    ) {
        // Steps of one shuffle never meet a position twice; only what was a candidate before can be met again.
        let fresh = self.plan.is_empty();
        for j in 0..self.members.len() {
            if self.plan.len() >= n {
                break;
            }
            let Some(position) = self.members.draw(j, rng) else { break };
            if view.is_eligible(position) && (fresh || self.members.take(position)) {
                self.plan.push(entry(position, factors));
            }
        }
    }

    /// The endpoint that should be left out is the plan when there is no other.
    pub(super) fn fall_back<E: Endpoints>(&mut self, view: &View<'_, E>, factors: Factors) {
        let last = view.without().filter(|&last| self.members.contains(last) && view.is_reachable(last));
        if let (true, Some(position)) = (self.plan.is_empty(), last) {
            self.plan.push(entry(position, factors));
        }
    }

    /// Scores every candidate once, in candidate order, with one draw for each that is starting.
    fn score<E: Endpoints>(&mut self, view: &View<'_, E>, rng: &mut Stream) {
        for entry in &mut self.plan {
            let seen = view.candidate(entry.position);
            let starting = is_starting(seen.up_since, self.window, rng, view.now());
            entry.in_flight = seen.in_flight;
            entry.factors = entry
                .factors
                .with(Factors::OTHER_ZONE, seen.other_zone)
                .with(Factors::STARTING, starting)
                .with(Factors::UNHEALTHY, seen.unhealthy)
                .with(Factors::EJECTED, seen.ejected)
                .with(Factors::OTHER_REGION, seen.other_region);
            entry.score = match self.learned.base(entry.position, seen.in_flight) {
                None => self.multipliers.score(base(seen.in_flight), entry.factors, seen.user_factor),
                // Behind every measured endpoint, whose scores end below.
                Some(u64::MAX) => u64::MAX,
                Some(cost) => self.multipliers.score(cost, entry.factors, seen.user_factor).min(u64::MAX - 1),
            };
        }
    }

    pub(super) fn width(&self) -> usize {
        usize::from(self.settings.n.max(1))
    }
}

pub(super) fn entry(position: u32, factors: Factors) -> PlanEntry {
    PlanEntry { position, score: 0, in_flight: 0, factors }
}

/// The start-up draw: applies with probability `1 − age / W`, without a draw from age W on.
fn is_starting(up_since: Option<Instant>, window: Duration, rng: &mut Stream, now: Instant) -> bool {
    up_since.is_some_and(|up| {
        let age = now.since(up);
        age < window && rng.below(window.as_micros()) >= age.as_micros()
    })
}

/// Sorts by score and shuffles each run of equal scores; a score that stands alone costs no draw.
fn order(plan: &mut [PlanEntry], rng: &mut Stream) {
    sort(plan, |entry| entry.score);
    for run in plan.chunk_by_mut(|a, b| a.score == b.score) {
        for i in (1..run.len()).rev() {
            run.swap(i, rng.below(i as u64 + 1) as usize);
        }
    }
}

/// Stable insertion sort of at most n items, whose order of ties is the same in every toolchain.
pub(super) fn sort<T: Copy, K: PartialOrd>(items: &mut [T], key: impl Fn(&T) -> K) {
    for sorted in 1..items.len() {
        let Some((moving, before)) = items.get_mut(..=sorted).and_then(<[_]>::split_last_mut) else { return };
        let entry = *moving;
        // Each larger one moves up into the place of the one after it.
        let mut gap = moving;
        for larger in before.iter_mut().rev().take_while(|before| key(before) > key(&entry)) {
            *gap = *larger;
            gap = larger;
        }
        *gap = entry;
    }
}

#[cfg(test)]
mod tests;
