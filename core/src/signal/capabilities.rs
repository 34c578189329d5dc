//! The request field `Hedgerow-Client`: what a client can do, what it knows, and where this attempt stands.
//!
//! ```text
//! Hedgerow-Client: seen=17, compress=(lz4 zstd), chunk, page, attempt=2, hedge, left=487000, prio=0, call="00c3f1d2a4b59687", client="cart-7"
//! ```
//!
//! That clients tell their capabilities on every request is published; the form is ours, a structured-field
//! dictionary (RFC 9651) read with the same rules and bounds as the response field. A server answers with a record
//! only when its version is above `seen`. All of it is advice from a peer that is not trusted.

use crate::{
    signal::{
        draft::{Draft, WrongType},
        field::{self, MAX_INTEGER},
        header::{FieldError, Members, is_blank, value},
        record::MAX_VERSION,
    },
    time::Duration,
};
use alloc::{format, string::String, vec::Vec};

/// The request field's name.
pub const CLIENT_FIELD: &str = "Hedgerow-Client";

/// The longest name of a client, in bytes.
pub const MAX_CLIENT_LEN: usize = 64;

const MAX_PRIORITY: u8 = 3;
const CALL_DIGITS: usize = 16;
const KEYS: [&str; 10] =
    ["seen", "compress", "chunk", "page", "attempt", "hedge", "left", "prio", "call", "client"];

/// What a request tells its server.
///
/// ```
/// use hedgerow::signal::capabilities::ClientField;
/// let field = ClientField { attempt: Some(2), hedge: true, call: Some(0xc3), ..ClientField::default() };
/// let text = field.to_text().unwrap();
/// assert_eq!(text, "attempt=2, hedge, call=\"00000000000000c3\"");
/// assert_eq!(ClientField::parse(&text), Ok(Some(field)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientField {
    /// The newest version applied for the request's scope; absent = none.
    pub seen: Option<u64>,
    /// Codecs that the client reads; empty = none.
    pub compress: Vec<String>,
    /// Whether it reads chunked values.
    pub chunk: bool,
    /// Whether it reads pages.
    pub page: bool,
    /// Ordinal of the attempt within its call, from 1.
    pub attempt: Option<u32>,
    /// Whether the attempt is a hedge.
    pub hedge: bool,
    /// Time until the client gives up; above zero, capped at 15 digits of microseconds when written.
    pub left: Option<Duration>,
    /// The priority's code, 0 (critical) to 3 (bulk).
    pub priority: Option<u8>,
    /// The same on every attempt of a call, different between calls and clients.
    pub call: Option<u64>,
    /// Who counts as one client; at most [`MAX_CLIENT_LEN`] bytes.
    pub client: Option<String>,
}

impl ClientField {
    /// Reads a field; `None` when it is empty or blank, an error when a known member breaks its rule. O(length).
    pub fn parse(text: &str) -> Result<Option<Self>, FieldError> {
        if is_blank(text) {
            return Ok(None);
        }
        let mut draft = Draft::new(&KEYS);
        field::read_dictionary(text, |key, member| draft.put(key, value(member)))?;
        let field = Self::read(&mut draft).map_err(|WrongType| FieldError::Invalid)?;
        if field.is_valid() { Ok(Some(field)) } else { Err(FieldError::Invalid) }
    }

    /// Writes the field, empty when there is nothing to tell; fails when a value breaks its rule.
    pub fn to_text(&self) -> Result<String, FieldError> {
        if !self.is_valid() {
            return Err(FieldError::Invalid);
        }
        let mut members = Members::default();
        members.number("seen", self.seen)?;
        let codecs = Some(self.compress.as_slice()).filter(|names| !names.is_empty());
        members.tokens("compress", codecs)?;
        members.flag("chunk", self.chunk);
        members.flag("page", self.page);
        members.number("attempt", self.attempt)?;
        members.flag("hedge", self.hedge);
        members.number("left", self.left.map(|left| left.as_micros().min(MAX_INTEGER)))?;
        members.number("prio", self.priority)?;
        members.string("call", self.call.map(|call| format!("{call:016x}")).as_deref())?;
        members.string("client", self.client.as_deref())?;
        Ok(members.text)
    }

    fn read(draft: &mut Draft<{ KEYS.len() }>) -> Result<Self, WrongType> {
        let call = draft.text("call")?;
        Ok(Self {
            seen: draft.number("seen")?,
            compress: draft.names("compress")?.unwrap_or_default(),
            chunk: draft.flag("chunk")?,
            page: draft.flag("page")?,
            attempt: draft.number("attempt")?,
            hedge: draft.flag("hedge")?,
            left: draft.micros("left")?,
            priority: draft.number("prio")?,
            call: call.map(|digits| read_call(&digits).ok_or(WrongType)).transpose()?,
            client: draft.text("client")?,
        })
    }

    fn is_valid(&self) -> bool {
        self.seen.is_none_or(|seen| (1..=MAX_VERSION).contains(&seen))
            && self.attempt != Some(0)
            && self.left != Some(Duration::ZERO)
            && self.priority.is_none_or(|priority| priority <= MAX_PRIORITY)
            && self.client.as_ref().is_none_or(|client| client.len() <= MAX_CLIENT_LEN)
    }
}

/// Exactly 16 hex digits of either case.
fn read_call(digits: &str) -> Option<u64> {
    let is_hex = digits.len() == CALL_DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u64::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "seen=17, compress=(lz4 zstd), chunk, page, attempt=2, hedge, left=487000, prio=0, \
                           call=\"00c3f1d2a4b59687\", client=\"cart-7\"";

    fn refused(text: &str) {
        assert_eq!(ClientField::parse(text), Err(FieldError::Invalid), "{text}");
    }

    #[test]
    fn the_full_field_reads_and_writes_back() {
        let field = ClientField::parse(EXAMPLE).unwrap().unwrap();
        assert_eq!(field.call, Some(0x00c3_f1d2_a4b5_9687));
        assert_eq!(field.left, Some(Duration::from_micros(487_000)));
        assert_eq!(field.to_text().unwrap(), EXAMPLE);
    }

    #[test]
    fn an_empty_field_tells_nothing_and_unknown_members_are_read_over() {
        assert_eq!(ClientField::parse(" "), Ok(None));
        assert_eq!(ClientField::parse("x=(1 2);a, y=:QQ==:"), Ok(Some(ClientField::default())));
        assert_eq!(ClientField::default().to_text().unwrap(), "");
    }

    #[test]
    fn a_known_member_that_breaks_its_rule_refuses_the_field() {
        for text in
            ["left=0", "attempt=0", "prio=4", "prio=-1", "seen=0", "hedge=1", "compress=lz4", "client=c"]
        {
            refused(text);
        }
        refused("call=\"00c3f1d2a4b5968\"");
        refused("call=\"+0c3f1d2a4b59687\"");
        refused(&format!("client=\"{}\"", "c".repeat(65)));
        assert!(ClientField::parse("left=0, left=1").is_ok(), "the last value counts");
    }

    #[test]
    fn what_cannot_travel_is_not_written() {
        let name = |client: &str| ClientField { client: Some(client.into()), ..ClientField::default() };
        assert_eq!(name("caf\u{e9}").to_text(), Err(FieldError::Unwritable));
        assert_eq!(name("a\"b\\").to_text().unwrap(), "client=\"a\\\"b\\\\\"");
        let left = ClientField { left: Some(Duration::MAX), ..ClientField::default() };
        assert_eq!(left.to_text().unwrap(), "left=999999999999999");
    }
}
