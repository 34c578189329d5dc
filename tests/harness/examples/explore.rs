//! Searches for inputs that break a promise: mutates the corpus of each fuzz target for some seconds.
//!
//! `cargo xtask fuzz --seconds 20` runs it. An input that makes a target panic is written into the corpus, where the
//! tests replay it from then on. Every input follows from the number of its round, which is printed; the clock only
//! says when to stop.

use std::fmt::Write as _;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hedgerow_harness::targets::{TARGETS, Target};

/// Longest input that is made up.
const LONGEST: usize = 2048;

fn main() -> ExitCode {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10);
    let found: Vec<_> =
        TARGETS.iter().filter_map(|target| search(*target, Duration::from_secs(seconds))).collect();
    for path in &found {
        eprintln!("found: {}", path.display());
    }
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one target until the time is over; answers the file of the first input that breaks it.
fn search((name, target): Target, time: Duration) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let corpus = read(&folder);
    let begun = Instant::now();
    let mut round = 0;
    while begun.elapsed() < time {
        let input = input(&corpus, round);
        if catch_unwind(|| target(&input)).is_err() {
            eprintln!("{name}: round {round} breaks a promise");
            return Some(keep(&folder, &input));
        }
        round += 1;
    }
    println!("{name}: {round} inputs, none breaks a promise");
    None
}

fn read(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// Writes an input under a name that follows from its bytes.
fn keep(folder: &Path, input: &[u8]) -> PathBuf {
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let path = folder.join(format!("found-{hash:016x}"));
    if let Err(error) = std::fs::write(&path, input) {
        let hex = input.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        eprintln!("{}: {error}; the input in hexadecimal: {hex}", path.display());
    }
    path
}

/// The input of a round: noise, or a file of the corpus with some bytes changed, cut out or repeated.
fn input(corpus: &[Vec<u8>], round: u64) -> Vec<u8> {
    let mut dice = Dice(round.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    if corpus.is_empty() || dice.below(4) == 0 {
        let length = dice.below(LONGEST);
        return (0..length).map(|_| dice.byte()).collect();
    }
    let mut input = corpus[dice.below(corpus.len())].clone();
    for _ in 0..=dice.below(8) {
        mutate(&mut input, corpus, &mut dice);
    }
    input.truncate(LONGEST);
    input
}

fn mutate(input: &mut Vec<u8>, corpus: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(input.len() + 1);
    let end = (at + dice.below(16)).min(input.len());
    match dice.below(6) {
        0 => input.insert(at, dice.byte()),
        1 => drop(input.drain(at..end)),
        2 => input.extend_from_within(at..end),
        3 => {
            let other = &corpus[dice.below(corpus.len())];
            let from = dice.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        _ if at < input.len() => input[at] = dice.byte(),
        _ => input.push(dice.byte()),
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}
