//! Properties of the budgets: agreement with slow models, and the bound on amplification.

use hedgerow::retry::budget::{AwsCosts, Budget, BudgetSettings, TOKEN};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::{Duration, Instant};
use proptest::{collection::vec, prelude::*, test_runner::RngSeed};

const CLASS: FailureClass = FailureClass::Transient;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(5),
        ..ProptestConfig::default()
    }
}

/// Some time passes, then first attempts are sent and further ones asked for.
#[derive(Clone, Copy, Debug)]
struct Event {
    passed: u64,
    deposits: u32,
    asks: u32,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let passed = prop_oneof![Just(0), 0_u64..2_000_000, 0_u64..30_000_000];
    let event =
        (passed, 0_u32..20, 0_u32..8).prop_map(|(passed, deposits, asks)| Event { passed, deposits, asks });
    vec(event, 1..40)
}

#[derive(Clone, Copy, Debug)]
struct Numbers {
    ratio: u64,
    cap: u64,
    window: u64,
    min_rate: u64,
    initial: u64,
}

impl Numbers {
    fn settings(self) -> BudgetSettings {
        let Self { ratio, cap, window, min_rate, initial } = self;
        BudgetSettings::Ratio { ratio, cap, window: Duration::from_micros(window), min_rate, initial }
    }
}

fn numbers() -> impl Strategy<Value = Numbers> {
    (0_u64..2_000_000, 1_u64..50, 1_000_000_u64..20_000_000, 0_u64..2_000_000, 0_u64..=1000).prop_map(
        |(ratio, cap, window, min_rate, initial)| {
            let cap = cap * TOKEN - 1 + initial % 2;
            Numbers { ratio, cap, window, min_rate, initial: cap * initial / 1000 }
        },
    )
}

/// The ratio budget as a list of dated deposits and a reserve counted in millionths of a micro-token.
struct SlowRatio {
    numbers: Numbers,
    deposits: Vec<(u64, u64)>,
    fine_reserve: u128,
    last: u64,
}

impl SlowRatio {
    fn new(numbers: Numbers, now: u64) -> Self {
        Self {
            numbers,
            deposits: Vec::new(),
            fine_reserve: u128::from(numbers.initial) * 1_000_000,
            last: now,
        }
    }

    fn total(&self) -> u64 {
        (self.fine_reserve / 1_000_000) as u64 + self.deposits.iter().map(|(_, amount)| amount).sum::<u64>()
    }

    fn slot(&self, now: u64) -> u64 {
        now / (self.numbers.window / 10)
    }

    fn settle(&mut self, now: u64) {
        let slot = self.slot(now);
        self.deposits.retain(|(made, _)| made + 9 >= slot);
        let n = self.numbers;
        let whole = (self.fine_reserve / 1_000_000) as u64;
        let refill =
            (u128::from(n.min_rate) * u128::from(n.window) / 1_000_000).min(u128::from(n.cap)) as u64;
        let room = refill.saturating_sub(whole).min(n.cap - self.total());
        let full = u128::from(whole + room) * 1_000_000;
        let dripped = self.fine_reserve + u128::from(now - self.last) * u128::from(n.min_rate);
        self.fine_reserve = dripped.min(full);
        self.last = now;
    }

    fn deposit(&mut self, now: u64) {
        self.settle(now);
        self.deposits.push((self.slot(now), self.numbers.ratio.min(self.numbers.cap - self.total())));
    }

    fn withdraw(&mut self, now: u64) -> bool {
        self.settle(now);
        if self.total() < TOKEN {
            return false;
        }
        let mut due = TOKEN;
        for (_, amount) in &mut self.deposits {
            let part = due.min(*amount);
            *amount -= part;
            due -= part;
        }
        self.fine_reserve -= u128::from(due) * 1_000_000;
        true
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_ratio_budget_agrees_with_a_list_of_dated_deposits(numbers in numbers(), events in events(), start in 0_u64..1 << 52) {
        let mut now = start;
        let mut budget = Budget::new(numbers.settings(), Instant::from_micros(now));
        let mut slow = SlowRatio::new(numbers, now);
        for event in events {
            now += event.passed;
            let instant = Instant::from_micros(now);
            for _ in 0..event.deposits {
                budget.deposit(instant);
                slow.deposit(now);
            }
            for _ in 0..event.asks {
                prop_assert_eq!(budget.withdraw(CLASS, instant).is_some(), slow.withdraw(now));
            }
            slow.settle(now);
            prop_assert_eq!(budget.level(instant), slow.total());
            prop_assert!(slow.total() <= numbers.cap);
        }
    }

    #[test]
    fn amplification_is_bounded_in_every_interval(numbers in numbers(), events in events(), start in 0_u64..1 << 52) {
        let mut now = start;
        let mut budget = Budget::new(numbers.settings(), Instant::from_micros(now));
        let mut seen = Vec::new();
        for event in events {
            now += event.passed;
            let instant = Instant::from_micros(now);
            (0..event.deposits).for_each(|_| budget.deposit(instant));
            let asked = 0..event.asks * 3;
            let extra = asked.filter(|_| budget.withdraw(CLASS, instant).is_some()).count() as u128;
            seen.push((now, u128::from(event.deposits), extra));
        }
        // In millionths of a micro-token; the one micro-token more is what the drip had begun before the interval.
        let fine = u128::from(TOKEN) * 1_000_000;
        for (from, &(begin, ..)) in seen.iter().enumerate() {
            let (mut firsts, mut extras) = (0, 0);
            for &(end, first, extra) in &seen[from..] {
                firsts += first;
                extras += extra;
                let stock = u128::from(numbers.cap) * 1_000_000 + 1_000_000;
                let dripped = u128::from(end - begin) * u128::from(numbers.min_rate);
                prop_assert!(extras * fine <= stock + u128::from(numbers.ratio) * firsts * 1_000_000 + dripped);
            }
        }
        let (firsts, extras) = seen.iter().fold((0, 0), |sum, &(_, first, extra)| (sum.0 + first, sum.1 + extra));
        let born = u128::from(numbers.initial) + u128::from(numbers.ratio) * firsts;
        prop_assert!(extras * fine <= born * 1_000_000 + u128::from(now - start) * u128::from(numbers.min_rate));
    }

    #[test]
    fn a_clock_that_steps_back_creates_no_token(numbers in numbers(), steps in vec(0_u64..40_000_000, 1..30)) {
        let mut budget = Budget::new(Numbers { initial: 0, ..numbers }.settings(), Instant::ZERO);
        let latest = steps.iter().copied().max().unwrap_or(0);
        let mut granted = 0_u128;
        for step in steps {
            let instant = Instant::from_micros(step);
            granted += (0..5).filter(|_| budget.withdraw(CLASS, instant).is_some()).count() as u128;
        }
        prop_assert!(granted * 1_000_000_000_000 <= u128::from(latest) * u128::from(numbers.min_rate));
    }

    #[test]
    fn the_finagle_budget_agrees_with_a_list_of_dated_amounts(
        (ttl, min_per_s, pct) in (1_000_000_u64..60_000_000, 0_u32..5, 0_u64..2_000_000),
        events in events(),
        start in 0_u64..1 << 52,
    ) {
        let mut now = start;
        let settings = BudgetSettings::Finagle { ttl: Duration::from_micros(ttl), min_per_s, pct };
        let mut budget = Budget::new(settings, Instant::from_micros(now));
        let mut amounts: Vec<(u64, i64)> = Vec::new();
        for event in events {
            now += event.passed;
            let (instant, slot) = (Instant::from_micros(now), now / (ttl / 10));
            let balance = |amounts: &[(u64, i64)]| {
                let alive = amounts.iter().filter(|(made, _)| made + 9 >= slot).map(|(_, amount)| amount);
                (ttl * u64::from(min_per_s)).cast_signed() + alive.sum::<i64>()
            };
            for _ in 0..event.deposits {
                budget.deposit(instant);
                amounts.push((slot, pct.cast_signed()));
            }
            for _ in 0..event.asks {
                let allowed = balance(&amounts) >= TOKEN.cast_signed();
                prop_assert_eq!(budget.withdraw(CLASS, instant).is_some(), allowed);
                if allowed {
                    amounts.push((slot, -TOKEN.cast_signed()));
                }
            }
            prop_assert_eq!(budget.level(instant), balance(&amounts).max(0).cast_unsigned());
        }
    }

    #[test]
    fn throttle_and_quota_stay_within_their_stock(
        (max_milli, ratio_milli, capacity) in (1_u32..20_000, 1_u32..20_000, 1_u32..100),
        steps in vec((0_u8..4, 1_u8..=6, any::<bool>()), 1..200),
    ) {
        let now = Instant::ZERO;
        let costs = AwsCosts { transient: 14, timeout: 10, overloaded: 5 };
        let mut throttle = Budget::new(BudgetSettings::Grpc { max_milli, ratio_milli }, now);
        let mut quota = Budget::new(BudgetSettings::Aws { capacity, costs }, now);
        for (step, class, never) in steps {
            let class = FailureClass::from_code(class).unwrap_or(CLASS);
            let before = (throttle.level(now), quota.level(now));
            match step {
                0 => throttle.on_failure(class, never, now),
                1 => (&mut throttle, &mut quota).on_success(None, now),
                2 => (&mut throttle, &mut quota).on_success(Some(costs.of(class)), now),
                _ => {
                    let permitted = 2 * before.0 > u64::from(max_milli) * 1000;
                    prop_assert_eq!(throttle.withdraw(class, now).is_some(), permitted);
                    let cost = quota.withdraw(class, now);
                    prop_assert_eq!(cost.is_some(), u64::from(costs.of(class)) * TOKEN <= before.1);
                    prop_assert_eq!(before.1 - quota.level(now), u64::from(cost.unwrap_or(0)) * TOKEN);
                }
            }
            prop_assert!(throttle.level(now) <= u64::from(max_milli) * 1000);
            prop_assert!(quota.level(now) <= u64::from(capacity) * TOKEN);
        }
    }
}

/// Reports one success to both.
trait Both {
    fn on_success(self, cost: Option<u32>, now: Instant);
}

impl Both for (&mut Budget, &mut Budget) {
    fn on_success(self, cost: Option<u32>, now: Instant) {
        self.0.on_success(cost, now);
        self.1.on_success(cost, now);
    }
}
