//! Budgets of every kind: bounds, edges, and what is learned and recalled.

use super::*;
use crate::time::MAX_MICROS;

const NOW: Instant = Instant::ZERO;
const CLASS: FailureClass = FailureClass::Transient;

#[test]
fn a_pause_of_centuries_fills_the_reserve_and_no_more() {
    let (window, min_rate) = (Duration::from_secs(10), 1000 * TOKEN);
    let settings = BudgetSettings::Ratio { ratio: 0, cap: 50 * TOKEN, window, min_rate, initial: 0 };
    let mut budget = Budget::new(settings, NOW);
    assert_eq!(budget.level(Instant::from_micros(MAX_MICROS)), 50 * TOKEN);
}

#[test]
fn a_new_grpc_configuration_keeps_the_share() {
    let mut budget = Budget::with_level(BudgetSettings::GRPC, 7 * TOKEN, NOW);
    budget.reconfigure(BudgetSettings::Grpc { max_milli: 4_001, ratio_milli: 100 }, NOW);
    assert_eq!(budget.level(NOW), 2_800_000);
}

#[test]
fn the_grpc_throttle_refuses_at_exactly_half() {
    let mut budget = Budget::with_level(BudgetSettings::GRPC, 5 * TOKEN, NOW);
    assert_eq!(budget.withdraw(CLASS, NOW), None);
    budget.on_success(None, NOW);
    assert_eq!(budget.withdraw(CLASS, NOW), Some(0));
}

#[test]
fn a_fatal_failure_counts_for_grpc_only_with_never() {
    let mut budget = Budget::new(BudgetSettings::GRPC, NOW);
    budget.on_failure(FailureClass::Fatal, false, NOW);
    assert_eq!(budget.level(NOW), 10 * TOKEN);
    budget.on_failure(FailureClass::Fatal, true, NOW);
    assert_eq!(budget.level(NOW), 9 * TOKEN);
}

#[test]
fn a_cost_above_what_is_left_takes_nothing_from_the_aws_quota() {
    let mut budget = Budget::with_level(BudgetSettings::AWS, 13 * TOKEN, NOW);
    assert_eq!(budget.withdraw(CLASS, NOW), None);
    assert_eq!(budget.level(NOW), 13 * TOKEN);
    assert_eq!(budget.withdraw(FailureClass::Refused, NOW), Some(5));
}

#[test]
fn a_level_above_the_capacity_is_cut() {
    for settings in [BudgetSettings::RATIO, BudgetSettings::GRPC, BudgetSettings::AWS] {
        let full = match settings {
            BudgetSettings::Aws { .. } => 500 * TOKEN,
            _ => 10 * TOKEN,
        };
        assert_eq!(Budget::with_level(settings, u64::MAX, NOW).level(NOW), full);
    }
}

#[test]
fn a_huge_setting_saturates() {
    let end = Instant::MAX;
    let settings = BudgetSettings::Ratio {
        ratio: u64::MAX,
        cap: u64::MAX,
        window: Duration::MAX,
        min_rate: u64::MAX,
        initial: u64::MAX,
    };
    let mut budget = Budget::with_level(settings, 1, NOW);
    budget.deposit(end);
    assert_eq!(budget.level(end), u64::MAX);
    let settings = BudgetSettings::Finagle { ttl: Duration::MAX, min_per_s: u32::MAX, pct: u64::MAX };
    let mut budget = Budget::new(settings, NOW);
    budget.deposit(end);
    assert_eq!(budget.level(end), i64::MAX as u64);
    assert!(budget.withdraw(CLASS, end).is_some());
}

const KINDS: [BudgetSettings; 5] = [
    BudgetSettings::RATIO,
    BudgetSettings::GRPC,
    BudgetSettings::AWS,
    BudgetSettings::FINAGLE,
    BudgetSettings::Off,
];

/// One of a few things that can happen to a budget; what it answers, and what is left.
fn event(budget: &mut Budget, kind: u64, now: Instant) -> (Option<u32>, u64) {
    let mut answer = None;
    match kind % 8 {
        0 => budget.deposit(now),
        1 => budget.on_success(Some(5), now),
        2 => budget.on_failure(CLASS, false, now),
        _ => answer = budget.withdraw(CLASS, now),
    }
    (answer, budget.level(now))
}

#[test]
fn a_budget_that_goes_on_from_what_another_one_learned_does_as_that_one() {
    for settings in KINDS {
        let (mut budget, mut now) = (Budget::new(settings, NOW), NOW);
        for step in 0..200_u64 {
            now = now + Duration::from_millis(step * step % 977);
            event(&mut budget, step * step / 7, now);
            let mut restored = Budget::new(settings, now);
            assert!(restored.recall(&budget.learned()), "{settings:?}");
            let (mut original, mut later) = (budget.clone(), now);
            for kind in step..step + 20 {
                later = later + Duration::from_millis(kind * kind % 1999);
                let expected = event(&mut original, kind, later);
                assert_eq!(event(&mut restored, kind, later), expected, "{settings:?}, step {step}");
            }
        }
    }
}

#[test]
fn what_a_budget_of_another_kind_learned_is_left_aside() {
    for settings in KINDS {
        for other in KINDS.into_iter().filter(|other| *other != settings) {
            let mut budget = Budget::with_level(settings, 3 * TOKEN, NOW);
            let level = budget.level(NOW);
            assert!(!budget.recall(&Budget::new(other, NOW).learned()), "{settings:?}, {other:?}");
            assert_eq!(budget.level(NOW), level);
        }
    }
}

#[test]
fn no_snapshot_holds_more_than_the_cap_or_a_fraction_of_one_and_more() {
    let learned = |reserve, amounts, carry| {
        let (width, newest) = (1_000_000, 9);
        let mut budget = Budget::new(BudgetSettings::RATIO, NOW);
        let learned = LearnedRatio { width, newest, amounts, reserve, carry, last: NOW };
        assert!(budget.recall(&LearnedBudget::Ratio(learned)));
        budget.level(NOW)
    };
    assert_eq!(learned(u64::MAX, [u64::MAX; 10], 0), 10 * TOKEN);
    assert_eq!(learned(TOKEN, [u64::MAX; 10], 0), 10 * TOKEN);
    assert_eq!(learned(0, [0; 10], u64::MAX), 0);
}

#[test]
fn a_share_is_kept_within_a_thousandth() {
    let ratios = [150_000, 300_000, 340_000, 400_000, 510_000, 750_000, 900_000];
    for ratio in ratios {
        let window = Duration::from_secs(10);
        let settings = BudgetSettings::Ratio { ratio, cap: 1 << 50, window, min_rate: 0, initial: 0 };
        let finagle = BudgetSettings::Finagle { ttl: window, min_per_s: 0, pct: ratio };
        for settings in [settings, finagle] {
            let mut budget = Budget::new(settings, NOW);
            let allowed = (0..100_000_u64)
                .filter(|_| {
                    budget.deposit(NOW);
                    budget.withdraw(CLASS, NOW).is_some()
                })
                .count() as u64;
            assert!((allowed * 10).abs_diff(ratio) <= ratio / 1000, "{settings:?}: {allowed}");
        }
    }
}
