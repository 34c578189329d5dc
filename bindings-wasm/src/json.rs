//! JSON read into the core's document, for the module that takes documents as bytes.
//!
//! A reader for any type would be a tenth of that module, and its floats are read with a table of their own. This one
//! makes documents only. What it takes, how deep it goes and what it says of a fault is what `serde_json` does, which
//! the tests hold it to: names and their repetitions are kept, and the core's reader judges them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hedgerow::config::{Document, MAX_DEPTH};

const END_OF_VALUE: &str = "EOF while parsing a value";
const END_OF_TEXT: &str = "EOF while parsing a string";
const END_OF_MAP: &str = "EOF while parsing an object";
const BAD_NUMBER: &str = "invalid number";
const BAD_ESCAPE: &str = "invalid escape";
const HALF_A_PAIR: &str = "unexpected end of hex escape";
const LONE_SURROGATE: &str = "lone leading surrogate in hex escape";

/// The largest power of ten that a float holds exactly.
const EXACT_POWER: u32 = 22;

/// Reads a document; an error says what is wrong and where. O(bytes).
pub(crate) fn read(bytes: &[u8]) -> Result<Document, String> {
    let mut reader = Reader { bytes, at: 0 };
    let document = reader.value(MAX_DEPTH).and_then(|document| match reader.peek() {
        None => Ok(document),
        Some(_) => reader.refuse("trailing characters"),
    });
    document.map_err(|fault| reader.place(fault))
}

/// What was read, or what is wrong with the bytes before `at`.
type Read<T> = Result<T, &'static str>;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: u8) -> Read<Document> {
        match self.peek() {
            Some(b'n') => self.word(b"null", Document::Null),
            Some(b't') => self.word(b"true", Document::Bool(true)),
            Some(b'f') => self.word(b"false", Document::Bool(false)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'"') => self.text().map(Document::Text),
            Some(b'[') => self.list(depth).map(Document::List),
            Some(b'{') => self.map(depth).map(Document::Map),
            Some(_) => self.refuse("expected value"),
            None => Err(END_OF_VALUE),
        }
    }

    fn list(&mut self, depth: u8) -> Read<Vec<Document>> {
        let depth = self.open(depth)?;
        let mut values = Vec::new();
        loop {
            match self.peek() {
                None => return Err("EOF while parsing a list"),
                Some(b']') => break,
                Some(b',') if !values.is_empty() => self.comma(b']')?,
                Some(_) if !values.is_empty() => return self.refuse("expected `,` or `]`"),
                Some(_) => {}
            }
            values.push(self.value(depth)?);
        }
        self.at += 1;
        Ok(values)
    }

    fn map(&mut self, depth: u8) -> Read<Vec<(String, Document)>> {
        let depth = self.open(depth)?;
        let mut entries = Vec::new();
        loop {
            match self.peek() {
                None => return Err(END_OF_MAP),
                Some(b'}') => break,
                Some(b',') if !entries.is_empty() => self.comma(b'}')?,
                Some(_) if !entries.is_empty() => return self.refuse("expected `,` or `}`"),
                Some(_) => {}
            }
            if self.peek() != Some(b'"') {
                return self.refuse("key must be a string");
            }
            let name = self.text()?;
            self.colon()?;
            entries.push((name, self.value(depth)?));
        }
        self.at += 1;
        Ok(entries)
    }

    /// Goes one level deeper.
    fn open(&mut self, depth: u8) -> Read<u8> {
        self.at += 1;
        depth.checked_sub(1).ok_or("nested too deeply")
    }

    /// A comma, which something other than the end has to follow.
    fn comma(&mut self, end: u8) -> Read<()> {
        self.at += 1;
        match self.peek() {
            None => Err(END_OF_VALUE),
            Some(byte) if byte == end => self.refuse("trailing comma"),
            Some(_) => Ok(()),
        }
    }

    fn colon(&mut self) -> Read<()> {
        match self.peek() {
            None => return Err(END_OF_MAP),
            Some(b':') => self.at += 1,
            Some(_) => return self.refuse("expected `:`"),
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8], meaning: Document) -> Read<Document> {
        for &letter in word {
            if self.next().ok_or(END_OF_VALUE)? != letter {
                return Err("expected ident");
            }
        }
        Ok(meaning)
    }

    fn text(&mut self) -> Read<String> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.next().ok_or(END_OF_TEXT)? {
                b'"' => break,
                b'\\' => self.escape(&mut bytes)?,
                0..=31 => return Err("control character (\\u0000-\\u001F) found while parsing a string"),
                byte => bytes.push(byte),
            }
        }
        String::from_utf8(bytes).map_err(|found| {
            self.at -= found.as_bytes().len() - found.utf8_error().valid_up_to();
            "invalid unicode code point"
        })
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Read<()> {
        bytes.push(match self.next().ok_or(END_OF_TEXT)? {
            plain @ (b'"' | b'\\' | b'/') => plain,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let letter = self.letter()?;
                bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(BAD_ESCAPE),
        });
        Ok(())
    }

    /// A letter by its number in UTF-16, which takes two escapes for some.
    fn letter(&mut self) -> Read<char> {
        let first = self.unit()?;
        let number = if (0xD800..0xDC00).contains(&first) {
            for expected in [b'\\', b'u'] {
                if self.next().ok_or(END_OF_TEXT)? != expected {
                    return Err(HALF_A_PAIR);
                }
            }
            let second = self.unit()?.wrapping_sub(0xDC00);
            // Beyond the range of a second half this is no letter's number.
            if second < 0x400 { 0x1_0000 + ((first - 0xD800) << 10) + second } else { first }
        } else {
            first
        };
        char::from_u32(number).ok_or(LONE_SURROGATE)
    }

    /// The four digits of an escape.
    fn unit(&mut self) -> Read<u32> {
        let Some(digits) = self.bytes.get(self.at..self.at + 4) else {
            self.at = self.bytes.len();
            return Err(END_OF_TEXT);
        };
        self.at += 4;
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        digits.iter().try_fold(0, |unit, byte| Some(unit * 16 + digit(byte)?)).ok_or(BAD_ESCAPE)
    }

    fn number(&mut self) -> Read<Document> {
        let negative = self.eat(b'-');
        let (significand, dropped) = self.whole()?;
        if !matches!(self.bytes.get(self.at), Some(b'.' | b'e' | b'E')) && dropped == 0 {
            let below = significand.wrapping_neg().cast_signed();
            if !negative {
                return Ok(Document::Integer(significand));
            }
            // Zero has a sign as a float only, and what is too large for this type is one too.
            if below < 0 {
                return Ok(Document::Negative(below));
            }
        }
        let (significand, places) = self.fraction(significand)?;
        let exponent = self.exponent()?.saturating_add(dropped).saturating_sub(places);
        let size = scaled(significand, exponent).ok_or("number out of range")?;
        Ok(Document::Decimal(if negative { -size } else { size }))
    }

    /// Digits before the point, and how many of them no longer fitted.
    fn whole(&mut self) -> Read<(u64, i32)> {
        let mut significand = match self.next().ok_or(END_OF_VALUE)? {
            b'0' if self.digit().is_some() => return self.refuse(BAD_NUMBER),
            first @ b'0'..=b'9' => u64::from(first - b'0'),
            _ => return Err(BAD_NUMBER),
        };
        let mut dropped = 0i32;
        while let Some(digit) = self.digit() {
            self.at += 1;
            match with_digit(significand, digit).filter(|_| dropped == 0) {
                Some(longer) => significand = longer,
                None => dropped = dropped.saturating_add(1),
            }
        }
        Ok((significand, dropped))
    }

    /// The significand with the digits behind the point that fit, and how many those are.
    fn fraction(&mut self, mut significand: u64) -> Read<(u64, i32)> {
        if !self.eat(b'.') {
            return Ok((significand, 0));
        }
        if self.digit().is_none() {
            return if self.at < self.bytes.len() { self.refuse(BAD_NUMBER) } else { Err(END_OF_VALUE) };
        }
        let (mut places, mut full) = (0, false);
        while let Some(digit) = self.digit() {
            self.at += 1;
            match with_digit(significand, digit).filter(|_| !full) {
                Some(longer) => (significand, places) = (longer, places + 1),
                None => full = true,
            }
        }
        Ok((significand, places))
    }

    fn exponent(&mut self) -> Read<i32> {
        if !self.eat(b'e') && !self.eat(b'E') {
            return Ok(0);
        }
        let negative = self.eat(b'-');
        if !negative {
            self.eat(b'+');
        }
        let mut exponent = match self.next().ok_or(END_OF_VALUE)? {
            first @ b'0'..=b'9' => i32::from(first - b'0'),
            _ => return Err(BAD_NUMBER),
        };
        while let Some(digit) = self.digit() {
            self.at += 1;
            exponent = exponent.saturating_mul(10).saturating_add(i32::from(digit));
        }
        Ok(if negative { -exponent } else { exponent })
    }

    /// The digit that comes next.
    fn digit(&self) -> Option<u8> {
        self.bytes.get(self.at).filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0')
    }

    /// The first byte that is no blank, which is left where it is.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// The next byte, blanks too.
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    /// The next byte is what is wrong.
    fn refuse<T>(&mut self, fault: &'static str) -> Read<T> {
        self.at += 1;
        Err(fault)
    }

    fn place(&self, fault: &str) -> String {
        let before = self.bytes.get(..self.at).unwrap_or(self.bytes);
        let line = before.split(|byte| *byte == b'\n').count();
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        format!("{fault} at line {line} column {column}")
    }
}

fn with_digit(significand: u64, digit: u8) -> Option<u64> {
    significand.checked_mul(10)?.checked_add(u64::from(digit))
}

/// A significand by a power of ten; `None` when it is beyond all floats.
///
/// Exact where both are floats, so for every decimal of a document that a person writes; else off by a few of the last
/// binary place.
#[expect(clippy::cast_precision_loss, reason = "a float is what a decimal of a document is")]
fn scaled(significand: u64, exponent: i32) -> Option<f64> {
    let (mut value, mut left) = (significand as f64, exponent.unsigned_abs());
    while left > 0 && value != 0.0 && value.is_finite() {
        let step = left.min(EXACT_POWER);
        let power = (0..step).fold(1.0, |power, _| power * 10.0);
        value = if exponent < 0 { value / power } else { value * power };
        left -= step;
    }
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests;
