//! A map kept as a sorted list.
//!
//! The scopes of a client are few and seldom new, and a tree of the standard library, compiled anew for each pair of
//! types, weighs more in a module than everything here that uses it.

use alloc::vec::Vec;

/// Values by key, ascending. Finding is O(log n), a new key moves those after it.
#[derive(Clone, Debug)]
pub(super) struct Sorted<K, V>(Vec<(K, V)>);

impl<K: Copy + Ord, V> Sorted<K, V> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn get(&self, key: K) -> Option<&V> {
        self.at(key).ok().and_then(|at| self.0.get(at)).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.at(key).ok().and_then(|at| self.0.get_mut(at)).map(|(_, value)| value)
    }

    /// Puts a value, in the place of an earlier one.
    pub(super) fn put(&mut self, key: K, value: V) {
        match self.at(key) {
            Ok(at) => self.0.get_mut(at).map(|(_, old)| *old = value).unwrap_or_default(),
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    pub(super) fn remove(&mut self, key: K) {
        if let Ok(at) = self.at(key) {
            self.0.remove(at);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn iter(&self) -> core::slice::Iter<'_, (K, V)> {
        self.0.iter()
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Values of the keys from one to another, both included.
    pub(super) fn between(&self, first: K, last: K) -> impl Iterator<Item = &V> {
        let from = self.0.partition_point(|(key, _)| *key < first);
        self.0.iter().skip(from).take_while(move |(key, _)| *key <= last).map(|(_, value)| value)
    }

    fn at(&self, key: K) -> Result<usize, usize> {
        self.0.binary_search_by_key(&key, |(known, _)| *known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_holds_what_a_tree_holds(steps in proptest::collection::vec((0u8..3, 0u8..9, any::<u8>()), 0..60)) {
            let (mut sorted, mut tree) = (Sorted::new(), BTreeMap::new());
            for (what, key, value) in steps {
                match what {
                    0 => { sorted.remove(key); tree.remove(&key); }
                    1 => { sorted.put(key, value); tree.insert(key, value); }
                    _ => prop_assert_eq!(sorted.get_mut(key), tree.get_mut(&key)),
                }
                prop_assert_eq!((sorted.get(key), sorted.len()), (tree.get(&key), tree.len()));
                let between: Vec<_> = sorted.between(key, key.saturating_add(3)).collect();
                prop_assert_eq!(between, tree.range(key..=key.saturating_add(3)).map(|(_, value)| value).collect::<Vec<_>>());
            }
        }
    }
}
