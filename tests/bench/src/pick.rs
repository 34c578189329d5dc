//! Picks: weighted choice of n beside tower's power of two choices and a plain random one, all among sixteen.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hedgerow::balance::{Host, Picker, Place};
use hedgerow::{BalancePolicy, BalanceSettings, EndpointId, HealthSettings, Instant, Seed};
use tower::Service;
use tower::balance::p2c::Balance;
use tower::discover::ServiceList;
use tower::load::{CompleteOnResponse, PeakEwma};

use crate::{Operation, Run, repeat};

const ONLY: &str = "pick: one of 16";
const BOOKED: &str = "pick: one of 16, sent, answered, booked";

const ENDPOINTS: usize = 16;
const NOW: Instant = Instant::from_micros(3_600_000_000);

pub(crate) const LIST: &[Operation] = &[
    Operation::ours(ONLY, || pick(BalancePolicy::Weighted)),
    Operation::of(ONLY, "hedgerow, least request of two", || pick(BalancePolicy::LeastRequest)),
    Operation::of(ONLY, "fastrand, blind", blind),
    Operation::ours(BOOKED, || pick_and_book(BalancePolicy::Weighted)),
    Operation::of(BOOKED, "hedgerow, least request of two", || pick_and_book(BalancePolicy::LeastRequest)),
    Operation::of(BOOKED, "tower p2c, peak EWMA", balance),
];

/// Sixteen endpoints in three zones, some with requests in flight.
fn fleet(policy: BalancePolicy) -> Picker {
    let settings = BalanceSettings { policy, ..BalanceSettings::default() };
    let seed = Seed::new([1; 32]);
    let mut picker = Picker::new(settings, HealthSettings::default(), Place::zone("a"), &seed);
    for index in 0..ENDPOINTS {
        let host = Host::new(Place::zone(["a", "b", "c"][index % 3]));
        let id = picker.add(host).expect("a valid host");
        (0..index % 5).for_each(|_| assert!(picker.on_sent(id)));
    }
    picker
}

/// The plan holds eight candidates, best first: the hedge and the retries have theirs already.
fn pick(policy: BalancePolicy) -> Run {
    let mut picker = fleet(policy);
    repeat(move || first(&mut picker, NOW))
}

fn pick_and_book(policy: BalancePolicy) -> Run {
    let (mut picker, mut now) = (fleet(policy), NOW);
    repeat(move || {
        now = now + hedgerow::Duration::from_micros(100);
        let chosen = first(&mut picker, now);
        picker.on_sent(chosen) && picker.on_response(chosen, now) && picker.on_end(chosen)
    })
}

fn first(picker: &mut Picker, now: Instant) -> EndpointId {
    picker.pick(&[], now)[0].endpoint
}

/// Does less: it looks at nothing.
fn blind() -> Run {
    let mut rng = fastrand::Rng::with_seed(7);
    repeat(move || rng.usize(..ENDPOINTS))
}

/// Answers every request at once.
#[derive(Clone, Debug)]
pub(crate) struct Server;

impl Service<u64> for Server {
    type Response = u64;
    type Error = Infallible;
    type Future = Ready<Result<u64, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: u64) -> Self::Future {
        ready(Ok(request))
    }
}

/// Sixteen services behind tower's balancer, each with the load that it is chosen by.
pub(crate) fn balanced<S: Service<u64> + Clone>(server: &S) -> Balance<ServiceList<Vec<PeakEwma<S>>>, u64>
where
    S::Error: Into<tower::BoxError>,
{
    let loaded = || {
        let round_trip = Duration::from_millis(1);
        PeakEwma::new(server.clone(), round_trip, 1e9, CompleteOnResponse::default())
    };
    Balance::new(ServiceList::new((0..ENDPOINTS).map(|_| loaded()).collect::<Vec<_>>()))
}

/// One request of a service that answers at once.
pub(crate) fn send(service: &mut impl Service<u64, Response = u64>, request: u64) -> u64 {
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(service.poll_ready(&mut context), Poll::Ready(Ok(()))), "a service is ready");
    match pin!(service.call(request)).poll(&mut context) {
        Poll::Ready(Ok(answer)) => answer,
        _ => panic!("it answers at once"),
    }
}

/// Does less and more: it compares two candidates and knows no zone, health or plan, but keeps an average latency per
/// endpoint, reads the clock several times, and asks each service whether it is ready.
fn balance() -> Run {
    let mut balance = balanced(&Server);
    repeat(move || send(&mut balance, 1))
}
