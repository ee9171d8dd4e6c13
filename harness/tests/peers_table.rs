//! The page that sets Python beside Rust names what the chapters have, and leaves out nothing that the document lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const EDITIONS: [&str; 2] = ["book/src", "book/zh-CN/src"];

/// What the document's lists of methods name, chapter by chapter.
const LISTED: &str = "t.start() getName() setName() t.name is_alive() isAlive() setDaemon() isDaemon() t.ident t.join() t.run() \
    lock.acquire() lock.release() rlock.acquire() rlock.release() \
    Event.wait() Event.set() Event.clear() Event.isSet() \
    Condition(lock) condition.acquire() condition.release() condition.wait() condition.wait(timeout) condition.notify() notifyAll() notify_all() \
    q.join() q.qsize() q.empty() q.full() q.put(item) q.get() q.put_nowait(item) q.get_nowait() \
    p.start() p.join() Value( Array( list() dict() Namespace() Lock() RLock() Semaphore() BoundedSemaphore() Condition() Event() Barrier() Queue() \
    'c' 'u' 'b' 'B' 'h' 'H' 'i' 'I' 'l' 'L' 'f' 'd' \
    processes initializer initargs maxtasksperchild context apply( apply_async( callback error_callback close() terminate() join() \
    map( map_async( imap( imap_unordered( starmap( starmap_async( contextmanager run( terminal() generate_list free_list \
    greenlet(f) g.switch() gevent.spawn(f) gevent.sleep(0) gevent.joinall( monkey.patch_all() urlopen(";

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// What one chapter's sources define and export.
#[derive(Default)]
struct Defined {
    types: BTreeSet<String>,
    /// Other names of types: `Queue` of `BlockingQueue`.
    aliases: BTreeMap<String, String>,
    methods: BTreeSet<(String, String)>,
    functions: BTreeSet<String>,
    modules: BTreeSet<String>,
}

fn public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

fn last_segment(kind: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = kind else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

impl Defined {
    fn by(chapter: &Path) -> Defined {
        let mut defined = Defined::default();
        defined.read_folder(&chapter.join("src"));
        defined
    }

    fn read_folder(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("programs") {
                self.read_folder(&path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("main.rs") {
                let source = fs::read_to_string(&path).unwrap();
                let file =
                    syn::parse_file(&source).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                self.modules.extend(path.file_stem().map(|s| s.to_string_lossy().into_owned()));
                file.items.iter().for_each(|item| self.read_item(item));
            }
        }
    }

    fn read_item(&mut self, item: &syn::Item) {
        match item {
            syn::Item::Struct(it) if public(&it.vis) => {
                self.types.insert(it.ident.to_string());
            }
            syn::Item::Enum(it) if public(&it.vis) => {
                self.types.insert(it.ident.to_string());
            }
            syn::Item::Fn(it) if public(&it.vis) => {
                self.functions.insert(it.sig.ident.to_string());
            }
            syn::Item::Type(it) if public(&it.vis) => {
                self.aliases.extend(last_segment(&it.ty).map(|of| (it.ident.to_string(), of)));
            }
            syn::Item::Impl(it) if it.trait_.is_none() => {
                let Some(of) = last_segment(&it.self_ty) else { return };
                for item in &it.items {
                    if let syn::ImplItem::Fn(method) = item
                        && public(&method.vis)
                    {
                        self.methods.insert((of.clone(), method.sig.ident.to_string()));
                    }
                }
            }
            _ => {}
        }
    }

    fn has(&self, name: &str) -> bool {
        let Some((owner, member)) = name.split_once("::") else {
            return [&self.types, &self.functions].iter().any(|names| names.contains(name))
                || self.aliases.contains_key(name);
        };
        let owner = self.aliases.get(owner).map_or(owner, String::as_str);
        self.methods.contains(&(owner.to_owned(), member.to_owned()))
            || self.modules.contains(owner) && self.functions.contains(member)
    }
}

/// A row of a table: the chapter that it is about, and its cells.
struct Row {
    at: String,
    chapter: String,
    cells: Vec<String>,
}

fn rows(page: &Path) -> Vec<Row> {
    let mut chapter = String::new();
    let mut found = Vec::new();
    for (number, line) in fs::read_to_string(page).unwrap().lines().enumerate() {
        if !line.starts_with('|') {
            let target = line.split("](").nth(1).and_then(|rest| rest.split_once("/index.md)"));
            chapter = target.map_or(chapter, |(folder, _)| folder.to_owned());
            continue;
        }
        let line = line.replace("\\|", "\u{0}");
        let cells: Vec<String> =
            line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let heading = cells[0] == "Python" || cells[0].starts_with("---");
        if !heading {
            let at = format!("{}:{}", page.display(), number + 1);
            found.push(Row { at, chapter: chapter.clone(), cells });
        }
    }
    found
}

/// What stands between backticks.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn pages() -> impl Iterator<Item = PathBuf> {
    EDITIONS.iter().map(|edition| workspace().join(edition).join("python-and-rust.md"))
}

#[test]
fn every_name_of_ours_is_in_its_chapter() {
    let mut wrong = Vec::new();
    let mut defined: BTreeMap<String, Defined> = BTreeMap::new();
    for Row { at, chapter, cells } in pages().flat_map(|page| rows(&page)) {
        let known = defined
            .entry(chapter.clone())
            .or_insert_with(|| Defined::by(&workspace().join("chapters").join(&chapter)));
        let names: Vec<&str> = code(&cells[1]).collect();
        if names.is_empty() && !cells[1].starts_with('—') {
            wrong.push(format!("{at}: names nothing of ours, and has no dash"));
        }
        for name in names.into_iter().filter(|name| !known.has(name)) {
            wrong.push(format!("{at}: {chapter} has no public {name}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_method_of_the_document_has_a_row() {
    for page in pages() {
        let python: String =
            rows(&page).iter().flat_map(|row| code(&row.cells[0])).collect::<Vec<_>>().join(" ");
        let missing: Vec<&str> =
            LISTED.split_whitespace().filter(|name| !python.contains(name)).collect();
        assert!(missing.is_empty(), "{}: no row for {missing:?}", page.display());
    }
}

#[test]
fn both_editions_have_the_same_rows() {
    let names = |page: PathBuf| -> Vec<Vec<String>> {
        let of =
            |row: Row| row.cells[..2].iter().flat_map(|c| code(c)).map(str::to_owned).collect();
        rows(&page).into_iter().map(of).collect()
    };
    let [english, chinese] = [0, 1].map(|edition| names(pages().nth(edition).unwrap()));
    assert!(english.len() > 100, "the page has only {} rows", english.len());
    for (a, b) in english.iter().zip(&chinese) {
        assert_eq!(a, b, "the editions differ in this row");
    }
    assert_eq!(english.len(), chinese.len());
}
