//! The crate and the generator of its JavaScript speak a private format and refuse each other unless their versions are
//! equal: better here than when a page loads.

use std::fs;

use crate::child::{Ending, root};

const CRATE: &str = "wasm-bindgen";
const GENERATOR: &str = "wasm-bindgen-cli-support";

/// Compares the versions in the lock file.
pub(super) fn check() -> Ending {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
    let [bound, generator] = [CRATE, GENERATOR].map(|name| version(&lock, name));
    println!("{CRATE} {bound:?}, {GENERATOR} {generator:?}");
    Ending::of(bound.is_some() && bound == generator)
}

/// The version of a package; none when the lock has it not, or more than once.
fn version<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let mut found = lock.split("[[package]]").filter_map(|package| {
        let mut lines = package.trim().lines();
        let named = lines.next()? == format!("name = \"{name}\"");
        lines.next().filter(|_| named)?.strip_prefix("version = \"")?.strip_suffix('"')
    });
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_that_of_the_package_with_exactly_this_name() {
        let package = |name: &str, version: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"x\"\n\n")
        };
        let lock = package("a-b", "1.0.0") + &package("a", "2.0.0");
        assert_eq!(version(&lock, "a"), Some("2.0.0"));
        assert_eq!(version(&lock, "b"), None);
        assert_eq!(version(&(lock + &package("a", "3.0.0")), "a"), None);
    }
}
