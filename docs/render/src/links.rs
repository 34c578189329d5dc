//! Links of a built book: whether what they lead to is there, with the place in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

/// Pages that repeat others, or are shown at any address.
const REPEATED: [&str; 3] = ["print.html", "toc.html", "404.html"];

/// What was looked at, and what was missing.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Links within the book.
    pub count: usize,
    /// `page: link` of each that leads nowhere.
    pub missing: Vec<String>,
}

/// Looks at the links of every page below a folder; those that lead out of it by a scheme are left alone.
pub fn check(folder: &Path) -> Links {
    let mut pages = BTreeMap::new();
    read(folder, &mut pages);
    let places: BTreeMap<&Path, BTreeSet<&str>> =
        pages.iter().map(|(path, text)| (path.as_path(), values(text, " id=\"").collect())).collect();
    let mut links = Links::default();
    for (path, text) in pages.iter().filter(|(path, _)| !is_repeated(path)) {
        let hrefs = values(text, " href=\"").chain(values(text, " src=\""));
        for link in hrefs.filter(|link| !link.contains(':') && !link.starts_with("//")) {
            links.count += 1;
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { beside(path, file) };
            let is_there = match places.get(target.as_path()) {
                Some(ids) => place.is_empty() || ids.contains(place),
                None => target.is_file(),
            };
            if !is_there {
                links.missing.push(format!("{}: {link}", path.display()));
            }
        }
    }
    links
}

fn is_repeated(path: &Path) -> bool {
    path.file_name().is_some_and(|name| REPEATED.iter().any(|repeated| name == *repeated))
}

fn read(folder: &Path, pages: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(&path, pages);
        } else if path.extension().is_some_and(|end| end == "html") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            pages.insert(path, text);
        }
    }
}

/// What stands between each of these beginnings and the next quotation mark.
fn values<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(start).filter_map(move |(at, _)| text[at + start.len()..].split('"').next())
}

/// The file that a page names by a relative path.
fn beside(page: &Path, file: &str) -> PathBuf {
    let mut target = page.parent().unwrap_or(page).to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            Component::Normal(part) => target.push(part),
            _ => {}
        }
    }
    if target.is_dir() { target.join("index.html") } else { target }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_file_and_to_a_place_in_it() {
        let folder = std::env::temp_dir().join(format!("hedgerow-links-{}", std::process::id()));
        fs::create_dir_all(folder.join("b")).unwrap();
        fs::write(folder.join("a.html"), r#"<p id="x"><a href="b/c.html#y"><a href="https://docs.rs/a">"#)
            .unwrap();
        let page =
            r##"<p id="y"><a href="#y"><a href="../a.html#x"><a href="../a.html#z"><img src="d.png">"##;
        fs::write(folder.join("b/c.html"), page).unwrap();
        let links = check(&folder);
        fs::remove_dir_all(&folder).unwrap();
        let ends: Vec<_> = links.missing.iter().filter_map(|text| text.rsplit(' ').next()).collect();
        assert_eq!((links.count, ends), (5, vec!["../a.html#z", "d.png"]));
    }
}
