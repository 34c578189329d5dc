//! Memory bounds of the records a client keeps, as sizes of types; a whole call is measured in `core/tests/allocations.rs`.

use core::mem::size_of;

use crate::client::attempt::Attempt;
use crate::client::call::{Call, Plan};
use crate::client::class::Class;
use crate::client::endpoint::Endpoint;
use crate::latency::bucket::BUCKETS;
use crate::timer::pause::PauseTimer;

#[test]
fn a_call_an_attempt_and_an_endpoint_stay_within_their_bounds() {
    let stages = size_of::<PauseTimer>();
    let plan = size_of::<Plan>();
    let call = size_of::<Call>() - stages - plan;
    std::println!(
        "call {call} + plan {plan} + stages {stages}, attempt {}, endpoint {}",
        size_of::<Attempt>(),
        size_of::<Endpoint>()
    );
    assert!(call <= 160, "call {call}");
    assert!(plan <= 64, "plan {plan}: 8 entries of 5 bytes, and what a longer plan needs");
    assert!(stages <= 64);
    assert!(size_of::<Attempt>() <= 64, "attempt {}", size_of::<Attempt>());
    assert!(size_of::<Endpoint>() <= 128, "endpoint {}", size_of::<Endpoint>());
}

#[test]
fn the_histogram_of_a_class_stays_within_four_kilobytes_and_all_else_within_512_bytes() {
    assert!(2 * BUCKETS * size_of::<u32>() <= 4096);
    assert!(size_of::<Class>() <= 512, "class {}", size_of::<Class>());
}
