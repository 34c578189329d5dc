//! Scenarios: random runs written down, so that every language plays the same one through its own public surface.
//!
//! A scenario is a configuration document, a seed and a list of inputs. Its source is a [`World`](crate::world::World):
//! a random configuration with random topologies, calls, answers, faults, pauses and senseless reports. The world's
//! client records a trace; each recorded input becomes one of the forms that bindings take, so that whoever plays the
//! document needs no generator, no shadow and no knowledge of the world. Whoever plays it must end at the same hash:
//! that of the last line of the trace, which stands for every input and every decision.
//!
//! | `e` | other fields | |
//! |---|---|---|
//! | `records` | `of`: floats | inputs in the flat form (codes 64 to 69), eight floats each, of one time; times in µs |
//! | `start` | `record`, `replicas`, `token` | a start that brings a token: eight floats, ids, text |
//! | `topology` | `changes`, `refused` | the list of changes, and whether it is an error |
//! | `signal` | `ns`, `op`, `record` | one record of a server; −1 is any |
//! | `header` | `ns`, `op`, `text` | the same as a response field |
//! | `stall` | `kind`, `from_us`, `to_us` | `paused`, `throttled`, `resumed`, `reset` |
//! | `drain` | `deadline_us` | −1 is none |
//! | `namespace`, `operation` | `name` | to be interned |
//!
//! `t` is the time to tell in µs, and null is no time at all (NaN). After each input the actions are drained.

mod generate;
mod inputs;
mod native;
mod play;

pub use generate::generate;
pub use native::{Native, seed};
pub use play::{Ended, Face, play};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The first seed of scenarios: not one of the worlds that other tests run.
const FIRST: u64 = 1 << 32;

/// Writes as many scenarios into a folder, in the place of those that are there.
pub fn write(folder: &Path, count: u64) -> io::Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    for number in 0..count {
        let text = serde_json::to_string(&generate(FIRST + number))?;
        fs::write(folder.join(format!("{number:03}.json")), text + "\n")?;
    }
    Ok(())
}

/// The scenarios of a folder, by name.
pub fn read(folder: &Path) -> io::Result<Vec<(String, Value)>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, serde_json::from_str(&fs::read_to_string(path)?)?))
    };
    paths.into_iter().map(read).collect()
}
