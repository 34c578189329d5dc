//! What a module asks of its host, read from its import section.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::bytes::{Bytes, HEADER};
use crate::child::{Ending, root};

/// What the module with classes may import, one `module name` on a line.
const COMMITTED: &str = "bindings-wasm/imports.txt";

/// Number of the section that lists imports.
const IMPORTS: u8 = 2;

/// `core.wasm` imports nothing, the others what the committed list names; writes the list when it is blessed.
pub(super) fn check(dist: &Path, bless: bool) -> Ending {
    let core = names(&dist.join("core.wasm"));
    let folders =
        ["client", "policies", "cli"].map(|folder| names(&dist.join(folder).join("web/hedgerow_bg.wasm")));
    let (Some(core), [Some(client), Some(policies), Some(command)]) = (core, folders) else {
        eprintln!("a module cannot be read");
        return Ending::of(false);
    };
    println!(
        "core.wasm has {} imports, the modules with classes {} and {}, the command {}",
        core.len(),
        client.len(),
        policies.len(),
        command.len()
    );
    let all = client.iter().chain(&policies).chain(&command);
    let found: BTreeSet<String> = all.map(|name| base(name)).collect();
    if bless {
        let text = found.iter().map(String::as_str).collect::<Vec<_>>().join("\n") + "\n";
        return Ending::of(core.is_empty() && fs::write(root().join(COMMITTED), text).is_ok());
    }
    let text = fs::read_to_string(root().join(COMMITTED)).unwrap_or_default();
    let committed: BTreeSet<String> = text.lines().filter(|line| !line.is_empty()).map(Into::into).collect();
    for name in found.symmetric_difference(&committed) {
        let what = if found.contains(name) { "is a new import" } else { "is imported no more" };
        println!("`{name}` {what}: compare with {COMMITTED}");
    }
    Ending::of(core.is_empty() && found == committed)
}

/// The name without the hash that the generator appends and that changes with every build of another compiler.
fn base(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((base, hash)) if hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()) => base.into(),
        _ => name.into(),
    }
}

/// `module name` of every import; none when the file is no module.
fn names(path: &Path) -> Option<BTreeSet<String>> {
    read(&fs::read(path).ok()?)
}

fn read(bytes: &[u8]) -> Option<BTreeSet<String>> {
    let mut module = Bytes { bytes, at: HEADER };
    if !bytes.starts_with(b"\0asm") {
        return None;
    }
    while module.at < bytes.len() {
        let section = module.byte()?;
        let length = module.number()? as usize;
        if section == IMPORTS {
            return module.imports();
        }
        module.at += length;
    }
    Some(BTreeSet::new())
}

impl Bytes<'_> {
    fn imports(&mut self) -> Option<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        for _ in 0..self.number()? {
            let (module, name) = (self.text()?, self.text()?);
            self.kind()?;
            names.insert(format!("{module} {name}"));
        }
        Some(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(sections: &[u8]) -> Option<BTreeSet<String>> {
        read(&[b"\0asm\x01\0\0\0", sections].concat())
    }

    #[test]
    fn a_module_without_imports_has_an_empty_list() {
        assert_eq!(module(&[]), Some(BTreeSet::new()));
        assert_eq!(module(&[1, 2, 9, 9]), Some(BTreeSet::new()));
        assert_eq!(read(b"text"), None);
    }

    #[test]
    fn every_kind_of_import_is_named() {
        let section = [
            &[2, 30, 4][..],
            &[1, b'a', 1, b'f', 0, 5],
            &[1, b'a', 1, b't', 1, 0x70, 0, 1],
            &[1, b'a', 1, b'm', 2, 1, 1, 2],
            &[1, b'b', 1, b'g', 3, 0x7f, 0],
        ];
        let found = module(&section.concat()).expect("a module");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a f", "a m", "a t", "b g"]);
    }

    #[test]
    fn a_section_that_ends_early_is_no_module() {
        assert_eq!(module(&[2, 9, 2, 1, b'a', 1]), None);
    }

    #[test]
    fn only_a_hash_at_the_end_is_left_out() {
        assert_eq!(base("./x.js __wbg_new_0123456789abcdef"), "./x.js __wbg_new");
        assert_eq!(base("./x.js __wbg_set_name"), "./x.js __wbg_set_name");
    }
}
