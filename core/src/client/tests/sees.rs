//! What each policy sees of the life of an attempt, row by row.

use serde_json::{Value, json};

use super::{add, at, client, drain};
use crate::client::Client;
use crate::client::action::{Action, Failure, Response, Start};
use crate::id::{AttemptId, CallId, EndpointId};
use crate::reason::Reason;
use crate::retry::budget::{Budget, BudgetSettings, TOKEN};
use crate::retry::outcome::FailureClass::{self, Fatal, NotSent, Overloaded, Refused, Timeout, Transient};
use crate::retry::pushback::Pushback;

/// What is looked at, as a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Samples of the average.
    samples: i64,
    /// Samples of the window: those, and lower bounds.
    window: i64,
    /// Requests and successes that the ejection counted.
    results: (i64, i64),
    /// Thousandths of a token of a budget of mode `grpc`.
    budget: i64,
    in_flight: i64,
    /// Whether it is a response time of the endpoint.
    answered: bool,
}

const NOTHING: Seen =
    Seen { samples: 0, window: 0, results: (0, 0), budget: 0, in_flight: 0, answered: false };
const SUCCESS: (i64, i64) = (1, 1);
const FAILURE: (i64, i64) = (1, 0);

/// A call with its attempts; the first fails, answers or times out from 1 ms on.
struct Scene {
    client: Client,
    call: CallId,
    sent: std::vec::Vec<(AttemptId, EndpointId)>,
    watched: EndpointId,
    before: Seen,
    now: u64,
}

impl Scene {
    /// A target of 10 ms, hedges after 5 ms.
    fn new(given: &Value) -> Self {
        Self::due(given, None)
    }

    /// With a deadline of the caller's.
    fn due(given: &Value, deadline: Option<u64>) -> Self {
        let mut document = json!({
            "objective": {"target_us": 10_000, "max_us": 100_000}, "operations": {"get": {"idempotency": "natural"}},
            "hedge": {"strategy": "fixed", "delay_us": 5000, "after_failure": false},
            "budget": {"mode": "grpc"}, "timer": {"resolution_us": 0, "stages": 1}, "attempt": {"orphan_ttl_us": 1_000_000},
        });
        document.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
        let mut client = client(document);
        client.handle_topology(&add(&["a", "b", "c"]), at(0)).unwrap();
        let operation = client.operation("get").unwrap();
        let start = Start { operation, deadline: deadline.map(at), ..Start::default() };
        let call = client.start(&start, at(0)).unwrap();
        let class = client.classes.get_mut(0).unwrap();
        class.estimator.success(crate::time::Duration::from_micros(500), crate::time::Duration::MAX, at(0));
        client.classes.namespace_mut(0).unwrap().budget =
            Some(Budget::with_level(BudgetSettings::GRPC, 8 * TOKEN, at(0)));
        let mut scene = Self {
            client,
            call,
            sent: std::vec::Vec::new(),
            watched: EndpointId::from_number(1),
            before: NOTHING,
            now: 0,
        };
        scene.take();
        scene.watch(0);
        scene
    }

    /// With the hedge sent, at 5 ms.
    fn racing() -> Self {
        let mut scene = Self::new(&json!({}));
        scene.tick(5000);
        assert_eq!(scene.sent.len(), 2);
        scene
    }

    fn take(&mut self) {
        for action in drain(&mut self.client) {
            if let Action::Send { attempt, endpoint, .. } = action {
                self.sent.push((attempt, endpoint));
            }
        }
    }

    /// From here on differences of the endpoint of this attempt are looked at.
    fn watch(&mut self, attempt: usize) {
        self.watched = self.sent[attempt].1;
        self.before = self.look();
    }

    fn look(&mut self) -> Seen {
        let (endpoint, now) = (self.watched.id(), at(self.now));
        let budget = self.client.classes.namespace_mut(0).unwrap().budget.as_mut().unwrap().level(now);
        let estimator = &self.client.classes.get(0).unwrap().estimator;
        let (requests, successes) = self.client.ejection.learned(endpoint.index()).tally;
        let [answered, _] = self.client.endpoints.get(endpoint).unwrap().health.learned();
        Seen {
            samples: estimator.samples(now).into(),
            window: estimator.window().samples(now).cast_signed(),
            results: (requests.into(), successes.into()),
            budget: (budget / (TOKEN / 1000)).cast_signed(),
            in_flight: self.client.in_flight(self.watched).into(),
            answered: answered == Some(now),
        }
    }

    /// What has changed since the watch began.
    fn change(&mut self) -> Seen {
        let (after, before) = (self.look(), self.before);
        Seen {
            samples: after.samples - before.samples,
            window: after.window - before.window,
            results: (after.results.0 - before.results.0, after.results.1 - before.results.1),
            budget: after.budget - before.budget,
            in_flight: after.in_flight - before.in_flight,
            answered: after.answered,
        }
    }

    fn tick(&mut self, now: u64) -> &mut Self {
        self.now = now;
        self.client.handle_timeout(at(now));
        self.take();
        self
    }

    fn answer(&mut self, attempt: usize, now: u64) -> &mut Self {
        self.now = now;
        self.client.handle_response(self.sent[attempt].0, Response::default(), at(now));
        self.take();
        self
    }

    fn fail(&mut self, attempt: usize, class: FailureClass, never: bool, now: u64) -> &mut Self {
        self.now = now;
        let failure = Failure { class, pushback: Pushback { never, ..Pushback::NONE } };
        self.client.handle_failure(self.sent[attempt].0, failure, at(now));
        self.take();
        self
    }
}

#[test]
fn an_answer_is_a_sample_only_of_a_primary_and_a_loser_is_a_lower_bound_only_of_a_primary() {
    let mut plain = Scene::new(&json!({}));
    let won = Seen { samples: 1, window: 1, results: SUCCESS, budget: 100, in_flight: -1, answered: true };
    assert_eq!(plain.answer(0, 1000).change(), won);
    let mut hedge_loses = Scene::racing();
    hedge_loses.watch(1);
    let in_flight = Seen { samples: 1, window: 1, budget: 100, ..NOTHING };
    assert_eq!(hedge_loses.answer(0, 6000).change(), in_flight, "nothing of the hedge");
    let mut hedge_wins = Scene::racing();
    hedge_wins.watch(1);
    let bound_of_the_loser = Seen { samples: 0, ..won };
    assert_eq!(hedge_wins.answer(1, 6000).change(), bound_of_the_loser);
    hedge_wins.watch(0);
    let late = Seen { results: SUCCESS, in_flight: -1, answered: true, ..NOTHING };
    assert_eq!(hedge_wins.answer(0, 7000).change(), late, "it was told when it lost");
}

#[test]
fn each_class_of_failure_tells_what_its_row_says() {
    let ended = Seen { in_flight: -1, budget: -1000, ..NOTHING };
    let rows = [
        (Fatal, false, Seen { results: SUCCESS, answered: true, budget: 0, ..ended }),
        (Fatal, true, Seen { results: SUCCESS, answered: true, ..ended }),
        (Transient, false, Seen { results: FAILURE, answered: true, ..ended }),
        (Timeout, false, Seen { results: FAILURE, window: 1, ..ended }),
        (NotSent, false, Seen { results: FAILURE, ..ended }),
        (Overloaded, false, Seen { answered: true, ..ended }),
        (Refused, false, Seen { answered: true, ..ended }),
    ];
    for (class, never, expected) in rows {
        let seen = Scene::new(&json!({})).fail(0, class, never, 1000).change();
        assert_eq!(seen, expected, "{class:?}, never {never}");
    }
    let mut of_a_hedge = Scene::racing();
    of_a_hedge.watch(1);
    let expected = Seen { results: FAILURE, ..ended };
    assert_eq!(of_a_hedge.fail(1, Timeout, false, 6000).change(), expected, "no bound by a hedge");
}

#[test]
fn a_timeout_of_ours_tells_of_the_server_unless_we_paused() {
    let attempt = json!({"attempt": {"timeout_us": 20_000}, "hedge": {"strategy": "off"}});
    let told = Seen { window: 1, results: FAILURE, ..NOTHING };
    let mut attempt_times_out = Scene::new(&attempt);
    let expected = Seen { budget: -1000, ..told };
    assert_eq!(attempt_times_out.tick(20_000).change(), expected, "it stays in flight");
    attempt_times_out.watch(0);
    let wins = Seen { results: SUCCESS, budget: 100, in_flight: -1, answered: true, ..NOTHING };
    assert_eq!(attempt_times_out.answer(0, 21_000).change(), wins, "an answer after it");
    let mut paused = Scene::new(&attempt);
    paused.tick(60_000).tick(80_000);
    assert_eq!(paused.client.stats().timeouts_client_pause, 1);
    assert_eq!(paused.change(), NOTHING);
    let off = json!({"hedge": {"strategy": "off"}});
    let mut call_times_out = Scene::new(&off);
    assert_eq!(call_times_out.tick(100_000).change(), told);
    let mut paused = Scene::new(&off);
    paused.tick(300_000).tick(400_000);
    assert_eq!((paused.client.stats().timeouts_client_pause, paused.client.is_idle()), (1, false));
    assert_eq!(paused.change(), NOTHING);
}

#[test]
fn what_a_caller_or_a_drain_ends_tells_nothing_and_an_end_without_a_result_frees_its_place() {
    let ends: [fn(&mut Client, CallId); 2] =
        [|client, call| client.cancel(call, at(1000)), |client, _| client.drain(Some(at(1000)), at(1000))];
    for end in ends {
        let mut scene = Scene::new(&json!({}));
        end(&mut scene.client, scene.call);
        assert_eq!(scene.change(), NOTHING);
        let freed = Seen { in_flight: -1, ..NOTHING };
        let mut orphan = Scene::new(&json!({}));
        end(&mut orphan.client, orphan.call);
        assert_eq!(orphan.tick(1_001_000).change(), freed);
        assert_eq!(orphan.client.stats().count(Reason::OrphanExpired), 1);
        scene.client.handle_cancelled(scene.sent[0].0, at(2000));
        assert_eq!(scene.change(), freed);
    }
    let mut late = Scene::due(&json!({}), Some(1000));
    assert_eq!(late.tick(1000).change(), NOTHING, "a deadline");
    assert_eq!(late.client.stats().count(Reason::Deadline), 1);
}
