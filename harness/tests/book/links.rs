//! Every link leads to a page, and every fragment to something on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::source::Edition;

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

/// What is wrong with a link on the page `from` of the edition whose pages have these ids.
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
        None if target.is_file() => None,
        None => Some("there is no such page".into()),
        Some(ids) if fragment.is_empty() || ids.contains(fragment) => None,
        Some(_) => Some(format!("{} has no `{fragment}`", page.display())),
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for edition in Edition::BOTH {
        let outlines: BTreeMap<_, _> =
            edition.pages().into_iter().map(|page| (page.file.clone(), page.outline())).collect();
        let untranslated = Edition::English.pages().into_iter();
        let untranslated =
            untranslated.map(|page| (edition.folder().join(&page.name), page.outline().ids));
        let mut ids: BTreeMap<_, _> = untranslated.collect();
        ids.extend(outlines.iter().map(|(file, page)| (file.clone(), page.ids.clone())));
        for (file, page) in &outlines {
            for link in &page.links {
                count += 1;
                if let Some(fault) = fault(link, file, &ids) {
                    wrong.push(format!("{}: {link}: {fault}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 200, "only {count} links: are the pages read?");
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
