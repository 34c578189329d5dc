//! What reaches a client: replies, confirmations, its own timers. While its process is paused, all of it waits.

use hedgerow::AttemptId;
use hedgerow::client::action::{Failure, Response};
use hedgerow::retry::outcome::FailureClass;
use hedgerow::retry::pushback::Pushback;

use super::World;
use super::flight::Stage;
use super::node::Letter;

/// A wake-up that fell into a pause of its client: it is made up for when the pause ends.
pub(super) const OWED: u64 = u64::MAX - 1;

impl World {
    /// Whether the client's process runs; if not, the letter waits.
    pub(super) fn runs(&mut self, client: u32, letter: Letter) -> bool {
        let node = &mut self.nodes[client as usize];
        if node.pauses > 0 {
            node.mailbox.push(letter);
        }
        node.pauses == 0
    }

    pub(super) fn reply(&mut self, flight: u32) {
        let client = self.flights[flight].client;
        if self.runs(client, Letter::Reply(flight)) {
            self.report(flight);
            self.perform(client);
            self.land(flight);
        }
    }

    fn report(&mut self, flight: u32) {
        let found = self.flights[flight];
        if self.calls[found.call].resolved || found.reported {
            self.metrics.late += 1;
        }
        let now = self.told(found.client);
        let said = self.unsay(flight).unwrap_or_default();
        self.hear(found.client, &said, now);
        let core = &mut self.nodes[found.client as usize].core;
        match found.answer.failure() {
            #[cfg(test)]
            Some(FailureClass::Overloaded) if self.planted => {}
            None => core.handle_response(found.attempt, Response::default(), now),
            Some(class) => core.handle_failure(found.attempt, Failure { class, pushback: said.hint }, now),
        }
        self.flights[flight].reported = true;
        if let Some(checks) = &mut self.checks {
            let failure = found.answer.failure().map(|class| (class, said.hint));
            let clock = self.nodes[found.client as usize].clock.as_micros();
            checks.ended(found.client, found.attempt, failure, clock);
        }
    }

    /// A copy of a reply that was handed over before.
    pub(super) fn repeat(&mut self, client: u32, attempt: AttemptId) {
        if self.runs(client, Letter::Repeat(attempt)) {
            let now = self.told(client);
            self.nodes[client as usize].core.handle_response(attempt, Response::default(), now);
            self.perform(client);
        }
    }

    pub(super) fn confirm(&mut self, flight: u32) {
        let found = self.flights[flight];
        if self.runs(found.client, Letter::Cancelled(flight)) {
            let now = self.told(found.client);
            self.nodes[found.client as usize].core.handle_cancelled(found.attempt, now);
            self.flights[flight].reported = true;
            if let Some(checks) = &mut self.checks {
                checks.ended(found.client, found.attempt, None, self.now);
            }
            self.perform(found.client);
            self.land(flight);
        }
    }

    /// The host has waited long enough for this attempt: it reports a timeout and listens no more.
    pub(super) fn give_up(&mut self, flight: u32, epoch: u32) {
        let found = self.flights[flight];
        if found.birth != epoch || found.reported {
            return;
        }
        if !self.runs(found.client, Letter::GiveUp(flight, epoch)) {
            return;
        }
        let now = self.told(found.client);
        let core = &mut self.nodes[found.client as usize].core;
        core.handle_failure(found.attempt, Failure::new(FailureClass::Timeout), now);
        self.flights[flight].reported = true;
        self.metrics.given_up += 1;
        if let Some(checks) = &mut self.checks {
            let failure = Some((FailureClass::Timeout, Pushback::NONE));
            checks.ended(found.client, found.attempt, failure, self.now);
        }
        self.perform(found.client);
        if found.stage == Stage::Lost {
            self.land(flight);
        }
    }

    pub(super) fn wake(&mut self, client: u32) {
        let node = &mut self.nodes[client as usize];
        if node.wake_at != self.now {
            return;
        }
        if node.pauses > 0 {
            node.wake_at = OWED;
            return;
        }
        node.wake_at = u64::MAX;
        self.tick(client);
    }

    /// Calls in when something is due; a wake-up may find nothing.
    pub(super) fn tick(&mut self, client: u32) {
        let due = self.nodes[client as usize].core.poll_timeout();
        if due.is_some_and(|wake| wake.at.as_micros() <= self.now) {
            let now = self.told(client);
            self.nodes[client as usize].core.handle_timeout(now);
            self.perform(client);
        } else {
            self.schedule_wake(client);
        }
    }

    /// The process runs again: what waited is handed over, and timers are observed.
    pub(super) fn resume(&mut self, client: u32) {
        let node = &mut self.nodes[client as usize];
        let naive = core::mem::take(&mut node.naive);
        let mut letters = core::mem::take(&mut node.mailbox);
        if node.wake_at == OWED {
            node.wake_at = u64::MAX;
        }
        if naive {
            self.tick(client);
        }
        letters.sort_by_key(|letter| letter.rank());
        let (results, starts): (Vec<_>, Vec<_>) =
            letters.into_iter().partition(|letter| !matches!(letter, Letter::Start(_)));
        for letter in results {
            self.open_letter(client, letter);
        }
        self.tick(client);
        for letter in starts {
            self.open_letter(client, letter);
        }
    }

    fn open_letter(&mut self, client: u32, letter: Letter) {
        match letter {
            Letter::Reply(flight) => self.reply(flight),
            Letter::Repeat(attempt) => self.repeat(client, attempt),
            Letter::Cancelled(flight) => self.confirm(flight),
            Letter::GiveUp(flight, epoch) => self.give_up(flight, epoch),
            Letter::Topology(server, up) => self.change_topology(client, server, up),
            Letter::Told(said) => self.told_signal(client, said),
            Letter::Start(call) => self.start(call),
        }
    }
}
