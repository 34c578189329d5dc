//! Fields that are none: read over or refused, with an effort that their length bounds, and a client that goes on.

use hedgerow::signal::capabilities::ClientField;
use hedgerow::signal::header::SloField;
use hedgerow_harness::bytes::of_seed;

use super::counting::{allocated, held};
use super::service::{Reply, Service, document};

/// Malformed in one way each.
fn malformed() -> Vec<String> {
    let mut texts: Vec<String> = [
        "v",
        "v=",
        "v=1,",
        "v=1,,",
        ",v=1",
        "v=1 calls=2",
        "V=1",
        "v=1; ",
        "v=1;=",
        "v=(",
        "v=1, compress=(a",
        "v=1, compress=(a b",
        "v=\"",
        "v=\"\\",
        "v=:aGk",
        "v=@",
        "v=@1.5",
        "v=?2",
        "v=%\"%G0\"",
        "v=1.0000",
        "v=1234567890123456",
        "v=--1",
        "v=+1",
        "v=0x10",
        "v=１",
        "\u{0}",
        "v=1\u{0}",
        "v=1\r\nSet-Cookie: a",
        "{}",
        "[]",
        "null",
        "v=1=1",
        "=1",
        "*",
        "v=1,\u{b}calls=1",
        "v=NaN",
        "v=Infinity",
        "v=1e9",
    ]
    .map(ToString::to_string)
    .to_vec();
    for length in [4097, 65_536, 65_537, 1 << 20] {
        texts.push("v=1, ".repeat(length / 5 + 1));
        texts.push(format!("v=1, compress=({}", "a ".repeat(length / 2)));
        texts.push(format!("v=\"{}", "\\\\".repeat(length / 2)));
        texts.push("(".repeat(length));
        texts.push("\"".repeat(length));
        texts.push(format!("v=1{}", ";a".repeat(length / 2)));
        texts.push(" ".repeat(length) + "x=");
    }
    texts
}

#[test]
fn a_malformed_field_is_refused_whole_and_changes_nothing() {
    let mut service = Service::new(document());
    let before = service.client.stats();
    let size = held(&service.client);
    for text in malformed() {
        assert!(SloField::parse(&text).is_err(), "{}", &text[..text.len().min(40)]);
        service.hear(&text);
    }
    assert_eq!((service.client.stats(), held(&service.client)), (before, size));
}

#[test]
fn a_field_costs_no_more_memory_than_its_length_and_one_that_is_too_long_none() {
    let longest = 4096;
    for text in malformed().into_iter().chain(
        (0..200).map(|seed| of_seed(seed, 4096).iter().map(|byte| char::from(byte % 95 + 32)).collect()),
    ) {
        let (_, bytes) = allocated(|| (SloField::parse(&text).is_ok(), ClientField::parse(&text).is_ok()));
        let most = if text.len() > longest { 0 } else { 64 * text.len() as u64 + 1024 };
        assert!(bytes <= most, "{bytes} bytes for a text of {}: {}", text.len(), &text[..text.len().min(40)]);
    }
}

#[test]
fn servers_that_send_nothing_but_noise_change_no_decision() {
    let mut quiet = Service::new(document());
    quiet.run(500, 300, |_| Reply { after: Some(4000), ..Reply::default() });
    let mut service = Service::new(document());
    let texts = malformed();
    service.run(500, 300, |number| Reply {
        after: Some(4000),
        says: Some(texts[number as usize % texts.len()].clone()),
        ..Reply::default()
    });
    assert_eq!(service.seen, quiet.seen);
    service.is_within_its_rails();
}

#[test]
fn sixty_four_members_are_read_and_sixty_five_are_not() {
    let members = |count: usize| {
        let others = (1..count).map(|member| format!("x{member}=({member} \"a\");p=:aGk=:"));
        std::iter::once("v=7".to_owned()).chain(others).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(SloField::parse(&members(64)).unwrap().unwrap().record.version, 7);
    assert!(SloField::parse(&members(65)).is_err());
}
