//! How a reply comes to carry what its server says, and how a client hears it.

use std::rc::Rc;

use hedgerow::client::action::{Namespace, Operation};
use hedgerow::retry::pushback::Pushback;
use hedgerow::signal::record::Record;
use hedgerow::{Duration, Instant};

use super::World;
use super::event::Event;
use super::flight::{Answer, NOTHING};
use super::node::Letter;
use super::saying::{Said, Saying, Signal, Words};
use super::weather::falls;
use crate::heap::Class;
use crate::stream::Draws;

/// Draws of an attempt that decide what its reply carries: apart from those of its service.
const SAYS: u8 = 0xc0;

impl World {
    /// What the server adds to the reply of this attempt, by its place in the table; [`NOTHING`] for most.
    pub(super) fn say(&mut self, flight: u32) -> u32 {
        if self.spec.sayings.is_empty() {
            return NOTHING;
        }
        let spec = Rc::clone(&self.spec);
        let found = self.flights[flight];
        let mut draws = self.service.of(self.calls[found.call].number, found.ordinal | SAYS);
        let operation = self.operations[usize::from(self.calls[found.call].op)];
        let mut said = Said::default();
        for saying in &spec.sayings {
            // A word for each saying, so that one more of them moves no draw of the others.
            if falls(draws.draw(), saying.share_ppm) && saying.applies(found.server, self.now) {
                self.add_words(&mut said, saying, found.server, operation, found.answer);
            }
        }
        if said.refuses && found.answer == Answer::Overloaded {
            self.flights[flight].answer = Answer::Refused;
        }
        if said.is_silence() { NOTHING } else { self.said.insert(said) }
    }

    fn add_words(&mut self, said: &mut Said, saying: &Saying, server: u32, op: Operation, answer: Answer) {
        match &saying.words {
            Words::Signal(signal) if said.record.is_none() => {
                let (namespace, operation) = signal.scope(op);
                said.record = Some((namespace, operation, self.record(signal, saying.from_us, server)));
            }
            Words::Pushback { hint, refuses } if answer != Answer::Ok && said.hint == Pushback::NONE => {
                (said.hint, said.refuses) = (*hint, *refuses);
            }
            _ => {}
        }
    }

    /// The record as the server says it now, with what it has measured if it does.
    fn record(&mut self, signal: &Signal, from_us: u64, server: u32) -> Record {
        let record = signal.at(self.now - from_us);
        if !signal.measured {
            return record;
        }
        self.see_load(server);
        let found = &mut self.servers[server as usize];
        let compute = Some(u32::from(found.gauge.share_bp()));
        let load = found.meter.report(compute, None, Instant::from_micros(self.now));
        Record {
            util: load.util,
            util_target: load.util_target,
            util_max: load.util_max,
            compute: load.compute,
            ..record
        }
    }

    /// Reads the gauge of a server before its load changes; nothing where nobody tells of it.
    pub(super) fn see_load(&mut self, server: u32) {
        if self.objectives.is_some() {
            let found = &mut self.servers[server as usize];
            found.gauge.see(found.running.len(), self.spec.server.slots, self.now);
        }
    }

    /// Counts a served request by the objectives that the world's servers tell.
    pub(super) fn measure(&mut self, flight: u32) {
        if let Some((target, max)) = self.objectives {
            let found = &self.flights[flight];
            let elapsed = Duration::from_micros(self.now - found.came);
            let meter = &mut self.servers[found.server as usize].meter;
            meter.served(elapsed, target, max, Instant::from_micros(self.now));
        }
    }

    /// Takes what a reply carries out of the table.
    pub(super) fn unsay(&mut self, flight: u32) -> Option<Said> {
        let place = std::mem::replace(&mut self.flights[flight].said, NOTHING);
        (place != NOTHING).then(|| self.take_said(place))
    }

    fn take_said(&mut self, place: u32) -> Said {
        self.said.free(place);
        std::mem::take(&mut self.said[place])
    }

    /// A client's core takes a record.
    pub(super) fn hear(&mut self, client: u32, said: &Said, now: Instant) {
        if let Some((namespace, operation, record)) = &said.record {
            self.nodes[client as usize].core.handle_signal(*namespace, *operation, record, now);
            self.metrics.signals += 1;
            if let Some(checks) = &mut self.checks {
                checks.heard(client, (*namespace, *operation), record, self.nodes[client as usize].clock);
            }
        }
    }

    /// A client asks for the signals of its namespace; a server that can be reached tells the first record it has.
    pub(super) fn shake_hands(&mut self, client: u32, namespace: Namespace) {
        let spec = Rc::clone(&self.spec);
        let Some(server) = client.checked_rem(spec.servers) else { return };
        let found = &self.servers[server as usize];
        if found.pauses > 0 || found.is_gone() || self.is_cut_off(client, server) {
            return;
        }
        let told = spec.sayings.iter().filter(|saying| saying.applies(server, self.now));
        let mut signals = told.filter_map(|saying| match &saying.words {
            Words::Signal(signal) => Some((signal, saying.from_us)),
            Words::Pushback { .. } => None,
        });
        if let Some((signal, from_us)) = signals.next() {
            let record = self.record(signal, from_us, server);
            let said =
                self.said.insert(Said { record: Some((Some(namespace), None, record)), ..Said::default() });
            let way = self.spec.link(self.nodes[client as usize].zone, self.spec.zone(server));
            self.push(way.saturating_mul(2), Class::Reply, Event::Told { client, said });
        }
    }

    /// The answer to a handshake reaches its client.
    pub(super) fn told_signal(&mut self, client: u32, place: u32) {
        if self.runs(client, Letter::Told(place)) {
            let said = self.take_said(place);
            let now = self.told(client);
            self.hear(client, &said, now);
            self.perform(client);
        }
    }
}
