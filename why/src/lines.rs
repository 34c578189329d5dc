//! Reads the lines of a trace back.
//!
//! A line is trusted only when it is, byte for byte, what the core writes for what was read from it, its hash and with
//! that the chain of all lines before included. So a line that was altered, dropped or moved is named by its number.

use hedgerow::config::Document;
use hedgerow::trace::{Lines, Trace, TraceHeader, TraceRecord};
use hedgerow::{Instant, Reason, Seed};

use crate::event;

/// The only version of the lines.
const VERSION: u64 = 1;

/// Which line is not that of a trace, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: String,
}

impl core::fmt::Display for LineError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "line {}: {}", self.line, self.fault)
    }
}

impl core::error::Error for LineError {}

/// Reads a trace, either its lines or its compact form. O(bytes).
///
/// Errors: the first line, or the byte, from which on it is not a trace.
pub fn read(bytes: &[u8]) -> Result<Trace, String> {
    match core::str::from_utf8(bytes) {
        Ok(text) if text.starts_with('{') => from_lines(text).map_err(|error| error.to_string()),
        _ => Trace::from_bytes(bytes).map_err(|error| error.to_string()),
    }
}

/// Reads the lines of a trace, the header first. O(text).
///
/// ```
/// use hedgerow_why::lines::from_lines;
/// let lines = include_str!("../../tests/traces/scripted.trace.jsonl");
/// let trace = from_lines(lines).unwrap();
/// assert!(trace.lines().eq(lines.lines()));
/// let error = from_lines(&lines.replace(r#""t":10,"#, r#""t":11,"#)).unwrap_err();
/// assert_eq!(error.to_string(), "line 16: altered, or a line before it is missing: its hash is another one");
/// ```
pub fn from_lines(text: &str) -> Result<Trace, LineError> {
    let mut lines = Lines::new();
    let mut trace = None;
    for (line, written) in (1..).zip(text.lines()) {
        let fault = |fault: String| LineError { line, fault };
        let document = serde_json::from_str(written).map_err(|error| fault(error.to_string()))?;
        let told = match &mut trace {
            None => {
                let header = header(&document).map_err(fault)?;
                let told = lines.header(&header);
                trace = Some(Trace::new(header));
                told
            }
            Some(trace) => {
                let record = record(&document).map_err(fault)?;
                trace.push(&record);
                lines.record(&record)
            }
        };
        if told != written {
            return Err(fault(difference(&told, written)));
        }
    }
    trace.ok_or(LineError { line: 1, fault: "missing, want the header of a trace".to_owned() })
}

fn difference(told: &str, written: &str) -> String {
    let without_hash = |line: &str| line.rsplit_once(",\"h\":").map(|(line, _)| line.to_owned());
    if without_hash(told) == without_hash(written) {
        "altered, or a line before it is missing: its hash is another one".to_owned()
    } else {
        format!("not as it is written, want {told}")
    }
}

fn header(document: &Document) -> Result<TraceHeader, String> {
    let fields = Fields(document);
    match fields.number("v")? {
        VERSION => {}
        other => return Err(format!("v: {other}, want {VERSION}")),
    }
    let seed = fields.text("seed")?;
    let bytes = (0..seed.len() / 2).map(|at| hex(seed.get(2 * at..2 * at + 2).unwrap_or_default()));
    let bytes = bytes.collect::<Option<Vec<_>>>().unwrap_or_default();
    let bytes: Vec<u8> = bytes.into_iter().map(|byte| byte as u8).collect();
    Ok(TraceHeader {
        core: fields.text("core")?.to_owned(),
        config: fields.hash("config")?,
        seed: Seed::from_slice(&bytes).map_err(|_| "seed: want 64 hex digits".to_owned())?,
        t0: Instant::from_micros(fields.number("t0")?),
    })
}

fn record(document: &Document) -> Result<TraceRecord, String> {
    let fields = Fields(document);
    Ok(TraceRecord {
        index: fields.number("i")?,
        at: Instant::from_micros(fields.number("t")?),
        event: event::read(&fields)?,
        decisions: fields.list("d")?.iter().map(decision).collect::<Result<_, _>>()?,
    })
}

fn decision(document: &Document) -> Result<hedgerow::trace::Decision, String> {
    let Document::List(row) = document else { return Err("d: want lists of five numbers".to_owned()) };
    let numbers: Option<Vec<u64>> = row.iter().map(number).collect();
    let Some([code, call, attempt, endpoint, value]) = numbers.as_deref() else {
        return Err("d: want lists of five numbers".to_owned());
    };
    let reason = u16::try_from(*code).ok().and_then(Reason::from_code);
    let reason = reason.ok_or_else(|| format!("d: {code} is no reason"))?;
    let (call, attempt, endpoint, value) = (*call, *attempt, *endpoint, *value);
    Ok(hedgerow::trace::Decision { reason, call, attempt, endpoint, value })
}

/// A number as lines write it: those from 2^53 on as 16 hex digits.
fn number(document: &Document) -> Option<u64> {
    match document {
        Document::Integer(number) => Some(*number),
        Document::Text(text) if text.len() == 16 => hex(text),
        _ => None,
    }
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

/// The fields of one line, or of an object in it.
pub(crate) struct Fields<'a>(pub(crate) &'a Document);

impl<'a> Fields<'a> {
    pub(crate) fn number(&self, name: &str) -> Result<u64, String> {
        self.given(name)?.ok_or_else(|| format!("{name}: missing, want a number"))
    }

    /// A number that may be absent.
    pub(crate) fn given(&self, name: &str) -> Result<Option<u64>, String> {
        let read = |found| number(found).ok_or_else(|| format!("{name}: want a number"));
        self.0.get(name).map(read).transpose()
    }

    /// A number that may be absent and must fit a smaller type.
    pub(crate) fn small<T: TryFrom<u64>>(&self, name: &str) -> Result<Option<T>, String> {
        let narrow = |number: u64| T::try_from(number).map_err(|_| format!("{name}: {number} is too large"));
        self.given(name)?.map(narrow).transpose()
    }

    pub(crate) fn text(&self, name: &str) -> Result<&'a str, String> {
        match self.0.get(name) {
            Some(Document::Text(text)) => Ok(text),
            _ => Err(format!("{name}: want a text")),
        }
    }

    pub(crate) fn list(&self, name: &str) -> Result<&'a [Document], String> {
        match self.0.get(name) {
            Some(Document::List(list)) => Ok(list),
            _ => Err(format!("{name}: want a list")),
        }
    }

    pub(crate) fn numbers(&self, name: &str) -> Result<Vec<u64>, String> {
        let numbers = self.list(name)?.iter().map(number).collect::<Option<_>>();
        numbers.ok_or_else(|| format!("{name}: want numbers"))
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Document::Bool(true))
    }

    fn hash(&self, name: &str) -> Result<u64, String> {
        hex(self.text(name)?).ok_or_else(|| format!("{name}: want 16 hex digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = include_str!("../../tests/traces/scripted.trace.jsonl");

    #[test]
    fn a_dropped_a_moved_and_a_foreign_line_are_named() {
        let lines: Vec<_> = GOLDEN.lines().collect();
        let told = |lines: &[&str]| from_lines(&lines.join("\n")).unwrap_err();
        let dropped = [&lines[..20], &lines[21..]].concat();
        assert_eq!(told(&dropped).line, 21);
        let foreign = [&lines[..3], &["{\"i\":3,\"t\":0,\"e\":\"fly\",\"d\":[]}"], &lines[4..]].concat();
        assert_eq!(told(&foreign).to_string(), "line 4: e: fly is no input");
        assert_eq!(from_lines("").unwrap_err().line, 1);
    }

    #[test]
    fn both_forms_of_a_trace_are_read() {
        let trace = from_lines(GOLDEN).unwrap();
        assert_eq!(read(GOLDEN.as_bytes()).unwrap(), trace);
        assert_eq!(read(&trace.to_bytes()).unwrap(), trace);
        assert!(read(b"hg").unwrap_err().contains("byte"));
    }
}
