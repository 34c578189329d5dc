//! Every case of the conformance data that is not deferred belongs to an experiment, and so does every further case.
//!
//! What is arithmetic, or runs within a second without an optimiser, is measured here; all of it is by
//! `hedgerow sim check`, a step of the whole test run.

use hedgerow_sim::experiments::{Case, Session, find, of_case, run};

const FILE: &str = "15-experiments.json";

/// Experiments whose cases are arithmetic or small.
const SMALL: [&str; 11] = ["E1", "E9b", "E10b", "E10c", "E14", "E15", "E15b", "E23", "Q", "W", "E8b"];

fn deferred() -> Vec<String> {
    let list = include_str!("../../tests/vectors/DEFERRED");
    let words = list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    words.filter(|words| words.first() == Some(&FILE)).map(|words| words[1].to_owned()).collect()
}

fn cases() -> Vec<Case> {
    let deferred = deferred();
    let mut cases = Case::shipped().unwrap();
    cases.retain(|case| !deferred.contains(&case.id));
    cases
}

#[test]
fn every_case_belongs_to_the_experiment_that_its_id_names() {
    for case in cases() {
        let (experiment, _) = of_case(&case).unwrap();
        assert_eq!(find(case.experiment()).map(|named| named.id), Some(experiment.id), "{}", case.id);
    }
}

#[test]
fn a_deferred_case_has_no_experiment_yet() {
    for case in Case::shipped().unwrap().iter().filter(|case| deferred().contains(&case.id)) {
        assert!(find(case.experiment()).is_none(), "{} can run", case.id);
    }
}

#[test]
fn small_cases_lie_in_their_bands() {
    let mut ignore = |_: &str| {};
    let mut session = Session::new(1, &mut ignore);
    let is_small = |case: &Case| SMALL.contains(&case.experiment()) && !case.inputs.contains_key("events");
    for case in cases().into_iter().filter(is_small) {
        let report = run(&case, &mut session).unwrap();
        for check in &case.checks {
            let verdict = check.verdict(&report);
            assert!(verdict.ok, "{}: {verdict:?}", case.id);
        }
    }
}
