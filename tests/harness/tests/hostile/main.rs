//! Servers that lie, err or rave: none can crash a client, make it grow, or make it send more than its own guard rails
//! and its own budget allow.
//!
//! A signal is advice. A document says between which rails it may move a client (`signal.guard`), and the budget says
//! how much a failing server may be asked again; both are looked at from outside here, by counting what was sent, what
//! was in flight, and what the client holds in memory.

mod counting;
mod flood;
mod headers;
mod maps;
mod pushback;
mod service;
mod signals;
