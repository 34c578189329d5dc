//! The event heap: what happens next, in an order that no implementation detail decides.
//!
//! An entry is ordered by its time, then its class, then the order of insertion. At one instant faults begin and end
//! first; then servers finish before they take new requests; then a client hears results, confirmed cancellations and
//! timers in that order; then new calls arrive, and last the gauges are read. A heap of four children for each node
//! (Johnson, "Priority queues with update and finding minimum spanning trees", 1975) is shallow and keeps siblings in
//! one cache line. It knows nothing of what the events mean.

/// What kind of event an entry is, in the order of one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// A fault begins or ends.
    Fault = 0,
    /// A server finishes a request.
    ServiceEnd = 1,
    /// A request, or the word to drop one, reaches a server.
    Request = 2,
    /// A reply reaches a client.
    Reply = 3,
    /// A client hears that an attempt is cancelled.
    Cancel = 4,
    /// A timer of a client.
    Timer = 5,
    /// A new logical call.
    Arrival = 6,
    /// The gauges are read.
    Probe = 7,
}

/// How many bits of an entry's rank the insertion counter has.
const SEQUENCE_BITS: u32 = 56;
/// Children of a node.
const ARITY: usize = 4;

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    at: u64,
    /// The class above the insertion counter.
    rank: u64,
    event: E,
}

impl<E> Entry<E> {
    fn before(&self, other: &Self) -> bool {
        (self.at, self.rank) < (other.at, other.rank)
    }
}

/// Events to come, the earliest first.
///
/// ```
/// use hedgerow_sim::heap::{Class, Heap};
/// let mut heap = Heap::new();
/// heap.push(10, Class::Arrival, "arrives");
/// heap.push(10, Class::Fault, "breaks");
/// heap.push(5, Class::Probe, "read");
/// let order: Vec<_> = std::iter::from_fn(|| heap.pop()).map(|(_, _, event)| event).collect();
/// assert_eq!(order, ["read", "breaks", "arrives"]);
/// ```
#[derive(Clone, Debug)]
pub struct Heap<E> {
    entries: Vec<Entry<E>>,
    sequence: u64,
}

impl<E: Copy> Default for Heap<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Copy> Heap<E> {
    /// An empty heap.
    pub const fn new() -> Self {
        Self { entries: Vec::new(), sequence: 0 }
    }

    /// Adds an event at a time in µs. O(log n).
    #[inline]
    pub fn push(&mut self, at: u64, class: Class, event: E) {
        let rank = ((class as u64) << SEQUENCE_BITS) | self.sequence;
        self.sequence += 1;
        let entry = Entry { at, rank, event };
        let mut hole = self.entries.len();
        self.entries.push(entry);
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if !entry.before(&self.entries[parent]) {
                break;
            }
            self.entries[hole] = self.entries[parent];
            hole = parent;
        }
        self.entries[hole] = entry;
    }

    /// Takes the earliest event with its time and class. O(log n).
    #[inline]
    pub fn pop(&mut self) -> Option<(u64, Class, E)> {
        let last = self.entries.pop()?;
        let Some(&first) = self.entries.first() else {
            return Some((last.at, last.class(), last.event));
        };
        self.sift_down(last);
        Some((first.at, first.class(), first.event))
    }

    /// The earliest event with its time and class.
    pub fn first(&self) -> Option<(u64, Class, E)> {
        self.entries.first().map(|entry| (entry.at, entry.class(), entry.event))
    }

    /// The time of the earliest event.
    pub fn next_at(&self) -> Option<u64> {
        self.entries.first().map(|entry| entry.at)
    }

    /// Events waiting.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts an entry into the hole at the top.
    fn sift_down(&mut self, entry: Entry<E>) {
        let entries = self.entries.as_mut_slice();
        let mut hole = 0;
        loop {
            let first = hole * ARITY + 1;
            let children = first..(first + ARITY).min(entries.len());
            let Some(least) = children.reduce(|a, b| if entries[b].before(&entries[a]) { b } else { a })
            else {
                break;
            };
            if !entries[least].before(&entry) {
                break;
            }
            entries[hole] = entries[least];
            hole = least;
        }
        entries[hole] = entry;
    }
}

impl<E> Entry<E> {
    const CLASSES: [Class; 8] = [
        Class::Fault,
        Class::ServiceEnd,
        Class::Request,
        Class::Reply,
        Class::Cancel,
        Class::Timer,
        Class::Arrival,
        Class::Probe,
    ];

    fn class(&self) -> Class {
        Self::CLASSES[(self.rank >> SEQUENCE_BITS) as usize & 7]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Purpose;

    #[test]
    fn events_come_in_the_order_of_a_sorted_list() {
        let mut draws = Purpose::Swarm.stream(1, 0);
        let (mut heap, mut list) = (Heap::new(), Vec::new());
        let mut taken = Vec::new();
        for number in 0..20_000_u64 {
            let at = draws.below(50);
            let class = Entry::<u64>::CLASSES[draws.below(8) as usize];
            heap.push(at, class, number);
            list.push((at, class, number));
            if draws.below(3) == 0 {
                let expected = *list.iter().min().unwrap();
                list.retain(|entry| *entry != expected);
                taken.push((heap.pop(), expected));
            }
        }
        list.sort_unstable();
        taken.extend(list.into_iter().map(|expected| (heap.pop(), expected)));
        assert!(taken.iter().all(|(got, expected)| *got == Some(*expected)));
        assert!(heap.is_empty() && heap.pop().is_none());
    }
}
