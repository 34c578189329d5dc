//! What a user downloads, in bytes, held to a committed table: nothing grows by more than a hundredth unnoticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::child::{Ending, command, output, root};

/// The committed table: `file raw gzip` on a line.
const TABLE: &str = "bindings-wasm/weights.txt";

/// What is weighed, with the aim for the compressed size in bytes where there is one.
const FILES: [(&str, Option<u64>); 6] = [
    ("core.wasm", Some(60_000)),
    ("client/web/hedgerow_bg.wasm", Some(90_000)),
    ("client/web/hedgerow.js", None),
    ("policies/web/hedgerow_bg.wasm", None),
    ("policies/web/hedgerow.js", None),
    ("cli/web/hedgerow_bg.wasm", None),
];

/// Prints raw and compressed size of each file named after it.
const WEIGH: &str = "const {readFileSync} = require('node:fs'); const {gzipSync} = require('node:zlib'); \
    for (const name of process.argv.slice(1)) { const bytes = readFileSync(name); \
    console.log(bytes.length, gzipSync(bytes, {level: 9}).length); }";

/// Raw and compressed size.
type Weight = (u64, u64);

/// Compares the weights with the table, or writes it.
pub(super) fn check(dist: &Path, bless: bool) -> Ending {
    let Some(found) = weigh(dist) else {
        eprintln!("the files cannot be weighed");
        return Ending::of(false);
    };
    let table = fs::read_to_string(root().join(TABLE)).unwrap_or_default();
    let committed = parse(&table);
    println!("{:<32} {:>9} {:>9} {:>9}", "file", "raw", "gzip", "aim");
    let mut ok = true;
    for ((name, aim), weight) in FILES.iter().zip(&found) {
        let aim = aim.map_or("-".to_owned(), |aim| aim.to_string());
        println!("{name:<32} {:>9} {:>9} {aim:>9}", weight.0, weight.1);
        if !bless && let Some(message) = verdict(*weight, committed.get(*name).copied()) {
            println!("{name}: {message}");
            ok = false;
        }
    }
    if bless {
        ok = fs::write(root().join(TABLE), render(&found)).is_ok();
    }
    Ending::of(ok)
}

fn weigh(dist: &Path) -> Option<Vec<Weight>> {
    let mut node = command("node", "-e");
    node.arg(WEIGH).args(FILES.iter().map(|(name, _)| dist.join(name)));
    let weights: Vec<Weight> = output(&mut node)?.lines().filter_map(pair).collect();
    (weights.len() == FILES.len()).then_some(weights)
}

fn pair(line: &str) -> Option<Weight> {
    let (raw, gzip) = line.split_once(' ')?;
    Some((raw.parse().ok()?, gzip.parse().ok()?))
}

/// What is wrong with a weight, if anything is.
fn verdict(found: Weight, committed: Option<Weight>) -> Option<String> {
    let Some(committed) = committed else {
        return Some(format!("has no line in {TABLE}; `cargo xtask wasm --bless` writes it"));
    };
    let most = |committed: u64| committed + committed / 100;
    if found.0 > most(committed.0) || found.1 > most(committed.1) {
        return Some(format!("has grown from {} / {} by more than 1 %", committed.0, committed.1));
    }
    None
}

fn parse(table: &str) -> BTreeMap<&str, Weight> {
    table
        .lines()
        .filter_map(|line| line.split_once(' ').and_then(|(name, rest)| Some((name, pair(rest)?))))
        .collect()
}

fn render(found: &[Weight]) -> String {
    let lines = FILES.iter().zip(found).map(|((name, _), (raw, gzip))| format!("{name} {raw} {gzip}\n"));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundredth_more_is_let_pass_and_not_a_byte_more() {
        let committed = Some((10_000, 5000));
        assert_eq!(verdict((10_100, 5050), committed), None);
        assert_eq!(verdict((9000, 4000), committed), None);
        assert!(verdict((10_101, 5000), committed).is_some());
        assert!(verdict((10_000, 5051), committed).is_some());
        assert!(verdict((1, 1), None).is_some());
    }

    #[test]
    fn a_table_is_read_as_it_is_written() {
        let found = [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)];
        let table = render(&found);
        let read = parse(&table);
        assert_eq!(read.len(), FILES.len());
        assert_eq!(read.get("core.wasm"), Some(&(1, 2)));
    }
}
