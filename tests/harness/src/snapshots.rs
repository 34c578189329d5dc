//! Snapshots of worlds, true and altered: what comes out of a client comes back, and what nobody wrote is answered.
//!
//! The first byte says what the rest are: the text of a document, or a world whose snapshot is altered in some places.
//! Either way a client is made of it or a path is told; one that is made keeps the snapshot that it shows, whatever it
//! was made of, and goes on like any other.

use hedgerow::client::action::Action;
use hedgerow::client::action::{EndpointSpec, Response, Start, TopologyChange};
use hedgerow::config::Document;
use hedgerow::{Client, Config, Duration, Instant, Seed};

use crate::bytes::Choices;
use crate::world::World;

/// More places than this are not altered.
const MOST_CHANGES: usize = 6;

/// Bytes as a snapshot that somebody hands in.
///
/// # Panics
///
/// When a client that was made of it does not keep its own snapshot, or an error does not name the range.
pub fn snapshot(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    if kind % 2 == 0 {
        if let Ok(document) = serde_json::from_slice::<Document>(rest) {
            restored(&document, &Config::default());
        }
        return;
    }
    let mut choices = Choices::new(rest);
    let mut world = World::new(&mut choices);
    world.run(&mut choices);
    let config = world.client.config().clone();
    let kept = world.client.snapshot(Instant::ZERO);
    comes_back(&world.client, &kept, &config, true);
    let mut altered = kept;
    let mut choices = Choices::new(rest);
    for _ in 0..=choices.below(MOST_CHANGES) {
        alter(&mut altered, &mut choices);
    }
    restored(&altered, &config);
}

/// A snapshot comes back as itself, and one that a client has `written` also once its endpoints are named; what nobody
/// wrote may have a sweep that is due, or an order that leaves endpoints out.
fn comes_back(client: &Client, kept: &Document, config: &Config, written: bool) {
    let seed = Seed::new([3; 32]);
    let mut again = Client::restore(kept, config.clone(), Some(&seed), Duration::ZERO, Instant::ZERO)
        .unwrap_or_else(|error| panic!("{error} in {}", kept.to_json()));
    assert_eq!(again.snapshot(Instant::ZERO).to_json(), kept.to_json());
    name_all(&mut again, kept, Instant::ZERO);
    if written {
        assert_eq!(learned(again.snapshot(Instant::ZERO)), learned(kept.clone()));
        assert_eq!(again.stats().snapshot_dropped, client.stats().snapshot_dropped);
    }
}

/// A snapshot without its counters, among which is that of the inputs that no trace records.
pub(crate) fn learned(kept: Document) -> String {
    let Document::Map(mut entries) = kept else { panic!("{}", kept.to_json()) };
    entries.retain(|(name, _)| name != "counters");
    Document::Map(entries).to_json()
}

fn restored(document: &Document, config: &Config) {
    let elapsed = Duration::from_secs(1);
    let seed = Seed::new([4; 32]);
    match Client::restore(document, config.clone(), Some(&seed), elapsed, Instant::from_micros(7)) {
        Err(error) => assert!(!error.range.is_empty() && !error.path.is_empty(), "{error}"),
        Ok(mut client) => {
            let shown = client.snapshot(Instant::from_micros(7));
            comes_back(&client, &shown, config, false);
            name_all(&mut client, &shown, Instant::from_micros(7));
            go_on(&mut client);
        }
    }
}

/// Hands in a topology with every endpoint that a snapshot names.
fn name_all(client: &mut Client, shown: &Document, now: Instant) {
    let Some(Document::List(endpoints)) = shown.get("endpoints") else { return };
    let names = endpoints.iter().filter_map(|endpoint| match endpoint.get("name") {
        Some(Document::Text(name)) => Some(name.clone()),
        _ => None,
    });
    let add = |name| TopologyChange::Add(EndpointSpec { name, ..EndpointSpec::default() });
    // A name that stands twice is refused, as everywhere.
    let _ = client.handle_topology(&names.map(add).collect::<Vec<_>>(), now);
}

/// Some calls, answered late and early, so that everything that was restored is looked at.
fn go_on(client: &mut Client) {
    let mut now = 8;
    for cookie in 0..8 {
        let _ = client.start(&Start { cookie, ..Start::default() }, Instant::from_micros(now));
        now += 1_700_000 * cookie;
        while let Some(action) = client.poll_action() {
            if let Action::Send { attempt, .. } = action {
                client.handle_response(attempt, Response::default(), Instant::from_micros(now));
            }
        }
        client.handle_timeout(Instant::from_micros(now));
    }
    assert!(client.poll_timeout().is_none_or(|wake| wake.at.as_micros() < 1 << 53));
}

/// Replaces, removes or repeats one value somewhere in a document.
fn alter(document: &mut Document, choices: &mut Choices<'_>) {
    match document {
        Document::Map(entries) if !entries.is_empty() && !choices.once_in(12) => {
            let at = choices.below(entries.len());
            match choices.below(12) {
                0 => drop(entries.remove(at)),
                1 => entries.push(entries[at].clone()),
                _ => alter(&mut entries[at].1, choices),
            }
        }
        Document::List(values) if !values.is_empty() && !choices.once_in(12) => {
            let at = choices.below(values.len());
            match choices.below(12) {
                0 => drop(values.remove(at)),
                1 => values.push(values[at].clone()),
                _ => alter(&mut values[at], choices),
            }
        }
        other => *other = strange(choices),
    }
}

fn strange(choices: &mut Choices<'_>) -> Document {
    match choices.below(10) {
        0 => Document::Null,
        1 => Document::Negative(-1),
        2 => Document::Decimal(0.5),
        3 => Document::Text("strange".into()),
        4 => Document::List(Vec::new()),
        5 => Document::Map(Vec::new()),
        6 => Document::Bool(true),
        _ => Document::Integer(choices.pick(&[
            0,
            1,
            2,
            1 << 31,
            u32::MAX.into(),
            1 << 51,
            (1 << 53) - 1,
            u64::MAX,
        ])),
    }
}
