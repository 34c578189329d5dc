//! Records of inputs, read.

use super::packed::{
    FAILURE_CLASS, FAILURE_NEVER, OPERATIONS_OWN, Part, START_IDEMPOTENCY, START_NO_HEDGES, START_NO_RETRIES,
    START_PRIORITY, START_TOKEN,
};
use super::units::{Units, id, whole};
use super::{Code, NOT_GIVEN, RECORD};
use crate::client::MOST_REPLICAS;
use crate::client::action::{Failure, GivenToken, Namespace, Operation, Response, ServerLoad, Start};
use crate::config::{Idempotency, Priority};
use crate::id::{AttemptId, CallId, EndpointId};
use crate::retry::outcome::FailureClass;
use crate::retry::pushback::{MOST_RETRIES, Pushback};

/// The packed number of a start that leaves everything to the operation.
const BY_THE_OPERATION: u64 =
    (START_PRIORITY.put(OPERATIONS_OWN as u32) | START_IDEMPOTENCY.put(OPERATIONS_OWN as u32)) as u64;

/// One input.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    /// A call starts, with as many replica ids in the records that follow.
    Start(Start<'static>, usize),
    Response(AttemptId, Response),
    /// A failure, and whether its class is one that exists.
    Failure(AttemptId, Failure, bool),
    Cancelled(AttemptId),
    GiveUp(CallId),
    Timeout,
}

impl Event {
    /// `None` when this is no input.
    pub(super) fn read(record: &[f64; RECORD], units: Units) -> Option<Self> {
        let [_, _, call, attempt, ..] = *record;
        let attempt = AttemptId::from_number(id(attempt));
        Some(match Code::of(record)? {
            Code::Start => {
                let (start, replicas) = start(record, units)?;
                Self::Start(start, replicas)
            }
            Code::Response => Self::Response(attempt, response(record, units)?),
            Code::Failure => {
                let (failure, known) = failure(record, units)?;
                Self::Failure(attempt, failure, known)
            }
            Code::Cancelled => Self::Cancelled(attempt),
            Code::GiveUp => Self::GiveUp(CallId::from_number(id(call))),
            Code::Timeout => Self::Timeout,
            _ => return None,
        })
    }
}

/// The arguments of a call and how many replica ids follow; `None` when a number is none.
pub(super) fn start(record: &[f64; RECORD], units: Units) -> Option<(Start<'static>, usize)> {
    let [_, cookie, namespace, operation, replicas, deadline, wall, packed] = *record;
    let packed = within(or_not_given(packed, BY_THE_OPERATION)?, START_NO_RETRIES)?;
    let start = Start {
        cookie: or_not_given(cookie, 0)?,
        namespace: Namespace(name(namespace)?),
        operation: Operation(name(operation)?),
        replicas: &[],
        deadline: units.deadline(deadline),
        wall: units.wall(wall),
        priority: match START_PRIORITY.of(packed) as u8 {
            OPERATIONS_OWN => None,
            code => Some(Priority::from_code(code)?),
        },
        idempotency: match START_IDEMPOTENCY.of(packed) as u8 {
            OPERATIONS_OWN => None,
            code => Some(Idempotency::from_code(code)?),
        },
        token: (START_TOKEN.of(packed) != 0).then_some(GivenToken::HeldByHost),
        no_hedges: START_NO_HEDGES.of(packed) != 0,
        no_retries: START_NO_RETRIES.of(packed) != 0,
    };
    Some((start, usize::try_from(or_not_given(replicas, 0)?).ok()?))
}

/// Endpoint ids, as many as a start looks at and one more, so that a longer list is seen to be cut.
pub(super) fn endpoints(numbers: &[f64]) -> ([EndpointId; MOST_REPLICAS + 1], usize) {
    let mut ids = [EndpointId::from_number(0); MOST_REPLICAS + 1];
    let mut count = 0;
    for (slot, number) in ids.iter_mut().zip(numbers) {
        *slot = EndpointId::from_number(id(*number));
        count += 1;
    }
    (ids, count)
}

/// A report is one with the requests in flight; a latency alone is none.
fn response(record: &[f64; RECORD], units: Units) -> Option<Response> {
    let [_, _, _, _, in_flight, latency, wall, _] = *record;
    let latency = units.span(latency);
    let response = match or_not_given(in_flight, u64::MAX)? {
        u64::MAX if latency.is_none() => Response::default(),
        u64::MAX => return None,
        count => {
            let in_flight = u32::try_from(count).unwrap_or(u32::MAX);
            Response::with_load(ServerLoad { in_flight, latency })
        }
    };
    Some(Response { wall: units.wall(wall), ..response })
}

fn failure(record: &[f64; RECORD], units: Units) -> Option<(Failure, bool)> {
    let [.., retry_after, max_retries, packed] = *record;
    let packed = within(whole(packed)?, FAILURE_NEVER)?;
    let class = FailureClass::from_code(FAILURE_CLASS.of(packed) as u8);
    let max_retries = (max_retries >= 0.0)
        .then(|| whole(max_retries).map_or(MOST_RETRIES, |most| most.min(u64::from(MOST_RETRIES)) as u8));
    let never = FAILURE_NEVER.of(packed) != 0;
    let pushback = Pushback { retry_after: units.span(retry_after), never, max_retries };
    Some((Failure { class: class.unwrap_or(FailureClass::Transient), pushback }, class.is_some()))
}

/// A packed number whose highest part is this one; `None` when it has bits above.
fn within(packed: u64, highest: Part) -> Option<u32> {
    u32::try_from(packed).ok().filter(|packed| packed >> highest.shift >> highest.bits == 0)
}

/// A whole number, or this one where none is given.
#[allow(clippy::float_cmp, reason = "−1 is a float of its own, not the outcome of an arithmetic")]
fn or_not_given(value: f64, instead: u64) -> Option<u64> {
    if value == NOT_GIVEN { Some(instead) } else { whole(value) }
}

/// The number of a namespace or operation; one too large for any table is as unknown as the largest.
fn name(value: f64) -> Option<u32> {
    or_not_given(value, 0).map(|number| u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Duration, Instant, Wall};
    use crate::wire::input;

    fn read(record: [f64; RECORD]) -> Option<Start<'static>> {
        start(&record, Units::Millis).map(|(start, _)| start)
    }

    #[test]
    fn a_start_without_anything_given_is_the_default_start() {
        assert_eq!(read([64.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]), Some(Start::default()));
    }

    #[test]
    fn a_start_reads_every_slot() {
        let packed = f64::from(2 + (3 << 8) + (1 << 16));
        let start = read([64.0, 7.0, 1.0, 2.0, 0.0, 30.0, 1.0, packed]).unwrap();
        let expected = Start {
            namespace: Namespace(1),
            operation: Operation(2),
            replicas: &[],
            deadline: Some(Instant::from_micros(30_000)),
            idempotency: Some(Idempotency::Token),
            priority: Some(Priority::BestEffort),
            token: Some(GivenToken::HeldByHost),
            wall: Some(Wall::from_micros(1000)),
            no_hedges: false,
            no_retries: false,
            cookie: 7,
        };
        assert_eq!(start, expected);
        for (flags, only) in [(2, (true, false)), (4, (false, true)), (6, (true, true))] {
            let start = read([64.0, 7.0, 1.0, 2.0, 0.0, 30.0, 1.0, f64::from(flags << 16)]).unwrap();
            assert_eq!((start.no_hedges, start.no_retries, start.token), (only.0, only.1, None));
        }
        let own = read([64.0, 7.0, 1.0, 2.0, 0.0, 30.0, 1.0, 65_535.0]).unwrap();
        assert_eq!((own.priority, own.idempotency, own.token), (None, None, None));
    }

    #[test]
    fn a_start_with_a_number_that_is_none_is_no_input() {
        let good = [64.0, 7.0, 1.0, 2.0, 0.0, 30.0, 1.0, 0.0];
        assert!(read(good).is_some());
        for (slot, bad) in
            [(1, 1.5), (1, f64::NAN), (2, -2.0), (3, 0.5), (4, -3.0), (7, 4.0), (7, f64::from(8 << 16))]
        {
            let mut record = good;
            record[slot] = bad;
            assert_eq!(read(record), None, "slot {slot}: {bad}");
        }
    }

    #[test]
    fn a_name_beyond_every_table_stays_unknown() {
        assert_eq!(read([64.0, 0.0, 1e12, 0.0, 0.0, -1.0, -1.0, -1.0]).unwrap().namespace.0, u32::MAX);
    }

    #[test]
    fn a_failure_reads_class_and_pushback() {
        let read = |retry_after, max_retries, packed| {
            failure(&[66.0, -1.0, -1.0, 5.0, -1.0, retry_after, max_retries, packed], Units::Seconds)
        };
        let (said, known) = read(0.25, 3.0, 5.0).unwrap();
        assert_eq!((said.class, known), (FailureClass::Overloaded, true));
        assert_eq!(said.pushback.retry_after, Some(Duration::from_micros(250_000)));
        assert_eq!((said.pushback.never, said.pushback.max_retries), (false, Some(3)));
        let (said, _) = read(-1.0, -1.0, 258.0).unwrap();
        assert_eq!(said.pushback, Pushback::NEVER);
        assert_eq!(read(-1.0, 1e9, 2.0).unwrap().0.pushback.max_retries, Some(MOST_RETRIES));
        assert_eq!(read(-1.0, -1.0, 99.0).map(|(said, known)| (said.class, known)), {
            Some((FailureClass::Transient, false))
        });
        assert!(read(-1.0, -1.0, 512.0).is_none() && read(-1.0, -1.0, f64::NAN).is_none());
    }

    #[test]
    fn what_is_written_for_a_binding_is_read_as_that_input() {
        let read = |record| Event::read(&record, Units::Millis);
        let (attempt, call, span) =
            (AttemptId::from_number(5), CallId::from_number(6), Duration::from_micros(1500));
        let start = Start { cookie: 7, deadline: Some(Instant::from_micros(30_000)), ..Start::default() };
        let load = ServerLoad { in_flight: 3, latency: Some(span) };
        let loaded = Response::with_load(load).told_at(Wall::from_micros(9000));
        let pushback = Pushback { retry_after: Some(span), never: true, max_retries: Some(3) };
        let failure = Failure { class: FailureClass::Overloaded, pushback };
        for (record, event) in [
            (input::start(7.0, 0.0, 0.0, 30.0, -1.0, 65_535.0), Event::Start(start, 0)),
            (input::response(5.0), Event::Response(attempt, Response::default())),
            (input::response_with_load(5.0, 3.0, 1.5, 9.0), Event::Response(attempt, loaded)),
            (input::failure(5.0, 1.5, 3.0, 261.0), Event::Failure(attempt, failure, true)),
            (input::cancelled(5.0), Event::Cancelled(attempt)),
            (input::give_up(6.0), Event::GiveUp(call)),
            (input::timeout(), Event::Timeout),
        ] {
            assert_eq!(read(record), Some(event));
        }
    }

    #[test]
    fn a_foreign_id_is_read_and_answered_as_stale() {
        let event = Event::read(&[65.0, 0.0, 0.0, 0.5, -1.0, -1.0, -1.0, 0.0], Units::Micros);
        assert!(matches!(event, Some(Event::Response(id, said))
            if id == AttemptId::from_number(0) && said == Response::default()));
    }

    #[test]
    fn a_response_reads_a_report_of_load() {
        let read = |in_flight, latency| {
            response(&[65.0, -1.0, -1.0, 5.0, in_flight, latency, -1.0, -1.0], Units::Millis)
        };
        let load = |in_flight, latency| Some(Response::with_load(ServerLoad { in_flight, latency }));
        assert_eq!(read(-1.0, -1.0), Some(Response::default()));
        assert_eq!(read(7.0, 1.5), load(7, Some(Duration::from_micros(1500))));
        assert_eq!(read(0.0, -1.0), load(0, None));
        assert_eq!(read(1e12, -1.0), load(u32::MAX, None));
        for (in_flight, latency) in [(-1.0, 1.5), (0.5, 1.0), (f64::NAN, 1.0)] {
            assert_eq!(read(in_flight, latency), None, "{in_flight}, {latency}");
        }
        let timed = response(&[65.0, -1.0, -1.0, 5.0, -1.0, -1.0, 1e12, -1.0], Units::Millis).unwrap();
        assert_eq!(timed, Response::default().told_at(Wall::from_micros(1_000_000_000_000_000)));
    }
}
