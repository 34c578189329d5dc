//! Nothing is passed over in silence: no ignored test, no unfinished code, no lint waived without a reason.

use super::Finding;
use super::tokens::Tokens;
use super::tree::{File, Tree};

/// Ignored tests, examples that are not compiled, unfinished macros, allowances without a reason.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.sources()
        .flat_map(|(file, tokens)| {
            let mut findings = attributes(&file.path, tokens);
            findings.extend(unfinished(&file.path, tokens));
            findings.extend(examples(file));
            findings
        })
        .collect()
}

fn attributes(path: &str, tokens: &Tokens) -> Vec<Finding> {
    let all = tokens.all();
    let mut findings = Vec::new();
    for open in
        (1..all.len()).filter(|&at| all[at].text == "[" && matches!(all[at - 1].text.as_str(), "#" | "!"))
    {
        let inside = &all[open + 1..all[open].close];
        let has = |word: &str| inside.iter().any(|token| token.text == word);
        let line = all[open].line;
        if has("ignore") {
            findings.push(Finding::new(
                "skips",
                path,
                line,
                "ignore",
                "an ignored test proves nothing: mend it or delete it",
            ));
        }
        let waives = inside.first().is_some_and(|first| matches!(first.text.as_str(), "allow" | "expect"));
        if waives && !has("reason") {
            findings.push(Finding::new("waivers", path, line, "", "a lint is waived with `reason = \"…\"`"));
        }
    }
    findings
}

fn unfinished(path: &str, tokens: &Tokens) -> Vec<Finding> {
    let macros = ["todo", "unimplemented", "dbg"];
    let found = macros
        .iter()
        .flat_map(|name| tokens.find(&[name, "!"]).into_iter().map(move |token| (name, token.line)));
    found
        .map(|(name, line)| Finding::new("skips", path, line, name, format!("`{name}!` is unfinished code")))
        .collect()
}

fn examples(file: &File) -> Vec<Finding> {
    let comments = file.text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_start()));
    comments
        .filter(|(_, line)| line.starts_with("//") && line.contains("```") && line.contains("ignore"))
        .map(|(line, _)| {
            Finding::new("skips", &file.path, line, "ignore", "an example that is not compiled goes stale")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(source: &str) -> usize {
        check(&Tree::of(&[("core/tests/a.rs", source)])).len()
    }

    #[test]
    fn an_ignored_test_is_found_in_each_form() {
        assert_eq!(count("#[test] #[ignore] fn f() {}"), 1);
        assert_eq!(count("#[test] #[cfg_attr(unix, ignore = \"slow\")] fn f() {}"), 1);
        assert_eq!(count("/// ```ignore\n/// f();\n/// ```\nfn f() {}"), 1);
    }

    #[test]
    fn a_waived_lint_needs_a_reason() {
        assert_eq!(count("#[allow(dead_code)] fn f() {}"), 1);
        assert_eq!(count("#![expect(dead_code, reason = \"used on Windows\")]"), 0);
    }

    #[test]
    fn unfinished_code_is_found() {
        assert_eq!(count("fn f() { todo!() }"), 1);
    }
}
