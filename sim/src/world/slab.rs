//! A table whose slots are reused: indices are small, memory stays flat over a long run.

/// Values by index; a freed index is given out again, the last freed first.
#[derive(Clone, Debug)]
pub(crate) struct Slab<T> {
    slots: Vec<T>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }

    pub(crate) fn insert(&mut self, value: T) -> u32 {
        if let Some(index) = self.free.pop() {
            self.slots[index as usize] = value;
            return index;
        }
        self.slots.push(value);
        (self.slots.len() - 1) as u32
    }

    /// Gives a slot back; its value stays readable until the slot is taken anew.
    pub(crate) fn free(&mut self, index: u32) {
        self.free.push(index);
    }

    /// Values in use.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

impl<T> core::ops::Index<u32> for Slab<T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        &self.slots[index as usize]
    }
}

impl<T> core::ops::IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.slots[index as usize]
    }
}
