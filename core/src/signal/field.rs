//! A strict reader of structured-field dictionaries (RFC 9651), as far as our two header fields need one.
//!
//! Input: ASCII text. Output: each member's key and value in order, borrowed from the text. Items of types that
//! our fields do not use (decimals, byte sequences, dates, display strings) and all parameters are checked and
//! read over. The well-kept `sfv` crate needs std, so it cannot stand here; it serves as the oracle of the tests.

use crate::signal::item::{Cursor, Item};
use alloc::string::String;

/// The longest field that is read, in bytes.
pub(super) const MAX_FIELD_BYTES: usize = 4096;

/// The most members of a dictionary, repeated ones included.
pub(super) const MAX_MEMBERS: usize = 64;

/// The largest integer of a structured field: 15 digits.
pub(super) const MAX_INTEGER: u64 = 999_999_999_999_999;

/// Why a text is no dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    TooLong,
    TooManyMembers,
    Syntax(usize),
}

/// A member's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member<'a> {
    Item(Item<'a>),
    List(InnerList<'a>),
}

/// A checked inner list between its parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InnerList<'a>(&'a str);

impl<'a> InnerList<'a> {
    /// Its items, without their parameters.
    pub(super) fn items(self) -> impl Iterator<Item = Item<'a>> {
        let mut cursor = Cursor::new(self.0);
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
    let mut cursor = Cursor::new(text);
    let mut members = 0;
    cursor.skip(b" ");
    while !cursor.is_at_end() {
        members += 1;
        if members > MAX_MEMBERS {
            return Err(Broken::TooManyMembers);
        }
        let Some((key, member)) = cursor.entry() else { return Err(Broken::Syntax(cursor.at())) };
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
    let mut cursor = Cursor::new(name);
    cursor.token().is_some() && cursor.is_at_end()
}

impl<'a> Cursor<'a> {
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

    fn member(&mut self) -> Option<Member<'a>> {
        if self.peek() == Some(b'(') {
            self.inner_list().map(Member::List)
        } else {
            self.bare_item().map(Member::Item)
        }
    }

    fn inner_list(&mut self) -> Option<InnerList<'a>> {
        self.expect(b'(')?;
        let start = self.at();
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
}
