//! Documents of records, as handshakes and RPC metadata carry them: at their limits, beyond them, and none at all.

use hedgerow::client::action::{Namespace, Operation};
use hedgerow::config::{self, Document, MAX_DEPTH};
use hedgerow::signal::map::{MAX_BYTES, MAX_RECORDS, Records};
use serde_json::json;

use super::counting::{allocated, held};
use super::service::{Service, document};

fn records(count: usize) -> String {
    let list: Vec<_> =
        (0..count).map(|number| json!({"ns": format!("n{number}"), "v": 1, "hedges": 3})).collect();
    json!({ "records": list }).to_string()
}

/// Both readers of the same text: the records' own, and that of hosts which hold a document.
fn read(text: &str) -> [Option<Records>; 2] {
    let document = serde_json::from_str::<Document>(text).ok();
    [serde_json::from_str(text).ok(), document.and_then(|found| config::records(&found).ok())]
}

#[test]
fn as_many_records_as_may_be_are_read_and_one_more_is_refused() {
    let most = read(&records(MAX_RECORDS));
    assert!(most.iter().all(|read| read.as_ref().is_some_and(|read| read.entries.len() == MAX_RECORDS)));
    assert_eq!(read(&records(MAX_RECORDS + 1)), [None, None]);
    assert_eq!(read(&records(64 * MAX_RECORDS)), [None, None]);
}

#[test]
fn texts_that_are_no_records_are_refused_or_hold_none() {
    let deep = |depth: usize| format!("{{\"records\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
    let mut texts: Vec<String> = [
        "",
        "{",
        "[]",
        "null",
        "1",
        "\"records\"",
        "{}",
        "{\"records\":null}",
        "{\"records\":{}}",
        "{\"records\":[1,null,true,\"v\",[],{}]}",
        "{\"records\":[{\"v\":0}]}",
        "{\"records\":[{\"v\":-1}]}",
        "{\"records\":[{\"v\":1e300}]}",
        "{\"records\":[{\"v\":1.5}]}",
        "{\"records\":[{\"v\":\"1\"}]}",
        "{\"records\":[{\"v\":99999999999999999999999}]}",
        "{\"records\":[{\"v\":1,\"calls\":0}]}",
        "{\"records\":[{\"v\":1,\"ns\":5}]}",
        "{\"records\":[{\"v\":1,\"ttl\":0}]}",
    ]
    .map(ToString::to_string)
    .to_vec();
    texts.extend([10, 100, 100_000].map(deep));
    texts.push(format!("{{\"records\":\"{}\"}}", "a".repeat(2 * MAX_BYTES)));
    for text in texts {
        let none = |read: Option<Records>| read.is_none_or(|read| read.entries.is_empty());
        assert!(read(&text).into_iter().all(none), "{text:.60}");
    }
    assert!(usize::from(MAX_DEPTH) < 100);
}

#[test]
fn a_text_of_the_greatest_length_takes_memory_by_its_length() {
    let name = "n".repeat(MAX_BYTES - 60);
    for text in [
        records(1000),
        format!("{{\"records\":[{{\"v\":1,\"ns\":\"{name}\"}}]}}"),
        format!("{{\"records\":[{}1]}}", "1,".repeat(MAX_BYTES / 2 - 10)),
        format!("{{\"records\":[{{\"v\":1,\"compress\":[{}\"a\"]}}]}}", "\"a\",".repeat(MAX_BYTES / 4 - 20)),
    ] {
        let (_, bytes) = allocated(|| read(&text));
        assert!(bytes <= 200 * text.len() as u64, "{bytes} bytes for {}", text.len());
    }
}

#[test]
fn names_that_servers_make_up_take_no_place_of_the_clients_own() {
    let mut service = Service::new(document());
    let size = held(&service.client);
    for page in 0..10 {
        let list: Vec<_> = (0..1000)
            .map(|number| json!({"ns": format!("n{page}.{number}"), "op": format!("o{number}"), "v": 1}))
            .collect();
        let found: Records = serde_json::from_value(json!({ "records": list })).unwrap();
        service.client.handle_signals(&found, service.at());
    }
    assert_eq!(service.client.stats().signals_foreign, 10_000);
    assert_eq!(held(&service.client), size);
    let own: Vec<_> = (0..256).map(|number| service.client.namespace(&format!("own{number}"))).collect();
    assert!(own.iter().all(Result::is_ok));
}

#[test]
fn records_with_names_that_are_known_are_heard() {
    let mut service = Service::new(document());
    let known = service.client.namespace("orders").unwrap();
    let list = json!({"records": [
        {"ns": "orders", "v": 3, "calls": 5}, {"ns": "*", "op": "*", "v": 4}, {"op": "get", "v": 9},
        {"ns": "orders", "op": "get", "v": 5}, {"ns": "others", "v": 6},
    ]});
    let found: Records = serde_json::from_value(list).unwrap();
    service.client.handle_signals(&found, service.at());
    let operation = service.client.operation("get").unwrap();
    let seen = |namespace, operation| service.client.signal_version(namespace, operation);
    assert_eq!(seen(known, operation), Some(5));
    assert_eq!(seen(known, Operation::default()), Some(3));
    assert_eq!(seen(Namespace(0), operation), Some(4), "one operation of every namespace is no scope");
    assert_eq!(service.client.stats().signals_foreign, 1);
}
