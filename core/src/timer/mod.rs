//! Timers: the wheel that orders deadlines and the pause-tolerant stages above it.
//!
//! The [`wheel`] is a plain data structure which knows nothing of pauses; a [`pause::PauseTimer`] is armed on it
//! again and again, one stage at a time, so that a stopped client is told apart from a slow server.

mod expiry;
mod level;
pub mod pause;
mod slab;
pub mod wheel;
