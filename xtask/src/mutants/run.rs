//! Runs the tests against each mutant, those first that are most likely to notice, until one does.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::list::Mutant;
use crate::child;

/// The time on the processor and the memory that a test program may take: a mutant may loop or grow for ever.
const PROCESSOR_SECONDS: u64 = 5;
const MEMORY: u64 = 3 << 30;

/// The time that it may take on a busy machine.
const WALL: Duration = Duration::from_mins(3);

/// A fixed seed of the properties, so that a mutant is caught in each run or in none.
const SEED: &str = "7";

/// What came of a mutant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    Caught = 0,
    Survived = 1,
    /// A constant, or it does not compile.
    Untried = 2,
}

/// A program of tests.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) folder: PathBuf,
}

/// Tests of a room beside its own unit tests, by parts of their names.
const TESTS: [(&str, &[&str]); 4] = [
    ("retry", &["prop_budget", "prop_retry", "vectors_retry"]),
    ("hedge", &["prop_hedge", "vectors_hedge"]),
    ("timer", &["prop_wheel", "prop_pause", "vectors_timers"]),
    ("balance", &["vectors_choice", "vectors_health"]),
];

/// Programs that read the sources or count what the woven core has more of, and so cannot tell a mutant from it.
const NOT_OF_MUTANTS: [&str; 2] = ["surface", "allocations"];

/// The library's own tests.
const LIBRARY: &str = "hedgerow";

/// What came of each mutant, in order.
pub(super) fn all(mutants: &[Mutant], programs: &[Program]) -> Vec<Fate> {
    let sound: Vec<&Program> = programs
        .iter()
        .filter(|program| !NOT_OF_MUTANTS.contains(&program.name.as_str()))
        .filter(|program| {
            let passes = passes(program, None, 0);
            if !passes {
                println!("{} does not pass without any mutant and is left out", program.name);
            }
            passes
        })
        .collect();
    let mut fates = Vec::new();
    for (number, mutant) in (1..).zip(mutants) {
        let begun = Instant::now();
        let (fate, by) = fate(mutant, number, &sound);
        let seconds = begun.elapsed().as_secs_f64();
        println!("{number:>4} {fate:?}{by} {seconds:.1} s  {}: {}", mutant.file, mutant.what);
        fates.push(fate);
    }
    fates
}

fn fate(mutant: &Mutant, number: usize, programs: &[&Program]) -> (Fate, String) {
    if !mutant.woven {
        return (Fate::Untried, String::new());
    }
    for (program, filter) in order(mutant.room(), programs) {
        if !passes(program, filter.as_deref(), number) {
            return (Fate::Caught, format!(" by {}", program.name));
        }
    }
    (Fate::Survived, String::new())
}

/// The room's own tests, then those that name it, then everything.
fn order<'a>(room: &str, programs: &[&'a Program]) -> Vec<(&'a Program, Option<String>)> {
    let parts = TESTS.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, parts)| parts);
    let of_room = |program: &Program| parts.iter().any(|part| program.name.starts_with(part));
    let library = |program: &&&Program| program.name == LIBRARY;
    let own = programs.iter().filter(library).map(|program| (*program, Some(format!("{room}::"))));
    let named = programs.iter().filter(|program| of_room(program)).map(|program| (*program, None));
    let whole = programs.iter().filter(library).map(|program| (*program, None));
    let rest = programs.iter().filter(|program| !library(program) && !of_room(program));
    own.chain(named).chain(whole).chain(rest.map(|program| (*program, None))).collect()
}

fn passes(program: &Program, filter: Option<&str>, number: usize) -> bool {
    let mut command = limited(program);
    command.args(filter).arg("--quiet").current_dir(&program.folder);
    command
        .env("HEDGEROW_MUTANT", number.to_string())
        .env("PROPTEST_RNG_SEED", SEED)
        .env("RUST_BACKTRACE", "0");
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else { return false };
    let until = Instant::now() + WALL;
    while Instant::now() < until {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Err(_) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

/// The program within its limits, where the system has the command for them.
fn limited(program: &Program) -> Command {
    if child::output(&mut child::command("prlimit", "--version")).is_none() {
        return Command::new(&program.path);
    }
    let mut command = Command::new("prlimit");
    command.args([format!("--cpu={PROCESSOR_SECONDS}"), format!("--as={MEMORY}")]).arg(&program.path);
    command
}
