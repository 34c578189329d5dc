//! Small pieces: functions of at most 60 lines, files of about 250.

use super::Finding;
use super::tokens::{Token, Tokens};
use super::tree::Tree;

/// Lines of a function's body, braces included.
const LONGEST_FUNCTION: usize = 60;

/// Lines of a file without its test code, above which a file is listed.
const LONG_FILE: usize = 400;

/// Functions that are too long, test code aside.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    long_functions(tree, false)
}

/// Test functions and files that are long; warnings, since a table of cases may be one idea.
pub(super) fn warnings(tree: &Tree) -> Vec<Finding> {
    let code = |text: &str, tokens: &Tokens| text.lines().count().saturating_sub(tokens.test_lines());
    let lines = tree.sources().map(|(file, tokens)| (&file.path, code(&file.text, tokens)));
    let files = lines.filter(|(_, lines)| *lines > LONG_FILE);
    files
        .map(|(path, lines)| {
            Finding::new("file-length", path, 1, "", format!("{lines} lines beside its tests"))
        })
        .chain(long_functions(tree, true))
        .collect()
}

fn long_functions(tree: &Tree, in_test: bool) -> Vec<Finding> {
    let sources = tree.sources();
    let functions = sources.flat_map(|(file, tokens)| functions(tokens).map(move |found| (file, found)));
    let long = functions.filter(|(_, (name, lines))| name.in_test == in_test && *lines > LONGEST_FUNCTION);
    long.map(|(file, (name, lines))| {
        let message =
            format!("`{}` has {lines} lines, above {LONGEST_FUNCTION}: look for the table in it", name.text);
        Finding::new("function-length", &file.path, name.line, &name.text, message)
    })
    .collect()
}

/// Names of functions with the lines of their bodies.
fn functions(tokens: &Tokens) -> impl Iterator<Item = (&Token, usize)> {
    let all = tokens.all();
    (1..all.len()).filter(|&at| all[at - 1].text == "fn").filter_map(move |at| {
        let open = body(all, at)?;
        let lines = all[all[open].close].line + 1 - all[open].line;
        Some((&all[at], lines))
    })
}

/// The brace that opens a function's body; none for a declaration and for a function's type.
fn body(all: &[Token], name: usize) -> Option<usize> {
    let mut at = name;
    while let Some(token) = all.get(at) {
        match token.text.as_str() {
            "{" => return Some(at),
            ";" | "," | "=" | ")" | "]" | "}" => return None,
            _ => at = token.close + 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(lines: usize) -> Tree {
        Tree::of(&[(
            "a.rs",
            &format!("trait T {{ fn f(&self); }}\nfn g() -> u8 {{\n{}1 }}", "\n".repeat(lines)),
        )])
    }

    #[test]
    fn a_function_may_have_sixty_lines_and_not_more() {
        assert_eq!(check(&source(58)), []);
        let findings = check(&source(59));
        assert_eq!((findings.len(), findings[0].item.as_str(), findings[0].line), (1, "g", 2));
    }

    #[test]
    fn tests_do_not_make_a_file_long() {
        let tests = format!("#[cfg(test)] mod tests {{\n{}}}", "fn f() {}\n".repeat(500));
        assert_eq!(warnings(&Tree::of(&[("a.rs", &tests)])), []);
        assert_eq!(warnings(&Tree::of(&[("a.rs", &"fn f() {}\n".repeat(401))])).len(), 1);
    }
}
