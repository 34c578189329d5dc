//! The command as a person calls it: what it prints, what it writes, how it exits.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn hedgerow(words: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hedgerow")).args(words.split_whitespace()).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_list_names_every_experiment() {
    let list = printed(&hedgerow("sim list --json -"));
    let list: Value = serde_json::from_str(&list).unwrap();
    let ids: Vec<_> = list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(["E1", "E4", "E8", "E15b", "E23"].iter().all(|id| ids.contains(id)), "{ids:?}");
    assert!(printed(&hedgerow("sim list --cases")).contains("E4c-ratio"));
}

#[test]
fn a_run_prints_a_table_and_says_which_seed_it_took() {
    let run = hedgerow("sim run E15-6");
    assert!(run.status.success());
    assert!(told(&run).contains("seed 1, since none was given"));
    assert!(printed(&run).contains("default                      1215000"), "{}", printed(&run));
}

#[test]
fn equal_runs_write_equal_bytes_and_another_seed_other_figures() {
    let run =
        |seed: u64| printed(&hedgerow(&format!("sim run E4-weighted8 --seeds 1 --seed {seed} --json -")));
    assert_eq!(run(5), run(5));
    let folder = folder("diff");
    let (five, six) = (folder.join("5.json"), folder.join("6.json"));
    let (first, second) = (run(5), run(6));
    std::fs::write(&five, first).unwrap();
    std::fs::write(&six, second).unwrap();
    let diff = |a: &PathBuf, b: &PathBuf| hedgerow(&format!("sim diff {} {}", a.display(), b.display()));
    assert_eq!(diff(&five, &five).status.code(), Some(0));
    let differs = diff(&five, &six);
    assert_eq!(differs.status.code(), Some(1));
    assert!(printed(&differs).contains("E4-weighted8  weighted_n8_w4  median.mean_us: "));
}

#[test]
fn a_report_is_drawn_at_the_run_and_later_alike() {
    let folder = folder("plot");
    let (report, early, late) = (folder.join("report.json"), folder.join("early"), folder.join("late"));
    let run = format!("sim run E4-weighted8 --seeds 1 --json {} --svg {}", report.display(), early.display());
    assert!(hedgerow(&run).status.success());
    assert!(hedgerow(&format!("sim plot {} --svg {}", report.display(), late.display())).status.success());
    let read = |folder: &PathBuf| std::fs::read_to_string(folder.join("E4-weighted8-latency.svg")).unwrap();
    assert_eq!(read(&early), read(&late));
    assert!(read(&late).len() <= 100 * 1024 && read(&late).contains("weighted_n8_w4"));
}

#[test]
fn a_check_passes_or_names_what_missed() {
    assert!(hedgerow("sim check --only E14,E15,Q,W").status.success());
    let tables = folder("check").join("tables.txt");
    let check = |more: &str| hedgerow(&format!("sim check --only E14 --tables {} {more}", tables.display()));
    assert_eq!(check("").status.code(), Some(2), "no such file");
    assert!(check("--bless").status.success() && check("").status.success());
    let changed = std::fs::read_to_string(&tables).unwrap().replace("64", "63");
    std::fs::write(&tables, changed).unwrap();
    let miss = check("");
    assert_eq!(miss.status.code(), Some(1));
    assert!(told(&miss).contains("a table has changed"));
}

#[test]
fn arms_are_compared_and_fields_are_swept() {
    let folder = folder("arms");
    let mine = folder.join("mine.json");
    std::fs::write(&mine, r#"{"balance": {"n": 2}}"#).unwrap();
    let compared =
        hedgerow(&format!("sim compare E4-weighted8 --arm jsq --arm {} --seeds 1", mine.display()));
    assert!(compared.status.success(), "{}", told(&compared));
    assert!(printed(&compared).contains("as a multiple of jsq"));
    let swept = printed(&hedgerow("sim sweep E4-weighted8 --field balance.n --over 2,16 --seeds 1"));
    assert!(swept.contains("balance.n=2 ") && swept.contains("balance.n=16"), "{swept}");
    let refused = hedgerow("sim sweep E4-weighted8 --field balance.n --over 0 --seeds 1");
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("balance.n"), "{}", told(&refused));
}

#[test]
fn what_cannot_be_answered_is_misuse() {
    for words in [
        "sim run E999",
        "sim run E4 --seeds 0",
        "sim run E4-weighted8 --seeds 1 --arm nobody",
        "sim run E4-weighted8 --seeds 1 --arm nowhere.json",
        "sim fly",
        "sim plot Cargo.toml",
        "sim plot nowhere.json",
        "sim compare E4 --arm jsq",
        "sim compare E999 --arm jsq --arm p2c",
        "sim diff nowhere.json nowhere.json",
        "sim diff nowhere.json",
        "sim sweep E4-weighted8 --field balance.n",
        "sim sweep E4-weighted8 --field balance.m --over 1",
        "sim sweep E4-weighted8 --field balance.n --over 2 --arm nobody",
    ] {
        assert_eq!(hedgerow(words).status.code(), Some(2), "{words}");
    }
    let inputs = folder("misuse").join("inputs.json");
    std::fs::write(&inputs, r#"{"experiment": "supermarket", "n": 0}"#).unwrap();
    let refused = hedgerow(&format!("sim run {}", inputs.display()));
    assert!(told(&refused).contains("n: 0, want a whole number from 1 to 100000"), "{}", told(&refused));
}

#[test]
fn random_worlds_are_searched_and_one_of_them_is_repeated() {
    let searched = hedgerow("sim swarm --worlds 2 --seed 11 --json -");
    let document: Value = serde_json::from_str(&printed(&searched)).unwrap();
    assert_eq!((searched.status.code(), document["worlds"].as_u64()), (Some(0), Some(2)));
    let repeated = hedgerow("sim swarm --seed 11 --clients 1 --calls 100 --describe");
    assert!(printed(&repeated).starts_with("1 worlds, no invariant broken"), "{}", told(&repeated));
    assert_eq!(hedgerow("sim swarm --minutes -1").status.code(), Some(2));
}

#[test]
fn a_long_run_tells_its_memory_and_a_bench_its_rates() {
    for what in ["farm", "clients"] {
        let soak = printed(&hedgerow(&format!("sim bench --soak {what} --events 1e5 --json -")));
        let document: Value = serde_json::from_str(&soak).unwrap();
        let readings = document["soak"].as_array().unwrap();
        assert_eq!((readings.len(), readings[19]["events"].as_u64()), (20, Some(100_000)), "{what}");
        assert!(readings.iter().all(|reading| reading["resident_bytes"].as_u64() != Some(0)));
    }
    let too_long = hedgerow("sim bench --soak clients --events 2e9");
    assert_eq!(too_long.status.code(), Some(2));
    assert!(told(&too_long).contains("--events: 2000000000, want at most 1000000000"), "{}", told(&too_long));
    let rates = printed(&hedgerow("sim bench --events 4e3 --fleet 3x5"));
    assert!(rates.contains("a fleet of 3x5") && rates.contains("of memory when it had run"), "{rates}");
    for wrong in ["1e99", "999", "1.5e6", "many"] {
        assert_eq!(hedgerow(&format!("sim bench --events {wrong}")).status.code(), Some(2), "{wrong}");
    }
}

#[test]
fn every_help_has_an_example() {
    for command in ["list", "run", "check", "compare", "sweep", "plot", "diff", "recommend", "swarm", "bench"]
    {
        assert!(printed(&hedgerow(&format!("sim {command} --help"))).contains("Example"), "{command}");
    }
}
