//! The verb `list`: what there is.

use crate::course::Course;
use anstyle::{AnsiColor, Style};

/// Prints every chapter with its programs. A `π` marks a program with a
/// Python twin.
pub fn list(course: &Course) {
    let strong = Style::new().bold();
    let dim = AnsiColor::BrightBlack.on_default();
    let programs = || course.chapters.iter().flat_map(|chapter| &chapter.listing.programs);
    let width = programs().map(|program| program.name.len()).max().unwrap_or(0);
    for chapter in &course.chapters {
        anstream::println!(
            "{strong}{:2}  {}{strong:#}  {dim}cargo run -p {}{dim:#}",
            chapter.listing.number,
            chapter.listing.title,
            chapter.package
        );
        for program in &chapter.listing.programs {
            let twin = if chapter.python_twin(program).is_some() { "π" } else { " " };
            anstream::println!("  {twin} {:width$}  {}", program.name, program.summary);
        }
    }
    anstream::println!(
        "\n{} programs in {} chapters; π: with a Python twin (`run --python` compares them)",
        programs().count(),
        course.chapters.len()
    );
}
