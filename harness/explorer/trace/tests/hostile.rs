//! Traces that nobody's explorer has made: whatever is in one, it is drawn, within bounds, and nothing is read for it.

use explore_trace::{
    Choice, Failure, Location, LockMode, Object, ObjectId, ObjectKind, Operation, Ordering, Origin,
    Outcome, Output, Program, Read, Search, SourceFiles, SourceTexts, Sources, Step, Stream, Svg,
    SvgLayout, Terminal, Thread, ThreadId, Trace, VERSION, Verdict, Wait, WaitsFor,
};
use roxmltree::Document;

/// Numbers that are the same in each run of the tests.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(end.max(1))) as u32
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize].clone()
    }

    /// Mostly one that exists.
    fn id(&mut self, count: u32) -> u32 {
        match self.below(12) {
            0 => self.one_of(&[count, count + 1, 1 << 20, u32::MAX - 1, u32::MAX]),
            _ => self.below(count),
        }
    }

    fn text(&mut self) -> String {
        let long = "x".repeat(3_000);
        let texts = [
            "",
            "left",
            "死锁检测",
            "\u{1b}[31mred",
            "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
            "\u{202e}turned",
            "<img src=x onerror=alert(3)>",
            "two\nlines\r\u{7}",
            "/",
            &long,
            "\u{301}\u{300}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}",
        ];
        self.one_of(&texts).to_owned()
    }

    fn number(&mut self) -> u64 {
        let small = u64::from(self.below(50));
        self.one_of(&[small, 999_999_999, u64::MAX - 1, u64::MAX])
    }

    fn place(&mut self) -> Option<Location> {
        let lines = [0, 1, 7, u32::MAX];
        (self.below(4) > 0).then(|| Location {
            file: self.text(),
            line: self.one_of(&lines),
            column: Some(self.one_of(&lines)),
        })
    }

    fn waits_for(&mut self, threads: u32, objects: u32) -> WaitsFor {
        let thread = ThreadId(self.id(threads));
        let object = ObjectId(self.id(objects));
        let others = (0..self.below(4)).map(|_| ThreadId(self.id(threads))).collect();
        self.one_of(&[
            WaitsFor::Lock { lock: object, held_by: others },
            WaitsFor::Notify { condvar: object },
            WaitsFor::Join { thread },
            WaitsFor::Unpark,
            WaitsFor::Room { channel: object },
            WaitsFor::Change { atomics: vec![object; 3] },
            WaitsFor::Time,
        ])
    }

    fn operation(&mut self, threads: u32, objects: u32) -> Operation {
        let thread = ThreadId(self.id(threads));
        let object = ObjectId(self.id(objects));
        let read = Read {
            value: self.text(),
            from: Some(self.number() as usize),
            ..serde_json::from_str(r#"{"value":""}"#).unwrap()
        };
        let (mode, value) = (LockMode::Exclusive, self.text());
        self.one_of(&[
            Operation::Start,
            Operation::End,
            Operation::Panic { message: value.clone() },
            Operation::Exit { code: i32::MIN },
            Operation::Spawn { child: thread },
            Operation::Join { child: thread },
            Operation::Sleep { ns: self.0 },
            Operation::Park { timeout_ns: Some(u64::MAX) },
            Operation::Lock { lock: object, mode },
            Operation::Unlock { lock: object, mode },
            Operation::Wait { condvar: object, lock: object, timeout_ns: Some(u64::MAX) },
            Operation::Wake { condvar: object, lock: object },
            Operation::Notify { condvar: object, all: true },
            Operation::Store { atomic: object, ordering: Ordering::SeqCst, value: value.clone() },
            Operation::Load { atomic: object, ordering: Ordering::SeqCst, read: read.clone() },
            Operation::Update {
                atomic: object,
                ordering: Ordering::SeqCst,
                read,
                value: Some(value),
            },
        ])
    }

    fn step(&mut self, threads: u32, objects: u32) -> Step {
        let mut step = Step::new(ThreadId(self.id(threads)), self.operation(threads, objects));
        step.at = self.place();
        step.time_ns = (self.below(2) > 0).then(|| self.number());
        step.blocked = (self.below(3) == 0).then(|| self.waits_for(threads, objects));
        step.wakes = (0..self.below(4)).map(|_| ThreadId(self.id(threads))).collect();
        step.preempts = self.below(3) == 0;
        step.note = (self.below(5) == 0).then(|| self.text());
        step.called_at = self.place();
        step.call = (self.below(5) == 0).then(|| self.text());
        step.choice =
            (self.below(5) == 0).then(|| Choice::Waiter { thread: ThreadId(self.id(threads)) });
        step
    }

    fn trace(&mut self, threads: u32) -> Trace {
        let objects = self.below(5);
        let steps = self.one_of(&[0, 1, 5, 20, 45]);
        let wait = |random: &mut Self| Wait {
            thread: ThreadId(random.id(threads)),
            at: random.place(),
            called_at: random.place(),
            waits_for: Some(random.waits_for(threads, objects)),
        };
        let waits = vec![wait(self), wait(self), wait(self)];
        let failures = [
            Failure::Panic {
                thread: ThreadId(self.id(threads)),
                message: self.text(),
                at: self.place(),
            },
            Failure::Deadlock { waits: waits.clone() },
            Failure::Livelock { spins: waits.clone(), steps: u64::MAX },
            Failure::Leak { threads: waits },
            Failure::Poisoned {
                thread: ThreadId(self.id(threads)),
                lock: ObjectId(self.id(objects)),
                by: Some(ThreadId(self.id(threads))),
            },
            Failure::Exit { thread: ThreadId(self.id(threads)), code: None },
        ];
        let failed = Outcome::Failed { failure: self.one_of(&failures) };
        let mut trace = Trace {
            version: VERSION,
            program: Program { name: self.text(), entry: self.place() },
            origin: self.one_of(&[Origin::Recorded, Origin::Explored]),
            threads: (0..threads)
                .map(|_| Thread {
                    name: (self.below(3) == 0).then(|| self.text()),
                    parent: Some(ThreadId(self.id(threads))),
                    spawned: self.place(),
                })
                .collect(),
            objects: (0..objects)
                .map(|_| Object {
                    kind: self.one_of(&[
                        ObjectKind::Mutex,
                        ObjectKind::Condvar,
                        ObjectKind::Atomic,
                    ]),
                    name: (self.below(2) == 0).then(|| self.text()),
                    created: self.place(),
                    initial: Some(self.text()),
                })
                .collect(),
            steps: (0..steps).map(|_| self.step(threads, objects)).collect(),
            verdict: Verdict {
                outcome: self.one_of(&[failed.clone(), failed, Outcome::Ended, Outcome::Proved]),
                search: Some(Search {
                    executions: u64::MAX,
                    elapsed_ms: Some(u64::MAX),
                    preemptions: Some(u32::MAX),
                    schedule: Some(self.text()),
                    ..Search::default()
                }),
            },
            output: (0..self.below(3))
                .map(|_| Output {
                    thread: ThreadId(self.id(threads)),
                    stream: Stream::Stderr,
                    text: self.text(),
                    after: self.number() as usize,
                })
                .collect(),
            sources: Default::default(),
        };
        let mut sources = SourceTexts::default();
        let text = self.text();
        sources.insert(text.clone(), format!("let {} = {};", text, "  (".repeat(2_000)).as_bytes());
        trace.quote(&mut sources);
        trace
    }
}

/// The width and the height of each drawing in a picture, and what lies outside of it to the left or above.
fn sizes(svg: &str) -> Vec<(usize, usize)> {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    let boxes = document.descendants().filter_map(|node| node.attribute("viewBox"));
    boxes
        .map(|size| {
            let numbers: Vec<usize> = size.split(' ').map(|n| n.parse().unwrap()).collect();
            (numbers[2], numbers[3])
        })
        .collect()
}

#[test]
fn every_trace_can_be_drawn() {
    let mut random = Random(7);
    for threads in (0..=26).chain([39, 40, 41, 64, 300]) {
        for rows in [None, random.one_of(&[Some(0), Some(1), Some(9), Some(40)])] {
            let trace = random.trace(threads);
            {
                for layout in [SvgLayout::Wide, SvgLayout::Narrow] {
                    let svg = Svg { rows, layout, ..Svg::default() }.draw(&trace);
                    for (width, height) in sizes(&svg) {
                        assert!(width <= 1_300 && height <= 60_000, "{width} × {height}");
                    }
                }
                for (width, ascii) in [random.one_of(&[(0, false), (40, true)]), (80, false)] {
                    let picture =
                        Terminal { width, ascii, rows, ..Terminal::default() }.draw(&trace);
                    let steers = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
                    assert!(!picture.contains(steers), "{picture:?}");
                }
            }
            let _ = (trace.check(), trace.to_perfetto(), trace.to_json());
        }
    }
}

#[test]
fn a_run_of_nine_thousand_steps_is_a_small_picture() {
    let mut random = Random(9);
    let mut trace = random.trace(3);
    trace.steps = (0..9_000)
        .map(|index| {
            let lock = ObjectId(0);
            let mode = LockMode::Exclusive;
            let operation = match index % 2 {
                0 => Operation::Lock { lock, mode },
                _ => Operation::Unlock { lock, mode },
            };
            Step {
                at: Some(Location::new("src/lib.rs", 3)),
                ..Step::new(ThreadId(index % 3), operation)
            }
        })
        .collect();
    trace.steps[4_000].preempts = true;
    let svg = Svg { rows: Some(60), ..Svg::default() }.draw(&trace);
    assert!(svg.len() < 300_000, "{}", svg.len());
    let document = Document::parse(&svg).unwrap();
    let numbers: Vec<&str> = document
        .descendants()
        .filter(|node| node.attribute("class") == Some("swim-num"))
        .filter_map(|node| node.text())
        .collect();
    for turning in ["1", "7", "4001", "9000"] {
        assert!(numbers.contains(&turning), "{turning} in {numbers:?}");
    }
    assert!(svg.contains("steps are not shown"));
}

#[test]
fn lines_come_from_what_is_held_in_memory_and_from_nothing_else() {
    let folder = std::env::temp_dir().join(format!("hostile-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("secret"), "the secret\n").unwrap();
    let mut held = SourceTexts::default();
    held.insert("src/lib.rs", "fn mine() {}\n死\n".as_bytes());
    let secret = folder.join("secret").display().to_string();
    for file in
        [secret.as_str(), "/dev/zero", "../secret", "src/../src/lib.rs", "./src/lib.rs", "", "src"]
    {
        for line in [0, 1, u32::MAX] {
            assert_eq!(held.line(&Location::new(file, line)), None, "{file}:{line}");
        }
    }
    assert_eq!(held.line(&Location::new("src/lib.rs", 2)).as_deref(), Some("死"));
    for line in [0, 3, u32::MAX] {
        assert_eq!(held.line(&Location::new("src/lib.rs", line)), None);
    }
    // What reads files reads those that have an end.
    let mut files = SourceFiles::new(&folder);
    assert_eq!(files.line(&Location::new("secret", 1)).as_deref(), Some("the secret"));
    assert_eq!(files.line(&Location::new("/dev/zero", 1)), None);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_line_without_an_end_is_quoted_as_far_as_it_is_read() {
    let mut trace = Random(3).trace(2);
    trace.steps = vec![Step {
        at: Some(Location::new("src/lib.rs", 1)),
        ..Step::new(ThreadId(0), Operation::Yield)
    }];
    let mut held = SourceTexts::default();
    held.insert("src/lib.rs", "x".repeat(1 << 20).as_bytes());
    trace.quote(&mut held);
    assert!(trace.sources["src/lib.rs"][&1].len() < 500);
}
