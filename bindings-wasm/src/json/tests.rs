use super::*;
use alloc::string::ToString;
use proptest::prelude::*;

/// What the library for every type answers.
fn expected(bytes: &[u8]) -> Result<Document, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// An error without its place where that differs: this reader reads all digits of a number before it judges it.
fn told(error: &str) -> &str {
    const BEYOND: &str = "number out of range";
    if error.starts_with(BEYOND) { BEYOND } else { error }
}

/// Equal, but for the last places of decimals: a power of ten of 300 takes fourteen roundings.
fn alike(one: &Document, other: &Document) -> bool {
    match (one, other) {
        (Document::Decimal(one), Document::Decimal(other)) => {
            one.is_sign_negative() == other.is_sign_negative()
                && (one - other).abs() <= one.abs() * 1e-14 + 1e-322
        }
        (Document::List(one), Document::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Document::Map(one), Document::Map(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && alike(&one.1, &other.1))
        }
        _ => one == other,
    }
}

fn agree(bytes: &[u8]) {
    let (found, wanted) = (read(bytes), expected(bytes));
    let same = match (&found, &wanted) {
        (Ok(found), Ok(wanted)) => alike(found, wanted),
        (Err(found), Err(wanted)) => told(found) == told(wanted),
        _ => false,
    };
    assert!(same, "{found:?}, want {wanted:?} of {:?}", String::from_utf8_lossy(bytes));
}

/// Documents, with escapes and repetitions, blanks wherever they may stand.
fn json() -> impl Strategy<Value = String> {
    let plain = prop_oneof![
        Just("null".to_string()),
        Just("true".to_string()),
        Just("false".to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?",
        any::<String>().prop_map(|text| Document::Text(text).to_json()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "\"(\\\\[\"\\\\/bfnrt]|[a-zé𝄞]|\\\\u[0-9a-fA-F]{4}){0,4}\"",
    ];
    plain.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 0..5), "[ \t\r\n]{0,2}").prop_map(
                |(items, blank)| alloc::format!("{blank}[{}{blank}]", items.join(&(blank.clone() + ",")))
            ),
            proptest::collection::vec(("\"[ab]{0,2}\"", "[ \n]{0,2}", inner), 0..5).prop_map(|entries| {
                let entry = |(name, blank, value): &(String, String, String)| {
                    alloc::format!("{blank}{name}{blank}:{blank}{value}{blank}")
                };
                alloc::format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn documents_are_read_as_the_library_reads_them(text in json()) {
        agree(text.as_bytes());
    }

    #[test]
    fn faults_are_told_as_the_library_tells_them(
        text in json(),
        at in any::<prop::sample::Index>(),
        bytes in proptest::collection::vec(
            prop_oneof![prop::sample::select(br#"{}[],:"\-+.eE0u1tn "#.to_vec()), any::<u8>()], 0..3),
        cut in 0usize..4,
    ) {
        let mut broken = text.into_bytes();
        let at = at.index(broken.len() + 1);
        broken.splice(at..(at + cut).min(broken.len()), bytes);
        agree(&broken);
        agree(&broken[..at]);
    }

    #[test]
    fn decimals_that_a_person_writes_are_exact(whole in 0u64..1_000_000_000, micro in 0u64..1_000_000) {
        let text = alloc::format!("{whole}.{micro:06}");
        let exact: f64 = text.parse().unwrap();
        prop_assert_eq!(read(text.as_bytes()), Ok(Document::Decimal(exact)));
    }
}

/// What is wrong or just right, in each way there is.
#[rustfmt::skip]
const EDGES: [&str; 55] = [
    "", " ", "nul", "nulx", "[", "[1", "[1 2", "[1,", "[1,]", "[,", "{", "{1", "{\"a\"", "{\"a\" 1",
    "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\":1 \"b\"", "{\"a\":1,2", "{,", "1 2", "]", "01",
    "-", "-x", "1.", "1.x", "1e", "1e+", "1ex", "1e400", "0e400", "1e-400", "-0", "-0.0",
    "18446744073709551616", "-9223372036854775808", "-9223372036854775809", "\"", "\"\n\"", "\"\\", "\"\\x\"",
    "\"\\u12", "\"\\u12x4\"", "\"\\ud834\"", "\"\\ud834\\n\"", "\"\\ud834\\u0041\"", "\"\\udd1e\"",
    "\"\\ud834\\udd1e\"", "\"\\ud834", "\"\\ud834\\", "\n\n [1,\n x", "+1", ".5",
];

#[test]
fn every_kind_of_fault_is_told_as_the_library_tells_it() {
    for text in EDGES {
        agree(text.as_bytes());
    }
    agree(b"\"\xff\"");
    agree(b"{\"a\xff\": 1}");
}

#[test]
fn depth_is_bounded_where_the_core_bounds_it() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    agree(nested(usize::from(MAX_DEPTH)).as_bytes());
    let deep = nested(usize::from(MAX_DEPTH) + 1);
    assert!(expected(deep.as_bytes()).unwrap_err().starts_with("nested too deeply"));
    assert_eq!(read(deep.as_bytes()).unwrap_err(), "nested too deeply at line 1 column 33");
    // However deep it goes, nothing is read further than the bound.
    assert!(read("[".repeat(1_000_000).as_bytes()).is_err());
}
