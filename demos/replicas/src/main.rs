//! A replicated service with real stalls.
fn main() {}
