//! The verbs of `harness course`, for those who write assignments.

use super::place::Where;
use super::workspace_root;
use crate::course;
use crate::grading::assignment::Assignment;
use clap::Subcommand;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum CourseVerb {
    /// Make a small but complete assignment, for you to turn into your own
    ///
    /// It passes `course check` as it is. If there is no course in the folder yet, one is made as
    /// well.
    New(CourseNewArguments),
    /// Check that assignments do what they promise
    ///
    /// Each starter compiles and fails, each solution and alternative passes,
    /// each wrong solution fails at the check that it names; hints are there in
    /// both languages. Exit code 0: all is well. 1: something is not.
    Check(CourseCheckArguments),
    /// Make a package of a wrong solution, or a patch of such a package
    ///
    /// A wrong solution is kept as `wrong/NAME.patch`, a patch of the solution or of an
    /// alternative. This makes a package of it in a new folder, to read, to build and to `check`;
    /// after you have edited it, `--save` makes it into the patch again. To begin a new one, say
    /// `--over solution`.
    Wrong(CourseWrongArguments),
    /// Make the students' copy of a course, or turn submissions into what JPlag reads
    ///
    /// The students' copy has the tasks, the starters and the visible checks: no solutions, no
    /// wrong ones, no hidden checks. For JPlag, submissions are put beside the starter, which is
    /// what they all have in common.
    Export(CourseExportArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct CourseNewArguments {
    /// The course's folder
    #[arg(value_name = "DIR")]
    course: PathBuf,
    /// What the assignment is called: 01-tally
    name: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct CourseCheckArguments {
    /// Assignments: 07-queue, 7 or queue (default: all)
    assignments: Vec<String>,
    #[command(flatten)]
    at: Where,
    /// Grade everything this many times, with another seed each time
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroUsize,
    /// Grade this many submissions at a time (default: as many as there are cores, and four times
    /// as many where they mostly wait)
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, clap::Args)]
pub(super) struct CourseWrongArguments {
    /// The assignment: 07-queue, 7 or queue
    assignment: String,
    /// The wrong solution: NAME of wrong/NAME.patch
    name: String,
    /// The package's folder
    folder: PathBuf,
    /// Make wrong/NAME.patch of what is in the folder
    #[arg(long)]
    save: bool,
    /// What it is a patch of: `solution` or `alternatives/NAME` (default: what the patch says, or
    /// the solution where `--save` finds no patch)
    #[arg(long, value_name = "SAMPLE")]
    over: Option<String>,
    /// The folder of another course, with the same layout
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct CourseExportArguments {
    /// Submissions for JPlag, or folders of them
    #[arg(value_name = "PATH", requires = "jplag")]
    paths: Vec<PathBuf>,
    /// Where to make the students' copy; the folder must not be there yet
    #[arg(long, value_name = "DIR", required_unless_present = "jplag", conflicts_with = "jplag")]
    students: Option<PathBuf>,
    /// Where to put the submissions and the starter; the folder must not be there yet
    #[arg(long, value_name = "DIR", requires = "assignment")]
    jplag: Option<PathBuf>,
    /// The assignment that they belong to: 07-queue, 7 or queue
    #[arg(long, value_name = "NAME", requires = "jplag")]
    assignment: Option<String>,
    /// The folder of another course, with the same layout
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
}

/// Does what is asked for.
pub(super) fn obey(verb: CourseVerb) -> anyhow::Result<ExitCode> {
    match verb {
        CourseVerb::New(CourseNewArguments { course, name }) => {
            course::begin::assignment(&course, &name)?;
            Ok(ExitCode::SUCCESS)
        }
        CourseVerb::Check(arguments) => {
            let (jobs, names, repeat) = (arguments.jobs, &arguments.assignments, arguments.repeat);
            let tools = arguments.at.tools()?;
            let well = course::check::check(&tools, &arguments.at.course(), names, repeat, jobs)?;
            Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        CourseVerb::Wrong(arguments) => {
            wrong(&arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        CourseVerb::Export(arguments) => {
            let course = arguments.course.unwrap_or_else(workspace_root);
            if let Some(students) = &arguments.students {
                course::export::export(&course, students)?;
            }
            if let (Some(folder), Some(name)) = (&arguments.jplag, &arguments.assignment) {
                let assignment = Assignment::find(&course, name)?;
                course::jplag::export(&assignment, &arguments.paths, folder)?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn wrong(arguments: &CourseWrongArguments) -> anyhow::Result<()> {
    let CourseWrongArguments { assignment, name, folder, save, over, course } = arguments;
    let root = workspace_root();
    let assignment = Assignment::find(course.as_deref().unwrap_or(&root), assignment)?;
    let over = over.as_deref();
    if !save {
        course::wrong::write(&assignment, &root, course.as_deref(), name, over, folder)?;
        anstream::println!("{name} of {} is in {}.", assignment.name, folder.display());
        return Ok(());
    }
    let saved = course::wrong::save(&assignment, name, over, folder)?;
    anstream::println!(
        "{} is written: over {}, {} lines added and {} removed.",
        saved.path.display(),
        saved.over,
        saved.added,
        saved.removed
    );
    if !assignment.manifest.wrong.iter().any(|wrong| wrong.name == *name) {
        anstream::println!(
            "Say in {} which check catches it:\n\n[[wrong]]\nname = \"{name}\"\ncaught_by = \"…\"\nwhy = {{ en = \"…\" }}",
            assignment.folder.join("assignment.toml").display()
        );
    }
    Ok(())
}
