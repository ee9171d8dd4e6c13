//! The verbs that have to do with assignments.

use super::courses::{self, CourseVerb};
use super::place::Where;
use super::workspace_root;
use crate::batch::{self, shard::Shard};
use crate::grading::assignment::Assignment;
use crate::grading::grade::{Grader, Options};
use crate::student::copy::WorkingCopy;
use crate::student::{verbs, watch};
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use trace::Language;

/// What students, instructors and those who write assignments do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make a working copy of an assignment
    ///
    /// It is an ordinary cargo package: open it in any editor. Nothing that is there already is
    /// overwritten. The copy remembers which course it belongs to.
    Start(StartArguments),
    /// Check a working copy on every save, and show the run that fails
    ///
    /// A save stops the checks that are still running and starts them again. Keys: h shows a hint,
    /// r checks again, q quits.
    Watch(CopyArguments),
    /// Check a working copy: the visible checks, once
    ///
    /// Exit code 0: all are passed. 1: some are not. 2: the command line makes
    /// no sense. 3: the grader had trouble of its own. 4: nothing could be
    /// checked, and the message says why.
    Check(CopyArguments),
    /// Show the next hint for a check that is not passed
    Hint(HintArguments),
    /// Grade submissions of an assignment
    ///
    /// Writes a result, a page and the files of Gradescope, PrairieLearn and Exercism for each
    /// submission, and for all of them together a grade book, a JUnit report and what Canvas and
    /// Moodle import. Called again after an interruption, it continues where it stopped; a
    /// submission whose files have changed since then is graded again. Reports cover all results
    /// in the folder.
    ///
    /// A roster is a CSV file with a row for each student. These are its columns, of which only
    /// the first has to be there: submission, student, id, login, email, section, days_late,
    /// free_days, term_days. Rows with the same submission are a group. What being late costs is
    /// written beside the score, in students.csv.
    ///
    /// Exit code 0: every submission passes every check. 1: some do not, and
    /// the report says which. 2: the command line makes no sense. 3: the grader
    /// had trouble of its own with some, and they have no score, or their
    /// results could not be written. 4: nothing was graded, and the message says
    /// why.
    Grade(GradeArguments),
    /// Put together the parts that `grade --shard` has graded
    ///
    /// Exit codes as those of `grade`; 4 also when results are missing.
    Merge(MergeArguments),
    /// For those who write assignments
    #[command(subcommand)]
    Course(CourseVerb),
}

#[derive(Debug, clap::Args)]
pub(super) struct StartArguments {
    /// The assignment: 07-queue, 7 or queue
    assignment: String,
    /// Where to make it (default: a folder here, with the assignment's name)
    folder: Option<PathBuf>,
    /// The folder of another course, with the same layout
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
    #[command(flatten)]
    language: Speaking,
}

#[derive(Debug, clap::Args)]
pub(super) struct CopyArguments {
    /// The working copy (default: the one around this folder). Its course is the one that it was
    /// made from
    folder: Option<PathBuf>,
    /// The seed of random inputs (default: another one each time)
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    at: Where,
    #[command(flatten)]
    language: Speaking,
}

#[derive(Debug, clap::Args)]
pub(super) struct HintArguments {
    /// The working copy (default: the one around this folder)
    folder: Option<PathBuf>,
    /// The check (default: the first one that was not passed the last time)
    #[arg(long, value_name = "NAME")]
    check: Option<String>,
    /// The folder of another course, with the same layout
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
    #[command(flatten)]
    language: Speaking,
}

#[derive(Debug, clap::Args)]
struct Speaking {
    /// The language of what is shown
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = languages())]
    language: Language,
}

fn languages() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::tag)).try_map(|tag| tag.parse())
}

/// How reports are written.
#[derive(Debug, clap::Args)]
struct ReportArguments {
    #[command(flatten)]
    language: Speaking,
    /// Write `instructor/NAME.html` as well: pages with the hidden checks
    #[arg(long)]
    instructor_pages: bool,
    /// Begin the grade book with a byte order mark, without which Excel garbles names that are not
    /// in Latin letters
    #[arg(long)]
    csv_bom: bool,
    /// A CSV file of the students, which says whose each submission is, and how late it was
    #[arg(long, value_name = "CSV")]
    roster: Option<PathBuf>,
    /// Take off this many points for each day that a submission was late, according to the roster
    #[arg(long, value_name = "N", default_value = "0", requires = "roster")]
    late_points: u32,
    /// This many late days cost nothing
    #[arg(long, value_name = "N", requires = "roster")]
    free_days: Option<u32>,
    /// This many late days cost nothing in the whole term; up to --free-days of them may be used
    /// here
    #[arg(long, value_name = "N", requires = "roster")]
    term_days: Option<u32>,
    /// The students.csv of an earlier assignment, which says how many late days were used there;
    /// once for each
    #[arg(long, value_name = "CSV", requires = "term_days")]
    earlier: Vec<PathBuf>,
}

impl ReportArguments {
    fn reports(self) -> anyhow::Result<batch::output::Reports> {
        let ReportArguments { language, instructor_pages, csv_bom, roster, .. } = self;
        let mut roster = roster.as_deref().map(batch::roster::read).transpose()?;
        let earlier = batch::term::read(&self.earlier)?;
        for note in earlier.write_into(roster.as_deref_mut().unwrap_or_default())? {
            anstream::eprintln!("{note}");
        }
        let late = batch::roster::Policy {
            points_a_day: self.late_points,
            free_days: self.free_days,
            term_days: self.term_days,
        };
        Ok(batch::output::Reports {
            language: language.language,
            instructor_pages,
            csv_bom,
            roster,
            late,
            earlier,
        })
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct GradeArguments {
    /// Submissions (folders, .zip, .tar, .tar.gz), or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The assignment: 07-queue, 7 or queue
    #[arg(long, value_name = "NAME", required_unless_present = "again")]
    assignment: Option<String>,
    /// Where to write results and reports; an interrupted run continues there
    #[arg(long, value_name = "DIR", required_unless_present = "again")]
    out: Option<PathBuf>,
    /// Grade the submission of this result again, and say whether the result is the same
    #[arg(long, value_name = "RESULT", conflicts_with_all = ["assignment", "out", "shard", "seed"])]
    again: Option<PathBuf>,
    /// The path is one submission, whatever is in it: a student's checkout, for example
    #[arg(long, conflicts_with = "again")]
    one: bool,
    /// Say whose score differs from that in these earlier results, and why: the folder of an
    /// earlier --out, or one result
    #[arg(long, value_name = "OLD", conflicts_with = "again")]
    compare: Option<PathBuf>,
    #[command(flatten)]
    at: Where,
    /// Grade this many submissions at a time (default: as many as there are cores)
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Grade only one part of the batch, such as 3/8; `merge` puts the parts together
    #[arg(long, value_name = "I/N", requires = "seed")]
    shard: Option<Shard>,
    /// The seed of random inputs (default: a random number, which the results record). All shards
    /// of a batch need the same
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    reports: ReportArguments,
}

#[derive(Debug, clap::Args)]
pub(super) struct MergeArguments {
    /// The folders that `grade --shard` wrote
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Where to write the results and reports of the whole
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The folder of another course, with the same layout
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
    #[command(flatten)]
    reports: ReportArguments,
}

/// Does what is asked for. `here` is the current folder.
pub(super) fn obey(verb: Verb, here: PathBuf) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Start(arguments) => {
            let root = workspace_root();
            let course = arguments.course.as_deref();
            let assignment = Assignment::find(course.unwrap_or(&root), &arguments.assignment)?;
            let folder = arguments.folder.unwrap_or_else(|| PathBuf::from(&assignment.name));
            verbs::start(&assignment, &root, course, &folder, arguments.language.language)?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Watch(arguments) => {
            let copy = WorkingCopy::find(&arguments.folder.unwrap_or(here))?;
            let course = arguments.at.course_of(&copy)?;
            let assignment = Assignment::find(&course, &copy.assignment)?;
            let tools = arguments.at.tools()?;
            let (seed, language) = (arguments.seed, arguments.language.language);
            watch::watch(&tools, &course, &assignment, &copy, seed, language)?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Check(arguments) => {
            let copy = WorkingCopy::find(&arguments.folder.unwrap_or(here))?;
            let assignment = Assignment::find(&arguments.at.course_of(&copy)?, &copy.assignment)?;
            let tools = arguments.at.tools()?;
            let (seed, language) = (arguments.seed, arguments.language.language);
            Ok(ExitCode::from(verbs::check(&tools, &assignment, &copy, seed, language)? as u8))
        }
        Verb::Hint(arguments) => {
            let copy = WorkingCopy::find(&arguments.folder.unwrap_or(here))?;
            let course = copy.course(arguments.course, workspace_root())?;
            let assignment = Assignment::find(&course, &copy.assignment)?;
            let check = arguments.check.as_deref();
            verbs::hint(&assignment, &copy, check, arguments.language.language)?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Grade(arguments) => {
            let before = arguments.again.as_deref().map(batch::again::read).transpose()?;
            let name = match (&before, &arguments.assignment) {
                (Some(before), _) => &before.assignment,
                (None, Some(name)) => name,
                (None, None) => unreachable!("clap asks for one of the two"),
            };
            let assignment = Assignment::find(&arguments.at.course(), name)?;
            // What is wrong with the roster is said at once.
            let reports = arguments.reports.reports()?;
            // Submissions side by side keep the cores busy; so a submission's checks run one after the other.
            let checks_at_once = NonZeroUsize::MIN;
            let seed = match (&before, arguments.seed, &arguments.out) {
                (Some(before), ..) => before.seed,
                (None, Some(seed), _) => seed,
                (None, None, Some(out)) => batch::output::seed_of(out)?,
                (None, None, None) => batch::output::random_seed()?,
            };
            let options =
                Options { seed, jobs: checks_at_once, visible_only: false, trusting: false };
            let tools = arguments.at.tools()?;
            let grader = Grader::new(&tools, &assignment, options)?;
            if let Some(before) = before {
                let same = batch::again::again(&grader, &before, &arguments.paths)?;
                return Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE });
            }
            let request = batch::grade::Request {
                paths: arguments.paths,
                out: arguments.out.unwrap_or_default(),
                jobs: arguments.jobs.unwrap_or_else(cores),
                shard: arguments.shard,
                reports,
                one: arguments.one,
                compare: arguments.compare,
            };
            Ok(ExitCode::from(batch::grade::grade(&grader, &request)? as u8))
        }
        Verb::Merge(arguments) => {
            let course = arguments.course.unwrap_or_else(workspace_root);
            let (folders, out) = (&arguments.folders, &arguments.out);
            let verdict =
                batch::merge::merge(&course, folders, out, &arguments.reports.reports()?)?;
            Ok(ExitCode::from(verdict as u8))
        }
        Verb::Course(verb) => courses::obey(verb),
    }
}

fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
