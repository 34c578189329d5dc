//! A deterministic fleet simulator: it drives the real core through seeded worlds of clients, servers and faults.
//!
//! A policy that is pure can be run far faster than the world it steers: time is a number, chance a seed, the network
//! a heap of events. The seed, the configuration and the build fix every event, so a failing seed *is* the report of a
//! fault. It reads no clock, no environment and no entropy, and gives the same bytes on every platform.
//!
//! What it cannot do: a generator that never produces a shape never finds its fault, a balancer that sees all servers
//! flatters every policy that counts queues, and heavy tails make a single run meaningless.
//!
//! ```
//! use hedgerow_sim::arm::Arm;
//! use hedgerow_sim::sample::{Arrivals, Model, Rates};
//! use hedgerow_sim::world::{World, spec::Spec};
//!
//! let spec = Spec {
//!     servers: 3,
//!     arrivals: Arrivals::Poisson(Rates::constant(1000.0)?),
//!     calls: Some(1000),
//!     service: vec![Model::exp(1000.0)],
//!     ..Spec::default()
//! };
//! let figures = World::new(&spec, &Arm::named("netflix")?, 1)?.run();
//! assert_eq!((figures.calls, figures.ok, figures.open), (1000, 1000, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod arm;
pub mod experiments;
pub mod fault;
pub mod fleet;
pub mod heap;
pub mod metrics;
pub mod reference;
pub mod request;
pub mod sample;
pub mod stats;
pub mod stream;
pub mod swarm;
pub mod world;
