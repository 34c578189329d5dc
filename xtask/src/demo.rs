//! `cargo xtask demo`: the main job on real input.

use std::time::Duration;

use crate::child::{self, Ending, cargo};
use crate::report::Report;
use crate::{native, npm, python, setup, stale, wasm};

/// The time the whole measurement may take, after the build.
pub(crate) const LIMIT: Duration = Duration::from_mins(10);

/// The time the short measurement may take, after the build.
pub(crate) const SHORT_LIMIT: Duration = Duration::from_mins(3);

/// The time that a page stays up at most.
const A_DAY: Duration = Duration::from_hours(24);

/// What a test of the demo asks for; one that is missing fails it.
pub(crate) const EVERY_LANGUAGE: &str = "--languages=rust,node,browser,python";

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

/// Installs and builds what the languages need that the options name; all if they name none.
fn prepare(report: &mut Report, options: &[&str]) {
    if options.iter().any(|option| ["--help", "-h"].contains(option)) {
        return;
    }
    let mut named = options.iter().skip_while(|option| !option.starts_with("--languages"));
    let languages = match named.next() {
        Some(&"--languages") => named.next().copied().unwrap_or_default(),
        Some(option) => option.trim_start_matches("--languages="),
        None => "node,browser,python",
    };
    // A person who looks at the page has a browser.
    let is_served = options.contains(&"--serve");
    let wants = |language| !is_served && languages.contains(language);
    let in_browser = wants("browser") || wants("chromium");
    if is_served || wants("node") || in_browser {
        prepare_javascript(report, in_browser);
    }
    if wants("node") && native::is_stale() && has_npm() {
        report.step("node addon", native::build);
    }
    if wants("python") {
        prepare_python(report);
    }
}

fn prepare_javascript(report: &mut Report, in_browser: bool) {
    if !has_npm() {
        println!("without Node and npm there is no load in JavaScript");
        return;
    }
    let package = child::root().join(wasm::PACKAGE);
    let sources = [child::root().join("core/src"), package.join("src"), package.join("src-ts")];
    let built = ["lib/index.js", "dist/policies/web/hedgerow_bg.wasm"].map(|file| package.join(file));
    if stale::is_stale(&built, &sources) {
        report.step("wasm setup", || setup::wasm().and(wasm::install()));
        report.step("wasm builds", wasm::build);
        report.step("npm build", npm::build);
    }
    if in_browser && setup::may_install_chromium() {
        report.step("chromium", setup::chromium);
    }
}

fn has_npm() -> bool {
    child::output(&mut child::command("npm", "--version")).is_some()
}

fn prepare_python(report: &mut Report) {
    if !setup::may_have_python() {
        println!("without Python and its venv there is no load in Python");
        return;
    }
    python::install(report);
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
