//! How faults begin and end.

use std::rc::Rc;

use hedgerow::client::action::TopologyChange;

use super::World;
use super::build::{endpoint, zone_name};
use super::event::Event;
use super::node::Letter;
use super::server::FastFailure;
use crate::fault::{Fault, Kind, Target};
use crate::heap::Class;

impl World {
    /// Puts the next beginning and end of a fault into the heap.
    pub(super) fn schedule_fault(&mut self, fault: u32, target: u32) {
        let described = &self.spec.faults[fault as usize];
        let edge = &mut self.edges[fault as usize][target as usize];
        if let Some(interval) = edge.next(described, self.now) {
            let (from, to) = described.turn(interval, target, self.spec.zones);
            self.heap.push(from, Class::Fault, Event::Fault { fault, target, on: true });
            self.heap.push(to, Class::Fault, Event::Fault { fault, target, on: false });
        }
    }

    pub(super) fn affect(&mut self, fault: u32, target: u32, on: bool) {
        let spec = Rc::clone(&self.spec);
        let described = &spec.faults[fault as usize];
        self.metrics.fault(self.now, fault, on);
        match (&described.kind, described.target) {
            (Kind::Deploy { .. }, _) => self.deploy(target, !on),
            (_, Target::World) => self.weather.change(fault, &described.kind, on, self.now),
            (_, Target::Client(client)) => self.affect_client(client, described, on),
            (_, Target::EachClient) => self.affect_client(target, described, on),
            (_, Target::Server(server)) => self.affect_server(server, described, on),
            (_, Target::EachServer) => self.affect_server(target, described, on),
            (_, Target::Zone(zone)) => {
                let servers = (0..spec.servers).filter(|server| spec.zone(*server) == zone);
                servers.for_each(|server| self.affect_server(server, described, on));
            }
        }
        if !on {
            self.schedule_fault(fault, target);
        }
    }

    fn affect_server(&mut self, number: u32, fault: &Fault, on: bool) {
        let server = &mut self.servers[number as usize];
        match fault.kind {
            Kind::ServerPause if on => {
                server.pauses += 1;
                if server.pauses == 1 {
                    self.freeze(number);
                }
            }
            Kind::ServerPause => {
                server.pauses -= 1;
                if server.pauses == 0 {
                    self.thaw(number);
                }
            }
            Kind::Stall => server.stalls = if on { server.stalls + 1 } else { server.stalls - 1 },
            Kind::Crash if on => {
                self.see_load(number);
                let server = &mut self.servers[number as usize];
                server.crashes += 1;
                let held: Vec<_> = server.running.drain(..).chain(server.queue.drain(..)).collect();
                for flight in held {
                    self.flights[flight].epoch = self.next_epoch();
                    self.lose(flight);
                }
            }
            Kind::Crash => server.crashes -= 1,
            Kind::Slow { factor_ppm } if on => server.slow_down(factor_ppm),
            Kind::Slow { factor_ppm } => server.speed_up(factor_ppm),
            Kind::FastFailure { share_ppm, after_us } if on => {
                server.fast_failures.push(FastFailure { share_ppm, after_us });
            }
            Kind::FastFailure { share_ppm, after_us } => {
                let mine = |one: &FastFailure| one.share_ppm == share_ppm && one.after_us == after_us;
                if let Some(at) = server.fast_failures.iter().position(mine) {
                    server.fast_failures.remove(at);
                }
            }
            Kind::RejectStorm { limit_ppm } if on => server.limits_ppm.push(limit_ppm),
            Kind::RejectStorm { limit_ppm } => {
                if let Some(at) = server.limits_ppm.iter().position(|one| *one == limit_ppm) {
                    server.limits_ppm.remove(at);
                }
            }
            _ => {}
        }
        if !on {
            self.start_service(number);
        }
    }

    /// What is in service keeps what is left of its work.
    fn freeze(&mut self, server: u32) {
        for place in 0..self.servers[server as usize].running.len() {
            let flight = self.servers[server as usize].running[place];
            let epoch = self.next_epoch();
            let found = &mut self.flights[flight];
            found.epoch = epoch;
            found.ends = found.ends.saturating_sub(self.now);
        }
    }

    fn thaw(&mut self, server: u32) {
        for place in 0..self.servers[server as usize].running.len() {
            let flight = self.servers[server as usize].running[place];
            let found = &mut self.flights[flight];
            found.ends = self.now.saturating_add(found.ends);
            let (ends, epoch) = (found.ends, found.epoch);
            self.heap.push(ends, Class::ServiceEnd, Event::ServiceEnd { flight, epoch });
        }
    }

    fn affect_client(&mut self, client: u32, fault: &Fault, on: bool) {
        let node = &mut self.nodes[client as usize];
        match fault.kind {
            Kind::ClientPause { naive_host } if on => {
                node.pauses += 1;
                node.naive |= naive_host;
                if let Some(checks) = &mut self.checks {
                    checks.pause(client);
                }
            }
            Kind::ClientPause { .. } => {
                node.pauses -= 1;
                if node.pauses == 0 {
                    self.resume(client);
                }
            }
            Kind::ClockStep { step_us, mono_back } => {
                let step = if on { step_us } else { -step_us };
                node.wall_offset = node.wall_offset.saturating_add(step);
                if on && mono_back {
                    node.back_us = step_us.unsigned_abs();
                }
            }
            _ => {}
        }
    }

    /// A server goes from the topology of every client, or comes back new.
    fn deploy(&mut self, server: u32, up: bool) {
        let downs = &mut self.servers[server as usize].downs;
        *downs = if up { *downs - 1 } else { *downs + 1 };
        for client in 0..self.spec.clients {
            let node = &mut self.nodes[client as usize];
            if node.pauses > 0 {
                node.mailbox.push(Letter::Topology(server, up));
            } else {
                self.change_topology(client, server, up);
            }
        }
    }

    pub(super) fn change_topology(&mut self, client: u32, server: u32, up: bool) {
        let zones: Vec<_> = (0..self.spec.zones).map(zone_name).collect();
        let described = endpoint(&self.spec, server, &zones, self.zones_are_regions);
        let now = self.told(client);
        let node = &mut self.nodes[client as usize];
        let change = if up { TopologyChange::Add(described) } else { TopologyChange::Remove(described.name) };
        // The document holds the endpoints of the first topology, and no more come.
        if let Ok(ids) = node.core.handle_topology(&[change], now) {
            let directory = Rc::make_mut(&mut node.directory);
            match ids.first() {
                Some(id) => directory.put(server, *id),
                None => directory.remove(server),
            }
        }
        self.perform(client);
    }
}
