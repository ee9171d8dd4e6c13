//! `cargo run -p chNN-name -- …`

use crate::program::{Chapter, Program, Run};
use std::fmt::Write as _;
use std::process::{Command, ExitCode, Stdio};

/// Runs what the command line asks for. This is the whole `main` of a chapter.
///
/// | arguments | what happens |
/// |---|---|
/// | none | every program, in reading order, under a heading each |
/// | `NAME…` | these programs |
/// | `NAME --option…` | this program with options of its own |
/// | `--list`, `--list=json` | the programs, for people or for the harness |
/// | `--help` | this table |
///
/// Several programs run one after the other, each in a process of its own:
/// one that ends its process early, or leaves a thread behind, does not take
/// the next one with it.
///
/// The exit code is 0 if every program ended as it declares, 1 if one did
/// not, and 2 if the command line cannot be understood.
pub fn main(chapter: Chapter) -> ExitCode {
    end_with_the_reader_of_the_output();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match parse(&chapter, &arguments) {
        Ok(Request::Help) => {
            print!("{}", help(&chapter));
            ExitCode::SUCCESS
        }
        Ok(Request::List) => {
            print!("{}", list(&chapter));
            ExitCode::SUCCESS
        }
        Ok(Request::ListJson) => match serde_json::to_string_pretty(&chapter.listing()) {
            Ok(json) => {
                println!("{json}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("error: cannot list the programs: {error}");
                ExitCode::FAILURE
            }
        },
        Ok(Request::One(program, arguments)) => run_here(program, arguments),
        Ok(Request::Several(programs)) => run_each(&programs),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// Ends the process when nobody reads its output any more (`… | head`).
///
/// `println!` panics then, in whichever thread it is; the other threads might
/// wait for that one for ever. The signal that other programs die of stays
/// ignored: a program here may well write to a socket that its peer has closed.
fn end_with_the_reader_of_the_output() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or("");
        if message.starts_with("failed printing to stdout") {
            std::process::exit(1);
        }
        report(panic);
    }));
}

#[derive(Debug)]
enum Request<'a> {
    Help,
    List,
    ListJson,
    One(&'a Program, &'a [String]),
    Several(Vec<&'a Program>),
}

fn parse<'a>(chapter: &'a Chapter, arguments: &'a [String]) -> Result<Request<'a>, String> {
    let names = arguments.iter().take_while(|a| !a.starts_with('-')).count();
    let (names, options) = arguments.split_at(names);
    if names.is_empty() {
        return match options {
            [] => Ok(Request::Several(chapter.programs.iter().collect())),
            [one] if one == "--list" => Ok(Request::List),
            [one] if one == "--list=json" => Ok(Request::ListJson),
            [one] if one == "--help" || one == "-h" => Ok(Request::Help),
            [other, ..] => Err(format!("unknown option {other}; --help shows what there is")),
        };
    }
    let programs = names.iter().map(|name| find(chapter, name)).collect::<Result<Vec<_>, _>>()?;
    match (&programs[..], options) {
        ([one], []) => Ok(Request::One(one, options)),
        ([one], [first, ..]) => match one.run {
            _ if first == "--help" || first == "-h" => Ok(Request::Help),
            Run::WithArguments { .. } => Ok(Request::One(one, options)),
            _ => Err(format!("{} takes no options, but got {first}", one.name)),
        },
        (_, [first, ..]) => {
            Err(format!("{first} could belong to any of the programs; give one name"))
        }
        (_, []) => Ok(Request::Several(programs)),
    }
}

fn find<'a>(chapter: &'a Chapter, name: &str) -> Result<&'a Program, String> {
    if let Some(program) = chapter.programs.iter().find(|p| p.name == name) {
        return Ok(program);
    }
    let mut known: Vec<&str> = chapter.programs.iter().map(|p| p.name).collect();
    known.sort_by(|a, b| strsim::jaro_winkler(b, name).total_cmp(&strsim::jaro_winkler(a, name)));
    Err(format!("no program is called {name}; nearest first, there are: {}", known.join(", ")))
}

fn list(chapter: &Chapter) -> String {
    let width = chapter.programs.iter().map(|p| p.name.len()).max().unwrap_or(0);
    chapter.programs.iter().fold(String::new(), |mut text, p| {
        let _ = writeln!(text, "{:width$}  {}", p.name, p.summary);
        text
    })
}

fn help(chapter: &Chapter) -> String {
    let mut text = format!(
        "Chapter {}: {}\n\nArguments (after `--` when run through cargo):\n  \
         (none)               every program, in reading order\n  \
         NAME...              these programs\n  \
         --list, --list=json  what there is\n\nPrograms:\n",
        chapter.number, chapter.title
    );
    for line in list(chapter).lines() {
        let _ = writeln!(text, "  {line}");
    }
    for program in chapter.programs {
        if let Run::WithArguments { usage, .. } = program.run {
            let _ = writeln!(
                text,
                "\n{} takes options of its own:\n  {} {usage}",
                program.name, program.name
            );
        }
    }
    text
}

fn run_here(program: &Program, arguments: &[String]) -> ExitCode {
    let result = match program.run {
        Run::Plain(run) => {
            run();
            Ok(())
        }
        Run::Fallible(run) => run(),
        Run::WithArguments { run, .. } => run(arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}: {error}", program.name);
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run_each(programs: &[&Program]) -> ExitCode {
    let own_path = match std::env::current_exe() {
        Ok(path) => path,
        Err(error) => {
            eprintln!("error: cannot find this program's own file to run it again: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut code = ExitCode::SUCCESS;
    for (i, program) in programs.iter().enumerate() {
        if i > 0 {
            println!();
        }
        println!("── {} ── {}", program.name, program.summary);
        // A program that reads nothing must not swallow the input of the next one.
        let input = if program.input.is_some() { Stdio::inherit() } else { Stdio::null() };
        match Command::new(&own_path).arg(program.name).stdin(input).status() {
            Ok(status) if status.code() == Some(program.exit_code) => {}
            Ok(status) => {
                eprintln!(
                    "error: {} ended with {status}, not with exit code {}",
                    program.name, program.exit_code
                );
                code = ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("error: {} could not be started: {error}", program.name);
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() {}
    const CHAPTER: Chapter = Chapter {
        number: 7,
        title: "Queues",
        programs: &[
            Program::new("methods", "every method", nothing),
            Program::new("priority", "least first", nothing),
            Program::with_arguments("pages", "fetch pages", "[--url URL]", |_| Ok(())),
        ],
    };

    fn asked(arguments: &[&str]) -> Result<String, String> {
        let arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
        parse(&CHAPTER, &arguments).map(|request| match request {
            Request::Help => "help".into(),
            Request::List => "list".into(),
            Request::ListJson => "list json".into(),
            Request::One(program, options) => format!("one {} {options:?}", program.name),
            Request::Several(programs) => {
                programs.iter().map(|p| p.name).collect::<Vec<_>>().join(" ")
            }
        })
    }

    #[test]
    fn no_arguments_mean_every_program_in_reading_order() {
        assert_eq!(asked(&[]).unwrap(), "methods priority pages");
    }

    #[test]
    fn names_choose_programs_in_the_order_given() {
        assert_eq!(asked(&["priority", "methods"]).unwrap(), "priority methods");
        assert_eq!(asked(&["methods"]).unwrap(), "one methods []");
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones_nearest_first() {
        let message = asked(&["prioritty"]).unwrap_err();
        assert_eq!(
            message,
            "no program is called prioritty; nearest first, there are: priority, pages, methods"
        );
    }

    #[test]
    fn options_go_to_the_one_program_that_takes_some() {
        assert_eq!(
            asked(&["pages", "--url", "http://x"]).unwrap(),
            r#"one pages ["--url", "http://x"]"#
        );
        assert!(asked(&["methods", "--url"]).unwrap_err().contains("takes no options"));
        assert!(asked(&["methods", "pages", "--url"]).unwrap_err().contains("give one name"));
        assert!(asked(&["--frobnicate"]).unwrap_err().contains("unknown option"));
    }

    #[test]
    fn lists_and_help() {
        assert_eq!(asked(&["--list"]).unwrap(), "list");
        assert_eq!(asked(&["--list=json"]).unwrap(), "list json");
        assert_eq!(asked(&["--help"]).unwrap(), "help");
        assert_eq!(list(&CHAPTER).lines().next().unwrap(), "methods   every method");
        assert!(help(&CHAPTER).contains("pages [--url URL]"));
    }

    #[test]
    fn the_listing_survives_its_json() {
        let listing = CHAPTER.listing();
        let json = serde_json::to_string(&listing).unwrap();
        assert_eq!(serde_json::from_str::<crate::Listing>(&json).unwrap(), listing);
    }
}
