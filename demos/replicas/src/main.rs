//! The command of the demo: `run` measures, `server` is what it starts six times.

use clap::{Args, Parser, Subcommand};
use hedgerow_demo_replicas::fleet::FleetSettings;
use hedgerow_demo_replicas::hosts::Host;
use hedgerow_demo_replicas::report::ArmResult;
use hedgerow_demo_replicas::run::{Options, Outcome, run};
use hedgerow_demo_replicas::schedule::{LoadShape, PauseKind};
use hedgerow_demo_replicas::server::Settings;
use hedgerow_demo_replicas::show::Stage;
use hedgerow_demo_replicas::slo::Slo;
use hedgerow_demo_replicas::{left_out, plot, process, serve, show, table};
use std::error::Error;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Real servers that stall, and what their stalls cost a plain client and hedgerow.
///
/// Exit codes: 0 done; 1 `--check` found a broken promise; 2 wrong usage; 3 the run failed; 130 interrupted.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Command {
    #[command(subcommand)]
    job: Job,
}

#[derive(Debug, Subcommand)]
enum Job {
    /// Starts six servers, pauses them on a schedule and measures every arm on them.
    Run(RunArgs),
    /// Runs one server; `run` starts six of these.
    Server(ServerArgs),
    /// Becomes another program that ends with its parent process; `run` starts other languages so.
    #[command(hide = true)]
    Tether(TetherArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Calls of each arm [default: 20000; 2000 with --quick].
    #[arg(long, value_parser = clap::value_parser!(u32).range(100..=2_000_000))]
    requests: Option<u32>,
    /// Calls a second of each arm [default: 300; 200 with --quick].
    #[arg(long, value_parser = rate)]
    rate: Option<f64>,
    /// Seed of the load and of the pauses; 2 is the first that draws as many long pauses as their mean promises.
    #[arg(long, default_value_t = 2)]
    seed: u64,
    /// Folder of the results.
    #[arg(long, default_value = "demo-out")]
    out: PathBuf,
    /// Writes the report to this file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// A short run of about ten seconds, with long pauses every 15 s instead of every 60 s.
    #[arg(long)]
    quick: bool,
    /// Ends with exit code 1 if hedgerow breaks one of its promises.
    #[arg(long)]
    check: bool,
    /// Leaves servers and a page up for a person instead of measuring, until Ctrl-C.
    #[arg(long)]
    serve: bool,
    /// Where the page of `--serve` is; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8600", requires = "serve")]
    listen: SocketAddr,
    /// Lets headless Chromium try the page of `--serve`, and ends then.
    #[arg(long, requires = "serve")]
    try_page: bool,
    /// Adds arms measured elsewhere, from their result files.
    #[arg(long, value_name = "FILE")]
    with: Vec<PathBuf>,
    /// Languages that drive the load, each with a plain and a hedgerow arm [default: all that are installed].
    #[arg(long, value_enum, value_delimiter = ',')]
    languages: Option<Vec<Host>>,
    /// Number of keys.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    keys: u32,
    /// Writes in a hundred calls.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=100))]
    write_percent: u32,
    /// Calls of each arm before measuring.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    warm_up: u32,
    /// Requests a server works on at once before it answers 503.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

#[derive(Debug, Args)]
struct ServerArgs {
    /// Its name, one of a0, a1, b0, b1, c0, c1.
    #[arg(long)]
    name: String,
    /// Folder of its store.
    #[arg(long)]
    folder: PathBuf,
    /// Where it listens; port 0 takes a free one, which the first line of output tells.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Requests worked on at once before the answer is 503.
    #[arg(long, default_value_t = 64)]
    limit: u32,
    /// Work of each request, in microseconds.
    #[arg(long, default_value_t = 1000)]
    work_us: u64,
    /// Ends when standard input closes or the parent process dies.
    #[arg(long)]
    with_parent: bool,
}

#[derive(Debug, Args)]
struct TetherArgs {
    /// The program and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (1.0..=10_000.0).contains(&rate) { Ok(rate) } else { Err("must be within 1..=10000".to_owned()) }
}

/// Work of each request.
const WORK: Duration = Duration::from_millis(1);

const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let done = match Command::parse().job {
        Job::Server(args) => server(&args).map(|()| 0),
        Job::Run(args) if args.serve => show(&args),
        Job::Run(args) => measure(&args),
        Job::Tether(args) => Err(tether(&args)),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

fn server(args: &ServerArgs) -> Result<(), Box<dyn Error>> {
    let settings = Settings {
        name: args.name.clone(),
        limit: args.limit,
        work: Duration::from_micros(args.work_us),
        slo: Slo::default(),
    };
    serve::serve(settings, &args.folder, args.listen, args.with_parent)
}

fn tether(args: &TetherArgs) -> Box<dyn Error> {
    match args.command.split_first() {
        Some((program, rest)) => process::tether(program, rest).into(),
        None => "no program".into(),
    }
}

fn show(args: &RunArgs) -> Result<u8, Box<dyn Error>> {
    if !Host::Browser.has_package() {
        return Err("the page needs the npm package: `cargo xtask demo --serve` builds it".into());
    }
    let stage = Stage {
        program: std::env::current_exe()?,
        fleet: FleetSettings { limit: args.limit, work: WORK },
        keys: args.keys,
        listen: args.listen,
        is_tried: args.try_page,
    };
    let ready = |url: &str| println!("The page is at {url} until Ctrl-C.");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            shown = show::show(&stage, ready) => shown,
            () = interrupted() => Ok(()),
        }
    })?;
    eprintln!("every server is ended");
    Ok(0)
}

fn measure(args: &RunArgs) -> Result<u8, Box<dyn Error>> {
    let options = options(args)?;
    std::fs::create_dir_all(args.out.join("arms"))?;
    let span = Duration::from_secs_f64(f64::from(options.shape.requests) / options.shape.rate);
    eprintln!(
        "6 servers, {} calls of each arm at {:.0}/s: about {:.0} s. Seed {}.",
        options.shape.requests,
        options.shape.rate,
        span.as_secs_f64() + 5.0,
        options.seed
    );
    for left_out in &options.left_out {
        eprintln!("{left_out}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = run(&options) => outcome.map(Some),
            () = tokio::time::sleep(span + Duration::from_mins(3)) => Err("the run takes too long".into()),
            () = interrupted() => Ok(None),
        }
    })?;
    let Some(outcome) = outcome else {
        eprintln!("interrupted; every server is ended");
        return Ok(INTERRUPTED);
    };
    write_results(args, &outcome)?;
    println!("\n{}", table::render(&outcome.report));
    println!("Drawing and data: {}", args.out.display());
    Ok(verdict(args, &outcome))
}

fn verdict(args: &RunArgs, outcome: &Outcome) -> u8 {
    if !args.check {
        return 0;
    }
    for broken in &outcome.report.check {
        eprintln!("check: {broken}");
    }
    u8::from(!outcome.report.check.is_empty())
}

fn options(args: &RunArgs) -> Result<Options, Box<dyn Error>> {
    let long_gap = if args.quick { 15 } else { 60 };
    let (hosts, left_out) = left_out::languages(args.languages.clone());
    let read = |path: &PathBuf| read_arm(path).map_err(|error| format!("{}: {error}", path.display()));
    Ok(Options {
        program: std::env::current_exe()?,
        seed: args.seed,
        shape: LoadShape {
            requests: args.requests.unwrap_or(if args.quick { 2000 } else { 20_000 }),
            rate: args.rate.unwrap_or(if args.quick { 200.0 } else { 300.0 }),
            keys: args.keys,
            write_percent: args.write_percent,
        },
        warm_up: args.warm_up,
        pauses: vec![
            PauseKind { length: Duration::from_millis(24), mean_gap: Duration::from_secs(2) },
            PauseKind { length: Duration::from_millis(500), mean_gap: Duration::from_secs(long_gap) },
        ],
        fleet: FleetSettings { limit: args.limit, work: WORK },
        hosts,
        left_out,
        others: args.with.iter().map(read).collect::<Result<_, _>>()?,
    })
}

fn read_arm(path: &Path) -> Result<ArmResult, Box<dyn Error>> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

fn write_results(args: &RunArgs, outcome: &Outcome) -> Result<(), Box<dyn Error>> {
    let text = serde_json::to_string_pretty(&outcome.report)?;
    std::fs::write(args.out.join("report.json"), &text)?;
    if let Some(path) = &args.json {
        std::fs::write(path, &text)?;
    }
    for arm in &outcome.arms {
        let path = args.out.join("arms").join(format!("{}.json", arm.name));
        std::fs::write(path, serde_json::to_string(arm)?)?;
    }
    let pauses = &outcome.report.pauses;
    let caption = format!(
        "{} calls of each arm; six servers stopped {} times, {:.1} s in all, {:.0} ms at the longest",
        outcome.report.settings.requests,
        pauses.count,
        pauses.total_ms / 1000.0,
        pauses.longest_ms
    );
    plot::draw(&args.out.join("latency.svg"), &outcome.arms, &caption)
}

/// Waits for Ctrl-C or a request to terminate.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        if let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = kinds {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            return;
        }
    }
    // Without a handler of its own, Ctrl-C ends the process and the servers with it.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
