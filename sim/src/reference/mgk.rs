//! One shared queue before all servers (M/G/k): whoever is free first takes the oldest request.
//!
//! No client could do this, since it takes a view of all servers at the moment of *service*; it bounds what a choice at
//! the moment of arrival can reach without looking at zones.

/// Servers of one slot behind one queue that is served in order of arrival.
#[derive(Clone, Debug)]
pub struct SharedQueue {
    free_at: Vec<u64>,
}

impl SharedQueue {
    /// Idle servers, at least one.
    pub fn new(servers: usize) -> Self {
        Self { free_at: vec![0; servers.max(1)] }
    }

    /// The server that takes the next request: the one free for longest, or the first to be free. O(servers).
    pub fn first_free(&self) -> usize {
        let free = self.free_at.iter().enumerate().min_by_key(|(server, at)| (**at, *server));
        free.map_or(0, |(server, _)| server)
    }

    /// Serves a request that arrived now; when it ends.
    pub fn serve(&mut self, server: usize, service_us: u64, now: u64) -> u64 {
        let end = self.free_at[server].max(now).saturating_add(service_us);
        self.free_at[server] = end;
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_request_takes_the_first_free_server() {
        let mut queue = SharedQueue::new(2);
        let mut served = |service, now| {
            let server = queue.first_free();
            (server, queue.serve(server, service, now))
        };
        assert_eq!(
            [served(100, 0), served(10, 0), served(5, 1), served(5, 2)],
            [(0, 100), (1, 10), (1, 15), (1, 20)]
        );
    }
}
