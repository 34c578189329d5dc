//! `cargo xtask verify mutants`: whether the tests of the core notice when a line of a policy is wrong.
//!
//! `cargo mutants --list` names the mutants: an operator exchanged, a body replaced, a guard made constant. To build
//! each of them would take the machine for hours, so all are woven into one copy of the core, each behind a number
//! (mutant schemata: Untch, Offutt and Harrold, *Mutation analysis using mutant schemata*, 1993), which is built once;
//! a run with a number in the environment is a run of that mutant. A mutant is *caught* when a test fails or does not
//! end. What survives must stand in `tests/mutants/survivors.txt` with the reason why no test can tell, and nothing else
//! may stand there.

mod list;
mod run;
mod survivors;
mod weave;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::child::{Ending, root};
use list::Mutant;
use run::Fate;

/// The rooms whose mutants are tried: budgets, backoff, hedging, timers, choice.
const FILES: [&str; 8] = [
    "core/src/retry/budget/*.rs",
    "core/src/retry/backoff.rs",
    "core/src/hedge/*.rs",
    "core/src/timer/*.rs",
    "core/src/balance/choice.rs",
    "core/src/balance/picker.rs",
    "core/src/balance/score.rs",
    "core/src/balance/permutation.rs",
];

/// The least share of the mutants of each room that must be caught, in hundredths.
const LEAST: usize = 90;

/// Where the copy of the core lies.
fn copy() -> PathBuf {
    root().join("target/mutants")
}

/// Tries every mutant; with `bless`, writes the figures anew.
pub(crate) fn check(bless: bool) -> Ending {
    let Some(mutants) = list::list(&FILES) else {
        eprintln!("the mutants cannot be listed");
        return Ending::of(false);
    };
    let Some((mutants, programs)) = weave::build(&copy(), mutants) else {
        eprintln!("the woven core does not build");
        return Ending::of(false);
    };
    let fates = run::all(&mutants, &programs);
    let told: Vec<(&Mutant, Fate)> = mutants.iter().zip(fates).collect();
    let table = table(&told);
    println!("{table}");
    if bless && fs::write(root().join("tests/mutants/figures.txt"), &table).is_err() {
        return Ending::of(false);
    }
    Ending::of(enough(&told) && survivors::compare(&told))
}

/// Caught, survived and all of each file, and what could not be tried.
fn table(told: &[(&Mutant, Fate)]) -> String {
    let mut lines =
        vec![format!("{:<34} {:>7} {:>9} {:>9} {:>6}", "file", "caught", "survived", "untried", "share")];
    for (file, [caught, survived, untried]) in counts(told, |mutant| mutant.file.clone()) {
        let share = caught * 100 / (caught + survived).max(1);
        lines.push(format!("{file:<34} {caught:>7} {survived:>9} {untried:>9} {share:>4} %"));
    }
    lines.join("\n") + "\n"
}

fn counts(told: &[(&Mutant, Fate)], by: impl Fn(&Mutant) -> String) -> BTreeMap<String, [usize; 3]> {
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for (mutant, fate) in told {
        counts.entry(by(mutant)).or_default()[*fate as usize] += 1;
    }
    counts
}

/// Whether the tests of each room catch enough.
fn enough(told: &[(&Mutant, Fate)]) -> bool {
    let rooms = counts(told, |mutant| mutant.room().to_owned());
    let mut enough = true;
    for (room, [caught, survived, _]) in rooms {
        if caught * 100 < LEAST * (caught + survived) {
            println!("{room}: {caught} of {} are caught, fewer than {LEAST} %", caught + survived);
            enough = false;
        }
    }
    enough
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_with_too_many_survivors_is_told() {
        let mutant = |name: &str| Mutant::of(&format!("core/src/hedge/{name}.rs"), "replace a with b in f");
        let (delay, limiter) = (mutant("delay"), mutant("limiter"));
        let mut told = vec![(&delay, Fate::Caught); 9];
        told.push((&limiter, Fate::Survived));
        assert!(enough(&told));
        told.push((&limiter, Fate::Untried));
        assert!(enough(&told));
        told.push((&limiter, Fate::Survived));
        assert!(!enough(&told));
        let line =
            table(&told).lines().nth(2).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(line.as_deref(), Some("core/src/hedge/limiter.rs 0 2 1 0 %"));
    }
}
