//! The modules of a crate as its files declare them.

use std::{fs, path::Path};
use syn::{Item, Visibility};

/// One module: its name, whether it is public, its items and the modules in it.
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) is_public: bool,
    pub(crate) items: Vec<Item>,
    pub(crate) inner: Vec<Module>,
}

impl Module {
    /// Reads a crate from its root file.
    pub(crate) fn load(root: &Path) -> Self {
        let items = parse(root);
        let folder = root.parent().expect("the root lies in a folder");
        Self::from_items(String::new(), true, items, folder)
    }

    fn from_items(name: String, is_public: bool, items: Vec<Item>, folder: &Path) -> Self {
        let inner = items.iter().filter_map(|item| Self::declared(item, folder)).collect();
        Self { name, is_public, items, inner }
    }

    fn declared(item: &Item, folder: &Path) -> Option<Self> {
        let Item::Mod(module) = item else { return None };
        if module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            return None;
        }
        let (name, is_public) = (module.ident.to_string(), is_public(&module.vis));
        let inner = folder.join(&name);
        let items = match &module.content {
            Some((_, items)) => items.clone(),
            None => parse(
                &[inner.with_extension("rs"), inner.join("mod.rs")].into_iter().find(|path| path.exists())?,
            ),
        };
        Some(Self::from_items(name, is_public, items, &inner))
    }
}

fn parse(path: &Path) -> Vec<Item> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).items
}

pub(crate) const fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
