//! What-if over random worlds: under the recorded configuration nothing differs; under any other it comes to an end.

use hedgerow::Config;
use hedgerow::trace::Trace;
use hedgerow_harness::bytes::{Choices, of_seed};
use hedgerow_harness::documents::document;
use hedgerow_harness::world::World;
use hedgerow_why::whatif::{Assumed, Model, Tally, WhatIf};

/// How many worlds; `HEDGEROW_WORLDS` asks for more.
fn worlds() -> u64 {
    std::env::var("HEDGEROW_WORLDS").ok().and_then(|count| count.parse().ok()).unwrap_or(800)
}

/// Another configuration of these worlds.
fn other(seed: u64) -> Config {
    let bytes = of_seed(!seed, 200);
    serde_json::from_value(document(&mut Choices::new(&bytes))).unwrap()
}

/// The trace of a world that records itself, with its configuration.
fn recorded(seed: u64) -> Option<(Trace, Config)> {
    let bytes = of_seed(seed, 1500);
    let mut choices = Choices::new(&bytes);
    let mut world = World::new(&mut choices);
    world.run(&mut choices);
    let config = world.client.config().clone();
    config.trace.enabled.then(|| {
        let mut bytes = Vec::new();
        world.client.poll_trace_bytes(&mut bytes);
        (Trace::from_bytes(&bytes).unwrap(), config)
    })
}

fn ends(tally: &Tally) -> u64 {
    let Tally { denied, answered, failed, cancelled, unfinished, undecided, .. } = *tally;
    denied + answered + failed + cancelled + unfinished + undecided
}

#[test]
fn under_the_recorded_configuration_no_decision_of_a_random_world_differs() {
    let mut compared = 0;
    for seed in 0..worlds() {
        let Some((trace, config)) = recorded(seed) else { continue };
        let told = WhatIf::of(&trace, &config, &config, Model::Unknown).unwrap();
        assert!(told.is_same() && told.unknown == 0, "world {seed}:\n{}", told.to_text());
        assert_eq!(told.recorded, told.replayed, "world {seed}");
        compared += told.recorded.calls;
    }
    assert!(compared > 10 * worlds(), "{compared} calls");
}

#[test]
fn under_another_configuration_every_call_is_accounted_for() {
    let (mut unknown, mut answered, mut assumed) = (0, 0, 0);
    for seed in 0..worlds() {
        let Some((trace, config)) = recorded(seed) else { continue };
        for model in
            [Model::Unknown, Model::Always(Assumed::Answer { after: hedgerow::Duration::from_micros(700) })]
        {
            let is_told = matches!(model, Model::Always(_));
            let told = WhatIf::of(&trace, &config, &other(seed), model).unwrap();
            for tally in [&told.recorded, &told.replayed] {
                assert_eq!((ends(tally), tally.calls), (tally.calls, told.recorded.calls), "world {seed}");
            }
            for row in &told.reasons {
                assert!(row.gone + row.changed + row.unknown <= row.recorded, "world {seed}: {row:?}");
                assert!(row.new + row.changed <= row.replayed, "world {seed}: {row:?}");
            }
            assert_eq!(told.unknown == 0, told.replayed.undecided == 0, "world {seed}");
            assert!(!is_told || told.unknown == 0, "world {seed}: everything is assumed");
            unknown += told.unknown;
            assumed += told.assumed;
            answered += told.replayed.answered;
        }
    }
    assert!(
        unknown > worlds() && assumed > worlds() && answered > worlds(),
        "{unknown} {assumed} {answered}"
    );
}
