//! A fleet of one's own on the command line: the recommendation, its documents, its drawings, its trace.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The example that the documentation names.
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fleet.toml");

fn sim(words: &str) -> Output {
    let words = words.split_whitespace();
    Command::new(env!("CARGO_BIN_EXE_hedgerow")).arg("sim").args(words).output().unwrap()
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

/// The example with something replaced, in a file.
fn changed(name: &str, from: &str, to: &str) -> PathBuf {
    let path = folder(name).join("fleet.toml");
    let text = std::fs::read_to_string(EXAMPLE).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    path
}

#[test]
fn the_example_is_given_a_configuration_that_meets_its_objective() {
    let folder = folder("recommend");
    let words = format!("recommend {EXAMPLE} --seeds 2 --calls 10000 --svg {}", folder.display());
    let found = sim(&words);
    let text = printed(&found);
    assert_eq!(found.status.code(), Some(0), "{text}{}", told(&found));
    assert!(text.contains("plain (no policy)") && text.contains("\n> "), "{text}");
    let config = text.split_once("meets the objective\n").unwrap().1;
    let config: Value = serde_json::from_str(config).unwrap();
    assert_eq!(config["operations"]["put"]["idempotency"], "none");
    for drawing in ["shop-cache-latency.svg", "shop-cache-gains.svg"] {
        let svg = std::fs::read_to_string(folder.join(drawing)).unwrap();
        assert!(svg.len() <= 100 * 1024 && svg.contains("plain"), "{drawing}");
    }
}

#[test]
fn equal_recommendations_are_equal_bytes_and_can_be_compared() {
    let folder = folder("recommend-json");
    let recommend = |seed: u64| {
        let found = sim(&format!("recommend {EXAMPLE} --seeds 1 --calls 2000 --seed {seed} --json -"));
        let path = folder.join(format!("{seed}.json"));
        std::fs::write(&path, &found.stdout).unwrap();
        (path, printed(&found))
    };
    let (five, text) = recommend(5);
    assert_eq!(text, recommend(5).1);
    let (six, _) = recommend(6);
    let diff = |a: &PathBuf, b: &PathBuf| sim(&format!("diff {} {}", a.display(), b.display())).status.code();
    assert_eq!((diff(&five, &five), diff(&five, &six)), (Some(0), Some(1)));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["config"]["load"]["calls"], 2000, "what was run is what is told");
}

#[test]
fn an_objective_out_of_reach_is_a_fault_and_a_wrong_fleet_is_misuse() {
    let hard = changed("recommend-hard", "at_most = \"12ms\"", "at_most = \"1ms\"");
    let missed = sim(&format!("recommend {} --seeds 1 --calls 1000", hard.display()));
    assert_eq!(missed.status.code(), Some(1), "{}", told(&missed));
    assert!(printed(&missed).contains("nothing that was tried meets the objective"));
    for (name, from, to, expected) in [
        ("count", "count = 12", "count = -1", "servers.count: invalid value"),
        ("field", "zones = 3 ", "zoness = 3 ", "servers.zoness: unknown field `zoness`"),
        ("range", "quantile = 0.999", "quantile = 7", "objective.quantile: 7, want 0.5..=0.9999"),
        ("form", "slots = 4", "slots = = 4", "TOML parse error"),
    ] {
        let wrong = changed(&format!("recommend-{name}"), from, to);
        for command in ["recommend", "run"] {
            let refused = sim(&format!("{command} {}", wrong.display()));
            assert_eq!(refused.status.code(), Some(2), "{command} {name}");
            assert!(told(&refused).contains(expected), "{}", told(&refused));
        }
    }
    assert_eq!(sim("recommend nowhere.toml").status.code(), Some(2));
    assert_eq!(sim(&format!("recommend {EXAMPLE} --seeds 0")).status.code(), Some(2));
}

#[test]
fn a_fleet_is_run_compared_and_swept_like_an_experiment() {
    let fleet = changed("fleet-run", "calls_per_second = 12000", "calls_per_second = 12000\ncalls = 2000");
    let mine = fleet.with_file_name("mine.json");
    std::fs::write(&mine, r#"{"balance": {"n": 2}}"#).unwrap();
    let fleet = fleet.display();
    let run = printed(&sim(&format!("run {fleet}")));
    assert!(run.contains("plain ") && run.contains("defaults "), "{run}");
    let compared = sim(&format!("compare {fleet} --arm netflix --arm {} --seeds 2", mine.display()));
    assert!(printed(&compared).contains("as a multiple of netflix"), "{}", told(&compared));
    let swept = sim(&format!("sweep {fleet} --field hedge.max --over 0,1 --arm {}", mine.display()));
    assert!(printed(&swept).contains("hedge.max=0 "), "{}", told(&swept));
    let swept = sim(&format!("sweep {fleet} --field balance.n --over 2,8 --arm netflix"));
    assert!(printed(&swept).contains("balance.n=2 "), "{}", told(&swept));
}

#[test]
fn a_run_leaves_the_trace_of_its_first_client() {
    let folder = folder("trace");
    let traces = ["one.jsonl", "two.jsonl"].map(|name| {
        let path = folder.join(name);
        let fleet = changed("trace-fleet", "clients]", "clients]\n# four of them");
        let text = std::fs::read_to_string(&fleet).unwrap().replace("[load]", "[load]\ncalls = 500");
        std::fs::write(&fleet, text).unwrap();
        let run = sim(&format!("run {} --arm netflix --trace {}", fleet.display(), path.display()));
        assert!(run.status.success(), "{}", told(&run));
        std::fs::read_to_string(path).unwrap()
    });
    assert_eq!(traces[0], traces[1]);
    let first: Value = serde_json::from_str(traces[0].lines().next().unwrap()).unwrap();
    assert!(first["seed"].is_string() && first["h"].is_string(), "{first}");
    assert!(traces[0].contains("\"e\":\"start\""));
    let none = sim(&format!("run E14 --trace {}", folder.join("none.jsonl").display()));
    assert_eq!(none.status.code(), Some(2));
    assert!(told(&none).contains("runs no whole clients"), "{}", told(&none));
}
