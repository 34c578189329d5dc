//! STUB (helper B): counts slots in flight against a limit (calls and hedges alike), strict, non-blocking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limiter { in_flight: u32 }
impl Limiter {
    pub const fn new() -> Self { Self { in_flight: 0 } }
    pub fn try_acquire(&mut self, limit: u32) -> bool { todo!() }
    pub fn release(&mut self) { todo!() }
    pub fn in_flight(&self) -> u32 { todo!() }
    pub fn has_room(&self, limit: u32) -> bool { todo!() }
}
