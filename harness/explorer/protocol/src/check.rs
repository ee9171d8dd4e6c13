//! What a grader asks of a check's process, and what the process says.

use crate::config::Config;
use crate::outcome::Outcome;
use crate::read::{FromJson, Problem, Value};
use std::time::Duration;
use trace::json::{ToJson, Writer};

/// How a check is to be run: the second argument of its process.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Once, on real threads.
    Run,
    /// In every interleaving, within these bounds.
    Explore(Box<Config>),
    /// Each client's calls one after the other, in every order that its threads allow, within these bounds.
    Alone(Box<Config>),
    /// Clients, in every interleaving.
    Clients(Box<ClientsOrder>),
    /// From outside, against a program.
    Program(Box<ProgramOrder>),
}

/// Which of a check's clients are run, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientsOrder {
    /// The bounds.
    pub config: Config,
    /// The numbers of the clients. In the others somebody may wait for ever.
    pub clients: Vec<u64>,
    /// What fails: an execution whose calls are told so, sorted. None does if it is empty.
    pub unexplained: Vec<String>,
}

/// What a judge is told of the program that it judges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramOrder {
    /// Where it is.
    pub program: String,
    /// The seed of its random inputs.
    pub seed: u64,
    /// The names of the layers of protection without which it must not run.
    pub layers: Vec<String>,
    /// Do without namespaces.
    pub no_namespaces: bool,
    /// How long each run may take.
    pub wall: Duration,
    /// How much memory each run may use.
    pub memory_bytes: u64,
    /// How much each run may print.
    pub output_bytes: usize,
    /// How many processes there may be at a time.
    pub processes: u64,
    /// The files of the system that it sees.
    pub system: Vec<String>,
    /// Whether it may make pairs of sockets.
    pub socket_pairs: bool,
    /// Whether it may make files in memory.
    pub memory_files: bool,
}

/// What came of a check. The grader decides what it means.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Frame {
    /// The check.
    pub check: String,
    /// Kind `run`: the panic that the check ended with.
    pub raised: Option<Panic>,
    /// Kind `explore`: what the search came to.
    pub outcome: Option<Outcome>,
    /// Kind `program`: trouble that is the grader's own. Nothing is known of the submission then.
    pub trouble: Option<String>,
    /// The first panics of the check's own code, whether anybody caught them or not.
    pub recorded: Vec<Panic>,
    /// Of a check that is not told what is right: what its executions looked at, each once, sorted. Of one that makes clients: their calls.
    #[cfg_attr(feature = "serde", serde(default))]
    pub seen: Vec<Vec<String>>,
}

/// A panic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Panic {
    /// Its message.
    pub message: String,
    /// Where it was raised: `checks.rs` or `src/lib.rs`.
    pub file: String,
    /// The line; 0 if it is not known.
    pub line: u32,
}

crate::config::fields!(ClientsOrder { config, clients, unexplained });

crate::config::fields!(ProgramOrder {
    program,
    seed,
    layers,
    no_namespaces,
    wall,
    memory_bytes,
    output_bytes,
    processes,
    system,
    socket_pairs,
    memory_files,
});

impl ToJson for Order {
    fn write(&self, json: &mut Writer) {
        json.object(|order| match self {
            Order::Run => order.field("kind", "run"),
            Order::Explore(config) => {
                order.field("kind", "explore");
                order.field("config", &**config);
            }
            Order::Alone(config) => {
                order.field("kind", "alone");
                order.field("config", &**config);
            }
            Order::Clients(clients) => {
                order.field("kind", "clients");
                order.field("clients", &**clients);
            }
            Order::Program(program) => {
                order.field("kind", "program");
                order.field("program", &**program);
            }
        });
    }
}

impl FromJson for Order {
    fn from_value(value: Value) -> Result<Self, Problem> {
        let mut fields = value.fields("an order")?.into_iter();
        let kind = match fields.next() {
            Some((name, Value::Text(kind))) if name == "kind" => kind,
            _ => return Err(Problem("an order begins with its kind".to_owned())),
        };
        let order = match (kind.as_str(), fields.next()) {
            ("run", None) => Order::Run,
            ("explore", Some((name, value))) if name == "config" => {
                Order::Explore(Box::new(Config::from_value(value)?))
            }
            ("alone", Some((name, value))) if name == "config" => {
                Order::Alone(Box::new(Config::from_value(value)?))
            }
            ("clients", Some((name, value))) if name == "clients" => {
                Order::Clients(Box::new(ClientsOrder::from_value(value)?))
            }
            ("program", Some((name, value))) if name == "program" => {
                Order::Program(Box::new(ProgramOrder::from_value(value)?))
            }
            _ => return Err(Problem(format!("an order of kind {kind:?} looks different"))),
        };
        match fields.next() {
            None => Ok(order),
            Some((name, _)) => Err(Problem(format!("an order has no {name}"))),
        }
    }
}

impl ToJson for Frame {
    fn write(&self, json: &mut Writer) {
        let Frame { check, raised, outcome, trouble, recorded, seen } = self;
        json.object(|frame| {
            frame.field("check", check);
            frame.field("raised", raised);
            frame.field("outcome", outcome);
            frame.field("trouble", trouble);
            frame.field("recorded", recorded);
            frame.field("seen", seen);
        });
    }
}

impl ToJson for Panic {
    fn write(&self, json: &mut Writer) {
        let Panic { message, file, line } = self;
        json.object(|panic| {
            panic.field("message", message);
            panic.field("file", file);
            panic.field("line", line);
        });
    }
}
