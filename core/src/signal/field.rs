//! A strict reader of structured-field dictionaries (RFC 9651), as far as our two header fields need one.
//!
//! Input: ASCII text. Output: each member's key and value in order, borrowed from the text. Items of types that
//! our fields do not use (decimals, byte sequences, dates, display strings) and all parameters are checked and
//! read over. The well-kept `sfv` crate needs std, so it cannot stand here; it serves as the oracle of the tests.

use alloc::{string::String, vec::Vec};

/// The longest field that is read, in bytes.
pub(super) const MAX_FIELD_BYTES: usize = 4096;

/// The most members of a dictionary, repeated ones included.
pub(super) const MAX_MEMBERS: usize = 64;

/// The largest integer of a structured field: 15 digits.
pub(super) const MAX_INTEGER: u64 = 999_999_999_999_999;

const MAX_INTEGER_DIGITS: usize = 15;
const MAX_WHOLE_DIGITS_OF_DECIMAL: usize = 12;
const MAX_FRACTION_DIGITS: usize = 3;

/// Why a text is no dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    TooLong,
    TooManyMembers,
    Syntax(usize),
}

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

/// A member's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member<'a> {
    Item(Item<'a>),
    List(InnerList<'a>),
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

/// A checked inner list between its parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InnerList<'a>(&'a str);

impl<'a> InnerList<'a> {
    /// Its items, without their parameters.
    pub(super) fn items(self) -> impl Iterator<Item = Item<'a>> {
        let mut cursor = Cursor { text: self.0, at: 0 };
        core::iter::from_fn(move || {
            cursor.skip(b" ");
            let item = cursor.bare_item()?;
            cursor.parameters()?;
            Some(item)
        })
    }
}

/// Reads a dictionary; members before the place where it breaks were already shown to `visit`.
pub(super) fn read_dictionary<'a>(
    text: &'a str,
    mut visit: impl FnMut(&'a str, Member<'a>),
) -> Result<(), Broken> {
    if text.len() > MAX_FIELD_BYTES {
        return Err(Broken::TooLong);
    }
    let mut cursor = Cursor { text, at: 0 };
    let mut members = 0;
    cursor.skip(b" ");
    while !cursor.is_at_end() {
        members += 1;
        if members > MAX_MEMBERS {
            return Err(Broken::TooManyMembers);
        }
        let Some((key, member)) = cursor.entry() else { return Err(Broken::Syntax(cursor.at)) };
        visit(key, member);
    }
    Ok(())
}

/// Writes a string with its quotes; `None` when it holds what a structured field cannot carry.
pub(super) fn quote(text: &str) -> Option<String> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for symbol in text.chars() {
        match symbol {
            '"' | '\\' => quoted.extend(['\\', symbol]),
            ' '..='~' => quoted.push(symbol),
            _ => return None,
        }
    }
    quoted.push('"');
    Some(quoted)
}

/// Whether a name can travel as a token.
pub(super) fn is_token(name: &str) -> bool {
    let mut cursor = Cursor { text: name, at: 0 };
    cursor.token().is_some() && cursor.is_at_end()
}

/// A place in the text. Its readers answer `None` where the text breaks the grammar and stay there.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn is_at_end(&self) -> bool {
        self.peek().is_none()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    fn skip(&mut self, any: &[u8]) {
        self.take_while(|byte| any.contains(&byte));
    }

    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&accept) {
            self.at += 1;
        }
        self.since(start)
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// One member with the separator behind it; a separator needs another member.
    fn entry(&mut self) -> Option<(&'a str, Member<'a>)> {
        let key = self.key()?;
        let member = if self.eat(b'=') { self.member()? } else { Member::Item(Item::Flag(true)) };
        self.parameters()?;
        self.skip(b" \t");
        if !self.is_at_end() {
            self.expect(b',')?;
            self.skip(b" \t");
            self.peek()?;
        }
        Some((key, member))
    }

    fn key(&mut self) -> Option<&'a str> {
        self.peek().filter(|&byte| byte.is_ascii_lowercase() || byte == b'*')?;
        Some(
            self.take_while(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.*".contains(&byte)
            }),
        )
    }

    fn member(&mut self) -> Option<Member<'a>> {
        if self.peek() == Some(b'(') {
            self.inner_list().map(Member::List)
        } else {
            self.bare_item().map(Member::Item)
        }
    }

    fn inner_list(&mut self) -> Option<InnerList<'a>> {
        self.expect(b'(')?;
        let start = self.at;
        loop {
            self.skip(b" ");
            let inside = self.since(start);
            if self.eat(b')') {
                return Some(InnerList(inside));
            }
            self.bare_item()?;
            self.parameters()?;
            self.peek().filter(|byte| b" )".contains(byte))?;
        }
    }

    fn parameters(&mut self) -> Option<()> {
        while self.eat(b';') {
            self.skip(b" ");
            self.key()?;
            if self.eat(b'=') {
                self.bare_item()?;
            }
        }
        Some(())
    }

    fn bare_item(&mut self) -> Option<Item<'a>> {
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

    fn token(&mut self) -> Option<&'a str> {
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
