//! Everything at once: servers that change their mind at each answer, in random worlds of their own.

use hedgerow::{Duration, FailureClass, Pushback};
use hedgerow_harness::bytes::{Choices, of_seed};
use serde_json::json;

use super::service::{Reply, Service, document};

/// A member of a field, of any size.
fn member(choices: &mut Choices<'_>, name: &str) -> String {
    let number = match choices.below(6) {
        0 => "0".to_owned(),
        1 => "999999999999999".to_owned(),
        2 => "-1".to_owned(),
        3 => u64::from(choices.word()).to_string(),
        _ => choices.micros().to_string(),
    };
    format!("{name}={number}")
}

/// A field with some members; some are none.
fn field(choices: &mut Choices<'_>) -> String {
    let mut members = vec![member(choices, "v")];
    for name in ["target", "max", "calls", "hedges", "ttl", "util", "chunk", "page"] {
        if choices.once_in(2) {
            members.push(member(choices, name));
        }
    }
    match choices.below(8) {
        0 => members.push("reset".into()),
        1 => members.push("scope=all".into()),
        2 => members.push("scope=ns".into()),
        3 => members.push(format!("origin=\"{}\"", "o".repeat(choices.below(40)))),
        4 => members.push("(".into()),
        _ => {}
    }
    members.join(", ")
}

fn reply(choices: &mut Choices<'_>) -> Reply {
    let after = (!choices.once_in(8)).then(|| choices.micros() % 300_000);
    let failed = choices.once_in(2).then(|| {
        let class = choices.pick(&FailureClass::ALL);
        let retry_after = choices.once_in(2).then(|| match choices.below(3) {
            0 => Duration::ZERO,
            1 => Duration::MAX,
            _ => Duration::from_micros(choices.micros()),
        });
        let max_retries = choices.once_in(3).then(|| choices.byte());
        (class, Pushback { retry_after, never: choices.once_in(10), max_retries })
    });
    Reply { after, failed, says: (!choices.once_in(4)).then(|| field(choices)) }
}

#[test]
fn servers_that_do_all_of_it_at_random_never_get_more_than_the_rails() {
    for seed in 0..60 {
        let bytes = of_seed(seed, 60_000);
        let mut choices = Choices::new(&bytes);
        let mut asked = document();
        let strategy = choices.pick(&["fixed", "slo", "quantile", "single_r"]);
        asked["hedge"] = json!({"strategy": strategy, "max": 4, "min_samples": 1});
        if strategy == "fixed" {
            asked["hedge"]["delay_us"] = json!(choices.pick(&[0, 500, 5000]));
        }
        asked["hedge"]["denied"] = json!(choices.pick(&["drop", "wait"]));
        asked["retry"] =
            json!({"pushback": {"mode": choices.pick(&["floor", "exact", "window", "clamp", "ignore"])}});
        let mut service = Service::new(asked);
        service.run(800, 400, |_| reply(&mut choices));
        service.is_within_its_rails();
    }
}
