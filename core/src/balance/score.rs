//! STUB (helper D): the score of one candidate: min(32768, 1 + in_flight) × Π factors, u64 saturating.
/// Which factors apply to a candidate, as bits, for scores and explain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors(pub u8);
impl Factors { pub const OTHER_ZONE: u8 = 1; pub const NON_REPLICA: u8 = 2; pub const STARTING: u8 = 4; pub const UNHEALTHY: u8 = 8; pub const EJECTED: u8 = 16; pub const OTHER_REGION: u8 = 32; }
/// `balance.weights.*`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights { pub other_zone: u32, pub non_replica: u32, pub starting: u32, pub unhealthy: u32, pub other_region: u32 }
impl Weights { pub fn score(&self, in_flight: u32, applies: Factors, user_factor: u32) -> u64 { todo!() } }
