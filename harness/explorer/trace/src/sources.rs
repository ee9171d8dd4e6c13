//! The source lines that a trace names.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::parameters::Spawned;
use crate::text::clip;
use crate::{Location, Object, ObjectId, Operation, Step, Trace, receivers};

/// The most bytes of a source file that are read.
const FILE: u64 = 8 << 20;
/// The most columns of a line that are quoted.
const LINE: usize = 400;

/// Of so many objects at most names are looked for: a stranger may have had a say in the trace.
const NAMED: usize = 64;

/// Somebody who has the source code.
pub trait Sources {
    /// The text of a line, or `None` if it is not known.
    fn line(&mut self, place: &Location) -> Option<String>;
}

/// Source files on disk, each read once.
///
/// It reads whatever file a trace names. A trace that a stranger had a say in needs [`SourceTexts`].
#[derive(Debug)]
pub struct SourceFiles {
    root: PathBuf,
    files: HashMap<String, Option<Vec<String>>>,
}

impl SourceFiles {
    /// Files whose paths are relative to `root`. Absolute paths are taken as they are.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), files: HashMap::new() }
    }
}

impl Sources for SourceFiles {
    fn line(&mut self, place: &Location) -> Option<String> {
        let root = &self.root;
        let lines = self.files.entry(place.file.clone()).or_insert_with(|| {
            let text = read(&root.join(&place.file))?;
            Some(text.lines().map(str::to_owned).collect())
        });
        let index = usize::try_from(place.line.checked_sub(1)?).ok()?;
        lines.as_ref()?.get(index).cloned()
    }
}

/// A regular file, as far as it goes: a device or a pipe could have no end.
fn read(path: &Path) -> Option<String> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(FILE).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Sources held in memory, and nothing else: no name in a trace leads to a file.
///
/// ```
/// use explore_trace::{Location, SourceTexts, Sources};
///
/// let mut sources = SourceTexts::default();
/// sources.insert("src/lib.rs", b"fn f() {}\n");
/// assert_eq!(sources.line(&Location::new("src/lib.rs", 1)).as_deref(), Some("fn f() {}"));
/// assert_eq!(sources.line(&Location::new("/etc/passwd", 1)), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct SourceTexts {
    files: HashMap<String, Vec<String>>,
}

impl SourceTexts {
    /// Adds a file under the name by which the compiler was given it. One of the same name is replaced.
    pub fn insert(&mut self, name: impl Into<String>, text: &[u8]) {
        let lines = String::from_utf8_lossy(text).lines().map(str::to_owned).collect();
        self.files.insert(name.into(), lines);
    }
}

impl Sources for SourceTexts {
    fn line(&mut self, place: &Location) -> Option<String> {
        let index = usize::try_from(place.line.checked_sub(1)?).ok()?;
        self.files.get(&place.file)?.get(index).cloned()
    }
}

/// One file held in memory: its name and its text.
impl Sources for (&str, &str) {
    fn line(&mut self, place: &Location) -> Option<String> {
        let index = usize::try_from(place.line.checked_sub(1)?).ok()?;
        (place.file == self.0).then(|| self.1.lines().nth(index).map(str::to_owned)).flatten()
    }
}

impl Trace {
    /// Copies the text of every line that the trace names into [`Trace::sources`], so that the trace stays readable when the
    /// program changes or is elsewhere. Lines that the source does not know are left out. Atomics, and what no line of the program has created, get the names that
    /// they have where they are used first.
    pub fn quote(&mut self, sources: &mut dyn Sources) {
        let mut quoted: BTreeMap<String, BTreeMap<u32, String>> = BTreeMap::new();
        for index in 0..self.objects.len().min(NAMED) {
            // Where something was created there is no name before it and a dot.
            let Object { name: None, created: Some(place), .. } = &self.objects[index] else {
                continue;
            };
            let name = receivers::name(sources, place, &self.spawned_of_user(index, place));
            self.objects[index].name = name;
        }
        for place in self.places() {
            if let Some(text) = sources.line(place) {
                let file = quoted.entry(place.file.clone()).or_default();
                file.insert(place.line, clip(text.trim(), LINE, "…"));
            }
        }
        self.sources = quoted;
    }

    /// Where the thread began that used an atomic at a place, and where the others did.
    fn spawned_of_user(&self, atomic: usize, place: &Location) -> Spawned {
        let id = ObjectId(atomic as u32);
        let uses = |operation: &Operation| match operation {
            Operation::Load { atomic, .. }
            | Operation::Store { atomic, .. }
            | Operation::Update { atomic, .. } => *atomic == id,
            _ => false,
        };
        let is_there = |step: &&Step| uses(&step.operation) && step.at.as_ref() == Some(place);
        let Some(first) = self.steps.iter().find(is_there) else {
            return Spawned { own: None, others: Vec::new() };
        };
        let first = first.thread.0 as usize;
        let spawned = |thread: usize| self.threads.get(thread)?.spawned.clone();
        let others = (0..self.threads.len()).filter(|&thread| thread != first);
        Spawned { own: spawned(first), others: others.filter_map(spawned).collect() }
    }

    /// The text of a line, without the white space around it, if it was quoted.
    pub fn source(&self, place: &Location) -> Option<&str> {
        self.sources.get(&place.file)?.get(&place.line).map(|text| text.trim())
    }

    /// Whether all steps are in one file, so that its name need not be repeated.
    pub(crate) fn in_one_file(&self) -> bool {
        let places = self.steps.iter().flat_map(|step| [&step.at, &step.called_at]);
        let mut files = places.flatten().map(|at| &at.file);
        files.next().is_none_or(|first| files.all(|file| file == first))
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = &Location> {
        let steps = self.steps.iter().flat_map(|step| [&step.at, &step.called_at]).flatten();
        let threads = self.threads.iter().filter_map(|thread| thread.spawned.as_ref());
        let objects = self.objects.iter().filter_map(|object| object.created.as_ref());
        let verdict = self.verdict.places().into_iter();
        steps.chain(threads).chain(objects).chain(verdict)
    }
}
