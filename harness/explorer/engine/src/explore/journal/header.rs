//! Of which search a journal tells: the program, its compiler, and the bounds.

use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::sync::OnceLock;

use crate::config::Config;
use protocol::Resume;
use protocol::read::{self, FromJson, Problem, Value};
use trace::json::line;

/// See the [module](self).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    name: String,
    within: String,
    look: String,
    program: String,
    compiler: String,
    bounds: String,
    /// `2/4`, or nothing.
    part: String,
}

impl Header {
    /// That of a search which is to begin.
    ///
    /// # Errors
    ///
    /// If this process's own executable cannot be read.
    pub fn new(resume: &Resume, name: &str, config: &Config) -> io::Result<Self> {
        // How long it may take, how many share it, and what is done when it has failed, does not make it another search.
        let usual = Config::default();
        let config = Config {
            jobs: usual.jobs,
            max_executions: usual.max_executions,
            max_time: usual.max_time,
            random_executions: usual.random_executions,
            random_time: usual.random_time,
            watchdog: usual.watchdog,
            minimise: usual.minimise,
            ..config.clone()
        };
        let plain = |text: &str| text.replace(|letter: char| letter.is_control(), " ");
        Ok(Self {
            name: plain(name),
            within: plain(&resume.within),
            look: resume.look.to_string(),
            program: program()?,
            compiler: plain(&resume.compiler),
            bounds: plain(&line(&config)),
            part: match resume.parts {
                0 => String::new(),
                parts => format!("{}/{parts}", resume.part),
            },
        })
    }

    pub fn write(&self) -> [String; 7] {
        let Self { name, within, look, program, compiler, bounds, part } = self.clone();
        [name, within, look, program, compiler, bounds, part]
    }

    pub fn read(fields: &[&str]) -> Option<Self> {
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        let [name, within, look, program, compiler, bounds, part] = fields.try_into().ok()?;
        Some(Self { name, within, look, program, compiler, bounds, part })
    }

    /// Whether both are called the same: then they must be the same in all.
    pub fn is_of_the_same(&self, other: &Self) -> bool {
        (&self.name, &self.within, &self.look) == (&other.name, &other.within, &other.look)
    }

    /// Which part of how many it is; of 0, if it is no part.
    pub fn part(&self) -> (u32, u32) {
        let numbers = self.part.split_once('/').and_then(|(part, parts)| {
            let (part, parts) = (part.parse().ok()?, parts.parse().ok()?);
            (1..=parts).contains(&part).then_some((part, parts))
        });
        numbers.unwrap_or((0, 0))
    }

    /// Says of which part this one is, if the one that is to begin is of another.
    pub fn compare_parts(&self, now: &Self) -> Result<(), String> {
        let told = |part: &str| match part {
            "" => "the whole search".to_owned(),
            part => format!("part {part}"),
        };
        match self.part == now.part {
            true => Ok(()),
            false => Err(format!("{}, and now it is {}", told(&self.part), told(&now.part))),
        }
    }

    /// Says in what this one, which is written, is another than the one that is to begin.
    pub fn compare(&self, now: &Self) -> Result<(), String> {
        // Another compiler makes another program as well.
        if self.compiler != now.compiler {
            return Err(format!(
                "another compiler ({}, and now it is {})",
                self.compiler, now.compiler
            ));
        }
        if self.bounds != now.bounds {
            return Err(format!(
                "a search within other bounds ({})",
                differing(&self.bounds, &now.bounds)
            ));
        }
        if self.program != now.program {
            return Err(format!(
                "another program: {} was compiled from other sources or with other options",
                self.name
            ));
        }
        Ok(())
    }
}

/// Names this process's executable: two that are the same byte for byte have the same name.
fn program() -> io::Result<String> {
    static NAME: OnceLock<String> = OnceLock::new();
    if let Some(name) = NAME.get() {
        return Ok(name.clone());
    }
    let bytes = std::fs::read(std::env::current_exe()?)?;
    let of = |seed: u64| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(seed);
        hasher.write(&bytes);
        hasher.finish()
    };
    Ok(NAME.get_or_init(|| format!("{:016x}{:016x}", of(1), of(2))).clone())
}

/// JSON of any kind.
struct Any(Value);

impl FromJson for Any {
    fn from_value(value: Value) -> Result<Self, Problem> {
        Ok(Self(value))
    }
}

/// The bounds that differ, as both have them.
fn differing(then: &str, now: &str) -> String {
    let fields = |text: &str| match read::from_text(text) {
        Ok(Any(Value::Object(fields))) => fields,
        _ => Vec::new(),
    };
    let now = fields(now);
    let mut all = Vec::new();
    for (name, then) in fields(then) {
        let Some((_, now)) = now.iter().find(|(other, _)| *other == name) else { continue };
        if *now != then {
            all.push(format!("{name} {}, and now {}", text(&then), text(now)));
        }
    }
    match all.is_empty() {
        true => "of another version of the explorer".to_owned(),
        false => all.join("; "),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(text) | Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}
