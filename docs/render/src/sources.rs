//! Doc comments of the sources, for what no table tells at run time.

use std::{fs, path::Path};
use syn::{Attribute, Expr, File, ImplItem, Item, Lit, Meta};

/// Reads a source by its path from the root of the repository.
pub(crate) fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Reads a source of Rust.
pub(crate) fn parse(path: &str) -> File {
    syn::parse_file(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A name with what its comment says.
pub(crate) type Told = (String, String);

/// The variants of an enum, in order.
pub(crate) fn variants(file: &File, name: &str) -> Vec<Told> {
    let found = file.items.iter().find_map(|item| match item {
        Item::Enum(item) if item.ident == name => Some(item),
        _ => None,
    });
    let variants = found.unwrap_or_else(|| panic!("no enum {name}")).variants.iter();
    variants.map(|variant| (variant.ident.to_string(), docs(&variant.attrs))).collect()
}

/// The public fields of a struct, in order.
pub(crate) fn public_fields(file: &File, name: &str) -> Vec<Told> {
    let found = file.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(item),
        _ => None,
    });
    let fields = found.unwrap_or_else(|| panic!("no struct {name}")).fields.iter();
    let public = fields.filter(|field| matches!(field.vis, syn::Visibility::Public(_)));
    public.filter_map(|field| Some((field.ident.as_ref()?.to_string(), docs(&field.attrs)))).collect()
}

/// The comment of a public method, by its name alone.
pub(crate) fn method(file: &File, name: &str) -> String {
    let blocks = file.items.iter().filter_map(|item| match item {
        Item::Impl(block) => Some(&block.items),
        _ => None,
    });
    let mut methods = blocks.flatten().filter_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == name => Some(docs(&method.attrs)),
        _ => None,
    });
    methods.next().unwrap_or_else(|| panic!("no method {name}"))
}

/// The comment at the head of a file.
pub(crate) fn head(file: &File) -> String {
    docs(&file.attrs)
}

/// The lines of a comment, without its examples and with links between items as plain code.
fn docs(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let mut in_example = false;
    let kept = lines.filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_example ^= fence;
        !fence && !in_example
    });
    let kept: Vec<String> = kept.map(|line| unlinked(line.strip_prefix(' ').unwrap_or(&line))).collect();
    kept.join("\n").trim().to_owned()
}

/// The text with links to items of the crate as the code that they show.
fn unlinked(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, link)) = rest.split_once("[`") {
        out.push_str(before);
        let Some((shown, after)) = link.split_once("`]") else { return out + "[`" + link };
        out = out + "`" + shown + "`";
        rest = match after.strip_prefix('(').and_then(|after| after.split_once(')')) {
            Some((_, after)) => after,
            None => after,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_an_item_becomes_its_code() {
        assert_eq!(unlinked("see [`A::b`](crate::A::b), [`C`] and [x](y)"), "see `A::b`, `C` and [x](y)");
    }

    #[test]
    fn an_example_is_left_out() {
        let file = syn::parse_file("//! One.\n//!\n//! ```\n//! code();\n//! ```\n//! Two.").unwrap();
        assert_eq!(head(&file), "One.\n\nTwo.");
    }
}
