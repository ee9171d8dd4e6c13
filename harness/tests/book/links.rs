//! Every link leads to a page, and every fragment to something on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::source::{Edition, Outline};

/// `a/b/../c` is `a/c`: a page that is named does not have to exist for this.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

/// Both editions as they are served: the Chinese one below the English one.
fn site() -> BTreeMap<PathBuf, Outline> {
    let english = Edition::English.pages().into_iter();
    let english = english.map(|page| (page.name.clone().into(), page.outline()));
    let chinese = Edition::Chinese.pages().into_iter();
    let chinese = chinese.map(|page| (Path::new("zh-CN").join(&page.name), page.outline()));
    english.chain(chinese).collect()
}

fn source_of(place: &Path) -> PathBuf {
    match place.strip_prefix("zh-CN") {
        Ok(place) => Edition::Chinese.folder().join(place),
        Err(_) => Edition::English.folder().join(place),
    }
}

/// What is wrong with a link on the page `from` of a site whose pages have these ids.
fn fault(link: &str, from: &Path, pages: &BTreeMap<PathBuf, BTreeSet<String>>) -> Option<String> {
    if link.starts_with("https://") || link.starts_with("data:") {
        return None;
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let path = path.split('?').next().unwrap_or_default();
    let target =
        if path.is_empty() { from.into() } else { normal(&from.parent().unwrap().join(path)) };
    // mdBook turns `.md` into `.html`; both name the page.
    let page = target.with_extension("md");
    match pages.get(&page) {
        None if source_of(&target).is_file() => None,
        None => Some("there is no such page".into()),
        Some(ids) if fragment.is_empty() || ids.contains(fragment) => None,
        Some(_) => Some(format!("{} has no `{fragment}`", page.display())),
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    let site = site();
    let ids = site.iter().map(|(place, page)| (place.clone(), page.ids.clone())).collect();
    let links = site.iter().flat_map(|(place, page)| page.links.iter().map(move |l| (place, l)));
    let links: Vec<_> = links.collect();
    for (place, link) in &links {
        if let Some(fault) = fault(link, place, &ids) {
            wrong.push(format!("{}: {link}: {fault}", place.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(links.len() > 200, "only {} links: are the pages read?", links.len());
}

#[test]
fn a_dead_link_and_a_dead_fragment_are_found() {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let pages =
        BTreeMap::from([("/b/a/x.md".into(), ids(&["here"])), ("/b/y.md".into(), ids(&[]))]);
    let fault = |link| fault(link, Path::new("/b/a/x.md"), &pages);
    for good in ["#here", "../y.md", "x.md#here", "../a/x.html#here", "https://example.org/#z"] {
        assert_eq!(fault(good), None, "{good}");
    }
    for bad in ["#there", "y.md", "../y.md#here", "../../b/z.md", "http://example.org"] {
        assert!(fault(bad).is_some(), "{bad}");
    }
}
