//! The byte order of names: documents are walked and written in it, because hosts differ in the order they keep;
//! in lists of endpoints it finds names that stand twice.
//!
//! A heap, made once: each sort of the standard library is compiled anew for every type it sorts, and five of them weigh
//! as much as all policies of retries in a module that pages download.

use alloc::{collections::BinaryHeap, vec::Vec};

/// Names in byte order, each with its place among those given; equal ones in the order given. O(n log n).
pub(crate) fn ordered<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let mut places = Vec::new();
    for name in names {
        places.push((name, places.len()));
    }
    BinaryHeap::from(places).into_sorted_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_byte_order_and_equal_ones_as_they_were_given() {
        let found = ordered(["b", "é", "a", "B", "b", ""].into_iter());
        assert_eq!(found, [("", 5), ("B", 3), ("a", 2), ("b", 0), ("b", 4), ("é", 1)]);
    }
}
