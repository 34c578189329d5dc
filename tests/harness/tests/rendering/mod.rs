//! What the renderings of every language share: the words that stand in no table, and the comparison with what is
//! committed.

pub(crate) mod record;
pub(crate) mod words;

use hedgerow::Cause;
use hedgerow::client::action::{AttemptKind, Outcome};
use std::{env, fs, path::Path};

/// Compares a rendering with the committed file, or writes it when `HEDGEROW_BLESS` is 1.
pub(crate) fn compare(folder: &str, file: &str, found: &str) {
    let path = Path::new(folder).join(file);
    if env::var_os("HEDGEROW_BLESS").is_some_and(|value| value == "1") {
        return fs::write(path, found).expect("the file can be written");
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    let differing = committed.lines().zip(found.lines()).find(|(committed, found)| committed != found);
    let stale = format!("{file} is stale; if the change is meant, run\n    cargo xtask gen");
    assert_eq!(differing, None, "{stale}");
    assert_eq!(committed.len(), found.len(), "{stale}");
}

/// Words of the kinds of attempts, by code.
fn attempt_kinds() -> [&'static str; 3] {
    let words =
        [(AttemptKind::Primary, "primary"), (AttemptKind::Hedge, "hedge"), (AttemptKind::Retry, "retry")];
    in_order(words.map(|(kind, word)| (kind as usize, word)))
}

/// Words of the outcomes of calls, by code.
fn outcomes() -> [&'static str; 3] {
    let words = [(Outcome::Ok, "ok"), (Outcome::Failed, "failed"), (Outcome::Cancelled, "cancelled")];
    in_order(words.map(|(outcome, word)| (outcome as usize, word)))
}

/// Words of the causes of timeouts, by code less 1.
fn causes() -> [&'static str; 2] {
    [Cause::Server, Cause::ClientPause].map(|cause| match cause {
        Cause::Server => "server",
        Cause::ClientPause => "client_pause",
    })
}

fn in_order<const N: usize>(words: [(usize, &'static str); N]) -> [&'static str; N] {
    assert!(words.iter().enumerate().all(|(at, (code, _))| at == *code), "{words:?}");
    words.map(|(_, word)| word)
}
