//! `cargo xtask demo`: the main job on real input.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::child::{self, Ending, cargo};
use crate::report::Report;
use crate::{npm, setup, wasm};

/// The time the whole measurement may take, after the build.
pub(crate) const LIMIT: Duration = Duration::from_mins(10);

/// The time the short measurement may take, after the build.
pub(crate) const SHORT_LIMIT: Duration = Duration::from_mins(3);

/// The time that a page stays up at most.
const A_DAY: Duration = Duration::from_hours(24);

/// What goes on to the demo's own command.
#[derive(Debug, clap::Args)]
// `--help` is the demo's own.
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Options of the demo: `--quick`, `--check`, `--serve`, `--requests N`, `--seed N`, …; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Builds the demo and what its other languages need, and runs it with these options.
pub(crate) fn run(args: &Args) -> Report {
    let mut report = Report::default();
    let options: Vec<&str> = args.options.iter().map(String::as_str).collect();
    prepare(&mut report, &options);
    report.step("demo", || measure(&options, limit(&options)));
    report
}

/// A page that is up for a person stays until the person ends it.
fn limit(options: &[&str]) -> Duration {
    if options.contains(&"--serve") { A_DAY } else { LIMIT }
}

/// Installs and builds what Node and Chromium need for the languages that the options name; all if they name none.
fn prepare(report: &mut Report, options: &[&str]) {
    let mut named = options.iter().skip_while(|option| !option.starts_with("--languages"));
    let languages = match named.next() {
        Some(&"--languages") => named.next().copied().unwrap_or_default(),
        Some(option) => option.trim_start_matches("--languages="),
        None => "node,browser",
    };
    let wanted = |language| options.contains(&"--serve") || languages.contains(language);
    if options.iter().any(|option| ["--help", "-h"].contains(option))
        || !(wanted("node") || wanted("browser"))
    {
        return;
    }
    if child::output(&mut child::command("npm", "--version")).is_none() {
        println!("without Node and npm the demo runs in Rust alone");
        return;
    }
    if is_stale() {
        report.step("wasm setup", || setup::wasm().and(wasm::install()));
        report.step("wasm builds", wasm::build);
        report.step("npm build", npm::build);
    }
    // A person who looks at the page has a browser.
    if wanted("browser") && !options.contains(&"--serve") && setup::may_install_chromium() {
        report.step("chromium", setup::chromium);
    }
}

/// Whether a source of the npm package is younger than what was built of it.
fn is_stale() -> bool {
    let package = child::root().join(wasm::PACKAGE);
    let sources = [child::root().join("core/src"), package.join("src"), package.join("src-ts")];
    let newest = sources.iter().filter_map(|folder| newest(folder)).max();
    let built = ["lib/index.js", "dist/policies/web/hedgerow_bg.wasm"].map(|file| age(&package.join(file)));
    built.iter().any(|built| built.is_none() || *built < newest)
}

fn age(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|found| found.modified()).ok()
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.filter_map(|path| if path.is_dir() { newest(&path) } else { age(&path) }).max()
}

/// A browser opens the page of `--serve`, sees both arms at work, stops a server and asks why.
pub(crate) fn try_page() -> Ending {
    let mut command = cargo("run --locked --quiet --release -p hedgerow-demo-replicas -- run");
    child::run_within(command.args(["--serve", "--try-page", "--listen", "127.0.0.1:0"]), SHORT_LIMIT)
}

/// Builds first, so that the limit holds for the measurement alone.
pub(crate) fn measure(options: &[&str], limit: Duration) -> Ending {
    let built = child::run(&mut cargo("build --locked --release -p hedgerow-demo-replicas"));
    if !built.ok {
        return built;
    }
    let mut command = cargo("run --locked --quiet --release -p hedgerow-demo-replicas -- run");
    child::run_within(command.args(options), limit)
}
