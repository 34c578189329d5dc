//! Always-on speculation: a request stands in two queues at once; the first to be taken is served, the other leaves.
//!
//! A reference model of the simulator; the core takes no part in it. Servers have one slot and serve in order of
//! arrival. Both copies of a request would cost the same, so the model is told one cost. Its rival sends the same
//! request to the shorter of the same two queues. Source: jolynch/performance-analysis, `speculation_analysis`.

use std::collections::VecDeque;

/// Servers with the queues of requests by number.
#[derive(Clone, Debug)]
pub struct Pairs {
    queues: Vec<VecDeque<u64>>,
    /// When each server is free, in µs.
    free_at: Vec<u64>,
    /// Arrival and cost of each request, and whether a server has taken it.
    requests: VecDeque<Request>,
    /// Number of the oldest request kept.
    first: u64,
    latencies: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    arrived: u64,
    cost: u64,
    taken: bool,
}

impl Pairs {
    /// Idle servers.
    pub fn new(servers: usize) -> Self {
        Self {
            queues: vec![VecDeque::new(); servers],
            free_at: vec![0; servers],
            requests: VecDeque::new(),
            first: 0,
            latencies: Vec::new(),
        }
    }

    /// A request arrives and stands in these queues; what was due before is served.
    pub fn arrive(&mut self, servers: &[usize], cost: u64, now: u64) {
        self.serve_until(now);
        let number = self.first + self.requests.len() as u64;
        self.requests.push_back(Request { arrived: now, cost, taken: false });
        for &server in servers {
            self.queues[server].push_back(number);
        }
    }

    /// Requests that wait or are served at a server, those that left uncounted.
    pub fn in_system(&self, server: usize, now: u64) -> usize {
        let waiting = self.queues[server].iter().filter(|number| self.waits(**number)).count();
        waiting + usize::from(self.free_at[server] > now)
    }

    /// Serves everything and answers the latencies, in µs, in the order in which service began.
    pub fn finish(mut self) -> Vec<u64> {
        self.serve_until(u64::MAX);
        self.latencies
    }

    fn waits(&self, number: u64) -> bool {
        self.of(number).is_some_and(|request| !request.taken)
    }

    fn of(&self, number: u64) -> Option<&Request> {
        self.requests.get(number.checked_sub(self.first)? as usize)
    }

    /// Lets servers take what waits until this time, the earliest free one first, of equal ones the first.
    pub fn serve_until(&mut self, now: u64) {
        loop {
            for server in 0..self.queues.len() {
                while let Some(&number) = self.queues[server].front()
                    && !self.waits(number)
                {
                    self.queues[server].pop_front();
                }
            }
            let starts = (0..self.queues.len()).filter_map(|server| {
                let request = self.of(*self.queues[server].front()?)?;
                Some((self.free_at[server].max(request.arrived), server))
            });
            let Some((start, server)) = starts.min().filter(|(start, _)| *start <= now) else { return };
            self.take(server, start);
        }
    }

    fn take(&mut self, server: usize, start: u64) {
        let Some(number) = self.queues[server].pop_front() else { return };
        let Some(request) = self.requests.get_mut((number - self.first) as usize) else { return };
        request.taken = true;
        let end = start.saturating_add(request.cost);
        self.free_at[server] = end;
        self.latencies.push(end - request.arrived);
        while self.requests.front().is_some_and(|request| request.taken) {
            self.requests.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_that_starts_first_is_served_and_the_other_leaves() {
        let mut pairs = Pairs::new(2);
        pairs.arrive(&[0], 100, 0);
        pairs.arrive(&[0, 1], 10, 1);
        pairs.arrive(&[0], 5, 2);
        assert_eq!((pairs.in_system(0, 2), pairs.in_system(1, 2)), (2, 1));
        // The second starts at once at server 1; the third follows the first.
        assert_eq!(pairs.finish(), [100, 10, 103]);
    }

    #[test]
    fn one_queue_is_first_come_first_served() {
        let mut pairs = Pairs::new(1);
        for (at, cost) in [(0, 10), (5, 10), (50, 1)] {
            pairs.arrive(&[0], cost, at);
        }
        assert_eq!(pairs.finish(), [10, 15, 1]);
    }
}
