//! The two text forms of a token: lossless hex, and a UUID of version 7 for servers that demand one.
//!
//! Hex is 16 digits of time, `-`, 32 digits of nonce: it sorts as bytes in token order. The UUID (RFC 9562, version
//! 7 with a sub-millisecond fraction in `rand_a`) keeps the time exactly and the 62 high bits of the nonce, so one
//! dedupe domain must use one form. A UUID made elsewhere is read with the same formula, but its `rand_a` may be
//! random; therefore [`TokenText`] keeps the text it was given and never encodes it anew.
//!
//! Reading accepts both cases of hex and nothing else: exact length, separators, version and variant. It never
//! panics and allocates nothing.

use crate::{reason::Reason, token::Token};
use alloc::{format, string::String};
use core::fmt;

const HEX_LEN: usize = 49;
const UUID_LEN: usize = 36;
const LOWER: &[u8; 16] = b"0123456789abcdef";

/// The nonce bits that a UUID does not carry.
const DROPPED_NONCE_BITS: u32 = 66;
const RAND_B_MASK: u128 = (1 << 62) - 1;

/// A text form of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextForm {
    /// 49 characters, lossless, sorts as bytes in token order.
    Hex,
    /// 36 characters, RFC 9562 version 7; loses the 66 low bits of the nonce.
    Uuid7,
}

/// Why a text is no token, or a token has no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTextError {
    /// The text has neither form: length, separators, digits, version or variant.
    Malformed,
    /// The milliseconds do not fit the 48 bits of a UUID.
    OutOfRange,
}

impl TokenTextError {
    /// The stable reason: `token_malformed` or `out_of_range`.
    pub const fn reason(self) -> Reason {
        match self {
            Self::Malformed => Reason::TokenMalformed,
            Self::OutOfRange => Reason::OutOfRange,
        }
    }
}

impl fmt::Display for TokenTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason().slug())
    }
}

impl core::error::Error for TokenTextError {}

/// A token with the text that travels; the text of a foreign UUID is kept as it came.
///
/// ```
/// use hedgerow::token::{Token, text::{TextForm, TokenText}};
/// let token = Token { t: 1_700_000_000_123_456, nonce: 0x00112233445566778899aabbccddeeff };
/// let text = TokenText::new(token, TextForm::Uuid7).unwrap();
/// assert_eq!(text.as_str(), "018bcfe5-687b-774b-8004-488cd115599d");
/// assert_eq!(TokenText::parse(text.as_str()).unwrap().token().t, token.t);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenText {
    bytes: [u8; HEX_LEN],
    form: TextForm,
    token: Token,
}

impl TokenText {
    /// Writes a token in a form; a time of 2^48 ms or more has no UUID.
    pub fn new(token: Token, form: TextForm) -> Result<Self, TokenTextError> {
        let mut bytes = [0; HEX_LEN];
        match form {
            TextForm::Hex => write_groups(&mut bytes, &[&token.t.to_be_bytes(), &token.nonce.to_be_bytes()]),
            TextForm::Uuid7 => {
                let [a, b, c, d, e, f, g, h, i, j, rest @ ..] = uuid7(token)?.to_be_bytes();
                write_groups(&mut bytes, &[&[a, b, c, d], &[e, f], &[g, h], &[i, j], &rest]);
            }
        }
        Ok(Self { bytes, form, token })
    }

    /// Reads a token in either form and keeps the text as given. O(1).
    pub fn parse(text: &str) -> Result<Self, TokenTextError> {
        let (form, token) = match text.len() {
            HEX_LEN => (TextForm::Hex, parse_hex(text)),
            UUID_LEN => (TextForm::Uuid7, parse_uuid7(text)),
            _ => return Err(TokenTextError::Malformed),
        };
        let token = token.ok_or(TokenTextError::Malformed)?;
        let mut bytes = [0; HEX_LEN];
        bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        Ok(Self { bytes, form, token })
    }

    /// Reads the value of an `Idempotency-Key` field: a quoted token, blanks around it, no parameters.
    pub fn from_idempotency_key(value: &str) -> Result<Self, TokenTextError> {
        let quoted = value.trim_matches([' ', '\t']);
        let text = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        text.ok_or(TokenTextError::Malformed).and_then(Self::parse)
    }

    /// The value of an `Idempotency-Key` field: the text as a structured-field string.
    pub fn idempotency_key(&self) -> String {
        format!("\"{}\"", self.as_str())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let length = match self.form {
            TextForm::Hex => HEX_LEN,
            TextForm::Uuid7 => UUID_LEN,
        };
        self.bytes.get(..length).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// The form of the text.
    pub const fn form(&self) -> TextForm {
        self.form
    }

    /// The token; the 66 low bits of its nonce are zero when it was read from a UUID.
    pub const fn token(&self) -> Token {
        self.token
    }
}

impl fmt::Display for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

fn uuid7(token: Token) -> Result<u128, TokenTextError> {
    let (millis, micros) = (token.t / 1000, token.t % 1000);
    if millis >= 1 << 48 {
        return Err(TokenTextError::OutOfRange);
    }
    let fraction = micros * 4096 / 1000;
    let high = u128::from(millis) << 80 | 0b0111 << 76 | u128::from(fraction) << 64;
    Ok(high | 0b10 << 62 | token.nonce >> DROPPED_NONCE_BITS)
}

fn parse_hex(text: &str) -> Option<Token> {
    let (time, rest) = text.split_at_checked(16)?;
    let t = read_digits(time.bytes(), 16)?;
    let nonce = read_digits(rest.strip_prefix('-')?.bytes(), 32)?;
    Some(Token { t: u64::try_from(t).ok()?, nonce })
}

fn parse_uuid7(text: &str) -> Option<Token> {
    let dashes_in_place = text.bytes().enumerate().all(|(at, byte)| (byte == b'-') == is_uuid_dash(at));
    let digits = text.bytes().filter(|&byte| byte != b'-');
    let uuid = read_digits(digits, 32).filter(|_| dashes_in_place)?;
    if nibble(uuid, 19) != 7 || uuid >> 62 & 0b11 != 0b10 {
        return None;
    }
    let fraction = (uuid >> 64 & 0xfff) as u64;
    let micros = (fraction * 1000).div_ceil(4096).min(999);
    let millis = (uuid >> 80) as u64;
    Some(Token { t: millis * 1000 + micros, nonce: (uuid & RAND_B_MASK) << DROPPED_NONCE_BITS })
}

const fn is_uuid_dash(at: usize) -> bool {
    matches!(at, 8 | 13 | 18 | 23)
}

/// The hex digit of `number` at `place`, counted from the low end.
const fn nibble(number: u128, place: u32) -> u8 {
    (number >> (place * 4) & 0xf) as u8
}

/// Writes groups of bytes as lower-case digits with dashes between the groups.
fn write_groups(text: &mut [u8; HEX_LEN], groups: &[&[u8]]) {
    let mut places = text.iter_mut();
    let mut put = |byte| {
        if let Some(place) = places.next() {
            *place = byte;
        }
    };
    let digit = |value: u8| LOWER.get(usize::from(value)).copied().unwrap_or(b'0');
    for (number, group) in groups.iter().enumerate() {
        if number > 0 {
            put(b'-');
        }
        for byte in *group {
            put(digit(byte >> 4));
            put(digit(byte & 0xf));
        }
    }
}

/// Reads exactly `count` hex digits of either case.
fn read_digits(digits: impl Iterator<Item = u8>, count: usize) -> Option<u128> {
    let mut read = 0;
    let mut number = 0_u128;
    for byte in digits {
        number = number << 4 | u128::from(char::from(byte).to_digit(16)?);
        read += 1;
    }
    (read == count).then_some(number)
}
