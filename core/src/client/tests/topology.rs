//! The set of endpoints against the slow way: every name looked up by reading all of them.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;
use serde_json::json;

use super::{at, client};
use crate::client::action::{EndpointSpec, TopologyChange};
use crate::client::endpoint::{EndpointTable, Locality};
use crate::id::Id;

const NAMES: [&str; 6] = ["b", "a", "c", "ab", "é", "B"];

fn spec(name: &str) -> EndpointSpec {
    EndpointSpec { name: name.to_string(), ..EndpointSpec::default() }
}

/// An endpoint of the slow table: live ones have a name.
#[derive(Debug)]
struct Slow {
    id: Id,
    name: Option<&'static str>,
    in_flight: u32,
}

fn by_name(slow: &[Slow], name: &str) -> Option<Id> {
    slow.iter().find(|endpoint| endpoint.name == Some(name)).map(|endpoint| endpoint.id)
}

/// The path of the first error, by comparing each change with all before it.
fn first_error(live: &[&str], changes: &[TopologyChange]) -> Option<String> {
    (0..changes.len()).find_map(|place| {
        let (TopologyChange::Add(spec) | TopologyChange::Update(spec)) = &changes[place] else { return None };
        let again = changes[..place].iter().any(|change| match change {
            TopologyChange::Add(other) | TopologyChange::Update(other) => other.name == spec.name,
            TopologyChange::Remove(_) => false,
        });
        let foreign = matches!(changes[place], TopologyChange::Update(_)) && !live.contains(&&*spec.name);
        (again || foreign).then(|| format!("endpoints[{place}].name"))
    })
}

proptest! {
    #[test]
    fn a_name_is_found_where_reading_all_endpoints_finds_it(
        steps in proptest::collection::vec((0..4, 0usize..6), 0..80),
    ) {
        let mut table = EndpointTable::new(Locality::default(), None);
        let mut slow: Vec<Slow> = Vec::new();
        for (step, name) in steps {
            let name = NAMES[name];
            match (step, by_name(&slow, name)) {
                (0, None) => {
                    let id = table.add(&spec(name), None).unwrap();
                    slow.push(Slow { id, name: Some(name), in_flight: 0 });
                }
                (1, Some(id)) => {
                    table.remove(id);
                    let gone = slow.iter_mut().find(|endpoint| endpoint.id == id).unwrap();
                    gone.name = None;
                }
                (2, Some(id)) => {
                    table.on_sent(id, false, at(0));
                    slow.iter_mut().find(|endpoint| endpoint.id == id).unwrap().in_flight += 1;
                }
                // An attempt ends, at an endpoint that is removed if there is one.
                (3, _) => {
                    slow.sort_by_key(|endpoint| endpoint.name);
                    if let Some(busy) = slow.iter_mut().find(|endpoint| endpoint.in_flight > 0) {
                        busy.in_flight -= 1;
                        table.on_ended(busy.id, false);
                    }
                }
                _ => {}
            }
            slow.retain(|endpoint| endpoint.name.is_some() || endpoint.in_flight > 0);
            for name in NAMES {
                prop_assert_eq!(table.by_name(name), by_name(&slow, name), "{}", name);
            }
            let live = slow.iter().filter(|endpoint| endpoint.name.is_some()).count();
            prop_assert_eq!(table.live() as usize, live);
            prop_assert!(slow.iter().all(|endpoint| table.get(endpoint.id).is_some()));
        }
    }

    #[test]
    fn a_list_is_refused_where_comparing_all_pairs_refuses_it(
        steps in proptest::collection::vec((0..5, 0usize..6), 0..8),
    ) {
        let mut client = client(json!({}));
        let live = ["a", "c", "é"];
        let first: Vec<_> = live.iter().map(|name| TopologyChange::Add(spec(name))).collect();
        client.handle_topology(&first, at(0)).unwrap();
        let change = |(what, name): (i32, usize)| match what {
            0 | 1 => TopologyChange::Add(spec(NAMES[name])),
            2 => TopologyChange::Update(spec(NAMES[name])),
            _ => TopologyChange::Remove(NAMES[name].to_string()),
        };
        let changes: Vec<_> = steps.into_iter().map(change).collect();
        let refused = client.handle_topology(&changes, at(1)).err().map(|error| error.path);
        prop_assert_eq!(refused, first_error(&live, &changes));
    }
}
