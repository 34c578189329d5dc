//! How calls come into a world: by the arrival process, by clients that have finished thinking, by callers who repeat.

use hedgerow::client::action::Start;
use hedgerow::{EndpointId, Reason, Wall};

use super::event::Event;
use super::flight::Call;
use super::node::Letter;
use super::spec::WHOLE_PPM;
use super::{Happening, World};
use crate::heap::Class;
use crate::sample::Arrivals;

/// Wall time at the start of a run: tokens carry it.
const WALL_START_US: u64 = 1_700_000_000_000_000;
/// A core looks at no more replicas.
const MOST_REPLICAS: usize = 16;

impl World {
    /// Puts the next arrival of the process into the heap, or ends the arrivals.
    pub(super) fn schedule_arrival(&mut self) {
        if self.spec.calls.is_some_and(|calls| self.arrived >= calls) {
            self.arrivals_over = true;
            return;
        }
        let arrivals = &self.spec.arrivals;
        let next = arrivals.next(self.arrived, self.now, &mut self.streams.arrivals);
        let next = next.map(|at| self.weather.hastened(self.now, at));
        match next.filter(|at| self.spec.until_us.is_none_or(|until| *at < until)) {
            Some(at) => self.heap.push(at, Class::Arrival, Event::Arrive),
            None => self.arrivals_over = true,
        }
    }

    /// A client of a closed loop thinks, then calls again.
    pub(super) fn think(&mut self, client: u32) {
        let over = self.spec.calls.is_some_and(|calls| self.arrived >= calls);
        let next = self.spec.arrivals.next(self.arrived, self.now, &mut self.streams.arrivals);
        let next = next.filter(|at| !over && self.spec.until_us.is_none_or(|until| *at < until));
        if let Some(at) = next {
            self.again(at, client, 0);
        }
    }

    pub(super) fn arrive(&mut self) {
        let clients = u64::from(self.spec.clients);
        let client = self.streams.who.below(clients) as u32;
        self.begin(client, 0);
        self.schedule_arrival();
    }

    /// A call by a certain client: of a closed loop, or of a caller who repeats what failed.
    pub(super) fn arrive_again(&mut self, client: u32, tries: u8) {
        self.coming -= 1;
        let over = self.spec.calls.is_some_and(|calls| self.arrived >= calls);
        if tries > 0 || !over {
            self.begin(client, tries);
        }
    }

    /// Puts a call of this client into the heap.
    pub(super) fn again(&mut self, at: u64, client: u32, tries: u8) {
        self.coming += 1;
        self.heap.push(at, Class::Arrival, Event::Again { client, tries });
    }

    /// A logical call begins: it is counted, and started now or when its client runs again.
    fn begin(&mut self, client: u32, tries: u8) {
        let number = self.arrived;
        self.arrived += 1;
        self.open += 1;
        let op = self.spec.script.get(number as usize).copied().unwrap_or_else(|| self.draw_operation());
        let replica = self.draw_replica();
        let measured = self.is_measured(number);
        let call = self.calls.insert(Call {
            number,
            arrived: self.now,
            core: None,
            client,
            replica,
            op,
            sent: 0,
            served: 0,
            flights: 0,
            tries,
            resolved: false,
            hedged: false,
            measured,
        });
        self.metrics.arrive(self.now, measured);
        if self.nodes[client as usize].pauses > 0 {
            self.nodes[client as usize].mailbox.push(Letter::Start(call));
        } else {
            self.start(call);
        }
    }

    /// Warm-up is a share of the calls where their number is known, else of the time.
    fn is_measured(&self, number: u64) -> bool {
        let share = |whole: u64| {
            (u128::from(whole) * u128::from(self.spec.warmup_ppm) / u128::from(WHOLE_PPM)) as u64
        };
        match (self.spec.calls, self.spec.until_us.or(self.spec.end_us)) {
            (Some(calls), _) => number >= share(calls),
            (None, Some(end)) => self.now >= share(end),
            (None, None) => true,
        }
    }

    fn draw_operation(&mut self) -> u16 {
        let operations = &self.spec.operations;
        if operations.len() < 2 {
            return 0;
        }
        let all = operations.iter().map(|operation| u64::from(operation.share)).sum();
        let mut drawn = self.streams.who.below(all);
        for (op, operation) in (0..).zip(operations) {
            match drawn.checked_sub(u64::from(operation.share)) {
                Some(rest) => drawn = rest,
                None => return op,
            }
        }
        0
    }

    /// The first replica of the key that is asked for.
    fn draw_replica(&mut self) -> Option<u32> {
        let placement = self.spec.placement.as_ref()?;
        let key = placement.keys.sample(&mut self.streams.placement);
        let servers = u64::from(self.spec.servers);
        (servers > 0).then(|| (crate::stream::mix(key) % servers) as u32)
    }

    /// Hands a call to its client's core and does what the core answers.
    pub(super) fn start(&mut self, call: u32) {
        let Call { client, op, replica, .. } = self.calls[call];
        let now = self.told(client);
        let node = &mut self.nodes[client as usize];
        let mut replicas = [EndpointId::from_number(0); MOST_REPLICAS];
        let mut count = 0;
        if let (Some(first), Some(placement)) = (replica, self.spec.placement.as_ref()) {
            for step in 0..placement.replicas.min(self.spec.servers) {
                let server = (first + step) % self.spec.servers;
                if let Some(endpoint) = node.directory.endpoint(server) {
                    replicas[count] = endpoint;
                    count += 1;
                }
            }
        }
        let wall = WALL_START_US.saturating_add(self.now).saturating_add_signed(node.wall_offset);
        let request = Start {
            operation: self.operations[usize::from(op)],
            replicas: &replicas[..count],
            wall: Some(Wall::from_micros(wall)),
            priority: self.spec.operations[usize::from(op)].priority,
            cookie: u64::from(call),
            ..Start::default()
        };
        match node.core.start(&request, now) {
            Ok(id) => {
                self.calls[call].core = Some(id);
                node.open += 1;
                if let Some(checks) = &mut self.checks {
                    checks.started(client, call, id, op, self.now);
                    self.metrics.coverage.see_plan(node.core.explain(id).as_ref());
                }
            }
            Err(reason) => self.deny(call, reason),
        }
        self.perform(client);
    }

    /// A denied call is resolved at once.
    fn deny(&mut self, call: u32, reason: Reason) {
        self.note(call, Happening::Denied(reason));
        let Call { client, arrived, measured, .. } = self.calls[call];
        self.metrics.deny(reason, arrived, measured);
        self.resolve(call);
        self.after_call(client);
    }

    /// What a closed loop does when a call has ended.
    pub(super) fn after_call(&mut self, client: u32) {
        if matches!(self.spec.arrivals, Arrivals::Closed { .. }) {
            self.think(client);
        }
    }

    /// Marks a call resolved and forgets it when nothing of it is under way.
    pub(super) fn resolve(&mut self, call: u32) {
        self.open -= 1;
        self.resolved_at = self.now;
        self.calls[call].resolved = true;
        self.forget_if_over(call);
    }

    pub(super) fn forget_if_over(&mut self, call: u32) {
        if self.calls[call].resolved && self.calls[call].flights == 0 {
            self.calls.free(call);
        }
    }
}
