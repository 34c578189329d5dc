//! `cargo xtask test`: everything a change must pass.
//!
//! `--quick` is for the minute between two edits: formatting, lints, tests of the core, tidy. The plain run is what a
//! submission must pass. `--full` adds what only time can find: more random cases, fuzzing, the whole demo.

use std::time::Duration;

use crate::child::{self, Ending, cargo};
use crate::report::Report;
use crate::setup::Packages;
use crate::{book, demo, determinism, fuzz, generated, native, npm, python, setup, sim, tidy, wasm};

/// Cases of each property in the long run.
const MANY_CASES: &str = "5000";

/// Random worlds of the harness in the long run.
const MANY_WORLDS: &str = "20000";

/// The time that each fuzz function gets in the long run.
const FUZZ_TIME: Duration = Duration::from_mins(1);

/// Refused in the library part of the core beyond the shared lints: each of these can panic.
const CORE_DENIES: [&str; 8] = [
    "unwrap_used",
    "expect_used",
    "panic",
    "todo",
    "unimplemented",
    "unreachable",
    "indexing_slicing",
    "string_slice",
];

/// How much to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only formatting, lints, core tests with vectors, and tidy.
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Adds the long runs: more random cases, fuzzing, the whole demo.
    #[arg(long)]
    full: bool,
}

/// Runs the steps in order; each runs whatever came of those before it.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    report.step("setup", setup::core);
    report.step("format", || passes("fmt --all --check"));
    report.step("tidy", tidy::check);
    report.step("core without std", || {
        child::run(&mut cargo(&format!("check --locked -p hedgerow --target {}", setup::BARE_TARGET)))
    });
    report.step("core without panics", core_lints);
    if args.quick {
        quick(&mut report);
    } else {
        whole(&mut report);
    }
    if args.full {
        long(&mut report);
    }
    report
}

fn quick(report: &mut Report) {
    report.step("lints", || passes("clippy --locked -p hedgerow --all-targets -- -D warnings"));
    report.step("core tests and vectors", || passes("test --locked --no-fail-fast -p hedgerow"));
}

fn whole(report: &mut Report) {
    let packages = Packages::begin();
    report.step("lints", || passes("clippy --locked --workspace --all-targets -- -D warnings"));
    report.step("tests", || passes("test --locked --no-fail-fast --workspace"));
    report.step("generated files", generated::check);
    report.step("documentation", documentation);
    report.step("book", book::check);
    report.step("packages", || packages.end());
    wasm::steps(report, false);
    npm::steps(report);
    native::steps(report);
    python::steps(report);
    report.step("determinism", || determinism::check(determinism::SOME));
    report.step("simulator, quick", sim::quick);
    report.step("simulator in WebAssembly", sim::wasm);
    report.step("demo, short", || {
        demo::measure(&["--quick", "--check", demo::EVERY_LANGUAGE], demo::SHORT_LIMIT)
    });
    report.step("demo, page", demo::try_page);
}

fn long(report: &mut Report) {
    report.step("properties, long", || {
        child::run(
            cargo("test --locked --no-fail-fast --workspace")
                .env("PROPTEST_CASES", MANY_CASES)
                .env("HEDGEROW_WORLDS", MANY_WORLDS)
                .env("HEDGEROW_FULL", "1"),
        )
    });
    report.step("determinism, whole", || determinism::check(determinism::ALL));
    report.step("node workers, long", native::swarm);
    report.step("fuzz, long", || fuzz::explore(FUZZ_TIME));
    report.step("simulator, whole", sim::whole);
    report.step("demo, whole", || demo::measure(&["--check", demo::EVERY_LANGUAGE], demo::LIMIT));
}

fn documentation() -> Ending {
    child::run(cargo("doc --locked --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings"))
}

fn core_lints() -> Ending {
    let mut command = cargo("clippy --locked -p hedgerow --lib --");
    child::run(command.args(CORE_DENIES.iter().map(|lint| format!("-Dclippy::{lint}"))))
}

fn passes(words: &str) -> Ending {
    child::run(&mut cargo(words))
}
