//! Other hosts of the same load: Node, Python, and a page in headless Chromium.
//!
//! A host is a process that asks the [`desk`](crate::desk) for its job, warms up, waits for the common start and
//! hands its results in. Dropping one ends its process; should this process be killed, the kernel ends it.

use crate::process::{self, TempDir};
use clap::ValueEnum;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A language or runtime in which the load is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Host {
    /// This process.
    Rust,
    /// Node, with its own fetch.
    Node,
    /// A page in headless Chromium.
    #[value(alias = "chromium")]
    Browser,
    /// Python, with aiohttp.
    Python,
}

/// How long a process may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(3);

/// Without a window, a sandbox that needs privileges, or any traffic of the browser's own.
const CHROMIUM_FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-proxy-server",
    "--host-resolver-rules=MAP localhost 127.0.0.1",
];

impl Host {
    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Node => "node",
            Self::Browser => "chromium",
            Self::Python => "python",
        }
    }

    /// Names of its arms, which also begin the names of their logical writes.
    pub fn arms(self) -> [String; 2] {
        ["plain", "hedgerow"].map(|arm| match self {
            Self::Rust => arm.to_owned(),
            other => format!("{}-{arm}", other.name()),
        })
    }

    /// Names of the further arms that only Node has: four worker threads with a hedge limit of 1 each, and the same four
    /// with a shared limit of 4.
    pub fn worker_arms(self) -> Vec<String> {
        let arms = ["node-hedges-4x1", "node-hedges-4-shared"];
        if self == Self::Node { arms.map(str::to_owned).to_vec() } else { Vec::new() }
    }

    /// It makes one of so many calls of the load.
    pub fn every(self) -> u32 {
        match self {
            Self::Rust => 1,
            Self::Node | Self::Python => 4,
            Self::Browser => 8,
        }
    }

    /// Part of its gap by which its calls come later, as a divisor of time: fewer collisions with other arms.
    pub fn shift(self) -> Shift {
        Shift(match self {
            Self::Rust => 0,
            Self::Node => 1,
            Self::Browser | Self::Python => 3,
        })
    }

    /// Whether the npm package and the modules it drives are built, as far as it needs them.
    pub fn has_package(self) -> bool {
        let files = ["lib/index.js", "dist/policies/web/hedgerow_bg.wasm"];
        matches!(self, Self::Rust | Self::Python)
            || files.iter().all(|file| Path::new(ROOT).join("bindings-wasm").join(file).is_file())
    }

    /// Whether the addon is built whose state its workers share, and its package.
    pub fn has_addon(self) -> bool {
        let files = ["lib/hedgerow.node", "lib/index.js"];
        self == Self::Node
            && files.iter().all(|file| Path::new(ROOT).join("bindings-node").join(file).is_file())
    }

    /// What it needs and is not on this machine; `None` when all is there.
    pub fn missing(self) -> Option<&'static str> {
        let program = match self {
            Self::Rust => None,
            Self::Node => program("node").is_none().then_some(NO_NODE),
            Self::Browser => chromium().is_none().then_some(NO_CHROMIUM),
            Self::Python => python().is_none().then_some(NO_WHEEL),
        };
        program.or((!self.has_package()).then_some(NO_PACKAGE))
    }
}

const NO_NODE: &str = "node is not installed";
const NO_CHROMIUM: &str = "chromium is not installed";
const NO_PACKAGE: &str = "the npm package is not built: `cargo xtask demo` builds it";
const NO_WHEEL: &str = "the wheel for Python is not installed: `cargo xtask demo` builds it";

/// Sixteenths of a gap.
#[derive(Clone, Copy, Debug)]
pub struct Shift(u32);

impl std::ops::Mul<Duration> for Shift {
    type Output = Duration;

    fn mul(self, gap: Duration) -> Duration {
        gap * self.0 / 16
    }
}

/// Folder of the sources, where JavaScript and Python lie.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Finds a program by the search path.
fn program(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(program)
}

/// The interpreter of the environment with the wheel, if the wheel is there.
fn python() -> Option<PathBuf> {
    let folder = Path::new(ROOT).join("target/python/venv");
    let interpreter = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    (folder.join("has-wheel").is_file() && interpreter.is_file()).then_some(interpreter)
}

/// A host at work.
#[derive(Debug)]
pub struct Running {
    /// Which one.
    pub host: Host,
    child: Child,
    _profile: TempDir,
}

impl Running {
    /// Starts a host that asks the desk at this base URL; `own` is this program, which ties the host to this process.
    pub fn start(host: Host, own: &Path, desk: &str) -> Result<Self, Box<dyn Error>> {
        Self::visit(host, own, desk, "measure.html")
    }

    /// Shows a page in the browser that tries another; it tells the desk what it found.
    pub fn tried(own: &Path, desk: &str) -> Result<Self, Box<dyn Error>> {
        Self::visit(Host::Browser, own, desk, "smoke.html")
    }

    fn visit(host: Host, own: &Path, desk: &str, page: &str) -> Result<Self, Box<dyn Error>> {
        let profile = TempDir::new()?;
        let mut command = Command::new(own);
        command.arg("tether");
        match host {
            Host::Rust => return Err("this process is the host for Rust".into()),
            Host::Node => {
                command.arg(program("node").ok_or(NO_NODE)?);
                command.arg(Path::new(ROOT).join("demos/replicas/page/node.js")).arg(desk);
            }
            Host::Python => {
                // Leaves no compiled files among the sources.
                command.arg(python().ok_or(NO_WHEEL)?).arg("-B");
                command.arg(Path::new(ROOT).join("demos/replicas/python/load.py")).arg(desk);
            }
            Host::Browser => {
                command.arg(chromium().ok_or(NO_CHROMIUM)?).args(CHROMIUM_FLAGS);
                command.arg(format!("--user-data-dir={}", profile.path().display()));
                command.arg(format!("{desk}/demos/replicas/page/{page}"));
                command.env("TMPDIR", profile.path());
                // A browser has much to say that concerns nobody here.
                command.stderr(Stdio::null());
            }
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        Ok(Self { host, child, _profile: profile })
    }

    /// Whether its process has ended.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A browser that ends by itself takes its helpers along and leaves no file open in its profile.
        let _ = process::terminate(self.child.id());
        let until = Instant::now() + PATIENCE;
        while !self.has_ended() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        if self.host == Host::Browser {
            // Its helpers end when they miss it; they would write into a folder that is being removed.
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}
