//! A Rust source as a flat list of tokens: comments are gone, strings are single tokens, test code is marked.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One token; a bracket is a token of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
    /// Whether it is part of an item under `#[test]` or `#[cfg(test)]`, or of a test file.
    pub(super) in_test: bool,
    /// Number of inline modules around it.
    pub(super) depth: usize,
    /// Where the bracket that it opens closes, else its own place.
    pub(super) close: usize,
}

/// The tokens of one file.
#[derive(Debug, Default)]
pub(super) struct Tokens(Vec<Token>);

impl Tokens {
    /// All of them.
    pub(super) fn all(&self) -> &[Token] {
        &self.0
    }

    /// The text at a place; empty past the end.
    pub(super) fn text(&self, at: usize) -> &str {
        self.0.get(at).map_or("", |token| &token.text)
    }

    /// Places where these texts stand one after another.
    pub(super) fn find(&self, pattern: &[&str]) -> Vec<&Token> {
        let stands = |at: usize| pattern.iter().enumerate().all(|(next, &text)| self.text(at + next) == text);
        (0..self.0.len()).filter(|&at| stands(at)).map(|at| &self.0[at]).collect()
    }

    /// Lines that hold test code.
    pub(super) fn test_lines(&self) -> usize {
        let mut lines: Vec<_> = self.0.iter().filter(|token| token.in_test).map(|token| token.line).collect();
        lines.dedup();
        lines.len()
    }
}

/// Reads a source text.
pub(super) fn read(text: &str, in_test: bool) -> Result<Tokens, String> {
    let stream: TokenStream = text.parse().map_err(|error| format!("not a Rust source: {error}"))?;
    let mut tokens = Vec::new();
    flatten(stream, in_test, 0, &mut tokens);
    for range in test_items(&tokens) {
        for token in &mut tokens[range] {
            token.in_test = true;
        }
    }
    Ok(Tokens(tokens))
}

fn flatten(stream: TokenStream, in_test: bool, depth: usize, tokens: &mut Vec<Token>) {
    for tree in stream {
        let at = tokens.len();
        let line = tree.span().start().line;
        let token = |text: String, line| Token { text, line, in_test, depth, close: at };
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                let inline_module = open == "{" && at >= 2 && tokens[at - 2].text == "mod";
                tokens.push(token(open.to_owned(), line));
                flatten(group.stream(), in_test, depth + usize::from(inline_module), tokens);
                let end = tokens.len();
                tokens[at].close = end;
                let line = group.span_close().start().line;
                tokens.push(Token { text: close.to_owned(), line, in_test, depth, close: end });
            }
            other => tokens.push(token(other.to_string(), line)),
        }
    }
}

/// Items behind an attribute that makes them test code.
fn test_items(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    for at in 0..tokens.len().saturating_sub(1) {
        if tokens[at].text == "#"
            && tokens[at + 1].text == "["
            && is_test_attribute(&tokens[at + 1..tokens[at + 1].close])
        {
            items.push(at..item_end(tokens, tokens[at + 1].close + 1));
        }
    }
    items
}

/// `[test` or `[cfg(… test …` without `not`.
fn is_test_attribute(inside: &[Token]) -> bool {
    let has = |text: &str| inside.iter().any(|token| token.text == text);
    match inside.get(1).map(|token| token.text.as_str()) {
        Some("test") => true,
        Some("cfg") => has("test") && !has("not"),
        _ => false,
    }
}

/// The end of an item: its semicolon or the brace of its body.
fn item_end(tokens: &[Token], from: usize) -> usize {
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            ";" => return at + 1,
            "{" => return token.close + 1,
            _ => at = token.close + 1,
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "
        /// std::time in prose.
        fn live() -> &'static str { \"unsafe\" }
        mod inner { use super::super::stall; }
        #[cfg(test)]
        mod tests { use std::time; }
        fn after() {}
    ";

    #[test]
    fn prose_and_strings_are_no_tokens_of_code() {
        let tokens = read(SOURCE, false).unwrap();
        assert_eq!(tokens.find(&["unsafe"]).len(), 0);
        assert_eq!(tokens.find(&["std"]).len(), 1);
    }

    #[test]
    fn test_items_are_marked_and_nothing_else() {
        let tokens = read(SOURCE, false).unwrap();
        assert!(tokens.find(&["std"]).iter().all(|token| token.in_test));
        assert!(tokens.find(&["fn"]).iter().all(|token| !token.in_test));
        assert_eq!(tokens.test_lines(), 2);
    }

    #[test]
    fn inline_modules_are_counted() {
        let tokens = read(SOURCE, false).unwrap();
        assert_eq!(tokens.find(&["stall"])[0].depth, 1);
    }
}
