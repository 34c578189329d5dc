//! Child commands: printed before they run, without standard input, within a time limit, their tests counted.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The time a child may take where no other limit is given.
pub(crate) const LIMIT: Duration = Duration::from_mins(30);

/// The time that packages may take to be installed.
const INSTALL_LIMIT: Duration = Duration::from_mins(10);

/// How a step ended.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Ending {
    pub(crate) ok: bool,
    pub(crate) tests_passed: u64,
    pub(crate) tests_failed: u64,
}

impl Ending {
    /// An ending without tests.
    pub(crate) fn of(ok: bool) -> Self {
        Self { ok, ..Self::default() }
    }

    /// Both must be ok; tests add up.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            ok: self.ok && other.ok,
            tests_passed: self.tests_passed + other.tests_passed,
            tests_failed: self.tests_failed + other.tests_failed,
        }
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A cargo command in the folder of the workspace, from words separated by spaces.
pub(crate) fn cargo(words: &str) -> Command {
    command("cargo", words)
}

/// A command in the folder of the workspace, from words separated by spaces.
pub(crate) fn command(program: &str, words: &str) -> Command {
    let mut command = Command::new(program);
    command.args(words.split_whitespace()).current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs a command within [`LIMIT`].
pub(crate) fn run(command: &mut Command) -> Ending {
    run_within(command, LIMIT)
}

/// Runs a command, passes its output on and counts the tests it reports; ends it when the limit has passed.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Ending {
    let mut ending = Ending::of(true);
    let ok = watched(command, limit, |line| {
        println!("{line}");
        ending = ending.and(tests_in(&line));
    });
    Ending { ok: ok && ending.tests_failed == 0, ..ending }
}

/// Runs a command that installs something, perhaps beside a step that prints: what it says is shown when it fails.
pub(crate) fn install(command: &mut Command) -> Ending {
    let mut said = Vec::new();
    let ok = watched(command, INSTALL_LIMIT, |line| said.push(line));
    if !ok {
        println!("{}\nfailed: {}", said.join("\n"), shown(command));
    }
    Ending::of(ok)
}

/// Shows a command, runs it and hands out what it prints line by line, until it ends or the limit has passed; whether it
/// ended well.
fn watched(command: &mut Command, limit: Duration, mut each: impl FnMut(String)) -> bool {
    println!("$ {}", shown(command));
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("cannot start it: {error}");
            return false;
        }
    };
    let lines = lines_of(child.stdout.take());
    let until = Instant::now() + limit;
    let in_time = loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => each(line),
            Err(end) => break end == RecvTimeoutError::Disconnected,
        }
    };
    if !in_time {
        eprintln!("ended: it took more than {} s", limit.as_secs());
        let _ = child.kill();
    }
    child.wait().is_ok_and(|status| status.success()) && in_time
}

/// What a command prints, without showing it; none when it cannot run or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a command prints, which is shown before it runs; none when it cannot run or fails.
pub(crate) fn told(command: &mut Command) -> Option<String> {
    println!("$ {}", shown(command));
    let output = command.stderr(Stdio::inherit()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    // The long one, which is of the machine.
    let settings = command.get_envs().filter(|(name, _)| *name != "PATH").filter_map(|(name, value)| {
        Some(format!("{}={:?}", name.to_string_lossy(), value?.to_string_lossy()))
    });
    let words = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned());
    settings.chain(words).collect::<Vec<_>>().join(" ")
}

/// A thread that reads: only so can the time limit end a child that prints nothing.
fn lines_of(stdout: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    if let Some(stdout) = stdout {
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
    }
    receive
}

/// Reads the last lines of a test run; an ignored test is a failed one, since none may be skipped.
fn tests_in(line: &str) -> Ending {
    let summary = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "));
    summary.and_then(tests_in_node).or_else(|| tests_in_pytest(line)).unwrap_or_else(|| tests_in_rust(line))
}

/// Reads `pass 3`, `fail 0`, `skipped 0` and the like, one a line.
fn tests_in_node(line: &str) -> Option<Ending> {
    let (what, count) = line.split_once(' ')?;
    let count = count.parse::<u64>().ok()?;
    match what {
        "pass" => Some(Ending { ok: true, tests_passed: count, tests_failed: 0 }),
        "fail" | "cancelled" | "skipped" | "todo" => {
            Some(Ending { ok: count == 0, tests_passed: 0, tests_failed: count })
        }
        _ => None,
    }
}

/// Reads `3 passed, 1 failed in 0.12s`; whatever is neither passed nor a warning counts as failed.
fn tests_in_pytest(line: &str) -> Option<Ending> {
    let (counts, took) = line.trim_matches(['=', ' ']).rsplit_once(" in ")?;
    took.split('s').next()?.parse::<f64>().ok()?;
    let mut ending = Ending::of(true);
    for part in counts.split(", ") {
        let (count, what) = part.split_once(' ')?;
        let count = count.parse::<u64>().ok()?;
        match what {
            "passed" => ending.tests_passed += count,
            "warning" | "warnings" => {}
            _ => ending.tests_failed += count,
        }
    }
    Some(Ending { ok: ending.tests_failed == 0, ..ending })
}

/// Reads `test result: ok. 3 passed; 0 failed; …`.
fn tests_in_rust(line: &str) -> Ending {
    let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
        return Ending::of(true);
    };
    let count = |what: &str| {
        let part = counts.split("; ").find_map(|part| part.strip_suffix(what));
        part.and_then(|number| number.trim().parse::<u64>().ok()).unwrap_or(0)
    };
    let tests_failed = count("failed") + count("ignored");
    Ending { ok: tests_failed == 0, tests_passed: count("passed"), tests_failed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_test_binary_is_counted() {
        let line = "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.1s";
        assert_eq!(tests_in(line), Ending { ok: false, tests_passed: 12, tests_failed: 2 });
        assert_eq!(tests_in("test time::zero ... ok"), Ending::of(true));
    }

    #[test]
    fn the_last_lines_of_a_run_in_node_are_counted() {
        assert_eq!(tests_in("# pass 80"), Ending { ok: true, tests_passed: 80, tests_failed: 0 });
        assert_eq!(tests_in("ℹ fail 2"), Ending { ok: false, tests_passed: 0, tests_failed: 2 });
        assert_eq!(tests_in("# skipped 1").tests_failed, 1);
        assert_eq!(tests_in("# duration_ms 12"), Ending::of(true));
        assert_eq!(tests_in("# Subtest: pass 5"), Ending::of(true));
    }

    #[test]
    fn the_last_line_of_a_run_of_pytest_is_counted() {
        assert_eq!(tests_in("12 passed in 0.31s"), Ending { ok: true, tests_passed: 12, tests_failed: 0 });
        let line = "=== 1 failed, 4 passed, 2 skipped, 3 warnings in 61.02s (0:01:01) ===";
        assert_eq!(tests_in(line), Ending { ok: false, tests_passed: 4, tests_failed: 3 });
        assert_eq!(tests_in("built in 3.1s"), Ending::of(true));
    }

    #[test]
    fn an_ignored_test_is_a_failed_one() {
        let line =
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(tests_in(line).tests_failed, 1);
    }

    #[test]
    fn a_command_is_shown_with_its_settings() {
        let mut command = cargo("test  --workspace");
        assert_eq!(shown(command.env("PROPTEST_CASES", "9")), "PROPTEST_CASES=\"9\" cargo test --workspace");
    }

    #[test]
    fn a_program_that_is_not_there_fails_its_step() {
        assert_eq!(run(&mut command("no-program-of-this-name", "")), Ending::of(false));
    }
}
