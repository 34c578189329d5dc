//! A farm: single-slot servers that serve in order of arrival, and balancers of the core that choose among them.
//!
//! Nothing but the choice is the core's: no timers, no retries, no hedges. So the end of a request is known when it
//! arrives, and a run is the merge of arrivals with one heap of ends. A *view* is a set of balancers that are told of
//! the same sends and ends: all of the world (global), all of it some time late (stale), or those of one client
//! (private). Within a view stands one balancer for each zone a request may come from, since a balancer's zone is fixed
//! when it is built.

use crate::heap::{Class, Heap};
use crate::stream::client_seed;
use std::collections::VecDeque;

use hedgerow::balance::{Host, Picker, Place};
use hedgerow::{BalancePolicy, BalanceSettings, EndpointId, HealthSettings, Instant, Stream, StreamKind};

/// Names of the zones.
const ZONES: [&str; 3] = ["a", "b", "c"];

/// How a farm is built.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) servers: usize,
    /// Zones of servers and requests, by index; 1 means that zones do not matter.
    pub(super) zones: usize,
    /// Sets of balancers that do not see each other's requests.
    pub(super) views: usize,
    pub(super) balance: BalanceSettings,
    /// Whether each zone is declared as a region.
    pub(super) regions: bool,
    /// How late a view is told of sends and ends, in µs.
    pub(super) stale_us: u64,
}

impl Layout {
    /// Servers without zones, all seen by everyone.
    pub(super) const fn plain(servers: usize, balance: BalanceSettings) -> Self {
        Self { servers, zones: 1, views: 1, balance, regions: false, stale_us: 0 }
    }

    /// Balancers of one view: one for each zone where zones matter. The policies to compare with look at none, and
    /// several of them would turn one round robin into several that march in step.
    fn balancers(&self) -> usize {
        if self.balance.policy == BalancePolicy::Weighted { self.zones } else { 1 }
    }

    fn place(&self, zone: usize) -> Place {
        let name = ZONES.get(zone % self.zones.clamp(1, ZONES.len())).copied().unwrap_or_default();
        let place = Place::zone(name);
        if self.regions { place.in_region(name) } else { place }
    }

    fn picker(&self, view: usize, zone: usize, seed: u64) -> Picker {
        // The health of a server is not part of these models: nobody is ever called silent.
        let health = HealthSettings { min_in_flight: u32::MAX, ..HealthSettings::default() };
        let number = (view * self.balancers() + zone) as u64;
        Picker::new(self.balance, health, self.place(zone), &client_seed(seed, number))
    }
}

/// The servers with the balancers before them.
#[derive(Clone, Debug)]
pub(super) struct Farm {
    /// By view and zone.
    pickers: Vec<Picker>,
    /// Balancers of one view.
    zones: usize,
    first: EndpointId,
    ids: Vec<EndpointId>,
    free_at: Vec<u64>,
    stale_us: u64,
    /// Sends that their view was not told of yet: when it will be, server and view. Empty unless views are stale.
    untold: VecDeque<(u64, usize, u32)>,
    ends: Heap<(u32, u32)>,
}

impl Farm {
    pub(super) fn new(layout: &Layout, seed: u64) -> Self {
        let (mut pickers, mut ids) = (Vec::new(), Vec::new());
        for view in 0..layout.views {
            for zone in 0..layout.balancers() {
                let mut picker = layout.picker(view, zone, seed);
                let hosts = (0..layout.servers).map(|server| Host::new(layout.place(server)));
                // Factor 1 and fewer than 2^24 servers: no host is refused.
                ids = hosts.filter_map(|host| picker.add(host).ok()).collect();
                pickers.push(picker);
            }
        }
        let first = ids.first().copied().unwrap_or(EndpointId::from_number(0));
        Self {
            pickers,
            zones: layout.balancers(),
            first,
            ids,
            free_at: vec![0; layout.servers],
            stale_us: layout.stale_us,
            untold: VecDeque::new(),
            ends: Heap::new(),
        }
    }

    /// The same idle farm with other chance.
    pub(super) fn with_chance(&self, seed: u64) -> Self {
        let mut farm = self.clone();
        for (number, picker) in farm.pickers.iter_mut().enumerate() {
            *picker.draws() = Stream::derive(&client_seed(seed, number as u64), StreamKind::Balance, 0);
        }
        farm
    }

    pub(super) const fn servers(&self) -> usize {
        self.free_at.len()
    }

    /// Tells the views of every send and end that is due: a request's send before its end, which is never earlier.
    #[inline]
    pub(super) fn advance(&mut self, now: u64) {
        while let Some((_, server, view)) = self.untold.pop_front_if(|(at, ..)| *at <= now) {
            self.send(view, server);
        }
        while self.ends.next_at().is_some_and(|at| at <= now) {
            let Some((_, _, (server, view))) = self.ends.pop() else { return };
            let id = self.ids[server as usize];
            for picker in self.view(view) {
                picker.on_end(id);
            }
        }
    }

    /// The server that the balancer of this view and zone chooses; `None` when none is in reach.
    #[inline]
    pub(super) fn choose(&mut self, view: u32, zone: usize, now: u64) -> Option<usize> {
        let picker = &mut self.pickers[view as usize * self.zones + zone % self.zones];
        let chosen = picker.pick(&[], Instant::from_micros(now)).first()?.endpoint;
        // Ids of one table that were handed out without a removal are consecutive.
        Some((chosen.number() - self.first.number()) as usize)
    }

    /// Puts a request in the queue of a server; when it ends.
    #[inline]
    pub(super) fn serve(&mut self, view: u32, server: usize, service_us: u64, now: u64) -> u64 {
        let end = self.free_at[server].max(now).saturating_add(service_us);
        self.free_at[server] = end;
        if self.stale_us == 0 {
            self.send(view, server);
        } else {
            self.untold.push_back((now.saturating_add(self.stale_us), server, view));
        }
        let told = end.saturating_add(self.stale_us);
        self.ends.push(told, Class::ServiceEnd, (server as u32, view));
        end
    }

    /// Tells a view of a request.
    #[inline]
    pub(super) fn send(&mut self, view: u32, server: usize) {
        let id = self.ids[server];
        for picker in self.view(view) {
            picker.on_sent(id);
        }
    }

    fn view(&mut self, view: u32) -> &mut [Picker] {
        let first = view as usize * self.zones;
        &mut self.pickers[first..first + self.zones]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        let balance = BalanceSettings { n: 64, ..BalanceSettings::default() };
        Layout { servers: 6, zones: 3, views: 2, balance, regions: false, stale_us: 0 }
    }

    #[test]
    fn a_request_goes_near_until_its_own_view_has_four_waiting_there() {
        let mut farm = Farm::new(&layout(), 1);
        for sent in 0..6 {
            let server = farm.choose(0, 1, 0).unwrap();
            assert_eq!(server % 3, 1, "request {sent} stays in its zone");
            assert_eq!(farm.serve(0, server, 100, 0), 100 * (sent / 2 + 1));
        }
        farm.serve(0, 1, 100, 0);
        farm.serve(0, 4, 100, 0);
        let spilled = (0..20).map(|_| farm.choose(0, 1, 0).unwrap() % 3).filter(|zone| *zone != 1).count();
        assert!(spilled == 20, "{spilled}: the near ones count five, the far ones four");
        assert_eq!(farm.choose(1, 1, 0).unwrap() % 3, 1, "another view knows nothing of it");
        farm.advance(200);
        assert_eq!(farm.choose(0, 1, 200).unwrap() % 3, 1, "two ended on each");
    }

    #[test]
    fn a_stale_view_sees_what_was_in_flight_so_long_ago() {
        let mut farm = Farm::new(&Layout { zones: 1, views: 1, stale_us: 50, ..layout() }, 1);
        let busy = farm.choose(0, 0, 0).unwrap();
        farm.serve(0, busy, 100, 0);
        let avoided = |farm: &mut Farm, now| {
            farm.advance(now);
            (0..50).all(|_| farm.choose(0, 0, now).unwrap() != busy)
        };
        assert!(!avoided(&mut farm, 49), "it was not told of the send");
        assert!(avoided(&mut farm, 50));
        assert!(avoided(&mut farm, 149), "it was not told of the end at 100");
        assert!(!avoided(&mut farm, 150));
    }

    #[test]
    fn zones_declared_as_regions_are_never_left() {
        let mut farm = Farm::new(&Layout { regions: true, ..layout() }, 1);
        for _ in 0..100 {
            let server = farm.choose(0, 2, 0).unwrap();
            assert_eq!(server % 3, 2);
            farm.serve(0, server, 100, 0);
        }
    }
}
