//! The litmus tests of the literature, with what it says of them.
//!
//! - *Standard*: ISO C++20, [atomics.order] and [intro.races].
//! - *Cats*: Alglave, Maranget, Tautschnig: "Herding Cats: Modelling, Simulation, Testing, and Data Mining for Weak Memory", TOPLAS 2014;
//!   the names of the shapes are from there.
//! - *RC11*: Lahav, Vafeiadis, Kang, Hur, Dreyer: "Repairing Sequential Consistency in C/C++11", PLDI 2017.
//! - *Batty*: Batty, Owens, Sarkar, Sewell, Weber: "Mathematizing C++ Concurrency", POPL 2011.

/// What is said of the outcome in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// It is allowed, and the engine must find it.
    Allowed,
    /// It is forbidden, and the engine must not.
    Forbidden,
    /// RC11 forbids what C++20 and hardware allow: a load that reads a store which its own thread makes possible later. An engine that
    /// runs programs in order cannot show it.
    LoadBuffering,
    /// It is allowed, but out of reach of an engine that keeps each atomic's stores in the order of execution.
    OutOfReach,
}

/// A test, the outcome in question, what is said of it, and by whom.
pub type Row = (&'static str, &'static str, &'static str, Says, &'static str);

use Says::{Allowed, Forbidden, LoadBuffering, OutOfReach};

/// See the [module](self).
pub const TABLE: &[Row] = &[
    // Store buffering.
    ("SB", "Wx=1.rlx Ry.rlx | Wy=1.rlx Rx.rlx", "0 | 0", Allowed, "Cats, fig. 10"),
    ("SB+rel+acq", "Wx=1.rel Ry.acq | Wy=1.rel Rx.acq", "0 | 0", Allowed, "Batty, section 2"),
    ("SB+scs", "Wx=1.sc Ry.sc | Wy=1.sc Rx.sc", "0 | 0", Forbidden, "Standard, atomics.order/4"),
    (
        "SB+sc fences",
        "Wx=1.rlx F.sc Ry.rlx | Wy=1.rlx F.sc Rx.rlx",
        "0 | 0",
        Forbidden,
        "Standard, atomics.order/4",
    ),
    (
        "SB+one sc fence",
        "Wx=1.rlx F.sc Ry.rlx | Wy=1.rlx Rx.rlx",
        "0 | 0",
        Allowed,
        "Cats, fig. 10",
    ),
    (
        "SB+ar fences",
        "Wx=1.rlx F.ar Ry.rlx | Wy=1.rlx F.ar Rx.rlx",
        "0 | 0",
        Allowed,
        "Standard, atomics.order/4",
    ),
    ("SB+sc stores only", "Wx=1.sc Ry.rlx | Wy=1.sc Rx.rlx", "0 | 0", Allowed, "RC11, section 2"),
    (
        "SB+sc fence+scs",
        "Wx=1.rlx F.sc Ry.rlx | Wy=1.sc Rx.sc",
        "0 | 0",
        Forbidden,
        "RC11, section 3: psc_base",
    ),
    ("SB+rmws", "Ux=1.ar Ry.acq | Uy=1.ar Rx.acq", "0 0 | 0 0", Allowed, "RC11, section 2"),
    (
        "SB+sc rmws",
        "Ux=1.sc Ry.sc | Uy=1.sc Rx.sc",
        "0 0 | 0 0",
        Forbidden,
        "Standard, atomics.order/4",
    ),
    // Message passing.
    ("MP", "Wx=1.rlx Wy=1.rlx | Ry.rlx Rx.rlx", "| 1 0", Allowed, "Cats, fig. 8"),
    (
        "MP+rel+acq",
        "Wx=1.rlx Wy=1.rel | Ry.acq Rx.rlx",
        "| 1 0",
        Forbidden,
        "Standard, atomics.order/2",
    ),
    (
        "MP+rel+rlx",
        "Wx=1.rlx Wy=1.rel | Ry.rlx Rx.rlx",
        "| 1 0",
        Allowed,
        "Standard, atomics.order/2",
    ),
    (
        "MP+rlx+acq",
        "Wx=1.rlx Wy=1.rlx | Ry.acq Rx.rlx",
        "| 1 0",
        Allowed,
        "Standard, atomics.order/2",
    ),
    (
        "MP+fences",
        "Wx=1.rlx F.rel Wy=1.rlx | Ry.rlx F.acq Rx.rlx",
        "| 1 0",
        Forbidden,
        "Standard, atomics.fences/2",
    ),
    (
        "MP+fence+acq",
        "Wx=1.rlx F.rel Wy=1.rlx | Ry.acq Rx.rlx",
        "| 1 0",
        Forbidden,
        "Standard, atomics.fences/3",
    ),
    (
        "MP+rel+fence",
        "Wx=1.rlx Wy=1.rel | Ry.rlx F.acq Rx.rlx",
        "| 1 0",
        Forbidden,
        "Standard, atomics.fences/4",
    ),
    (
        "MP+wrong fences",
        "Wx=1.rlx F.acq Wy=1.rlx | Ry.rlx F.rel Rx.rlx",
        "| 1 0",
        Allowed,
        "Standard, atomics.fences/2",
    ),
    (
        "MP+fence too late",
        "Wx=1.rlx Wy=1.rlx F.rel | Ry.rlx F.acq Rx.rlx",
        "| 1 0",
        Allowed,
        "Standard, atomics.fences/2",
    ),
    ("MP+scs", "Wx=1.sc Wy=1.sc | Ry.sc Rx.sc", "| 1 0", Forbidden, "Standard, atomics.order/4"),
    // Release sequences.
    (
        "MP+rmw between",
        "Wx=1.rlx Wy=1.rel | Uy+1.rlx | Ry.acq Rx.rlx",
        "| 1 | 2 0",
        Forbidden,
        "Standard, intro.races/5",
    ),
    (
        "MP+store between",
        "Wx=1.rlx Wy=1.rel | Wy=2.rlx | Ry.acq Rx.rlx",
        "| | 2 0",
        Allowed,
        "Standard, intro.races/5",
    ),
    (
        "MP+own store",
        "Wx=1.rlx Wy=1.rel Wy=2.rlx | Ry.acq Rx.rlx",
        "| 2 0",
        Allowed,
        "Standard since C++20 (P0982), intro.races/5",
    ),
    (
        "MP+cas between",
        "Wx=1.rlx Wy=1.rel | Cy:1>2.rlx/rlx | Ry.acq Rx.rlx",
        "| 1 | 2 0",
        Forbidden,
        "Standard, intro.races/5",
    ),
    (
        "MP+two rmws",
        "Wx=1.rlx Wy=1.rel | Uy+1.rlx Uy+1.rlx | Ry.acq Rx.rlx",
        "| 1 2 | 3 0",
        Forbidden,
        "Standard, intro.races/5",
    ),
    (
        "MP+fence+rmw",
        "Wx=1.rlx F.rel Wy=1.rlx | Uy+1.rlx | Ry.rlx F.acq Rx.rlx",
        "| 1 | 2 0",
        Forbidden,
        "Standard, atomics.fences/2",
    ),
    (
        "MP+cas fails",
        "Wx=1.rlx Wy=1.rel | Cy:0>2.rlx/acq Rx.rlx",
        "| 1 0",
        Forbidden,
        "Standard, atomics.types.operations/23",
    ),
    (
        "MP+cas fails rlx",
        "Wx=1.rlx Wy=1.rel | Cy:0>2.ar/rlx Rx.rlx",
        "| 1 0",
        Allowed,
        "Standard, atomics.types.operations/23",
    ),
    // Coherence.
    ("CoRR", "Wx=1.rlx Wx=2.rlx | Rx.rlx Rx.rlx", "| 2 1", Forbidden, "Standard, intro.races/16"),
    ("CoRR+to 0", "Wx=1.rlx | Rx.rlx Rx.rlx", "| 1 0", Forbidden, "Standard, intro.races/16"),
    (
        "CoRR2",
        "Wx=1.rlx | Wx=2.rlx | Rx.rlx Rx.rlx | Rx.rlx Rx.rlx",
        "| | 1 2 | 2 1",
        Forbidden,
        "Standard, intro.races/16",
    ),
    ("CoWR", "Wx=1.rlx Rx.rlx", "0", Forbidden, "Standard, intro.races/18"),
    (
        "CoWR+other",
        "Wx=1.rlx Rx.rlx | Wx=2.rlx",
        "2 | | x=1",
        Forbidden,
        "Standard, intro.races/18",
    ),
    ("CoRW", "Rx.rlx Wx=1.rlx", "1", Forbidden, "Standard, intro.races/17"),
    (
        "CoRW+other",
        "Rx.rlx Wx=1.rlx | Wx=2.rlx",
        "2 | | x=2",
        Forbidden,
        "Standard, intro.races/17",
    ),
    ("CoWW", "Wx=1.rlx Wx=2.rlx", "| x=1", Forbidden, "Standard, intro.races/15"),
    ("CoRMW", "Ux+1.rlx | Ux+1.rlx", "0 | 0", Forbidden, "Standard, atomics.order/10"),
    ("CoRMW+store", "Ux+1.rlx | Wx=5.rlx", "0 | | x=1", Forbidden, "Standard, atomics.order/10"),
    // Write-to-read causality, and its kin.
    ("WRC", "Wx=1.rlx | Rx.rlx Wy=1.rlx | Ry.rlx Rx.rlx", "| 1 | 1 0", Allowed, "Cats, fig. 11"),
    (
        "WRC+rel+acq",
        "Wx=1.rel | Rx.acq Wy=1.rel | Ry.acq Rx.rlx",
        "| 1 | 1 0",
        Forbidden,
        "Batty, section 2",
    ),
    (
        "WRC+rlx first",
        "Wx=1.rlx | Rx.rlx Wy=1.rel | Ry.acq Rx.rlx",
        "| 1 | 1 0",
        Forbidden,
        "Standard, intro.races/16: read-read coherence",
    ),
    (
        "WRC+rlx second",
        "Wx=1.rel | Rx.acq Wy=1.rlx | Ry.acq Rx.rlx",
        "| 1 | 1 0",
        Allowed,
        "Cats, fig. 11",
    ),
    (
        "ISA2",
        "Wx=1.rlx Wy=1.rel | Ry.acq Wz=1.rel | Rz.acq Rx.rlx",
        "| 1 | 1 0",
        Forbidden,
        "Cats, fig. 12",
    ),
    (
        "ISA2+rlx",
        "Wx=1.rlx Wy=1.rel | Ry.rlx Wz=1.rel | Rz.acq Rx.rlx",
        "| 1 | 1 0",
        Allowed,
        "Cats, fig. 12",
    ),
    ("RWC", "Wx=1.rel | Rx.acq Ry.acq | Wy=1.rel Rx.acq", "| 1 0 | 0", Allowed, "Cats, fig. 11"),
    (
        "RWC+sc fences",
        "Wx=1.rlx | Rx.rlx F.sc Ry.rlx | Wy=1.rlx F.sc Rx.rlx",
        "| 1 0 | 0",
        Forbidden,
        "RC11, section 2.2: fences restore SC",
    ),
    (
        "RWC+scs",
        "Wx=1.sc | Rx.sc Ry.sc | Wy=1.sc Rx.sc",
        "| 1 0 | 0",
        Forbidden,
        "Standard, atomics.order/4",
    ),
    // Independent reads of independent writes.
    (
        "IRIW",
        "Wx=1.rlx | Wy=1.rlx | Rx.rlx Ry.rlx | Ry.rlx Rx.rlx",
        "| | 1 0 | 1 0",
        Allowed,
        "Cats, fig. 11",
    ),
    (
        "IRIW+rel+acq",
        "Wx=1.rel | Wy=1.rel | Rx.acq Ry.acq | Ry.acq Rx.acq",
        "| | 1 0 | 1 0",
        Allowed,
        "Batty, section 2",
    ),
    (
        "IRIW+scs",
        "Wx=1.sc | Wy=1.sc | Rx.sc Ry.sc | Ry.sc Rx.sc",
        "| | 1 0 | 1 0",
        Forbidden,
        "Standard, atomics.order/4",
    ),
    (
        "IRIW+sc fences",
        "Wx=1.rlx | Wy=1.rlx | Rx.rlx F.sc Ry.rlx | Ry.rlx F.sc Rx.rlx",
        "| | 1 0 | 1 0",
        Forbidden,
        "RC11, section 2.2",
    ),
    (
        "IRIW+acq+sc",
        "Wx=1.sc | Wy=1.sc | Rx.acq Ry.sc | Ry.acq Rx.sc",
        "| | 1 0 | 1 0",
        OutOfReach,
        "RC11, section 2.1: what compilers to POWER need",
    ),
    // S, R and 2+2W: shapes in which the order of two stores matters.
    ("S", "Wx=2.rlx Wy=1.rlx | Ry.rlx Wx=1.rlx", "| 1 | x=2", OutOfReach, "Cats, fig. 9"),
    (
        "S+rel+acq",
        "Wx=2.rlx Wy=1.rel | Ry.acq Wx=1.rlx",
        "| 1 | x=2",
        Forbidden,
        "Standard, intro.races/15",
    ),
    ("R", "Wx=1.rlx Wy=1.rlx | Wy=2.rlx Rx.rlx", "| 0 | y=2", Allowed, "Cats, fig. 10"),
    (
        "R+sc fences",
        "Wx=1.rlx F.sc Wy=1.rlx | Wy=2.rlx F.sc Rx.rlx",
        "| 0 | y=2",
        Forbidden,
        "RC11, section 3: psc_F",
    ),
    (
        "R+scs",
        "Wx=1.sc Wy=1.sc | Wy=2.sc Rx.sc",
        "| 0 | y=2",
        Forbidden,
        "Standard, atomics.order/4",
    ),
    ("2+2W", "Wx=1.rlx Wy=2.rlx | Wy=1.rlx Wx=2.rlx", "| | x=1 y=1", OutOfReach, "Cats, fig. 9"),
    (
        "2+2W+rel",
        "Wx=1.rel Wy=2.rel | Wy=1.rel Wx=2.rel",
        "| | x=1 y=1",
        OutOfReach,
        "Cats, fig. 9",
    ),
    (
        "2+2W+scs",
        "Wx=1.sc Wy=2.sc | Wy=1.sc Wx=2.sc",
        "| | x=1 y=1",
        Forbidden,
        "Standard, atomics.order/4",
    ),
    (
        "2+2W+sc fences",
        "Wx=1.rlx F.sc Wy=2.rlx | Wy=1.rlx F.sc Wx=2.rlx",
        "| | x=1 y=1",
        Forbidden,
        "RC11, section 3: psc_F",
    ),
    // Load buffering.
    (
        "LB",
        "Rx.rlx Wy=1.rlx | Ry.rlx Wx=1.rlx",
        "1 | 1",
        LoadBuffering,
        "Cats, fig. 9; RC11, section 1: no thin air",
    ),
    (
        "LB+acq+rel",
        "Rx.acq Wy=1.rel | Ry.acq Wx=1.rel",
        "1 | 1",
        Forbidden,
        "Standard, intro.races",
    ),
    (
        "LB+one rel",
        "Rx.rlx Wy=1.rel | Ry.acq Wx=1.rlx",
        "1 | 1",
        Forbidden,
        "Standard, intro.races/17: the load happens before the store",
    ),
    // What RC11 was made for.
    (
        "Z6.U",
        "Wx=1.sc Wy=1.rel | Uy+1.sc Ry.rlx | Wy=3.sc Rx.sc",
        "| 1 3 | 0",
        OutOfReach,
        "RC11, fig. 2",
    ),
    (
        "W+RWC",
        "Wx=1.rlx Wz=1.rel | Rz.acq Ry.rlx | Wy=1.rlx F.sc Rx.rlx",
        "| 1 0 | 0",
        Allowed,
        "Cats, fig. 12",
    ),
    (
        "W+RWC+sc fences",
        "Wx=1.rlx Wz=1.rel | Rz.acq F.sc Ry.rlx | Wy=1.rlx F.sc Rx.rlx",
        "| 1 0 | 0",
        Forbidden,
        "RC11, section 2.2",
    ),
    (
        "Z6.3",
        "Wx=1.rlx Wy=1.rlx | Wy=2.rlx Wz=1.rlx | Rz.rlx Rx.rlx",
        "| | 1 0 | y=2",
        Allowed,
        "Cats, fig. 12",
    ),
    (
        "Z6.3+sc fences",
        "Wx=1.rlx F.sc Wy=1.rlx | Wy=2.rlx F.sc Wz=1.rlx | Rz.rlx F.sc Rx.rlx",
        "| | 1 0 | y=2",
        Forbidden,
        "RC11, section 2.2",
    ),
];

/// Shapes, of which every combination of orderings and fences is held against the axioms.
pub const FAMILIES: &[(&str, &str)] = &[
    ("SB", "Wx=1.? F? Ry.? | Wy=1.? F? Rx.?"),
    ("MP", "Wx=1.? F? Wy=1.? | Ry.? F? Rx.?"),
    ("LB", "Rx.? F? Wy=1.? | Ry.? F? Wx=1.?"),
    ("R", "Wx=1.? F? Wy=1.? | Wy=2.? F? Rx.?"),
    ("S", "Wx=2.? F? Wy=1.? | Ry.? F? Wx=1.?"),
    ("2+2W", "Wx=1.? F? Wy=2.? | Wy=1.? F? Wx=2.?"),
    ("CoRR", "Wx=1.? Wx=2.? | Rx.? F? Rx.?"),
    ("CoRW", "Rx.? Wx=1.? | Wx=2.? F? Rx.?"),
    ("CoWR", "Wx=1.? F? Rx.? | Wx=2.? Rx.?"),
    ("SB+rmw", "Ux+1.? Ry.? | Uy+1.? Rx.?"),
    ("MP+rmw", "Wx=1.? Uy+1.? | Uy+1.? Rx.?"),
    ("MP+cas", "Wx=1.? Wy=1.? | Cy:1>2.ar/rlx F? Rx.? | Cy:0>3.?/acq"),
    ("release sequence", "Wx=1.rlx F? Wy=1.? | Uy+1.? | Ry.? F? Rx.rlx"),
    ("broken release sequence", "Wx=1.rlx F? Wy=1.? | Wy=2.? | Ry.? F? Rx.rlx"),
    ("own store in between", "Wx=1.rlx Wy=1.? F? Wy=2.? | Ry.? F? Rx.rlx"),
    ("WRC", "Wx=1.? | Rx.? F? Wy=1.? | Ry.? F? Rx.?"),
    ("ISA2", "Wx=1.? F? Wy=1.? | Ry.? F? Wz=1.? | Rz.? F? Rx.?"),
    ("RWC", "Wx=1.? | Rx.? F? Ry.? | Wy=1.? F? Rx.?"),
    ("W+RWC", "Wx=1.? F? Wz=1.? | Rz.? F? Ry.? | Wy=1.? F? Rx.?"),
    ("IRIW", "Wx=1.? | Wy=1.? | Rx.? F? Ry.? | Ry.? F? Rx.?"),
    ("Z6.U", "Wx=1.? F? Wy=1.? | Uy+1.? F? Ry.? | Wy=3.? F? Rx.?"),
    ("Z6.3", "Wx=1.? F? Wy=1.? | Wy=2.? F? Wz=1.? | Rz.? F? Rx.?"),
    ("3.SB", "Wx=1.? F? Ry.? | Wy=1.? F? Rz.? | Wz=1.? F? Rx.?"),
    ("PPO", "Wx=1.? F? Wy=1.? | Ry.? Wz=1.? Rz.? F? Rx.?"),
];
