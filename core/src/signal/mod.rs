//! Signals: what a server tells its clients about objectives, limits and load.
pub mod header;
pub mod merge;
pub mod record;
