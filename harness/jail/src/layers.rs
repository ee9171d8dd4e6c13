//! The layers of protection, each of which a system may lack.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What stands between a jailed program and the machine.
///
/// As a part of [`Ended`](crate::Ended): the layers that were active. As an
/// argument of [`Jail::require`](crate::Jail::require): those without which
/// the program must not run.
///
/// ```
/// use jail::Layers;
///
/// let required = Layers { namespaces: true, ..Layers::DEGRADED };
/// assert_eq!(required.to_string(), "namespaces, landlock, seccomp, rlimits");
/// assert_eq!(required.missing_from(Layers::DEGRADED).to_string(), "namespaces");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// A file system, process table, network, IPC and host name of its own.
    pub namespaces: bool,
    /// The kernel refuses every path that was not given, and signals to
    /// processes outside (Landlock).
    pub landlock: bool,
    /// The kernel refuses the system calls that a submission has no business
    /// with: sockets, tracing, mounts and the like.
    pub seccomp: bool,
    /// Bounds on memory, processor time, files and threads.
    pub rlimits: bool,
    /// A user id that nobody else has. Only root can give one.
    pub uid: bool,
}

impl Layers {
    /// No layer at all.
    pub const NONE: Layers =
        Layers { namespaces: false, landlock: false, seccomp: false, rlimits: false, uid: false };

    /// The least that a [`Jail`](crate::Jail) ever runs with.
    pub const DEGRADED: Layers =
        Layers { namespaces: false, landlock: true, seccomp: true, rlimits: true, uid: false };

    /// Everything that an ordinary user can have.
    pub const FULL: Layers = Layers { namespaces: true, ..Layers::DEGRADED };

    /// The layers with these [names](Layers::names); `None` if one is not a layer.
    ///
    /// ```
    /// # use jail::Layers;
    /// let names: Vec<&str> = Layers::FULL.names().collect();
    /// assert_eq!(Layers::named(names), Some(Layers::FULL));
    /// assert_eq!(Layers::named(["landlock", "moat"]), None);
    /// ```
    pub fn named(names: impl IntoIterator<Item = impl AsRef<str>>) -> Option<Layers> {
        let mut layers = Layers::NONE;
        for name in names {
            *match name.as_ref() {
                "namespaces" => &mut layers.namespaces,
                "uid" => &mut layers.uid,
                "landlock" => &mut layers.landlock,
                "seccomp" => &mut layers.seccomp,
                "rlimits" => &mut layers.rlimits,
                _ => return None,
            } = true;
        }
        Some(layers)
    }

    /// The layers of `self` that `active` lacks.
    pub fn missing_from(self, active: Layers) -> Layers {
        Layers {
            namespaces: self.namespaces && !active.namespaces,
            landlock: self.landlock && !active.landlock,
            seccomp: self.seccomp && !active.seccomp,
            rlimits: self.rlimits && !active.rlimits,
            uid: self.uid && !active.uid,
        }
    }

    /// The names of the layers, in the order in which they are put on.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (self.namespaces, "namespaces"),
            (self.uid, "uid"),
            (self.landlock, "landlock"),
            (self.seccomp, "seccomp"),
            (self.rlimits, "rlimits"),
        ]
        .into_iter()
        .filter_map(|(there, name)| there.then_some(name))
    }
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Layers::NONE {
            return f.write_str("none");
        }
        for (index, name) in self.names().enumerate() {
            write!(f, "{}{name}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
