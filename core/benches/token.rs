//! What a token costs: minting, and its two text forms both ways.

use divan::{Bencher, black_box};
use hedgerow::token::Token;
use hedgerow::token::generator::{Generator, GeneratorSettings};
use hedgerow::token::text::{TextForm, TokenText};
use hedgerow::{Instant, Nonces, Seed, Stream, StreamKind, Wall};

const TOKEN: Token = Token { t: 1_700_000_000_123_456, nonce: 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff };

fn main() {
    divan::main();
}

/// The wall clock moves on by a microsecond per token.
#[divan::bench]
fn mint(bencher: Bencher<'_, '_>) {
    let seed = Seed::new([1; 32]);
    let digits = Stream::derive(&seed, StreamKind::TokenDigits, 0);
    let mut generator = Generator::new(GeneratorSettings::default(), digits, Nonces::new(&seed, 0));
    let mut wall = 1_700_000_000_000_000;
    bencher.bench_local(|| {
        wall += 1;
        generator.mint(Some(Wall::from_micros(black_box(wall))), Instant::from_micros(wall))
    });
}

#[divan::bench(args = [TextForm::Hex, TextForm::Uuid7])]
fn write(bencher: Bencher<'_, '_>, form: TextForm) {
    bencher.bench_local(|| TokenText::new(black_box(TOKEN), form));
}

#[divan::bench(args = [TextForm::Hex, TextForm::Uuid7])]
fn parse(bencher: Bencher<'_, '_>, form: TextForm) {
    let text = TokenText::new(TOKEN, form).expect("a time that fits");
    bencher.bench_local(|| TokenText::parse(black_box(text.as_str())));
}
