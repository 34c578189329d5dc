//! Hedging: when a second copy of a request is sent, and whether it may be.
//!
//! A hedge turns the latency tail S(t) of one server into S(t) · S(t − d) (Dean and Barroso, "The Tail at Scale"). Its
//! danger is feedback: hedges are load, load makes requests slow, slow requests hedge. So three brakes stand apart and
//! all must agree: a [`delay`] that aims at the target and that only a share of the requests exceeds, a [`limiter`]
//! whose limit the server sets, and the budget shared with retries. The machine combines them; none knows another.

pub mod delay;
pub mod limiter;
