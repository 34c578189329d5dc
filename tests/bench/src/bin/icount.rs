//! Instructions per operation, counted by callgrind: the same on every run, whatever else the machine does.
//!
//! Each operation runs in a process of its own under `valgrind --tool=callgrind`, once n times and once 2 n times; the
//! difference divided by n is what one operation costs, without start, preparation and warm-up.
//!
//! ```text
//! icount [--peers] [part of a name]   prints the table beside the committed numbers
//! icount --check                      fails when one of ours is off by more than 2 %, or dearer than its bar
//! icount --bless                      writes the committed numbers anew
//! ```
//!
//! The numbers belong to one compiler and one kind of processor (a copy of memory chooses its instructions by the
//! processor): a gate for machines of one kind, no test.

use std::process::{Command, ExitCode, Stdio};

use hedgerow_bench::bars::{self, Counts};
use hedgerow_bench::{Operation, operations};

/// Repetitions of the shorter run: enough to meet what happens once in thousands of calls.
const TIMES: u64 = 10_000;
/// What `--check` tolerates, in hundredths.
const TOLERANCE: u64 = 2;
const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Print,
    Check,
    Bless,
}

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args().skip(1).collect();
    if let [run, what, who, times] = args.as_slice()
        && run == "run"
    {
        return repeat(what, who, times);
    }
    match count(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What the process under valgrind does.
fn repeat(what: &str, who: &str, times: &str) -> ExitCode {
    let found = operations().into_iter().find(|operation| operation.what == what && operation.who == who);
    let (Some(operation), Ok(times)) = (found, times.parse()) else { return ExitCode::FAILURE };
    (operation.prepare)()(times);
    ExitCode::SUCCESS
}

fn count(args: &[String]) -> Result<bool, String> {
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let mode = match (has("--check"), has("--bless")) {
        (true, _) => Mode::Check,
        (_, true) => Mode::Bless,
        _ => Mode::Print,
    };
    let part = args.iter().find(|arg| !arg.starts_with("--")).map_or("", String::as_str);
    if mode != Mode::Print && !part.is_empty() {
        return Err("check and bless look at all operations".to_owned());
    }
    let version = Command::new("valgrind").arg("--version").output();
    if version.is_err() {
        return Err("valgrind is not installed, and nothing else here counts instructions".to_owned());
    }
    let peers = has("--peers");
    let chosen = operations().into_iter().filter(|operation| {
        (operation.is_ours() || peers) && format!("{} {}", operation.what, operation.who).contains(part)
    });
    let committed = committed()?;
    let mut counts = Counts::new();
    println!("{:<48} {:<46} {:>12} {:>10} {:>8}", "operation", "by", "instructions", "committed", "change");
    for operation in chosen {
        let instructions = instructions(&operation)?;
        let known = committed.get(operation.what).filter(|_| operation.is_ours());
        print_line(&operation, instructions, known);
        if operation.is_ours() {
            counts.insert(operation.what.to_owned(), instructions);
        }
    }
    match mode {
        Mode::Print => Ok(true),
        Mode::Check => Ok(within_tolerance(&committed, &counts) & keeps_bars(&counts)),
        Mode::Bless => bless(&counts).map(|()| true),
    }
}

fn print_line(operation: &Operation, instructions: u64, known: Option<&u64>) {
    let (committed, change) = known.map_or((String::new(), String::new()), |&known| {
        let permille = 1000 * (instructions.cast_signed() - known.cast_signed()) / known.max(1).cast_signed();
        let sign = if permille < 0 { '-' } else { '+' };
        (known.to_string(), format!("{sign}{}.{} %", permille.abs() / 10, permille.abs() % 10))
    });
    println!("{:<48} {:<46} {instructions:>12} {committed:>10} {change:>8}", operation.what, operation.who);
}

/// Instructions of one operation.
fn instructions(operation: &Operation) -> Result<u64, String> {
    let (once, twice) = (collected(operation, TIMES)?, collected(operation, 2 * TIMES)?);
    Ok((twice.saturating_sub(once) + TIMES / 2) / TIMES)
}

/// Instructions of a whole process, as callgrind reports them at its end.
fn collected(operation: &Operation, times: u64) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["run", operation.what, operation.who, &times.to_string()])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let report = String::from_utf8_lossy(&output.stderr);
    let number = report.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    number.filter(|_| output.status.success()).ok_or_else(|| format!("{}: {report}", operation.what))
}

fn committed() -> Result<Counts, String> {
    match std::fs::read_to_string(COMMITTED) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| format!("instructions.json: {error}")),
        Err(_) => Ok(Counts::new()),
    }
}

/// Names every operation that left the tolerance, in either direction: a gain is to be committed, too.
fn within_tolerance(committed: &Counts, counts: &Counts) -> bool {
    let mut ok = true;
    for (name, &count) in counts {
        match committed.get(name) {
            Some(&known) if count.abs_diff(known) * 100 <= known * TOLERANCE => continue,
            Some(known) => println!("{name}: {count} instructions, {known} committed"),
            None => println!("{name}: {count} instructions, none committed"),
        }
        ok = false;
    }
    for name in committed.keys().filter(|&name| !counts.contains_key(name)) {
        println!("{name}: committed, but there is no such operation");
        ok = false;
    }
    ok
}

/// Names every operation that costs more beside another one than it may.
fn keeps_bars(counts: &Counts) -> bool {
    let broken = bars::broken(counts);
    for bar in &broken {
        println!("{bar}");
    }
    broken.is_empty()
}

fn bless(counts: &Counts) -> Result<(), String> {
    let text = serde_json::to_string_pretty(counts).map_err(|error| error.to_string())?;
    std::fs::write(COMMITTED, text + "\n").map_err(|error| format!("instructions.json: {error}"))
}
