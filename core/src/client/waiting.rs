//! Hedges that met the limit and wait for a slot (`hedge.denied: wait`), first come, first served.
//!
//! Reading of a draft on retries and deep queues: a wait is worth half of what is left of the target, and a queue is worth
//! no more places than the limit has. So a call whose hedge meets the limit waits for at most `(target − elapsed) / 2`
//! behind at most as many others; without a known target, with nothing outstanding or with the queue full its hedge is
//! dropped as ever. A freed slot goes to the head, which passes the whole gate again, so a server's pushback or a lack of
//! time since then denies it; at the end of its wait it is dropped. While calls wait no other takes a slot before them.
//!
//! A waiting call holds no slot and has spent no token. Its one hedge timer ends the wait. Work is bounded by the limit.

use crate::client::Client;
use crate::client::call::Trigger;
use crate::id::{CallId, Id};
use crate::reason::Reason;
use crate::stats::CallEvent;
use crate::time::{Duration, Instant};

impl Client {
    /// Whether a hedge of this call may take a slot now: there is room, and nobody waits before it.
    pub(super) fn has_hedge_room(&self, call: Id, namespace: u32, limit: u32) -> bool {
        self.classes.namespace(namespace).is_some_and(|state| {
            state.hedges.has_room(limit) && state.waiting.front().is_none_or(|&head| head == call)
        })
    }

    /// Lets a call whose hedge met the limit wait for a slot; whether it waits.
    pub(super) fn waits_for_slot(&mut self, call: Id, now: Instant) -> bool {
        let Some(found) = self.calls.get(call) else { return false };
        if found.outstanding == 0 {
            return false;
        }
        if found.flags.trigger == Trigger::Waiting {
            return true;
        }
        let (namespace, class) = (found.namespace, found.class);
        let (wait, (limit, _)) = (self.longest_wait(call, now), self.hedge_limits(class));
        let Some(state) = self.classes.namespace_mut(namespace) else { return false };
        if wait == Duration::ZERO || state.waiting.len() as u64 >= u64::from(limit) {
            return false;
        }
        // Arming anew leaves the queue, so the place in it is taken afterwards.
        self.arm_hedge(call, wait, now);
        if let Some(state) = self.classes.namespace_mut(namespace) {
            state.waiting.push_back(call);
        }
        if let Some(found) = self.calls.get_mut(call) {
            found.flags.trigger = Trigger::Waiting;
        }
        let subject = self.subject(call);
        self.journal.note(Reason::HedgeWaiting, subject, (now + wait).as_micros(), now);
        true
    }

    /// Half of what is left of the target; nothing where waiting is off or no target is known.
    fn longest_wait(&self, call: Id, now: Instant) -> Duration {
        let Some(found) = self.calls.get(call) else { return Duration::ZERO };
        let waits = self.classes.get(found.class).is_some_and(|class| class.settings.hedge.wait);
        let left = found.target().map_or(Duration::ZERO, |target| target - now.since(found.started()));
        Duration::from_micros(if waits { left.as_micros() / 2 } else { 0 })
    }

    /// Takes a call out of its queue, wherever it stands.
    pub(super) fn leave_queue(&mut self, call: Id) {
        let Some(found) = self.calls.get_mut(call).filter(|found| found.flags.trigger == Trigger::Waiting)
        else {
            return;
        };
        found.flags.trigger = Trigger::Delay;
        let namespace = found.namespace;
        if let Some(state) = self.classes.namespace_mut(namespace) {
            state.waiting.retain(|&other| other != call);
        }
    }

    /// Gives free slots of a namespace to the calls that wait for them.
    pub(super) fn serve_waiting(&mut self, namespace: u32, now: Instant) {
        while let Some(&head) = self.classes.namespace(namespace).and_then(|state| state.waiting.front()) {
            let before = self.state(CallId::from_id(head));
            let limit =
                self.calls.get(head).map(|found| found.class).map_or(0, |class| self.hedge_limits(class).0);
            if !self.has_hedge_room(head, namespace, limit) {
                return;
            }
            if self.try_hedge(head, Reason::HedgeDue, now) {
                self.rearm_after_hedge(head, now);
            }
            self.journal.stats.add_arrow(before, CallEvent::HedgeTimer, self.state(CallId::from_id(head)));
        }
    }

    /// Limits may have changed: every namespace in which calls wait is looked at.
    pub(super) fn serve_all_waiting(&mut self, now: Instant) {
        for namespace in 0..self.classes.namespaces() {
            self.serve_waiting(namespace, now);
        }
    }

    /// The end of a wait: the hedge is dropped.
    pub(super) fn waited_in_vain(&mut self, call: Id, now: Instant) {
        self.leave_queue(call);
        self.deny_hedge(call, Reason::HedgeLimit, now);
    }
}
