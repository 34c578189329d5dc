//! Tokens, their text forms, the accept window and the clock estimate against slow, obvious models.

use hedgerow::{
    Config, Duration, Instant, Reason, Seed, Wall,
    rng::{Nonces, Stream, StreamKind},
    token::{
        Token,
        generator::{Generator, GeneratorSettings, OnDrift, Tier},
        offset::ClockOffset,
        text::{TextForm, TokenText},
        window::{ColdStart, DedupWindow, Offer, Progress, WindowSettings},
    },
};
use proptest::{prelude::*, test_runner::RngSeed};
use std::collections::BTreeSet;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(8),
        ..ProptestConfig::default()
    }
}

/// A wall clock that mostly creeps, sometimes jumps, and sometimes says something absurd.
fn wall() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![
        8 => (1_000_000_u64..1_000_400).prop_map(Some),
        3 => (0_u64..3_000_000).prop_map(Some),
        1 => (u64::MAX - 20..=u64::MAX).prop_map(Some),
        1 => Just(None),
    ]
}

fn settings() -> impl Strategy<Value = GeneratorSettings> {
    let resolution = prop_oneof![Just(1_u64), Just(5), Just(100), Just(1000), Just(0)];
    (resolution, 0_u64..3000, any::<bool>()).prop_map(|(resolution, drift, refuse)| GeneratorSettings {
        tier: Tier::ClientMonotonic,
        resolution: Duration::from_micros(resolution),
        max_drift: Duration::from_micros(drift),
        on_drift: if refuse { OnDrift::Refuse } else { OnDrift::Continue },
    })
}

fn digits() -> Stream {
    Stream::derive(&Seed::new([1; 32]), StreamKind::TokenDigits, 0)
}

fn nonces() -> Nonces {
    Nonces::new(&Seed::new([2; 32]), 0)
}

/// The minting rule in wide numbers, with streams of its own.
struct SlowGenerator {
    settings: GeneratorSettings,
    last: Option<i128>,
    warned: Option<i128>,
    digits: Stream,
    nonces: Nonces,
}

impl SlowGenerator {
    fn mint(&mut self, wall: Option<u64>, now: u64) -> Result<(Token, bool), Reason> {
        let wall = i128::from(wall.ok_or(Reason::NoClock)?);
        let drift = i128::from(self.settings.max_drift.as_micros());
        let least = self.last.map_or(0, |last| last + 1);
        let behind = least - wall > drift;
        if least > i128::from(u64::MAX) || (behind && self.settings.on_drift == OnDrift::Refuse) {
            return Err(Reason::ClockUntrusted);
        }
        let block = self.settings.resolution.as_micros().max(10);
        let base = wall - wall % i128::from(block) + i128::from(self.digits.below(block));
        let t = base.min(i128::from(u64::MAX)).max(least);
        self.last = Some(t);
        let due = behind && self.warned.is_none_or(|at| i128::from(now) - at >= 10_000_000);
        if due {
            self.warned = Some(i128::from(now));
        }
        let t = u64::try_from(t).expect("clamped above");
        Ok((Token { t, nonce: self.nonces.next_nonce() }, due))
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn minting_follows_the_rule_and_strictly_increases_whatever_the_clock_does(
        settings in settings(),
        steps in prop::collection::vec((wall(), 0_u64..4_000_000), 1..60),
    ) {
        let mut generator = Generator::new(settings, digits(), nonces());
        let mut model =
            SlowGenerator { settings, last: None, warned: None, digits: digits(), nonces: nonces() };
        let (mut newest, mut now) = (None, 0);
        for (wall, pause) in steps {
            now += pause;
            let minted = generator.mint(wall.map(Wall::from_micros), Instant::from_micros(now));
            prop_assert_eq!(minted.map(|minted| (minted.token, minted.clock_behind)), model.mint(wall, now));
            if let Ok(minted) = minted {
                prop_assert!(newest < Some(minted.token.t));
                newest = Some(minted.token.t);
            }
            prop_assert_eq!(generator.last(), newest, "a refusal changes nothing");
        }
    }

    #[test]
    fn leased_tokens_are_consecutive_within_the_lease_and_strictly_increase(
        steps in prop::collection::vec((any::<bool>(), 0_u64..40, 0_u64..6, 0_u64..30), 1..80),
        at_the_end in any::<bool>(),
    ) {
        let settings = GeneratorSettings { tier: Tier::Regional, ..GeneratorSettings::default() };
        let mut generator = Generator::new(settings, digits(), nonces());
        // The times of the lease in force that no token took yet.
        let (mut left, mut expires_at) = (BTreeSet::new(), 0);
        for (now, (lease, from, count, life)) in (0_u64..).zip(steps) {
            let from = if at_the_end { u64::MAX - from } else { from };
            if lease {
                let at = Instant::from_micros(now);
                generator.handle_lease(from, count, at + Duration::from_micros(life), at);
                let used = generator.last();
                left = (0..count).filter_map(|more| from.checked_add(more)).filter(|&t| used < Some(t)).collect();
                expires_at = now + life;
            }
            let expected = if now < expires_at { left.pop_first() } else { None };
            let minted = generator.mint(None, Instant::from_micros(now)).map(|minted| (minted.token.t, minted.clock_behind));
            prop_assert_eq!(minted, expected.map(|t| (t, false)).ok_or(Reason::LeaseExhausted));
        }
    }

    #[test]
    fn text_forms_read_back_and_sort_as_tokens(
        mut tokens in prop::collection::vec((any::<u64>(), any::<u128>()), 2..20),
        near in any::<u64>(),
    ) {
        tokens.extend((0..4).map(|more| (near.saturating_add(more), u128::from(more))));
        let mut tokens: Vec<Token> = tokens.into_iter().map(|(t, nonce)| Token { t, nonce }).collect();
        let hex = |token| TokenText::new(token, TextForm::Hex).unwrap();
        for &token in &tokens {
            let read = TokenText::parse(hex(token).as_str()).unwrap();
            prop_assert_eq!((read.token(), read.form()), (token, TextForm::Hex));
            let upper = hex(token).as_str().to_uppercase();
            prop_assert_eq!(TokenText::parse(&upper).unwrap().token(), token);
        }
        tokens.sort_unstable();
        let texts: Vec<_> = tokens.iter().map(|&token| hex(token).as_str().to_owned()).collect();
        prop_assert!(texts.is_sorted());
    }

    #[test]
    fn uuids_keep_the_time_exactly_and_the_62_high_bits_of_the_nonce(
        t in 0_u64..(1 << 48) * 1000,
        nonce in any::<u128>(),
        later in 0_u64..3000,
        other in any::<u128>(),
    ) {
        let text = TokenText::new(Token { t, nonce }, TextForm::Uuid7).unwrap();
        let read = TokenText::parse(text.as_str()).unwrap();
        prop_assert_eq!(read.token(), Token { t, nonce: nonce >> 66 << 66 });
        prop_assert_eq!(TokenText::parse(&text.as_str().to_uppercase()).unwrap().token(), read.token());
        if let Ok(next) = TokenText::new(Token { t: t + 1 + later, nonce: 0 }, TextForm::Uuid7) {
            prop_assert!(text.as_str() < next.as_str());
        }
        let twin = TokenText::new(Token { t, nonce: other }, TextForm::Uuid7).unwrap();
        prop_assert_eq!(text.as_str().cmp(twin.as_str()), (nonce >> 66).cmp(&(other >> 66)));
    }

    #[test]
    fn reading_never_panics_and_accepts_only_what_it_would_write(
        token in (0_u64..(1 << 48) * 1000, any::<u128>()),
        uuid in any::<bool>(),
        at in 0_usize..49,
        put in prop_oneof![Just('-'), Just('_'), Just('é'), Just('G'), proptest::char::range('0', '9'), any::<char>()],
        noise in ".{0,60}",
    ) {
        let form = if uuid { TextForm::Uuid7 } else { TextForm::Hex };
        let written = TokenText::new(Token { t: token.0, nonce: token.1 }, form).unwrap();
        let mut text: Vec<char> = written.as_str().chars().collect();
        let place = at % text.len();
        text[place] = put;
        for text in [noise, text.into_iter().collect()] {
            if let Ok(read) = TokenText::parse(&text) {
                prop_assert_eq!(read.as_str(), &text, "the text is kept");
                let again = TokenText::new(read.token(), read.form()).unwrap();
                // A foreign UUID may carry anything in rand_a, everything else comes back digit for digit.
                let same = |text: &str| (text[..14].to_lowercase(), text[18..].to_lowercase());
                prop_assert_eq!(same(again.as_str()), same(&text));
                if read.form() == TextForm::Hex {
                    prop_assert_eq!(again.as_str(), text.to_lowercase());
                }
            }
        }
    }
}

/// The accept window as its rules read, over a plain list.
#[derive(Clone)]
struct SlowWindow {
    settings: WindowSettings,
    held: Vec<(Token, Progress)>,
    seen: u64,
    floor: Option<u64>,
}

impl SlowWindow {
    fn new(settings: WindowSettings) -> Self {
        let floor = (settings.cold_start == ColdStart::Open).then_some(0);
        Self { settings, held: Vec::new(), seen: 0, floor }
    }

    fn offer(&mut self, token: Token, wall: u64) -> Offer {
        self.seen = self.seen.max(wall);
        let future = self.settings.future.as_micros();
        if self.floor.is_none() && wall > 0 {
            self.floor = Some(wall + future + 1);
        }
        let lowest = self.seen.saturating_sub(self.settings.past.as_micros()).max(self.floor.unwrap_or(0));
        self.held.retain(|(held, _)| held.t >= lowest);
        if token.t > self.seen + future {
            return Offer::TooNew;
        }
        if token.t < lowest || self.floor.is_none() {
            return Offer::TooOld;
        }
        if let Some((_, progress)) = self.held.iter().find(|(held, _)| *held == token) {
            return Offer::Duplicate(*progress);
        }
        if self.held.len() >= self.settings.capacity.max(1) as usize {
            let oldest = self.held.iter().map(|(held, _)| held.t).min().unwrap_or(0);
            if token.t <= oldest {
                return Offer::TooOld;
            }
            self.held.retain(|(held, _)| held.t != oldest);
            self.floor = Some(oldest + 1);
        }
        self.held.push((token, Progress::Running));
        Offer::New
    }
}

#[derive(Clone, Copy, Debug)]
enum Ask {
    Offer(Token, u64),
    Done(Token),
    Forget(Token),
}

fn ask() -> impl Strategy<Value = Ask> {
    let token = || (0_u64..60, 0_u128..3).prop_map(|(t, nonce)| Token { t, nonce });
    prop_oneof![
        8 => (token(), 0_u64..60).prop_map(|(token, wall)| Ask::Offer(token, wall)),
        1 => token().prop_map(Ask::Done),
        1 => token().prop_map(Ask::Forget),
    ]
}

fn window_settings() -> impl Strategy<Value = WindowSettings> {
    (0_u64..40, 0_u64..40, 0_u32..8, any::<bool>()).prop_map(|(past, future, capacity, open)| {
        WindowSettings {
            past: Duration::from_micros(past),
            future: Duration::from_micros(future),
            capacity,
            cold_start: if open { ColdStart::Open } else { ColdStart::Closed },
        }
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_window_answers_as_its_rules_and_new_at_most_once_per_token(
        settings in window_settings(),
        asks in prop::collection::vec(ask(), 1..120),
    ) {
        let (mut window, mut model) = (DedupWindow::new(settings), SlowWindow::new(settings));
        let mut accepted = BTreeSet::new();
        for ask in asks {
            match ask {
                Ask::Offer(token, wall) => {
                    let foretold = window.peek(token, Wall::from_micros(wall));
                    let answer = window.offer(token, Wall::from_micros(wall));
                    prop_assert_eq!(answer, model.offer(token, wall));
                    prop_assert_eq!(answer, foretold, "peek foretells");
                    prop_assert!(answer != Offer::New || accepted.insert(token), "a second new for {:?}", token);
                }
                Ask::Done(token) => {
                    let held = model.held.iter_mut().find(|(held, _)| *held == token);
                    prop_assert_eq!(window.done(token), held.is_some());
                    if let Some((_, progress)) = held {
                        *progress = Progress::Done;
                    }
                }
                Ask::Forget(token) => {
                    let before = model.held.len();
                    model.held.retain(|(held, _)| *held != token);
                    let held = model.held.len() < before;
                    prop_assert_eq!(window.forget(token), held);
                    if held {
                        accepted.remove(&token);
                    }
                }
            }
            prop_assert_eq!(window.len(), model.held.len());
            prop_assert_eq!(window.floor(), model.floor.unwrap_or(0));
            prop_assert!(window.len() <= settings.capacity.max(1) as usize);
        }
    }

    #[test]
    fn a_peek_changes_nothing(
        settings in window_settings(),
        asks in prop::collection::vec((ask(), ask()), 1..60),
    ) {
        let (mut peeked, mut plain) = (DedupWindow::new(settings), DedupWindow::new(settings));
        for (peek, offer) in asks {
            if let Ask::Offer(token, wall) = peek {
                peeked.peek(token, Wall::from_micros(wall));
            }
            if let Ask::Offer(token, wall) = offer {
                let wall = Wall::from_micros(wall);
                prop_assert_eq!(peeked.offer(token, wall), plain.offer(token, wall));
            }
        }
    }

    #[test]
    fn the_estimate_is_that_of_the_shortest_and_newest_of_eight_samples(
        samples in prop::collection::vec((0_u64..1000, -2_i64..12, 0_u64..5000), 1..30),
        wait in 0_u64..100_000_000,
    ) {
        let mut clock = ClockOffset::new();
        let mut kept: Vec<(i128, i128, i128)> = Vec::new();
        let mut rejected = 0;
        for (sent, seconds, server) in samples {
            let sent = sent + 10_000_000;
            let received = sent.saturating_add_signed(seconds * 1_000_000 + i64::from(server % 2 == 1));
            let taken = clock.observe(
                Instant::from_micros(sent),
                Instant::from_micros(received),
                Wall::from_micros(server),
            );
            let trip = i128::from(received) - i128::from(sent);
            prop_assert_eq!(taken, (0..=5_000_000).contains(&trip));
            if taken {
                let middle = i128::from(sent + received) / 2;
                kept.push((trip, i128::from(server) - middle, i128::from(received)));
            } else {
                rejected += 1;
            }
        }
        prop_assert_eq!(clock.rejected(), rejected);
        let now = 30_000_000 + wait;
        let estimate = clock.estimate(Instant::from_micros(now));
        let last_eight = kept.iter().rev().take(8);
        // The newest comes first, and the first of equals is the least.
        let best = last_eight.min_by_key(|(trip, ..)| *trip);
        prop_assert_eq!(estimate.is_some(), best.is_some());
        if let (Some(estimate), Some(&(trip, offset, received))) = (estimate, best) {
            let age = i128::from(now) - received;
            prop_assert_eq!(estimate.offset, offset);
            prop_assert_eq!(i128::from(estimate.wall.as_micros()), (i128::from(now) + offset).max(0));
            let error = (trip + 1) / 2 + age * 200 / 1_000_000;
            prop_assert_eq!(i128::from(estimate.error.as_micros()), error);
        }
    }
}

#[test]
fn without_a_nonce_seed_nothing_is_minted_or_drawn() {
    let mut restored = Generator::restored(GeneratorSettings::default(), digits(), None, Some(5));
    let before = restored.digits().state();
    assert_eq!(restored.mint(Some(Wall::from_micros(9)), Instant::ZERO), Err(Reason::NoNonceSeed));
    assert_eq!((restored.last(), restored.digits().state()), (Some(5), before));
}

#[test]
fn a_refused_drift_draws_nothing_and_ends_when_the_clock_catches_up() {
    let settings = GeneratorSettings {
        max_drift: Duration::from_micros(1000),
        on_drift: OnDrift::Refuse,
        ..GeneratorSettings::default()
    };
    let mut generator = Generator::restored(settings, digits(), Some(nonces()), Some(10_000));
    let before = generator.digits().state();
    let mut mint = |wall| generator.mint(Some(Wall::from_micros(wall)), Instant::ZERO);
    assert_eq!(mint(9000), Err(Reason::ClockUntrusted), "ahead by 1001");
    let minted = mint(9001).unwrap();
    assert_eq!((minted.token.t, minted.clock_behind), (10_001, false), "ahead by exactly the drift");
    assert_ne!(generator.digits().state(), before);
}

#[test]
fn an_uncertain_estimate_counts_as_drift() {
    let settings = GeneratorSettings { on_drift: OnDrift::Refuse, ..GeneratorSettings::default() };
    let mut generator = Generator::new(settings, digits(), nonces());
    let wall = Some(Wall::from_micros(1_000_000));
    let just_above = Duration::from_micros(1_000_001);
    assert_eq!(generator.mint_estimated(wall, just_above, Instant::ZERO), Err(Reason::ClockUntrusted));
    assert!(generator.mint_estimated(wall, Duration::from_secs(1), Instant::ZERO).is_ok());
}

#[test]
fn the_global_tier_mints_nothing() {
    let settings = GeneratorSettings { tier: Tier::Global, ..GeneratorSettings::default() };
    let mut generator = Generator::new(settings, digits(), nonces());
    generator.handle_lease(1, 10, Instant::MAX, Instant::ZERO);
    assert_eq!(generator.mint(Some(Wall::from_micros(5)), Instant::ZERO), Err(Reason::LeaseExhausted));
}

#[test]
fn a_lease_at_the_end_of_time_never_repeats_its_last_token() {
    let settings = GeneratorSettings { tier: Tier::Regional, ..GeneratorSettings::default() };
    let mut generator = Generator::restored(settings, digits(), Some(nonces()), Some(u64::MAX));
    generator.handle_lease(0, u64::MAX, Instant::MAX, Instant::ZERO);
    assert_eq!(generator.mint(None, Instant::ZERO), Err(Reason::LeaseExhausted));
}

#[test]
fn dropped_samples_leave_no_estimate() {
    let mut clock = ClockOffset::new();
    let at = Instant::from_micros;
    assert!(!clock.observe(at(10), at(9), Wall::from_micros(1)), "received before it was sent");
    assert!(!clock.observe(at(0), at(5_000_001), Wall::from_micros(1)), "a round trip above 5 s");
    assert!(clock.observe(at(0), at(5_000_000), Wall::from_micros(1)));
    clock.clear();
    assert_eq!(clock.estimate(at(6_000_000)), None);
    assert_eq!(clock.rejected(), 2);
}

#[test]
fn a_closed_start_refuses_what_could_have_been_accepted_before() {
    let settings = WindowSettings { cold_start: ColdStart::Closed, ..WindowSettings::default() };
    let mut window = DedupWindow::new(settings);
    let token = |t| Token { t, nonce: 0 };
    let wall = Wall::from_micros(1_000_000_000);
    assert_eq!(window.offer(token(1), Wall::from_micros(0)), Offer::TooOld, "no wall time yet");
    assert_eq!(window.offer(token(1_001_000_000), wall), Offer::TooOld);
    assert_eq!(window.floor(), 1_001_000_001);
    let later = Wall::from_micros(1_000_000_001);
    assert_eq!(window.offer(token(1_001_000_001), later), Offer::New);
}

#[test]
fn an_idempotency_key_is_a_quoted_token() {
    let token = Token { t: 1_700_000_000_123_456, nonce: 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff };
    let text = TokenText::new(token, TextForm::Hex).unwrap();
    assert_eq!(TokenText::from_idempotency_key(&text.idempotency_key()), Ok(text));
    assert_eq!(TokenText::from_idempotency_key(&format!("  {}\t", text.idempotency_key())), Ok(text));
    for broken in [text.as_str(), "\"", "\"\"", "", "\"x\";a=1"] {
        assert!(TokenText::from_idempotency_key(broken).is_err(), "{broken}");
    }
    let distant = Token { t: (1 << 48) * 1000, nonce: 0 };
    let error = TokenText::new(distant, TextForm::Uuid7).unwrap_err();
    assert_eq!(error.reason(), Reason::OutOfRange);
}

#[test]
fn the_defaults_are_those_of_the_configuration() {
    assert_eq!(Config::default().token.generator, GeneratorSettings::default());
}
