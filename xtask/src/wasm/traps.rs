//! Panics that tell nothing: functions that only say where and why are cut to the trap in which they end.
//!
//! The standard library comes compiled with a text for every panic, and nobody reads one: a trap tells a host that the
//! instance is dead. Compiling that library anew without texts takes an unstable compiler. So the bodies of its functions
//! that panic are replaced here, by name, and the optimiser then removes what led to their arguments.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::bytes::{Bytes, HEADER, put_number, put_slice};
use crate::child::Ending;

/// What the names of functions that panic contain, as compilers write paths.
const PANICS: [&str; 8] = [
    "4core9panicking",
    "16slice_index_fail",
    "13unwrap_failed",
    "13expect_failed",
    "13assert_failed",
    "12handle_error",
    "18handle_alloc_error",
    "17capacity_overflow",
];

/// Numbers of the sections looked at.
const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const CODE: u8 = 10;

/// No locals, `unreachable`, the end.
const TRAP: [u8; 3] = [0, 0, 0x0b];

/// Rewrites a module that still has its names.
pub(super) fn shorten(path: &Path) -> Ending {
    let Some((module, count)) = fs::read(path).ok().and_then(|bytes| shortened(&bytes)) else {
        eprintln!("{} is no module with names", path.display());
        return Ending::of(false);
    };
    println!("{count} functions that panic are traps");
    Ending::of(fs::write(path, module).is_ok())
}

/// The module with its panics cut, and how many they are; none when it is no module, or has none.
fn shortened(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let sections = sections(bytes)?;
    let mut imported = 0;
    let mut names = BTreeMap::new();
    for (id, section) in &sections {
        match *id {
            IMPORTS => imported = functions(section)?,
            CUSTOM => names.extend(function_names(section).unwrap_or_default()),
            _ => {}
        }
    }
    let panics = |at| names.get(&(imported + at)).is_some_and(|name| is_panic(name));
    let mut out = bytes.get(..HEADER)?.to_vec();
    let mut count = 0;
    for (id, section) in sections {
        out.push(id);
        if id == CODE {
            let (code, cut) = code(section, panics)?;
            put_slice(&mut out, &code);
            count += cut;
        } else {
            put_slice(&mut out, section);
        }
    }
    (count > 0).then_some((out, count))
}

fn is_panic(name: &str) -> bool {
    PANICS.iter().any(|part| name.contains(part))
}

/// Number and content of each section.
fn sections(bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut module = Bytes { bytes, at: HEADER };
    let mut found = Vec::new();
    while module.at < bytes.len() {
        found.push((module.byte()?, module.slice()?));
    }
    bytes.starts_with(b"\0asm").then_some(found)
}

/// How many functions are imported: the module's own are numbered behind them.
fn functions(section: &[u8]) -> Option<u64> {
    let mut imports = Bytes { bytes: section, at: 0 };
    let mut count = 0;
    for _ in 0..imports.number()? {
        imports.slice()?;
        imports.slice()?;
        count += u64::from(imports.kind()? == 0);
    }
    Some(count)
}

/// Names of functions by number; none when this is another section.
fn function_names(section: &[u8]) -> Option<BTreeMap<u64, String>> {
    let mut parts = Bytes { bytes: section, at: 0 };
    if parts.text()? != "name" {
        return None;
    }
    while parts.at < section.len() {
        let (part, content) = (parts.byte()?, parts.slice()?);
        if part == 1 {
            let mut list = Bytes { bytes: content, at: 0 };
            return (0..list.number()?).map(|_| Some((list.number()?, list.text()?))).collect();
        }
    }
    None
}

/// The section of bodies, those that panic cut, and how many they are. Only what ends in a trap anyway is cut.
fn code(section: &[u8], panics: impl Fn(u64) -> bool) -> Option<(Vec<u8>, usize)> {
    let mut bodies = Bytes { bytes: section, at: 0 };
    let count = bodies.number()?;
    let mut out = Vec::new();
    put_number(&mut out, count);
    let mut cut = 0;
    for at in 0..count {
        let body = bodies.slice()?;
        let ends = panics(at) && body.ends_with(&TRAP[1..]);
        put_slice(&mut out, if ends { &TRAP } else { body });
        cut += usize::from(ends);
    }
    Some((out, cut))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module of one imported function and two of its own, whose names are given.
    fn module(names: [&str; 2], bodies: [&[u8]; 2]) -> Vec<u8> {
        let mut named = vec![2];
        for (name, at) in names.iter().zip(1..) {
            named.push(at);
            put_slice(&mut named, name.as_bytes());
        }
        let mut custom = b"\x04name\x01".to_vec();
        put_slice(&mut custom, &named);
        let mut code = vec![2];
        for body in bodies {
            put_slice(&mut code, body);
        }
        let mut out = b"\0asm\x01\0\0\0".to_vec();
        for (id, content) in [(IMPORTS, &[1, 1, b'a', 1, b'f', 0, 0][..]), (CODE, &code), (CUSTOM, &custom)] {
            out.push(id);
            put_slice(&mut out, content);
        }
        out
    }

    const TELLS: &[u8] = &[0, 0x41, 7, 0x1a, 0, 0x0b];
    const RETURNS: &[u8] = &[0, 0x41, 7, 0x1a, 0x0b];

    #[test]
    fn what_panics_becomes_a_trap_and_nothing_else_changes() {
        let names = ["_RNvNtCs1_4core9panicking5panic", "_RNvCs2_1a1b"];
        let found = shortened(&module(names, [TELLS, TELLS]));
        assert_eq!(found, Some((module(names, [&TRAP, TELLS]), 1)));
    }

    #[test]
    fn a_function_that_returns_is_left_alone_whatever_its_name() {
        let names = ["_RNvNtCs1_4core9panicking5panic", "_RNvNtCs1_4core6result13unwrap_failed"];
        let found = shortened(&module(names, [RETURNS, TELLS]));
        assert_eq!(found, Some((module(names, [RETURNS, &TRAP]), 1)));
    }

    #[test]
    fn a_module_without_names_of_panics_is_refused() {
        assert_eq!(shortened(&module(["a", "b"], [TELLS, TELLS])), None);
        assert_eq!(shortened(b"\0asm\x01\0\0\0"), None);
        assert_eq!(shortened(b"text of eight and more"), None);
    }
}
