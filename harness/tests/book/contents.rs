//! The contents name every page, and no other.

use crate::source::Edition;

/// mdBook finds this page by its name.
const BY_NAME: &str = "404.md";

fn targets(summary: &str) -> Vec<&str> {
    summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

#[test]
fn the_contents_name_every_page_and_no_other() {
    for edition in Edition::BOTH {
        let summary = edition.summary();
        let mut named = targets(&summary);
        named.sort_unstable();
        let pages = edition.pages();
        let mut there: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
        there.retain(|name| *name != BY_NAME);
        let missing: Vec<_> = named.iter().filter(|name| !there.contains(name)).collect();
        let unnamed: Vec<_> = there.iter().filter(|name| !named.contains(name)).collect();
        assert!(
            missing.is_empty() && unnamed.is_empty(),
            "{edition:?}: named but not there: {missing:#?}; there but not named: {unnamed:#?}"
        );
        let twice: Vec<_> = named.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{edition:?}: named twice: {twice:?}");
    }
}

#[test]
fn both_editions_have_the_same_contents() {
    let [english, chinese] = Edition::BOTH.map(Edition::summary);
    assert_eq!(targets(&english), targets(&chinese), "the pages, in their order");
    let depths = |summary: &str| -> Vec<usize> {
        let lines = summary.lines().filter(|line| line.contains("]("));
        lines.map(|line| line.find('[').expect("a link")).collect()
    };
    assert_eq!(depths(&english), depths(&chinese), "how deep each page is");
}
