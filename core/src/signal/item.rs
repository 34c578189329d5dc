//! The bare items and keys of structured fields (RFC 9651, section 4.2), read from a place in a text.

use alloc::{string::String, vec::Vec};

const MAX_INTEGER_DIGITS: usize = 15;
const MAX_WHOLE_DIGITS_OF_DECIMAL: usize = 12;
const MAX_FRACTION_DIGITS: usize = 3;

/// A bare item, without its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Integer(i64),
    Text(Quoted<'a>),
    Token(&'a str),
    Flag(bool),
    /// A decimal, a byte sequence, a date or a display string.
    Other,
}

/// A string between its quotes, escapes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quoted<'a>(&'a str);

impl Quoted<'_> {
    /// The string without escapes.
    pub(super) fn unescaped(self) -> String {
        let mut escaped = false;
        let keep = |byte: &char| {
            escaped = *byte == '\\' && !escaped;
            !escaped
        };
        self.0.chars().filter(keep).collect()
    }
}

/// A place in the text. Its readers answer `None` where the text breaks the grammar and stay there.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes lie behind.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.peek().is_none()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    pub(super) fn skip(&mut self, any: &[u8]) {
        self.take_while(|byte| any.contains(&byte));
    }

    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&accept) {
            self.at += 1;
        }
        self.since(start)
    }

    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn key(&mut self) -> Option<&'a str> {
        self.peek().filter(|&byte| byte.is_ascii_lowercase() || byte == b'*')?;
        Some(
            self.take_while(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.*".contains(&byte)
            }),
        )
    }

    pub(super) fn bare_item(&mut self) -> Option<Item<'a>> {
        match self.peek()? {
            b'-' | b'0'..=b'9' => self.number(),
            b'"' => self.string().map(|text| Item::Text(Quoted(text))),
            b'?' => self.flag().map(Item::Flag),
            b':' => self.byte_sequence().map(|()| Item::Other),
            b'@' => self.date().map(|()| Item::Other),
            b'%' => self.display_string().map(|()| Item::Other),
            _ => self.token().map(Item::Token),
        }
    }

    fn number(&mut self) -> Option<Item<'a>> {
        let negative = self.eat(b'-');
        let whole = self.take_while(|byte| byte.is_ascii_digit());
        if self.eat(b'.') {
            let fraction = self.take_while(|byte| byte.is_ascii_digit());
            let fits = (1..=MAX_WHOLE_DIGITS_OF_DECIMAL).contains(&whole.len())
                && (1..=MAX_FRACTION_DIGITS).contains(&fraction.len());
            return fits.then_some(Item::Other);
        }
        let number: i64 = whole.parse().ok().filter(|_| whole.len() <= MAX_INTEGER_DIGITS)?;
        Some(Item::Integer(if negative { -number } else { number }))
    }

    fn string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    self.peek().filter(|byte| b"\"\\".contains(byte))?;
                }
                b' '..=b'~' => {}
                _ => return None,
            }
            self.at += 1;
        }
        let inside = self.since(start);
        self.expect(b'"')?;
        Some(inside)
    }

    pub(super) fn token(&mut self) -> Option<&'a str> {
        self.peek().filter(|&byte| byte.is_ascii_alphabetic() || byte == b'*')?;
        Some(self.take_while(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&byte)))
    }

    fn flag(&mut self) -> Option<bool> {
        self.expect(b'?')?;
        let set = self.eat(b'1');
        (set || self.eat(b'0')).then_some(set)
    }

    fn date(&mut self) -> Option<()> {
        self.expect(b'@')?;
        self.peek().filter(|&byte| byte == b'-' || byte.is_ascii_digit())?;
        matches!(self.number()?, Item::Integer(_)).then_some(())
    }

    /// Padding may be short or absent, but never more than the length asks for.
    fn byte_sequence(&mut self) -> Option<()> {
        self.expect(b':')?;
        let content = self.take_while(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte)).len();
        let padding = self.take_while(|byte| byte == b'=').len();
        let most = match content % 4 {
            0 => 0,
            1 => return None,
            rest => 4 - rest,
        };
        self.expect(b':').filter(|()| padding <= most)
    }

    fn display_string(&mut self) -> Option<()> {
        self.expect(b'%')?;
        self.expect(b'"')?;
        let mut decoded = Vec::new();
        loop {
            let byte = self.peek().filter(|byte| (b' '..=b'~').contains(byte))?;
            self.at += 1;
            match byte {
                b'"' => break,
                b'%' => decoded.push(self.lower_hex()? << 4 | self.lower_hex()?),
                plain => decoded.push(plain),
            }
        }
        core::str::from_utf8(&decoded).ok().map(|_| ())
    }

    fn lower_hex(&mut self) -> Option<u8> {
        let digit = self.peek().filter(|byte| !byte.is_ascii_uppercase())?;
        let value = char::from(digit).to_digit(16)?;
        self.at += 1;
        Some(value as u8)
    }
}
