//! The plan against brute force, its invariants, and the edges of each policy.

use super::*;
use crate::rng::{Seed, StreamKind};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

const NOW: Instant = Instant::from_micros(1_000_000_000);

/// Owner of a table with holes; what is not in it was never added.
#[derive(Clone, Debug)]
struct Fleet(BTreeMap<u32, Candidate>);

impl Endpoints for Fleet {
    fn candidate(&self, position: u32, _now: Instant) -> Candidate {
        self.0.get(&position).copied().unwrap_or(Candidate::GONE)
    }

    fn has_breakers(&self) -> bool {
        self.0.values().any(|candidate| candidate.breaker_open)
    }
}

const PLAIN: Candidate = Candidate { live: true, ..Candidate::GONE };

fn stream(instance: u64) -> Stream {
    Stream::derive(&Seed::new([3; 32]), StreamKind::Balance, instance)
}

fn choice_of(settings: BalanceSettings, fleet: &Fleet) -> Choice {
    let mut choice = Choice::new(settings, &mut stream(99));
    for &position in fleet.0.keys() {
        choice.add(position);
    }
    choice
}

fn fleet(endpoints: u32) -> Fleet {
    Fleet((0..endpoints).map(|position| (position, PLAIN)).collect())
}

fn positions(plan: &[PlanEntry]) -> Vec<u32> {
    plan.iter().map(|entry| entry.position).collect()
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let flags = vec(any::<bool>(), 3);
    let rare = vec(prop::bool::weighted(0.15), 4);
    let age = prop::option::weighted(0.3, 0_u64..60_000_000);
    (flags, rare, 0_u32..20, 1_u32..4, age).prop_map(|(flags, rare, in_flight, user_factor, age)| Candidate {
        live: !rare[0],
        in_flight,
        user_factor,
        other_zone: flags[0],
        other_region: flags[1] && flags[2],
        up_since: age.map(|age| NOW - Duration::from_micros(age)),
        unhealthy: rare[1],
        ejected: rare[2],
        breaker_open: rare[3],
    })
}

fn any_rule() -> impl Strategy<Value = RegionRule> {
    prop_oneof![Just(RegionRule::Exclude), Just(RegionRule::Weight), Just(RegionRule::WhenEmpty)]
}

#[derive(Clone, Debug)]
struct Question {
    fleet: Fleet,
    settings: BalanceSettings,
    replicas: Vec<u32>,
    without: Option<u32>,
    /// Measured costs in µs, where the policy goes by them.
    costs: BTreeMap<u32, u64>,
    instance: u64,
}

fn any_question() -> impl Strategy<Value = Question> {
    let fleet = prop::collection::btree_map(0_u32..40, any_candidate(), 0..30).prop_map(Fleet);
    let replicas = prop_oneof![Just(Vec::new()), vec(0_u32..45, 1..25)];
    let costs = prop::option::weighted(0.4, prop::collection::btree_map(0_u32..40, 0_u64..1_000_000, 0..30));
    let without = prop::option::weighted(0.3, 0_u32..45);
    (fleet, 1_u8..12, any_rule(), replicas, without, costs, any::<u64>()).prop_map(
        |(fleet, n, other_region, replicas, without, costs, instance)| {
            let policy = if costs.is_some() { BalancePolicy::PeakEwma } else { BalancePolicy::Weighted };
            let settings = BalanceSettings { policy, n, other_region, ..BalanceSettings::default() };
            Question { fleet, settings, replicas, without, costs: costs.unwrap_or_default(), instance }
        },
    )
}

impl Question {
    fn in_reach(&self) -> BTreeSet<u32> {
        let live = || self.fleet.0.iter().filter(|(_, seen)| seen.live);
        let own: BTreeSet<u32> = live().filter(|(_, seen)| !seen.other_region).map(|(&at, _)| at).collect();
        let all = live().map(|(&at, _)| at).collect();
        match self.settings.other_region {
            RegionRule::Exclude => own,
            RegionRule::Weight => all,
            RegionRule::WhenEmpty => {
                if own.is_empty() {
                    all
                } else {
                    own
                }
            }
        }
    }

    fn eligible(&self) -> BTreeSet<u32> {
        let mut able = self.in_reach();
        able.retain(|at| !self.fleet.0[at].breaker_open);
        let others = able.iter().copied().filter(|&at| Some(at) != self.without).collect::<BTreeSet<_>>();
        if others.is_empty() { able } else { others }
    }

    fn is_replica(&self, position: u32) -> bool {
        self.replicas.is_empty() || self.replicas.contains(&position)
    }

    fn naive_score(&self, position: u32, starting: bool) -> u64 {
        let (seen, weights) = (self.fleet.0[&position], self.settings.weights);
        let load = u64::from(seen.in_flight + 1);
        let base = match (self.settings.policy, self.costs.get(&position)) {
            (BalancePolicy::Weighted, _) => load,
            (_, Some(cost)) => load * (*cost).max(1),
            (_, None) if seen.in_flight > 0 => return u64::MAX,
            (_, None) => 1,
        };
        let mut score = base * u64::from(seen.user_factor);
        for (applies, factor) in [
            (seen.other_zone, weights.other_zone),
            (!self.is_replica(position), weights.non_replica),
            (starting, weights.starting),
            (seen.unhealthy || seen.ejected, weights.unhealthy),
            (seen.other_region, weights.other_region),
        ] {
            score *= if applies { u64::from(factor) } else { 1 };
        }
        score
    }

    fn ask(&self) -> Vec<PlanEntry> {
        let mut choice = choice_of(self.settings, &self.fleet);
        for (&position, &cost) in &self.costs {
            choice.on_end(position, true, Duration::from_micros(cost), NOW);
        }
        choice.plan(&self.fleet, &self.replicas, self.without, &mut stream(self.instance), NOW).to_vec()
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(6),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn a_plan_is_what_brute_force_finds(question in any_question()) {
        let plan = question.ask();
        let chosen: BTreeSet<u32> = positions(&plan).into_iter().collect();
        let eligible = question.eligible();
        let n = usize::from(question.settings.n);
        prop_assert_eq!(chosen.len(), plan.len(), "an endpoint stands twice");
        prop_assert!(chosen.is_subset(&eligible));
        prop_assert_eq!(chosen.len(), eligible.len().min(n));
        let replicas: BTreeSet<u32> =
            eligible.iter().copied().filter(|at| question.replicas.contains(at)).collect();
        prop_assert_eq!(chosen.intersection(&replicas).count(), replicas.len().min(n));
        let window = choice_of(question.settings, &question.fleet).start_window();
        for entry in &plan {
            let seen = question.fleet.0[&entry.position];
            let starting = entry.factors.has(Factors::STARTING);
            prop_assert!(!starting || seen.up_since.is_some_and(|up| NOW.since(up) < window));
            prop_assert_eq!(entry.score, question.naive_score(entry.position, starting));
            prop_assert_eq!(entry.in_flight, seen.in_flight);
        }
        prop_assert!(plan.is_sorted_by_key(|entry| entry.score));
    }

    #[test]
    fn few_in_reach_cost_no_sampling_draw(question in any_question()) {
        let mut choice = choice_of(question.settings, &question.fleet);
        let mut script = Stream::from_fractions([u32::MAX; 500].into());
        let plan = choice.plan(&question.fleet, &question.replicas, None, &mut script, NOW).to_vec();
        let starting = plan.iter().filter_map(|entry| question.fleet.0[&entry.position].up_since);
        let starting = starting.filter(|&up| NOW.since(up) < choice.start_window()).count();
        let ties: usize = plan.chunk_by(|a, b| a.score == b.score).map(|run| run.len() - 1).sum();
        let used = 500 - script.remaining();
        let few = question.in_reach().len() <= usize::from(question.settings.n);
        if few {
            prop_assert_eq!(used, starting + ties);
        } else if question.replicas.is_empty() {
            prop_assert!(used > starting + ties);
        }
    }

    #[test]
    fn more_load_or_worse_health_never_moves_an_endpoint_forward(
        question in any_question(), pick in any::<prop::sample::Index>(), more in 0_u32..50, sick in any::<bool>(),
    ) {
        let before = question.ask();
        prop_assume!(!before.is_empty());
        let position = before[pick.index(before.len())].position;
        let mut worse = question;
        let seen = worse.fleet.0.get_mut(&position).unwrap();
        seen.in_flight += more;
        seen.unhealthy |= sick;
        let after = worse.ask();
        let ahead = |plan: &[PlanEntry]| {
            let score = plan.iter().find(|entry| entry.position == position).unwrap().score;
            plan.iter().filter(|entry| entry.score < score).count()
        };
        prop_assert!(ahead(&after) >= ahead(&before));
    }

    #[test]
    fn the_permutation_holds_each_member_once_whatever_happens(
        steps in vec((0_u8..4, 0_u32..30), 1..60), n in 1_u8..6,
    ) {
        let everyone = fleet(30);
        let mut choice = choice_of(BalanceSettings { n, ..BalanceSettings::default() }, &fleet(0));
        let mut present = BTreeSet::new();
        let mut rng = stream(4);
        for (step, position) in steps {
            match step {
                0 | 1 => {
                    choice.add(position);
                    present.insert(position);
                }
                2 => {
                    choice.remove(position);
                    present.remove(&position);
                }
                _ => {
                    let plan = choice.plan(&everyone, &[position], None, &mut rng, NOW);
                    prop_assert!(plan.iter().all(|entry| present.contains(&entry.position)));
                    prop_assert_eq!(plan.len(), present.len().min(usize::from(n)));
                }
            }
            let mut members = choice.permutation().to_vec();
            members.sort_unstable();
            prop_assert!(members.into_iter().eq(present.iter().copied()));
        }
    }
}

/// 30 000 plans of 4 among 12; each frequency within 5 standard deviations of its mean.
#[test]
fn sampling_is_uniform_over_endpoints_pairs_and_first_places() {
    const PLANS: u32 = 30_000;
    let everyone = fleet(12);
    let mut choice = choice_of(BalanceSettings { n: 4, ..BalanceSettings::default() }, &everyone);
    let mut rng = stream(5);
    let (mut single, mut pair, mut first) = ([0_u32; 12], [[0_u32; 12]; 12], [0_u32; 12]);
    for _ in 0..PLANS {
        let plan = positions(choice.plan(&everyone, &[], None, &mut rng, NOW));
        first[plan[0] as usize] += 1;
        for &a in &plan {
            single[a as usize] += 1;
            for &b in plan.iter().filter(|&&b| b > a) {
                pair[a as usize][b as usize] += 1;
            }
        }
    }
    let near = |count: u32, p: f64| {
        let mean = f64::from(PLANS) * p;
        (f64::from(count) - mean).powi(2) <= 25.0 * mean * (1.0 - p)
    };
    assert!(single.iter().all(|&count| near(count, 1.0 / 3.0)), "{single:?}");
    assert!(first.iter().all(|&count| near(count, 1.0 / 12.0)), "{first:?}");
    let pairs = (0..12).flat_map(|a| (a + 1..12).map(move |b| (a, b)));
    assert!(pairs.into_iter().all(|(a, b)| near(pair[a][b], 1.0 / 11.0)), "{pair:?}");
}

#[test]
fn no_buffer_grows_after_the_largest_inputs_were_seen() {
    let everyone = fleet(1000);
    let replicas: Vec<u32> = (0..100).collect();
    let mut choice = choice_of(BalanceSettings::default(), &everyone);
    let mut rng = stream(6);
    let sizes = |choice: &Choice| (choice.plan.capacity(), choice.scratch.capacity());
    let plan = choice.plan.capacity();
    choice.plan(&everyone, &replicas, None, &mut rng, NOW);
    let warm = sizes(&choice);
    for _ in 0..100 {
        choice.plan(&everyone, &replicas, None, &mut rng, NOW);
        choice.plan(&everyone, &[], None, &mut rng, NOW);
    }
    assert_eq!(sizes(&choice), warm);
    assert_eq!(warm.0, plan);
}

#[test]
fn the_start_window_is_drawn_once_between_its_bounds() {
    let script = |fraction| Stream::from_fractions([fraction].into());
    let window = |fraction| Choice::new(BalanceSettings::default(), &mut script(fraction)).start_window();
    assert_eq!(window(0), Duration::from_secs(30));
    assert_eq!(window(u32::MAX), Duration::from_secs(45) - Duration::from_micros(1));
    let never = BalanceSettings {
        start_min: Duration::ZERO,
        start_spread: Duration::ZERO,
        ..BalanceSettings::default()
    };
    let young = Fleet([(0, Candidate { up_since: Some(NOW), ..PLAIN })].into());
    let mut empty = Stream::from_fractions([].into());
    let mut choice = Choice::new(never, &mut empty);
    choice.add(0);
    assert_eq!(choice.plan(&young, &[], None, &mut empty, NOW)[0].score, 1);
    assert_eq!(empty.overdrawn(), 0);
}

#[test]
fn an_endpoint_of_the_future_is_of_age_zero() {
    let young = Fleet([(0, Candidate { up_since: Some(NOW + Duration::from_secs(9)), ..PLAIN })].into());
    let mut choice = choice_of(BalanceSettings::default(), &young);
    let plan = choice.plan(&young, &[], None, &mut Stream::from_fractions([0].into()), NOW);
    assert_eq!((plan[0].score, plan[0].factors), (16, Factors(Factors::STARTING)));
}

#[test]
fn other_regions_are_in_reach_as_the_rule_says() {
    let far = Candidate { other_region: true, other_zone: true, ..PLAIN };
    let mixed = Fleet([(0, far), (1, PLAIN), (2, far)].into());
    let gone = Fleet([(0, far), (1, Candidate { live: false, ..PLAIN }), (2, far)].into());
    let ask = |rule, fleet: &Fleet| {
        let mut choice =
            choice_of(BalanceSettings { other_region: rule, ..BalanceSettings::default() }, fleet);
        let plan = choice.plan(fleet, &[], None, &mut stream(7), NOW);
        let mut seen: Vec<_> = plan.iter().map(|entry| (entry.position, entry.score)).collect();
        seen.sort_unstable();
        seen
    };
    assert_eq!(ask(RegionRule::Exclude, &mixed), [(1, 1)]);
    assert_eq!(ask(RegionRule::Exclude, &gone), []);
    assert_eq!(ask(RegionRule::Weight, &mixed), [(0, 256), (1, 1), (2, 256)]);
    assert_eq!(ask(RegionRule::WhenEmpty, &mixed), [(1, 1)]);
    assert_eq!(ask(RegionRule::WhenEmpty, &gone), [(0, 256), (2, 256)]);
}

#[test]
fn the_endpoint_used_last_is_left_out_if_another_exists() {
    let two = fleet(2);
    let mut choice = choice_of(BalanceSettings::default(), &two);
    let mut rng = stream(8);
    assert_eq!(positions(choice.plan(&two, &[], Some(0), &mut rng, NOW)), [1]);
    choice.remove(1);
    assert_eq!(positions(choice.plan(&two, &[], Some(0), &mut rng, NOW)), [0]);
    assert_eq!(choice.plan(&two, &[7], Some(0), &mut rng, NOW)[0].score, 12);
    choice.remove(0);
    assert_eq!(choice.plan(&two, &[], Some(0), &mut rng, NOW), []);
}

#[test]
fn more_replicas_than_n_are_sampled_from_the_list_with_n_draws() {
    let everyone = fleet(6);
    let mut choice = choice_of(BalanceSettings { n: 2, ..BalanceSettings::default() }, &everyone);
    // Below 4: 3 → entry 3 of [5, 1, 3, 0]; below 3: 1 → entry 2 of [0, 1, 3, 5]; then the tie, kept.
    let mut script = Stream::from_fractions([u32::MAX, 1 << 31, u32::MAX].into());
    let plan = positions(choice.plan(&everyone, &[5, 1, 5, 3, 0, 1], None, &mut script, NOW));
    assert_eq!(plan, [0, 3]);
    assert_eq!((script.remaining(), script.overdrawn()), (0, 0));
    assert_eq!(choice.permutation(), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn round_robin_rotates_the_live_list_by_one_per_decision() {
    let mut everyone = fleet(4);
    everyone.0.get_mut(&2).unwrap().live = false;
    let settings = BalanceSettings { policy: BalancePolicy::RoundRobin, n: 2, ..BalanceSettings::default() };
    let mut choice = choice_of(settings, &everyone);
    let mut rng = Stream::from_fractions([].into());
    let plans: Vec<_> = (0..4).map(|_| positions(choice.plan(&everyone, &[], None, &mut rng, NOW))).collect();
    assert_eq!(plans, [[0, 1], [1, 3], [3, 0], [0, 1]]);
    assert_eq!((rng.overdrawn(), choice.cursor()), (0, 4));
}

#[test]
fn random_and_least_request_name_each_eligible_endpoint_at_most_once() {
    let mut everyone = fleet(5);
    everyone.0.get_mut(&3).unwrap().breaker_open = true;
    for (policy, replacement, most) in [
        (BalancePolicy::Random, false, 4),
        (BalancePolicy::LeastRequest, false, 3),
        (BalancePolicy::LeastRequest, true, 3),
    ] {
        let settings = BalanceSettings { policy, replacement, choices: 3, ..BalanceSettings::default() };
        let mut choice = choice_of(settings, &everyone);
        let mut rng = stream(9);
        let mut first = BTreeSet::new();
        for _ in 0..200 {
            let plan = positions(choice.plan(&everyone, &[], None, &mut rng, NOW));
            let distinct: BTreeSet<_> = plan.iter().copied().collect();
            assert_eq!(distinct.len(), plan.len());
            assert!(plan.len() == most || replacement && plan.len() < most);
            first.insert(plan[0]);
        }
        assert!(first.into_iter().eq([0, 1, 2, 4]));
    }
}

#[test]
fn peak_cost_times_load_takes_the_place_of_load_and_the_unmeasured_are_tried_once() {
    let mut fleet = fleet(4);
    fleet.0.get_mut(&2).unwrap().other_zone = true;
    let settings = BalanceSettings { policy: BalancePolicy::PeakEwma, ..BalanceSettings::default() };
    let mut choice = choice_of(settings, &fleet);
    for (position, millis) in [(0, 8), (1, 30), (2, 1)] {
        choice.on_end(position, true, Duration::from_millis(millis), NOW);
    }
    let mut ask = |fleet: &Fleet| {
        let plan = choice.plan(fleet, &[], None, &mut stream(8), NOW);
        plan.iter().map(|entry| (entry.position, entry.score)).collect::<Vec<_>>()
    };
    assert_eq!(ask(&fleet), [(3, 1), (2, 4000), (0, 8000), (1, 30_000)]);
    fleet.0.get_mut(&0).unwrap().in_flight = 3;
    fleet.0.get_mut(&3).unwrap().in_flight = 1;
    assert_eq!(ask(&fleet), [(2, 4000), (1, 30_000), (0, 32_000), (3, u64::MAX)]);
    fleet.0.get_mut(&0).unwrap().in_flight = u32::MAX;
    fleet.0.get_mut(&0).unwrap().user_factor = u32::MAX;
    assert_eq!(ask(&fleet)[2..], [(0, u64::MAX - 1), (3, u64::MAX)], "behind every measured one");
}

#[test]
fn the_endpoint_used_last_is_no_replica_only_where_a_list_leaves_it_out() {
    let fleet = fleet(1);
    let mut choice = choice_of(BalanceSettings::default(), &fleet);
    for (replicas, other) in [(&[][..], false), (&[0], false), (&[7], true)] {
        let plan = choice.plan(&fleet, replicas, Some(0), &mut stream(1), NOW);
        assert_eq!((plan.len(), plan[0].factors.has(Factors::NON_REPLICA)), (1, other), "{replicas:?}");
    }
}

#[test]
fn a_request_of_ones_own_heats_the_report_of_its_endpoint() {
    let fleet = fleet(10);
    let settings = BalanceSettings { policy: BalancePolicy::HotCold, n: 4, ..BalanceSettings::default() };
    let first = |sent: bool| {
        let mut choice = choice_of(settings, &fleet);
        for position in 0..10 {
            let latency = Duration::from_millis(10 + u64::from(position));
            choice.on_report(LoadReport { position, in_flight: 1, latency, at: NOW });
        }
        if sent {
            choice.on_sent(0);
        }
        positions(choice.plan(&fleet, &[], None, &mut stream(3), NOW))[0]
    };
    assert_eq!((first(false), first(true)), (0, 1));
}

#[test]
fn hot_and_cold_puts_the_choice_of_the_pool_first_and_is_random_without_reports() {
    let mut fleet = fleet(6);
    let settings = BalanceSettings { policy: BalancePolicy::HotCold, n: 4, ..BalanceSettings::default() };
    let mut choice = choice_of(settings, &fleet);
    let random = BalanceSettings { policy: BalancePolicy::Random, ..settings };
    let plain = positions(choice_of(random, &fleet).plan(&fleet, &[], None, &mut stream(3), NOW));
    assert_eq!(positions(choice.plan(&fleet, &[], None, &mut stream(3), NOW)), plain);
    let report = |choice: &mut Choice, position, in_flight, millis| {
        choice.on_report(LoadReport { position, in_flight, latency: Duration::from_millis(millis), at: NOW });
    };
    for position in [4, 1, 5, 2] {
        report(&mut choice, position, 1, 10 + u64::from(position));
    }
    let plan = positions(choice.plan(&fleet, &[], None, &mut stream(3), NOW));
    assert_eq!((plan[0], plan.len()), (1, 4), "of the cold ones that of the least latency");
    assert_eq!(plan.iter().collect::<BTreeSet<_>>().len(), 4, "none twice");
    // Its own request heats the report; what is behind a breaker or was used last is left aside.
    choice.on_sent(1);
    assert_eq!(
        positions(choice.plan(&fleet, &[], None, &mut stream(3), NOW))[0],
        1,
        "the largest is not hot"
    );
    for position in [1, 2, 3, 5] {
        report(&mut choice, position, 1, 10 + u64::from(position));
    }
    fleet.0.get_mut(&1).unwrap().breaker_open = true;
    let plan = positions(choice.plan(&fleet, &[], Some(2), &mut stream(3), NOW));
    assert!(plan[0] == 3 && !plan.contains(&1) && !plan.contains(&2), "{plan:?}");
}

#[test]
fn least_request_puts_the_least_loaded_of_the_drawn_first() {
    let mut everyone = fleet(3);
    for (position, in_flight) in [(0, 5), (1, 2), (2, 9)] {
        everyone.0.get_mut(&position).unwrap().in_flight = in_flight;
    }
    let settings =
        BalanceSettings { policy: BalancePolicy::LeastRequest, choices: 3, ..BalanceSettings::default() };
    let mut choice = choice_of(settings, &everyone);
    assert_eq!(positions(choice.plan(&everyone, &[], None, &mut stream(1), NOW)), [1, 0, 2]);
}

#[test]
fn a_saved_state_continues_where_it_was_taken() {
    let everyone = fleet(20);
    let mut choice = choice_of(BalanceSettings::default(), &everyone);
    let mut rng = stream(2);
    choice.plan(&everyone, &[], None, &mut rng, NOW);
    let mut copy = choice_of(BalanceSettings::default(), &everyone);
    copy.restore(choice.permutation(), choice.cursor(), choice.start_window());
    let (mut left, mut right) = (rng.clone(), rng);
    let again = copy.plan(&everyone, &[], None, &mut right, NOW).to_vec();
    assert_eq!(choice.plan(&everyone, &[], None, &mut left, NOW), again);
}

#[test]
fn all_of_a_few_stand_in_position_order_even_after_a_removal_moved_the_last() {
    let everyone = fleet(5);
    let mut choice = choice_of(BalanceSettings { n: 4, ..BalanceSettings::default() }, &everyone);
    choice.remove(1);
    assert_eq!(choice.permutation(), [0, 4, 2, 3]);
    let mut ties_kept = Stream::from_fractions([u32::MAX; 3].into());
    let plan = choice.plan(&everyone, &[], None, &mut ties_kept, NOW);
    assert_eq!(positions(plan), [0, 2, 3, 4]);
    assert_eq!((ties_kept.remaining(), ties_kept.overdrawn()), (0, 0));
}
