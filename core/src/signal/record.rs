//! STUB (helper E): the record of spec 03 (all fields optional but the version).
use crate::time::Duration;
use alloc::{string::String, vec::Vec};
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub version: u64,
    pub origin: Option<String>,
    pub target: Option<Duration>,
    pub max: Option<Duration>,
    pub calls: Option<u32>,
    pub hedges: Option<u32>,
    pub util: Option<u16>,
    pub util_target: Option<u16>,
    pub util_max: Option<u16>,
    pub compute: Option<u16>,
    pub storage: Option<u16>,
    pub compress: Option<Vec<String>>,
    pub chunk: Option<u32>,
    pub page: Option<u32>,
    pub ttl: Option<Duration>,
    pub reset: bool,
}
