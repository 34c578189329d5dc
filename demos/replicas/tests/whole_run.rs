//! A whole run in small: real servers, real pauses, both arms.
#![cfg(unix)]

use hedgerow_demo_replicas::fleet::FleetSettings;
use hedgerow_demo_replicas::left_out::LeftOut;
use hedgerow_demo_replicas::report::Report;
use hedgerow_demo_replicas::run::{Options, run};
use hedgerow_demo_replicas::schedule::{LoadShape, PauseKind};
use hedgerow_demo_replicas::table;
use std::time::Duration;

fn options() -> Options {
    Options {
        program: env!("CARGO_BIN_EXE_hedgerow-demo-replicas").into(),
        seed: 1,
        shape: LoadShape { requests: 300, rate: 200.0, keys: 50, write_percent: 30 },
        warm_up: 60,
        pauses: vec![PauseKind { length: Duration::from_millis(60), mean_gap: Duration::from_millis(400) }],
        fleet: FleetSettings { limit: 64, work: Duration::from_millis(1) },
        hosts: Vec::new(),
        left_out: vec![LeftOut { arms: vec!["other".into()], why: "it is not there".into() }],
        others: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_arms_make_every_call_and_hedgerow_applies_each_write_once() {
    let outcome = tokio::time::timeout(Duration::from_mins(1), run(&options())).await.unwrap().unwrap();
    let report = outcome.report;
    let names: Vec<_> = report.arms.iter().map(|arm| arm.name.as_str()).collect();
    assert_eq!(names, ["plain", "hedgerow"]);
    for arm in &report.arms {
        assert_eq!((arm.calls, arm.reads + arm.writes, arm.errors), (300, 300, 0), "{}", arm.name);
    }
    assert_eq!(report.arms[0].writes, report.arms[1].writes, "the same load");
    assert!(report.arms[0].hedges_percent.abs() < f64::EPSILON);
    assert_eq!(report.arms[1].duplicate_writes, 0);
    assert!(report.pauses.count > 0 && report.pauses.longest_ms >= 60.0);
    let rescued = report.rescued.as_ref().expect("pauses of 60 ms make hedges win");
    assert!(rescued.steps.iter().any(|step| step.reason == "hedge_due"), "{rescued:?}");

    let text = serde_json::to_string(&report).unwrap();
    let back: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(back.arms, report.arms);
    assert_eq!(back.left_out, options().left_out);
    let table = table::render(&report);
    assert!(
        table.contains("The slowest rescued call") && table.contains("not measured: other: it is not there")
    );
}
