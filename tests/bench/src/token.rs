//! Tokens: minting and text forms beside UUIDs of version 7, which the second text form is.

use hedgerow::token::Token;
use hedgerow::token::generator::{Generator, GeneratorSettings};
use hedgerow::token::text::{TextForm, TokenText};
use hedgerow::{Instant, Nonces, Seed, Stream, StreamKind, Wall};
use std::hint::black_box;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{Operation, Run, repeat};

const MINT: &str = "token: mint";
const WRITE: &str = "token: write as a UUID";
const PARSE: &str = "token: parse a UUID";

const TOKEN: Token = Token { t: 1_700_000_000_123_456, nonce: 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff };
const TEXT: &str = "018bcfe5-687b-774b-8004-488cd115599d";

pub(crate) const LIST: &[Operation] = &[
    Operation::ours(MINT, mint),
    Operation::of(MINT, "uuid, v7", mint_uuid),
    Operation::ours(WRITE, || repeat(|| TokenText::new(black_box(TOKEN), TextForm::Uuid7))),
    Operation::of(WRITE, "uuid, v7", write_uuid),
    Operation::ours("token: write as hex", || repeat(|| TokenText::new(black_box(TOKEN), TextForm::Hex))),
    Operation::ours(PARSE, || repeat(|| TokenText::parse(black_box(TEXT)))),
    Operation::of(PARSE, "uuid, v7", || repeat(|| Uuid::parse_str(black_box(TEXT)))),
];

fn mint() -> Run {
    let seed = Seed::new([1; 32]);
    let digits = Stream::derive(&seed, StreamKind::TokenDigits, 0);
    let mut generator = Generator::new(GeneratorSettings::default(), digits, Nonces::new(&seed, 0));
    let mut wall = 1_700_000_000_000_000;
    repeat(move || {
        wall += 1;
        generator.mint(Some(Wall::from_micros(wall)), Instant::from_micros(wall))
    })
}

/// Does less: 74 random bits where the core draws 128 and a fraction, from its thread's ChaCha generator. The time is
/// given here, too, and rises within a context.
fn mint_uuid() -> Run {
    let (context, mut wall) = (ContextV7::new(), 1_700_000_000_000_000_u64);
    repeat(move || {
        wall += 1;
        let (seconds, nanos) = (wall / 1_000_000, wall % 1_000_000 * 1000);
        Uuid::new_v7(Timestamp::from_unix(&context, seconds, nanos as u32))
    })
}

/// Does less: the value is a UUID already, where the core puts one together from time and nonce.
fn write_uuid() -> Run {
    let uuid = Uuid::parse_str(TEXT).expect("a UUID");
    let mut buffer = [0; 36];
    repeat(move || black_box(uuid).hyphenated().encode_lower(&mut buffer).len())
}
