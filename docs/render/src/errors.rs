//! Classes of errors of each language, as their sources declare and describe them.

use crate::sources::{parse, read, variants};
use crate::table::{Table, code, codes};
use hedgerow::Reason;

const INTRODUCTION: &str = "\
# Errors

A call that has no result says why by a stable code: the short name of a [reason](reasons.md), or one of the few words
that a language adds. When the failure of an attempt ended the call, what that attempt raised is what the caller gets,
with the story of the call beside it. When something else ended it (its time, a refusal, a shutdown), it is an error of
the library.
";

/// The page of errors.
pub(crate) fn page() -> String {
    let javascript = Source {
        path: "bindings-wasm/src-ts/errors.ts",
        class: "export class ",
        base: "HedgerowError",
        codes: "const CLASSES",
    };
    let python = Source {
        path: "bindings-python/python/hedgerow/_errors.py",
        class: "class ",
        base: "HedgerowError",
        codes: "_CLASSES",
    };
    let sections = [
        format!(
            "## Rust\n\n`CallError` has `code()`, `kind()`, `reason()`, `report()` and the last error of an attempt. Its kinds:\n\n{}",
            rust()
        ),
        format!("## JavaScript\n\n{}", javascript.table()),
        format!("## Python\n\n{}", python.table()),
    ];
    format!("{INTRODUCTION}\n{}", sections.concat().trim_end()) + "\n"
}

fn rust() -> String {
    let mut table = Table::new(&["kind", "meaning"]);
    for (name, meaning) in variants(&parse("hosts/tokio/src/error.rs"), "ErrorKind") {
        table.row([code(&name), meaning]);
    }
    let mut more = Table::new(&["beside calls", "meaning"]);
    let misuse = parse("hosts/tokio/src/misuse.rs");
    for of in ["BuildError", "ClientError", "Stopped"] {
        for (name, meaning) in variants(&misuse, of) {
            more.row([code(&format!("{of}::{name}")), meaning]);
        }
    }
    table.text() + &more.text()
}

/// A source whose classes of errors are one below another.
struct Source {
    path: &'static str,
    /// How the line of a class begins.
    class: &'static str,
    /// The class of all of them.
    base: &'static str,
    /// Where the map of codes to classes begins.
    codes: &'static str,
}

impl Source {
    fn table(&self) -> String {
        let text = read(self.path);
        let codes_of = self.codes_of(&text);
        let mut table = Table::new(&["class", "meaning", "codes with a class of their own"]);
        let mut comment = String::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line.starts_with("/**") {
                comment = sentence(&std::iter::once(line).chain(lines.clone()).collect::<Vec<_>>());
            }
            let Some(rest) = line.strip_prefix(self.class) else { continue };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            if let Some(docstring) = lines.peek().filter(|next| next.trim_start().starts_with("\"\"\"")) {
                comment = String::from(docstring.trim().trim_matches('"'));
            }
            assert!(!comment.is_empty() && name.len() > 3, "{}: {name}", self.path);
            let own =
                codes(codes_of.iter().filter(|(_, class)| *class == name).map(|(code, _)| code.as_str()));
            table.row([code(&name), std::mem::take(&mut comment), own]);
        }
        let text = table.text();
        assert!(text.contains(self.base) && text.contains("call_limit"), "{}", self.path);
        text
    }

    /// The lines `code: Class,` of the map.
    fn codes_of(&self, text: &str) -> Vec<(String, String)> {
        let map = text.split_once(self.codes).map_or("", |(_, map)| map);
        let pairs = map.lines().skip(1).take_while(|line| !line.starts_with('}'));
        let pairs = pairs.filter_map(|line| line.trim().trim_end_matches(',').split_once(": "));
        let word = |text: &str| text.trim_matches('"').split(' ').next().unwrap_or_default().to_owned();
        let pairs: Vec<_> = pairs.map(|(code, class)| (word(code), word(class))).collect();
        let known = |code: &str| Reason::ALL.iter().any(|reason| reason.slug() == code);
        assert!(pairs.len() >= 5 && pairs.iter().all(|(code, _)| known(code)), "{}: {pairs:?}", self.path);
        pairs
    }
}

/// The first sentence of a comment that begins at the first of these lines.
fn sentence(lines: &[&str]) -> String {
    let end = lines.iter().position(|line| line.contains("*/")).map_or(lines.len(), |at| at + 1);
    let strip = |line: &&str| {
        line.trim()
            .trim_start_matches("/**")
            .trim_end_matches("*/")
            .trim()
            .trim_start_matches('*')
            .trim()
            .to_owned()
    };
    let words: Vec<_> = lines[..end]
        .iter()
        .map(strip)
        .skip_while(String::is_empty)
        .take_while(|line| !line.is_empty())
        .collect();
    words.join(" ")
}
