//! The SVG picture: well-formed, self-contained, readable without seeing it.

mod fixtures;

use explore_trace::{Svg, SvgLayout, Trace};
use roxmltree::{Document, Node};

fn draw(trace: &Trace, layout: SvgLayout) -> String {
    Svg { layout, ..Svg::default() }.draw(trace)
}

fn texts<'d>(svg: &'d Document<'_>) -> Vec<String> {
    let elements =
        svg.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    let text = |node: Node<'d, '_>| {
        node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect::<String>()
    };
    elements.filter(|node| node.is_element()).map(text).collect()
}

#[test]
fn every_fixture_is_well_formed_in_every_layout() {
    for (name, trace) in fixtures::all() {
        for layout in [SvgLayout::Wide, SvgLayout::Narrow, SvgLayout::Both] {
            let svg = draw(&trace, layout);
            let document =
                Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"), "{name}");
            let labels: Vec<&str> = root.attribute("aria-labelledby").unwrap().split(' ').collect();
            for label in labels {
                let node = document.descendants().find(|node| node.attribute("id") == Some(label));
                assert!(
                    node.and_then(|node| node.text()).is_some_and(|text| !text.is_empty()),
                    "{name}: {label}"
                );
            }
            for forbidden in ["script", "foreignObject", "image", "a"] {
                assert!(
                    !document.descendants().any(|node| node.tag_name().name() == forbidden),
                    "{name}: {forbidden}"
                );
            }
            assert!(
                !svg.contains("http://") || svg.matches("http").count() == 1,
                "{name} loads something"
            );
        }
    }
}

/// No element of a drawing lies outside of it.
#[test]
fn nothing_is_drawn_outside() {
    for (name, trace) in fixtures::all() {
        for layout in [SvgLayout::Wide, SvgLayout::Narrow] {
            let svg = draw(&trace, layout);
            let document = Document::parse(&svg).unwrap();
            let drawing =
                document.descendants().find(|node| node.has_attribute("viewBox")).unwrap();
            let size: Vec<f64> = drawing
                .attribute("viewBox")
                .unwrap()
                .split(' ')
                .map(|n| n.parse().unwrap())
                .collect();
            for node in drawing.descendants() {
                for (x, y) in [("x", "y"), ("cx", "cy")] {
                    let (Some(x), Some(y)) = (node.attribute(x), node.attribute(y)) else {
                        continue;
                    };
                    let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                    assert!((0.0..=size[2]).contains(&x), "{name}: x = {x} of {}", size[2]);
                    assert!((0.0..=size[3]).contains(&y), "{name}: y = {y} of {}", size[3]);
                }
            }
        }
    }
}

/// The name of a lock stands between its thread's lane and the next one, or is left out.
#[test]
fn the_name_of_a_lock_touches_no_other_lane() {
    let mut drawn = 0;
    for (others, lock) in (1..=7).flat_map(|others| {
        ["m:4", "mutex:4", "mutex:40", "mutex:400", "condvar:400"].map(|lock| (others, lock))
    }) {
        let svg = draw(&fixtures::takes_turns(others, lock), SvgLayout::Wide);
        let document = Document::parse(&svg).unwrap();
        let number = |node: Node<'_, '_>, name| node.attribute(name)?.parse::<f64>().ok();
        let of_class = |class: &'static str| {
            let has = move |node: &Node<'_, '_>| {
                node.attribute("class").is_some_and(|all| all.split(' ').any(|one| one == class))
            };
            document.descendants().filter(has)
        };
        // A path that begins with "M96 214".
        let place = |path: &str| path.strip_prefix('M')?.split(' ').next()?.parse::<f64>().ok();
        let lanes: Vec<f64> =
            of_class("swim-lane").filter_map(|lane| place(lane.attribute("d")?)).collect();
        assert!(lanes.len() > others);
        for name in of_class("swim-mark").filter(|node| node.text() == Some(lock)) {
            let start = number(name, "x").unwrap();
            // As wide as Chromium draws it, and half a bar.
            let end = start + 7.25 * lock.len() as f64 + 5.0;
            let next = lanes.iter().copied().filter(|x| *x > start).fold(f64::MAX, f64::min);
            assert!(
                end <= next,
                "{others} others, {lock}: {start} to {end}, the next lane is at {next}"
            );
            drawn += 1;
        }
    }
    assert!(drawn > 0, "where there is room it is drawn");
}

#[test]
fn text_of_strangers_cannot_break_out() {
    let mut trace = fixtures::ab_ba_deadlock();
    trace.threads[1].name = Some("</text><script>alert(1)</script>\u{1b}[31m".to_owned());
    trace.program.name = "a \"quoted\" & <tagged> name".to_owned();
    let svg = Svg { id: "\"><script>".to_owned(), ..Svg::default() }.draw(&trace);
    let document = Document::parse(&svg).unwrap();
    assert!(!document.descendants().any(|node| node.tag_name().name() == "script"));
    assert!(!svg.contains('\u{1b}'));
    assert!(texts(&document).iter().any(|text| text.contains("<script>alert(1)</script>")));
}

#[test]
fn the_deadlock_is_told_in_words() {
    let svg = draw(&fixtures::ab_ba_deadlock(), SvgLayout::Wide);
    let document = Document::parse(&svg).unwrap();
    let texts = texts(&document);
    for line in [
        "failed: deadlock",
        "ann holds left and waits for right, which bob holds.",
        "bob holds right and waits for left, which ann holds.",
        "ann wants right, but bob holds it",
        "let mut to = right.lock().unwrap();",
    ] {
        assert!(texts.iter().any(|text| text == line), "{line:?} is not in {texts:#?}");
    }
    let desc = document.descendants().find(|node| node.tag_name().name() == "desc").unwrap();
    insta::assert_snapshot!("ab_ba_description", desc.text().unwrap());
}

/// Each thread that another waits for is pointed at.
#[test]
fn the_deadlock_is_drawn() {
    let svg = draw(&fixtures::ab_ba_deadlock(), SvgLayout::Wide);
    let document = Document::parse(&svg).unwrap();
    let with = |class: &str| {
        document.descendants().filter(|node| node.attribute("class") == Some(class)).count()
    };
    assert_eq!(with("swim-need"), 2);
    // One in the picture, one in the legend.
    assert_eq!(with("swim-switch"), 2);
    assert!(with("swim-hold") >= 3);
}

/// What one picture says about its own layouts must not reach another on the same page.
#[test]
fn pictures_on_one_page_keep_apart() {
    let trace = fixtures::ab_ba_deadlock();
    let svg = Svg { id: "7 one".to_owned(), ..Svg::default() }.draw(&trace);
    let document = Document::parse(&svg).unwrap();
    assert_eq!(document.root_element().attribute("id"), Some("swim7one"));
    let css = document
        .descendants()
        .find(|node| node.tag_name().name() == "style")
        .unwrap()
        .text()
        .unwrap();
    for (at, _) in css.match_indices(".swim-wide").chain(css.match_indices(".swim-narrow")) {
        assert!(css[..at].ends_with("#swim7one>"), "{}", &css[at.saturating_sub(20)..at + 20]);
    }
}

#[test]
fn rows_can_be_limited() {
    let trace = fixtures::six_threads();
    let svg = Svg { rows: Some(3), layout: SvgLayout::Wide, ..Svg::default() }.draw(&trace);
    let document = Document::parse(&svg).unwrap();
    let numbers = document.descendants().filter(|node| node.attribute("class") == Some("swim-num"));
    assert_eq!(numbers.count(), 3);
    // What is left out is said where it would be.
    let left_out = texts(&document).into_iter().filter_map(|text| {
        let (count, rest) = text.strip_prefix("… ")?.split_once(' ')?;
        rest.ends_with("not shown").then(|| count.parse::<usize>().ok())?
    });
    assert_eq!(left_out.sum::<usize>(), 20);
}
