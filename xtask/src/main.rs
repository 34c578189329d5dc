//! The only task runner: `cargo xtask test` and `cargo xtask demo` are the two commands of the project.
//!
//! Each verb is a list of steps; a step is a child command or a check of the sources. A child command is printed
//! before it runs, gets no standard input and has a time limit. At the end every step has one line with its name,
//! its seconds and `ok` or `failed`. The exit code is 0 when all are ok, else 1.

mod bench;
mod book;
mod child;
mod demo;
mod determinism;
mod fuzz;
mod generated;
mod mutants;
mod native;
mod node;
mod npm;
mod python;
mod report;
mod setup;
mod sim;
mod stale;
mod suite;
mod tidy;
mod verify;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Runs the tasks of the project", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Runs everything a change must pass; installs what it needs.
    Test(suite::Args),
    /// Measures a plain client and hedgerow on real servers that stall.
    Demo(demo::Args),
    /// Runs the benchmarks of the core, or those of a package.
    Bench(bench::Args),
    /// Writes the generated files anew; with `--check` fails when one of them is stale.
    Gen(generated::Args),
    /// Feeds random bytes to the fuzz functions for a bounded time.
    Fuzz(fuzz::Args),
    /// Checks the house rules that no compiler checks.
    Tidy,
    /// Builds the WebAssembly modules and checks what they import, weigh and do.
    Wasm(wasm::Args),
    /// Builds the npm package beside the modules and tests it.
    Npm,
    /// Builds the addon for Node, checks its package and tests it.
    Node,
    /// Builds the Python wheel, installs it in a clean environment, checks and tests it there.
    Python,
    /// Plays the same scenarios on every target and compares where they end.
    Determinism(determinism::Args),
    /// Builds the book as HTML and looks at every link.
    Book(book::Args),
    /// Runs the simulator; without options its quick check, with the committed tables.
    Sim(sim::Args),
    /// Runs the extra verification tools that are installed and names those that are not.
    Verify(verify::Args),
}

fn main() -> ExitCode {
    let report = match Cli::parse().verb {
        Verb::Test(args) => suite::run(&args),
        Verb::Demo(args) => demo::run(&args),
        Verb::Bench(args) => bench::run(&args),
        Verb::Gen(args) => generated::run(&args),
        Verb::Fuzz(args) => fuzz::run(&args),
        Verb::Tidy => tidy::run(),
        Verb::Wasm(args) => wasm::run(&args),
        Verb::Npm => npm::run(),
        Verb::Node => native::run(),
        Verb::Python => python::run(),
        Verb::Determinism(args) => determinism::run(&args),
        Verb::Book(args) => book::run(&args),
        Verb::Sim(args) => sim::run(&args),
        Verb::Verify(args) => verify::run(&args),
    };
    report.finish()
}
