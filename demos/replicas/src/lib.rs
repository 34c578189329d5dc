//! A replicated service whose servers really stall, and the clients that are measured on it.
//!
//! Six server processes in three zones keep their values in an embedded store on disk. They are stopped and
//! continued with signals on a seeded schedule while one open-loop load runs through several *arms*: ways of
//! calling the same servers. Nothing is mocked: processes, sockets, store and stalls are real. What an arm
//! cost and gained ends up in one [`report::Report`].
//!
//! Reading order: [`placement`] and [`schedule`] say what will happen, [`store`] and [`server`] are one
//! replica, [`fleet`] and [`pauser`] run six of them, [`arm`] and [`load`] call them, [`report`], [`table`]
//! and [`plot`] show what came of it.

// Counts and microseconds become figures for people; 52 bits of them are plenty.
#![allow(clippy::cast_precision_loss, reason = "counts and microseconds become figures for people")]

pub mod arm;
pub mod check;
pub mod cors;
pub mod desk;
pub mod elsewhere;
pub mod fleet;
pub mod hedged;
pub mod hosts;
pub mod http;
pub mod job;
pub mod latency;
pub mod left_out;
pub mod load;
pub mod pauser;
pub mod placement;
pub mod plain;
pub mod plot;
pub mod process;
pub mod progress;
pub mod random;
pub mod replicate;
pub mod report;
pub mod rescue;
pub mod run;
pub mod scenario;
pub mod schedule;
pub mod serve;
pub mod server;
pub mod show;
pub mod slo;
pub mod stalls;
pub mod store;
pub mod table;
pub mod version;
pub mod warm;
