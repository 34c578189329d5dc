//! Test harness of the core: arbitrary bytes become configurations and events, a shadow model checks the machine's
//! promises, and each fuzz target is a plain function whose corpus replays on stable Rust.

pub mod bytes;
pub mod documents;
mod guards;
mod promises;
pub mod scenario;
pub mod shadow;
mod snapshots;
pub mod targets;
pub mod world;
