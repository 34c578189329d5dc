//! The life of a request at its server: it arrives, waits, is served, and its reply leaves.

use super::World;
use super::event::Event;
use super::flight::{Answer, Stage};
use super::weather::{Way, falls};
use crate::heap::Class;
use crate::sample::Model;

/// Draws of an attempt that decide whether its server fails it: apart from those of its service time.
const FAST: u8 = 0x40;
const ERROR: u8 = 0x80;

impl World {
    pub(super) fn deliver(&mut self, flight: u32) {
        let found = self.flights[flight];
        if found.withdrawn {
            self.send_confirmation(flight);
            return;
        }
        let server = &self.servers[found.server as usize];
        if server.crashes > 0 {
            self.lose(flight);
            return;
        }
        if server.downs > 0 {
            self.flights[flight].answer = Answer::NotSent;
            self.send_reply(flight, 0);
            return;
        }
        if let Some(after) = self.fails_fast(flight) {
            self.flights[flight].answer = Answer::Transient;
            self.send_reply(flight, after);
            return;
        }
        if server.refuses(self.spec.server.slots, self.spec.server.queue_cap) {
            self.flights[flight].answer = Answer::Overloaded;
            self.send_reply(flight, 0);
            return;
        }
        self.flights[flight].stage = Stage::Waiting;
        self.flights[flight].came = self.now;
        self.servers[found.server as usize].queue.push_back(flight);
        self.start_service(found.server);
    }

    /// The time after which a fault answers this request with an error.
    fn fails_fast(&self, flight: u32) -> Option<u64> {
        let found = &self.flights[flight];
        let failures = &self.servers[found.server as usize].fast_failures;
        if failures.is_empty() {
            return None;
        }
        let mut draws = self.service.of(self.calls[found.call].number, found.ordinal | FAST);
        let word = crate::stream::Draws::draw(&mut draws);
        failures.iter().find(|fault| falls(word, fault.share_ppm)).map(|fault| fault.after_us)
    }

    /// Takes waiting requests into service while slots are free.
    pub(super) fn start_service(&mut self, server: u32) {
        loop {
            let found = &mut self.servers[server as usize];
            if !found.takes_work() || found.running.len() >= self.spec.server.slots as usize {
                return;
            }
            let Some(flight) = found.next_waiting(self.spec.server.discipline) else { return };
            let age = self.now - self.flights[flight].sent;
            if self.spec.server.expire_us.is_some_and(|most| age >= most) {
                self.lose(flight);
                continue;
            }
            self.see_load(server);
            let service = self.service_time(flight);
            let place = self.servers[server as usize].running.len() as u32;
            self.servers[server as usize].running.push(flight);
            let found = &mut self.flights[flight];
            found.stage = Stage::Serving;
            found.place = place;
            found.ends = self.now.saturating_add(service);
            let (ends, epoch, call) = (found.ends, found.epoch, found.call);
            self.calls[call].served = self.calls[call].served.saturating_add(1);
            self.metrics.serve(self.calls[call].measured);
            self.heap.push(ends, Class::ServiceEnd, Event::ServiceEnd { flight, epoch });
        }
    }

    /// What serving this attempt takes: drawn by call and attempt, then what the place and the faults add.
    fn service_time(&self, flight: u32) -> u64 {
        let found = &self.flights[flight];
        let call = &self.calls[found.call];
        let mut draws = self.service.of(call.number, found.ordinal);
        let mut time =
            self.spec.cost(call.op, found.server, self.now).map_or(0, |model| model.sample(&mut draws));
        let zone = self.nodes[found.client as usize].zone;
        if zone.is_some_and(|zone| zone != self.spec.zone(found.server)) {
            time = time.saturating_add(self.spec.cross_zone_us);
        }
        if let Some(slow) = &self.spec.slow
            && call.number % slow.every < slow.count
        {
            time = time.saturating_add(Model::sample(&slow.extra, &mut draws));
        }
        self.servers[found.server as usize].slowed(time)
    }

    pub(super) fn end_service(&mut self, flight: u32, epoch: u32) {
        let found = self.flights[flight];
        if found.epoch != epoch || found.stage != Stage::Serving {
            return;
        }
        self.leave_slot(flight);
        self.measure(flight);
        if self.spec.error_ppm > 0 {
            let mut draws = self.service.of(self.calls[found.call].number, found.ordinal | ERROR);
            if falls(crate::stream::Draws::draw(&mut draws), self.spec.error_ppm) {
                self.flights[flight].answer = Answer::Transient;
            }
        }
        self.send_reply(flight, 0);
        self.start_service(found.server);
    }

    fn leave_slot(&mut self, flight: u32) {
        let (server, place) = (self.flights[flight].server, self.flights[flight].place);
        self.see_load(server);
        let running = &mut self.servers[server as usize].running;
        running.swap_remove(place as usize);
        if let Some(&moved) = running.get(place as usize) {
            self.flights[moved].place = place;
        }
        self.flights[flight].epoch = self.next_epoch();
    }

    fn send_reply(&mut self, flight: u32, after: u64) {
        let op = self.calls[self.flights[flight].call].op;
        let bytes = self.spec.operations[usize::from(op)].reply_bytes;
        let Some(delay) = self.travel(flight, bytes, Way::Back) else {
            self.lose(flight);
            return;
        };
        self.flights[flight].stage = Stage::ToClient;
        self.flights[flight].said = self.say(flight);
        let (twice, behind) = self.oddities(flight);
        let delay = delay.saturating_add(after).saturating_add(behind);
        self.push(delay, Class::Reply, Event::Reply { flight });
        if twice {
            let (client, attempt) = (self.flights[flight].client, self.flights[flight].attempt);
            self.push(delay, Class::Reply, Event::Repeat { client, attempt });
        }
    }

    /// The word that an attempt is no longer wanted has reached its server.
    pub(super) fn withdraw(&mut self, flight: u32, epoch: u32) {
        let found = self.flights[flight];
        if found.birth != epoch {
            return;
        }
        match found.stage {
            Stage::ToServer => self.flights[flight].withdrawn = true,
            Stage::Waiting => {
                self.servers[found.server as usize].queue.retain(|waiting| *waiting != flight);
                self.send_confirmation(flight);
            }
            Stage::Serving => {
                self.leave_slot(flight);
                self.send_confirmation(flight);
                self.start_service(found.server);
            }
            Stage::ToClient | Stage::Lost => {}
        }
    }

    fn send_confirmation(&mut self, flight: u32) {
        self.flights[flight].stage = Stage::ToClient;
        match self.travel(flight, 0, Way::Word) {
            Some(delay) => self.push(delay, Class::Cancel, Event::Cancelled { flight }),
            None => self.lose(flight),
        }
    }

    /// Nothing will come of this attempt; only the host's own limit, if there is one, may still end it.
    pub(super) fn lose(&mut self, flight: u32) {
        self.metrics.lost += 1;
        let waits = self.spec.attempt_limit_us.is_some() && !self.flights[flight].reported;
        if waits {
            self.flights[flight].stage = Stage::Lost;
        } else {
            self.land(flight);
        }
    }

    /// Forgets an attempt.
    pub(super) fn land(&mut self, flight: u32) {
        let call = self.flights[flight].call;
        self.unsay(flight);
        let epoch = self.next_epoch();
        let found = &mut self.flights[flight];
        found.birth = epoch;
        found.epoch = epoch;
        found.client = u32::MAX;
        self.flights.free(flight);
        self.calls[call].flights -= 1;
        self.forget_if_over(call);
    }
}
