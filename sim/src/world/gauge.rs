//! How busy a server is: the share of its slot time that was spent in service, over the last whole second.
//!
//! Like the processor time that a host reads of itself: it says nothing of queues, and a paused server, whose slots
//! are taken, is as busy as it looks.

/// Length of the window, in µs.
const WINDOW_US: u64 = 1_000_000;
/// A whole, in basis points.
const WHOLE: u64 = 10_000;

/// The gauge of one server; O(1) for each change.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gauge {
    since: u64,
    seen: u64,
    /// Slot time in service since `since`.
    busy: u64,
    /// The share of the last whole window.
    last: u16,
}

impl Gauge {
    /// Tells how many slots were busy until now, of how many.
    pub(crate) fn see(&mut self, running: usize, slots: u32, now: u64) {
        while now - self.since >= WINDOW_US {
            let end = self.since + WINDOW_US;
            self.busy += running as u64 * (end - self.seen);
            self.last = Self::share(self.busy, u64::from(slots) * WINDOW_US);
            (self.since, self.seen, self.busy) = (end, end, 0);
            let windows = (now - end) / WINDOW_US;
            if windows > 0 {
                // Windows in which nothing changed.
                self.last = Self::share(running as u64, u64::from(slots));
                (self.since, self.seen) = (end + windows * WINDOW_US, end + windows * WINDOW_US);
            }
        }
        self.busy += running as u64 * (now - self.seen);
        self.seen = now;
    }

    /// The share of the last whole window, in basis points.
    pub(crate) const fn share_bp(self) -> u16 {
        self.last
    }

    fn share(busy: u64, whole: u64) -> u16 {
        (busy.saturating_mul(WHOLE).checked_div(whole).unwrap_or(0)).min(WHOLE) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_a_window_is_its_slot_time_and_quiet_windows_are_what_they_were() {
        let mut gauge = Gauge::default();
        gauge.see(0, 2, 250_000);
        gauge.see(1, 2, 750_000);
        gauge.see(2, 2, 1_000_000);
        assert_eq!(gauge.share_bp(), 5000, "half a slot's second and half a second of both, of two");
        gauge.see(1, 2, 4_600_000);
        assert_eq!(gauge.share_bp(), 5000);
        gauge.see(0, 2, 9_000_000);
        assert_eq!(gauge.share_bp(), 0);
    }
}
