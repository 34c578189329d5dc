//! STUB (helper C): failure classes, the HTTP and gRPC status tables and overrides (spec 05 and 16 §9).
/// Codes 1..=6 of spec 09; 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FailureClass {
    Fatal = 1,
    Transient = 2,
    Timeout = 3,
    NotSent = 4,
    Overloaded = 5,
    Refused = 6,
}
impl FailureClass {
    pub fn from_code(code: u8) -> Option<Self> {
        todo!()
    }
    pub fn code(self) -> u8 {
        self as u8
    }
    pub fn slug(self) -> &'static str {
        todo!()
    }
}
