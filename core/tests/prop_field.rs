//! The reader of structured fields against the `sfv` crate: same texts accepted, same values read.

use hedgerow::{
    Duration,
    signal::{
        capabilities::ClientField,
        header::{FieldError, SloField},
    },
};
use proptest::{collection::vec, prelude::*, sample::select, test_runner::RngSeed};
use sfv::{BareItem, Dictionary, ListEntry, Parser};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(9651),
        ..ProptestConfig::default()
    }
}

/// Pieces whose concatenations come near every rule of the grammar.
fn piece() -> impl Strategy<Value = &'static str> {
    select(vec![
        "seen",
        "left",
        "v",
        "target",
        "compress",
        "*",
        "x-_.1",
        "=",
        "=",
        ",",
        ", ",
        " ",
        "\t",
        ";",
        "(",
        ")",
        "\"",
        "\\",
        "\\\"",
        "?1",
        "?0",
        "?",
        "-",
        ".",
        "5",
        "0",
        "17",
        "999999999999999",
        "1000000000000000",
        "123456789012",
        "1234567890123",
        "123",
        "1234",
        "tok/en:",
        "lz4",
        ":QQ==:",
        ":QQ:",
        ":Q:",
        ":QUI==:",
        ":",
        "@1",
        "@1.5",
        "%\"",
        "%c3%a9",
        "%C3",
        "%ff",
        "%",
        "A",
        "é",
        "\u{7f}",
        "~",
        "\"te xt\"",
        "=5",
        "=(a b)",
        "=\"s\\\\\"",
    ])
}

/// A well-formed member of some key and type.
fn member() -> impl Strategy<Value = String> {
    let key = select(vec!["seen", "left", "client", "compress", "hedge", "v", "other", "*a-b_c.d"]);
    let item = || {
        prop_oneof![
            "-?[0-9]{1,15}",
            "-?[0-9]{1,12}\\.[0-9]{1,3}",
            "\"[ !#-\\[\\]-~]{0,8}\"",
            "\"(\\\\\"|\\\\\\\\|a){0,5}\"",
            "[a-zA-Z*][a-zA-Z0-9!#$%&'*+.^_`|~:/-]{0,6}",
            ":([a-zA-Z0-9+/]{4}){0,3}:",
            "@-?[0-9]{1,11}",
            "%\"([a-z ]|%c3%a9){0,4}\"",
            "\\?[01]",
        ]
    };
    let parameters = || {
        vec(("[a-z*][a-z0-9_.*-]{0,3}", prop::option::of(item())), 0..3).prop_map(|parameters| {
            let written = parameters.into_iter().map(|(key, value)| match value {
                Some(value) => format!("; {key}={value}"),
                None => format!(";{key}"),
            });
            written.collect::<String>()
        })
    };
    let list = vec((item(), parameters()), 0..4).prop_map(|items| {
        let items: Vec<_> = items.into_iter().map(|(item, parameters)| item + &parameters).collect();
        format!("({})", items.join(" "))
    });
    let value = prop_oneof![3 => item().prop_map(Some), 1 => list.prop_map(Some), 1 => Just(None)];
    (key, value, parameters()).prop_map(|(key, value, parameters)| match value {
        Some(value) => format!("{key}={value}{parameters}"),
        None => format!("{key}{parameters}"),
    })
}

/// A dictionary, perhaps with one symbol removed, put in or replaced.
fn field() -> impl Strategy<Value = String> {
    let separator = select(vec![",", ", ", " ,\t", "  ,  "]);
    let mutation = prop::option::of((any::<prop::sample::Index>(), 0_u8..3, piece()));
    (vec((member(), separator), 0..6), mutation).prop_map(|(members, mutation)| {
        let mut text: String = members.into_iter().map(|(member, separator)| member + separator).collect();
        text.truncate(text.trim_end_matches([',', ' ', '\t']).len());
        if let Some((place, kind, piece)) = mutation {
            let mut symbols: Vec<String> = text.chars().map(String::from).collect();
            let at = place.index(symbols.len() + 1);
            match (kind, at < symbols.len()) {
                (0, true) => drop(symbols.remove(at)),
                (1, true) => symbols[at] = piece.into(),
                _ => symbols.insert(at, piece.into()),
            }
            text = symbols.concat();
        }
        text
    })
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let parsed = Parser::new(text).parse::<Dictionary>();
    let broken = |error: Option<FieldError>| matches!(error, Some(FieldError::Syntax { .. }));
    let blank = text.bytes().all(|byte| b" \t".contains(&byte));
    let (slo, client) = (SloField::parse(text), ClientField::parse(text));
    prop_assert_eq!(broken(slo.clone().err()), parsed.is_err() && !blank, "{:?} {:?}", text, parsed);
    prop_assert_eq!(broken(client.clone().err()), parsed.is_err() && !blank, "{:?}", text);
    let Ok(dictionary) = parsed else { return Ok(()) };
    if let Ok(Some(field)) = client {
        prop_assert_eq!(field.seen, integer(&dictionary, "seen"));
        prop_assert_eq!(field.left.map(Duration::as_micros), integer(&dictionary, "left"));
        prop_assert_eq!(field.client, string(&dictionary, "client"));
        prop_assert_eq!(field.compress, tokens(&dictionary, "compress"));
    }
    if let Ok(Some(field)) = slo {
        prop_assert_eq!(Some(field.record.version), integer(&dictionary, "v"));
        prop_assert_eq!(field.record.compress.unwrap_or_default(), tokens(&dictionary, "compress"));
    }
    Ok(())
}

fn item<'a>(dictionary: &'a Dictionary, key: &str) -> Option<&'a BareItem> {
    match dictionary.get(key)? {
        ListEntry::Item(item) => Some(&item.bare_item),
        ListEntry::InnerList(_) => None,
    }
}

fn integer(dictionary: &Dictionary, key: &str) -> Option<u64> {
    let number = item(dictionary, key)?.as_integer()?;
    u64::try_from(i64::from(number)).ok()
}

fn string(dictionary: &Dictionary, key: &str) -> Option<String> {
    Some(item(dictionary, key)?.as_string()?.as_str().to_owned())
}

fn tokens(dictionary: &Dictionary, key: &str) -> Vec<String> {
    match dictionary.get(key) {
        Some(ListEntry::InnerList(list)) => {
            let names = list.items.iter().filter_map(|item| item.bare_item.as_token());
            names.map(|name| name.as_str().to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pieces_are_read_as_the_oracle_reads_them(pieces in vec(piece(), 0..9)) {
        check(&pieces.concat())?;
    }

    #[test]
    fn dictionaries_and_near_misses_are_read_as_the_oracle_reads_them(text in field()) {
        check(&text)?;
    }
}

#[test]
fn a_field_at_its_bounds_is_read_and_beyond_them_refused() {
    let members = |count: usize| vec!["v=1"; count].join(",");
    assert!(SloField::parse(&members(64)).is_ok());
    assert_eq!(SloField::parse(&members(65)), Err(FieldError::TooManyMembers));
    let long = |length: usize| format!("v=1{}", " ".repeat(length - 3));
    assert!(SloField::parse(&long(4096)).is_ok());
    assert_eq!(SloField::parse(&long(4097)), Err(FieldError::TooLong));
}

#[test]
fn a_member_of_a_wrong_type_or_value_refuses_the_record() {
    for text in [
        "target=5",
        "v=0",
        "v=?1",
        "v=1, target=0",
        "v=1, calls=0",
        "v=1, calls=4294967296",
        "v=1, hedges=-1",
        "v=1, util=10001",
        "v=1, compress=lz4",
        "v=1, compress=(\"lz4\")",
        "v=1, origin=eu",
        "v=1, reset=1",
        "v=1, scope=\"ns\"",
        "v=1, scope=zone",
        "v=1, scope",
        "v=1, chunk=1.5",
        "v=1, max=@5",
    ] {
        assert_eq!(SloField::parse(text), Err(FieldError::Invalid), "{text}");
    }
}

#[test]
fn names_of_the_map_form_are_unknown_members_of_a_field() {
    let field = SloField::parse("v=1, util_target=?0, util-max=7, reset=?0, scope=all").unwrap().unwrap();
    assert_eq!((field.record.util_target, field.record.util_max), (None, Some(7)));
    assert!(!field.record.reset);
}

#[test]
fn numbers_of_more_than_15_digits_are_not_written() {
    let mut field = SloField::parse("v=999999999999999").unwrap().unwrap();
    assert_eq!(field.to_text().unwrap(), "v=999999999999999");
    field.record.version += 1;
    assert_eq!(field.to_text(), Err(FieldError::Unwritable));
    field.record =
        hedgerow::signal::record::Record { version: 1, compress: Some(vec!["a b".into()]), ..field.record };
    assert_eq!(field.to_text(), Err(FieldError::Unwritable));
}
