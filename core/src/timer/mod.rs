//! Timers: the wheel that orders deadlines and the pause-tolerant stages above it.
pub mod pause;
pub mod wheel;
