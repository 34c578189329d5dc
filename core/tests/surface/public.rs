//! What of a crate can be named from outside, under its shortest path.

use super::crate_tree::{Module, is_public};
use proc_macro2::{TokenStream, TokenTree};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use syn::{Fields, ImplItem, Item, Type as SynType, UseTree, Visibility};

/// A path of module names, with the item's own at the end.
type Path = Vec<String>;

/// A public type with the names of its parts.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// Variants of an enum, public fields of a struct.
    pub(crate) parts: BTreeSet<String>,
    pub(crate) methods: BTreeSet<String>,
}

impl Type {
    pub(crate) fn to_json(&self) -> Value {
        json!({"name": self.name, "kind": self.kind, "parts": self.parts, "methods": self.methods})
    }
}

/// The public names of a crate, each under its shortest path.
#[derive(Debug, Default)]
pub(crate) struct Surface {
    pub(crate) types: Vec<Type>,
    pub(crate) functions: BTreeSet<String>,
    pub(crate) constants: BTreeSet<String>,
}

/// Definitions by path, and the paths under which each can be named.
#[derive(Default)]
struct Index<'a> {
    items: BTreeMap<Path, &'a Item>,
    /// Functions in the text of the macros of a module.
    macros: BTreeMap<Path, BTreeSet<String>>,
    /// Every `use`, by the path of the module and the name it brings.
    uses: BTreeMap<Path, (Path, bool)>,
    methods: BTreeMap<Path, BTreeSet<String>>,
    names: BTreeMap<Path, BTreeSet<String>>,
}

impl Surface {
    pub(crate) fn of(root: &Module) -> Self {
        let mut index = Index::default();
        index.define(root, &Vec::new());
        index.implement(root, &Vec::new());
        index.name(root, &Vec::new());
        let mut surface = Self::default();
        let names: Vec<(Path, String)> =
            index.names.iter().map(|(path, names)| (path.clone(), shortest(names))).collect();
        for (path, name) in names {
            surface.add(&index, &path, name);
        }
        surface.types.sort_by(|a, b| a.name.cmp(&b.name));
        surface
    }

    fn add(&mut self, index: &Index<'_>, path: &Path, name: String) {
        let mut methods = index.methods.get(path).cloned().unwrap_or_default();
        let (kind, parts) = match index.items.get(path) {
            Some(Item::Struct(item)) => ("struct", public_fields(&item.fields)),
            Some(Item::Enum(item)) => {
                ("enum", item.variants.iter().map(|variant| variant.ident.to_string()).collect())
            }
            Some(Item::Type(_)) => ("alias", BTreeSet::new()),
            Some(Item::Trait(_)) => ("trait", BTreeSet::new()),
            Some(Item::Fn(_)) => {
                self.functions.insert(name);
                return;
            }
            Some(Item::Const(_) | Item::Static(_)) => {
                self.constants.insert(name);
                return;
            }
            _ => {
                let module = path[..path.len() - 1].to_vec();
                methods.extend(index.macros.get(&module).into_iter().flatten().cloned());
                ("macro", BTreeSet::new())
            }
        };
        self.types.push(Type { name, kind, parts, methods });
    }
}

fn shortest(names: &BTreeSet<String>) -> String {
    names.iter().min_by_key(|name| (name.matches("::").count(), name.len())).cloned().unwrap_or_default()
}

fn public_fields(fields: &Fields) -> BTreeSet<String> {
    let public = fields.iter().filter(|field| is_public(&field.vis));
    public.filter_map(|field| field.ident.as_ref().map(ToString::to_string)).collect()
}

fn child(path: &[String], name: &str) -> Path {
    path.iter().cloned().chain([name.to_owned()]).collect()
}

impl<'a> Index<'a> {
    /// Collects definitions, macros and `use` declarations.
    fn define(&mut self, module: &'a Module, at: &Path) {
        for item in &module.items {
            if let Some(name) = defined(item) {
                self.items.insert(child(at, &name), item);
            }
            match item {
                Item::Macro(found) => {
                    let mut functions = BTreeSet::new();
                    public_functions(found.mac.tokens.clone(), &mut functions);
                    self.macros.entry(at.clone()).or_default().extend(functions);
                }
                Item::Use(found) => self.bring(&found.tree, &found.vis, at, Vec::new()),
                _ => {}
            }
        }
        for inner in &module.inner {
            self.define(inner, &child(at, &inner.name));
        }
    }

    fn bring(&mut self, tree: &UseTree, visibility: &Visibility, at: &Path, mut from: Path) {
        let mut note = |name: String, from: Path| {
            self.uses.insert(child(at, &name), (from, is_public(visibility)));
        };
        match tree {
            UseTree::Path(path) => {
                from.push(path.ident.to_string());
                self.bring(&path.tree, visibility, at, from);
            }
            UseTree::Name(name) if name.ident == "self" => {
                note(from.last().cloned().unwrap_or_default(), from);
            }
            UseTree::Name(name) => note(name.ident.to_string(), child(&from, &name.ident.to_string())),
            UseTree::Rename(name) => note(name.rename.to_string(), child(&from, &name.ident.to_string())),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.bring(tree, visibility, at, from.clone()));
            }
            UseTree::Glob(_) => {}
        }
    }

    /// Collects the public methods and constants of types, wherever they are implemented.
    fn implement(&mut self, module: &'a Module, at: &Path) {
        for item in &module.items {
            let Item::Impl(found) = item else { continue };
            let SynType::Path(path) = &*found.self_ty else { continue };
            if found.trait_.is_some() {
                continue;
            }
            let name: Path = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let methods = self.methods.entry(self.resolve(at, &name)).or_default();
            methods.extend(found.items.iter().filter_map(|item| match item {
                ImplItem::Fn(item) if is_public(&item.vis) => Some(item.sig.ident.to_string()),
                ImplItem::Const(item) if is_public(&item.vis) => Some(item.ident.to_string()),
                _ => None,
            }));
        }
        for inner in &module.inner {
            self.implement(inner, &child(at, &inner.name));
        }
    }

    /// The definition that a path written in a module means.
    fn resolve(&self, at: &Path, path: &[String]) -> Path {
        let Some((first, rest)) = path.split_first() else { return at.clone() };
        match first.as_str() {
            "crate" => self.follow(rest.to_vec()),
            "self" => self.resolve(at, rest),
            "super" => self.resolve(&at[..at.len().saturating_sub(1)].to_vec(), rest),
            _ => self.follow(at.iter().chain(path).cloned().collect()),
        }
    }

    /// Follows `use` declarations on the way to a definition.
    fn follow(&self, path: Path) -> Path {
        if self.items.contains_key(&path) {
            return path;
        }
        for end in (1..=path.len()).rev() {
            if let Some((from, _)) = self.uses.get(&path[..end]) {
                // A name that comes from another crate resolves to itself.
                let Some(target) = (from.len() > 1 || path.len() > end).then(|| child_of(from, &path[end..]))
                else {
                    return path;
                };
                let at = path[..end - 1].to_vec();
                return if target == path { path } else { self.resolve(&at, &target) };
            }
        }
        path
    }

    /// Collects the public names of definitions, from public modules only.
    fn name(&mut self, module: &'a Module, at: &Path) {
        for item in &module.items {
            if let Some(name) = defined(item).filter(|_| is_visible(item)) {
                self.names.entry(child(at, &name)).or_default().insert(child(at, &name).join("::"));
            }
        }
        let brought: Vec<Path> = self
            .uses
            .iter()
            .filter(|(path, (_, is_public))| *is_public && path[..path.len() - 1] == at[..])
            .map(|(path, _)| path.clone())
            .collect();
        for path in brought {
            let target = self.follow(path.clone());
            self.names.entry(target).or_default().insert(path.join("::"));
        }
        for inner in module.inner.iter().filter(|inner| inner.is_public) {
            self.name(inner, &child(at, &inner.name));
        }
    }
}

fn child_of(from: &[String], rest: &[String]) -> Path {
    from.iter().chain(rest).cloned().collect()
}

fn defined(item: &Item) -> Option<String> {
    Some(match item {
        Item::Struct(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Const(item) => item.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn is_visible(item: &Item) -> bool {
    match item {
        Item::Struct(item) => is_public(&item.vis),
        Item::Enum(item) => is_public(&item.vis),
        Item::Type(item) => is_public(&item.vis),
        Item::Trait(item) => is_public(&item.vis),
        Item::Fn(item) => is_public(&item.vis),
        Item::Const(item) => is_public(&item.vis),
        Item::Static(item) => is_public(&item.vis),
        _ => false,
    }
}

/// The names after `pub fn` and `pub const fn` in the text of a macro.
fn public_functions(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut last: Vec<String> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                public_functions(group.stream(), found);
                last.clear();
            }
            TokenTree::Ident(name) => {
                let words: Vec<&str> = last.iter().map(String::as_str).collect();
                if words.ends_with(&["pub", "fn"]) || words.ends_with(&["pub", "const", "fn"]) {
                    found.insert(name.to_string());
                }
                last.push(name.to_string());
            }
            _ => last.clear(),
        }
    }
}
