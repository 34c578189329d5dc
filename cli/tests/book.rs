//! The lines of a console in the book, run as they stand and compared with what is shown below them.
//!
//! Each page has a folder of its own with the files of `docs/examples` and the scripted trace. A block holds lines
//! `$ hedgerow …`, each with what it prints; a single `…` stands for anything. `cargo xtask gen` writes what is
//! printed into the pages anew.

use hedgerow_book::pages::{Block, Page, folder, pages};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const ANYTHING: &str = "…\n";

/// A folder with what the lines of a page name.
fn scene(page: &Page) -> PathBuf {
    let scene = Path::new(env!("CARGO_TARGET_TMPDIR")).join("book").join(page.path.replace('/', "-"));
    let _ = fs::remove_dir_all(&scene);
    fs::create_dir_all(&scene).unwrap();
    for entry in fs::read_dir(Path::new(ROOT).join("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, scene.join(path.file_name().unwrap())).unwrap();
    }
    let traces = Path::new(ROOT).join("tests/traces");
    fs::copy(traces.join("scripted.trace.jsonl"), scene.join("recorded.jsonl")).unwrap();
    let script: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(traces.join("scripted.json")).unwrap()).unwrap();
    let mut config = script["config"].clone();
    fs::write(scene.join("recorded.json"), config.to_string()).unwrap();
    config["hedge"]["strategy"] = "off".into();
    for (_, operation) in config["operations"].as_object_mut().unwrap() {
        operation.as_object_mut().unwrap().remove("hedge");
    }
    fs::write(scene.join("recorded-unhedged.json"), config.to_string()).unwrap();
    scene
}

/// A line of a console with what it shows.
struct Line {
    command: String,
    shown: String,
}

fn lines(block: &Block) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for line in block.text.lines() {
        match (line.strip_prefix("$ "), lines.last_mut()) {
            (Some(command), _) => lines.push(Line { command: command.into(), shown: String::new() }),
            (None, Some(last)) => last.shown = format!("{}{line}\n", last.shown),
            (None, None) => panic!("a block begins with a line `$ hedgerow …`: {line}"),
        }
    }
    lines
}

/// What the line prints, on either stream, after its exit code is seen to be the one that it names.
fn run(line: &Line, scene: &Path) -> String {
    let (words, code) = match line.command.split_once(" # exits with ") {
        Some((words, code)) => (words, code.parse().unwrap()),
        None => (line.command.as_str(), 0),
    };
    let words = words.strip_prefix("hedgerow ").expect("lines of the command alone");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedgerow"));
    let output = command.args(words.split_whitespace()).current_dir(scene).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8(printed).unwrap();
    assert_eq!(output.status.code(), Some(code), "{}\n{printed}", line.command);
    let trimmed = printed.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    trimmed.trim_matches('\n').to_owned() + "\n"
}

#[test]
fn every_line_of_a_console_prints_what_is_shown_below_it() {
    let bless = env::var_os("HEDGEROW_BLESS").is_some_and(|value| value == "1");
    let mut count = 0;
    for page in pages() {
        let scene = scene(&page);
        let mut text = page.text.clone();
        for block in page.blocks().iter().filter(|block| block.is("console")) {
            let mut now = String::new();
            for line in lines(block) {
                let printed = run(&line, &scene);
                let is_shown = line.shown == ANYTHING || line.shown == printed;
                assert!(bless || is_shown, "{}: $ {}\n{printed}", page.path, line.command);
                let shown = if line.shown == ANYTHING { ANYTHING } else { &printed };
                now = format!("{now}$ {}\n{shown}", line.command);
                count += 1;
            }
            text = text.replace(&block.text, &now);
        }
        if bless && text != page.text {
            fs::write(folder().join(&page.path), text).unwrap();
        }
    }
    assert!(count >= 8, "{count} lines");
}
