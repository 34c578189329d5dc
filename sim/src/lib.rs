//! A deterministic fleet simulator: it drives the real core through seeded worlds of clients, servers and faults.
//!
//! A policy that is pure can be run far faster than the world it steers: time is a number, chance a seed, the network
//! a heap of events. The seed, the configuration and the build fix every event, so a failing seed *is* the report of a
//! fault. It reads no clock, no environment and no entropy, and gives the same bytes on every platform.
//!
//! What it cannot do: a generator that never produces a shape never finds its fault, a balancer that sees all servers
//! flatters every policy that counts queues, and heavy tails make a single run meaningless.
#![forbid(unsafe_code)]

pub mod sample;
pub mod stats;
pub mod stream;
