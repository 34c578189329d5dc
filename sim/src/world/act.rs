//! What a core tells its host to do, done at the same instant and in order.

use hedgerow::client::action::{Action, AttemptKind, Namespace, Outcome};
use hedgerow::{AttemptId, EndpointId, Reason};

use super::event::Event;
use super::flight::{Answer, Call, Flight, NOTHING, Stage};
use super::spec::WHOLE_PPM;
use super::weather::Way;
use super::{Happening, Progress, World};
use crate::heap::Class;
use crate::metrics::Completed;

/// A caller above repeats a failed call at most so often.
const MOST_TRIES: u8 = 3;

impl World {
    /// Drains a core's actions and sees to its next wake-up; the checks look on.
    pub(super) fn perform(&mut self, client: u32) {
        while let Some(action) = self.nodes[client as usize].core.poll_action() {
            if let Some(checks) = &mut self.checks {
                checks.acted(client, &action, self.nodes[client as usize].clock, self.now);
            }
            self.act(client, &action);
        }
        self.schedule_wake(client);
        if let Some(checks) = &mut self.checks {
            checks.look(client, &mut self.nodes[client as usize], self.now);
        }
    }

    fn act(&mut self, client: u32, action: &Action) {
        match *action {
            Action::Send { attempt, endpoint, kind, cookie, .. } => {
                self.send(client, cookie as u32, attempt, endpoint, kind);
            }
            Action::Cancel { attempt, .. } => self.cancel(client, attempt),
            Action::Complete { cookie, outcome, reason, attempt, .. } => {
                self.complete(client, cookie as u32, outcome, reason, attempt);
            }
            Action::Handshake { namespace, .. } => self.shake_hands(client, namespace),
            // No batches are used.
            _ => {}
        }
    }

    fn send(&mut self, client: u32, call: u32, attempt: AttemptId, endpoint: EndpointId, kind: AttemptKind) {
        let server = self.nodes[client as usize].directory.server(endpoint);
        let local = self.nodes[client as usize].zone.is_none_or(|zone| zone == self.spec.zone(server));
        self.note(call, Happening::Sent(kind, server));
        let birth = self.next_epoch();
        let found = &mut self.calls[call];
        let ordinal = found.sent;
        found.sent = found.sent.saturating_add(1);
        found.flights += 1;
        found.hedged |= kind == AttemptKind::Hedge;
        let Call { measured, op, .. } = *found;
        let flight = self.flights.insert(Flight {
            attempt,
            sent: self.now,
            came: self.now,
            ends: 0,
            call,
            client,
            server,
            place: 0,
            epoch: birth,
            birth,
            said: NOTHING,
            ordinal,
            kind,
            stage: Stage::ToServer,
            answer: Answer::Ok,
            withdrawn: false,
            reported: false,
        });
        self.nodes[client as usize].remember(attempt, flight);
        let hedges = match kind {
            AttemptKind::Hedge => self.nodes[client as usize].core.hedges_in_flight(Namespace(0)),
            _ => 0,
        };
        self.metrics.send(kind, local, measured, self.now, hedges);
        if kind != AttemptKind::Primary && self.has_budget {
            self.metrics.budget(self.nodes[client as usize].core.budget_level(Namespace(0)));
        }
        if let Some(limit) = self.spec.attempt_limit_us {
            self.push(limit, Class::Timer, Event::GiveUp { flight, epoch: birth });
        }
        let bytes = self.spec.operations[usize::from(op)].request_bytes;
        match self.travel(flight, bytes, Way::There) {
            Some(delay) => self.push(delay, Class::Request, Event::Deliver { flight }),
            None => self.lose(flight),
        }
    }

    /// A cancelled attempt goes on, unless the world carries the word to its server.
    fn cancel(&mut self, client: u32, attempt: AttemptId) {
        self.metrics.cancels += 1;
        if !self.spec.cancel_reaches_server {
            return;
        }
        if let Some(flight) = self.flight_of(client, attempt) {
            let epoch = self.flights[flight].birth;
            if let Some(delay) = self.travel(flight, 0, Way::Word) {
                self.push(delay, Class::Request, Event::Withdraw { flight, epoch });
            }
        }
    }

    fn complete(
        &mut self,
        client: u32,
        call: u32,
        outcome: Outcome,
        reason: Reason,
        attempt: Option<AttemptId>,
    ) {
        self.note(call, Happening::Ended(outcome, reason));
        self.nodes[client as usize].open -= 1;
        let found = self.calls[call];
        let answered = attempt.and_then(|attempt| self.flight_of(client, attempt));
        let by_hedge = answered.is_some_and(|flight| self.flights[flight].kind == AttemptKind::Hedge);
        self.metrics.complete(&Completed {
            outcome,
            reason,
            arrived: found.arrived,
            now: self.now,
            hedged: found.hedged,
            by_hedge,
            measured: found.measured,
        });
        self.resolve(call);
        let again = outcome == Outcome::Failed && found.tries < MOST_TRIES && self.is_naive_caller(&found);
        if again {
            self.again(self.now, client, found.tries + 1);
        }
        self.after_call(client);
    }

    /// The flight of an attempt, if the world still holds it.
    fn flight_of(&self, client: u32, attempt: AttemptId) -> Option<u32> {
        let flight = self.nodes[client as usize].recall(attempt)?;
        let found = &self.flights[flight];
        (found.attempt == attempt && found.client == client).then_some(flight)
    }

    /// Whether the caller of this call is of a cohort that repeats what failed, while such a storm is on.
    fn is_naive_caller(&self, call: &Call) -> bool {
        let cohort = self.weather.cohort_ppm();
        cohort > 0 && (crate::stream::mix(call.number) % u64::from(WHOLE_PPM)) < u64::from(cohort)
    }

    /// Puts the core's next deadline into the heap, unless an earlier wake-up waits there already.
    pub(super) fn schedule_wake(&mut self, client: u32) {
        let node = &mut self.nodes[client as usize];
        let wake = node.core.poll_timeout();
        if wake.is_none() && node.open > 0 {
            self.progress = Progress::Stuck;
        } else if let Some(wake) = wake {
            let at = wake.at.as_micros().max(self.now);
            if at < node.wake_at {
                node.wake_at = at;
                self.heap.push(at, Class::Timer, Event::Wake { client });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Arm;
    use crate::sample::Arrivals;
    use crate::world::spec::Spec;

    #[test]
    fn an_open_call_that_waits_for_nothing_stops_the_run() {
        let spec = Spec { servers: 1, arrivals: Arrivals::Replay(vec![0]), ..Spec::default() };
        let mut world = World::checked(&spec, &Arm::named("netflix").unwrap(), 1).unwrap();
        // As if the core had forgotten one of two calls.
        world.nodes[0].open = 1;
        while world.advance(1) == Progress::Running {}
        assert_eq!(world.advance(1), Progress::Stuck);
        let told = world.finish_checked().unwrap_err();
        assert!(told.contains("a call is open and nothing will happen to it"), "{told}");
    }
}
