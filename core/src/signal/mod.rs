//! Signals: what a server tells its clients about objectives, limits and load.
//!
//! A timeout is not a constant of the client: it depends on who calls, which data and which operation, and only the
//! server knows that. [`record`] is what a server says, [`merge`] decides what it changes and what is in force,
//! [`advice`] reads the rest, [`header`] and [`map`] are its two forms on the wire. In return [`capabilities`] tells
//! the server with every request what the client can do and what it knows already. On the server [`meter`] measures
//! what to say and [`composer`] numbers it. No redeploy is needed to change behaviour.

pub mod advice;
pub mod capabilities;
mod clamped;
pub mod composer;
mod draft;
mod field;
pub mod header;
mod item;
mod loose;
pub mod map;
pub mod merge;
pub mod meter;
pub mod record;
mod scope;
mod settings;
mod sorted;
mod stored;
