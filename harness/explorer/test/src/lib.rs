//! Stands in for the crate `test`: every `#[test]` of a crate in every interleaving.
//!
//! For `--test`, the compiler writes a `main` that calls [`test_main_static`] with all tests. Compiled with `--extern test=libtest.rlib`, it
//! calls this one. Nothing is generated and nothing is left out: modules, `tests/*.rs`, `#[should_panic]`, tests that return `Result`.
//!
//! | module | what lives there |
//! |---|---|
//! | [`written`] | the names that the compiler writes; they are promised nowhere |
//! | `body` | what one execution of a test is |
//! | `list` | what tests there are |
//! | `likewise` | the command line of the real crate, for those who start a test's executable themselves |

mod body;
mod likewise;
mod list;
pub mod written;

pub use written::*;

/// What the compiler calls, with all tests.
///
/// `--explore` and what follows is for `cargo explore`: the arguments of [`explore_engine::main_of`]. `--tests` lists the tests, each a
/// line of JSON. Everything else is as with the real crate.
pub fn test_main_static(tests: &[&TestDescAndFn]) {
    explore_engine::main_is_spawned();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let code = match arguments.first().map(String::as_str) {
        Some("--explore") => {
            explore_engine::main_of(&body::scenarios(tests), arguments.into_iter().skip(1))
        }
        Some("--tests") => list::print(tests),
        _ => likewise::main(tests, &arguments),
    };
    if code != 0 {
        std::process::exit(code.into());
    }
}

/// The same where a panic ends the process.
pub fn test_main_static_abort(tests: &[&TestDescAndFn]) {
    test_main_static(tests);
}
