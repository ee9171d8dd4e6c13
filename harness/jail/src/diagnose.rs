//! What this machine can enforce, what it cannot, and how it could.

use crate::inner::landlock_version;
use crate::{Ended, Error, How, Jail, Layers};
use std::fs;
use std::path::Path;

/// What [`diagnose`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One line for each layer, in the order in which they are put on.
    pub findings: Vec<Finding>,
    /// The layers that a [`Jail`] has here; `None` if it refuses to run at all.
    pub layers: Option<Layers>,
}

impl Report {
    /// Whether a jail has every layer that this user can have.
    pub fn is_full(&self) -> bool {
        self.layers.is_some_and(|layers| Layers::FULL.missing_from(layers) == Layers::NONE)
    }
}

/// One layer on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The layer's name.
    pub layer: &'static str,
    /// What it stops.
    pub purpose: &'static str,
    /// Whether it holds.
    pub state: State,
}

/// Whether a layer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It does; with its version or the like.
    Works(String),
    /// It does not.
    Missing {
        /// What the system answered.
        why: String,
        /// What to do about it.
        remedy: String,
    },
    /// It is not for this user.
    NotForThisUser(String),
}

/// Tries the whole sequence, with namespaces and without, on a program that
/// does nothing. Takes some ten milliseconds.
///
/// A part of it is no proof: on some systems a process can leave the
/// namespaces but not mount anything in the new ones.
pub fn diagnose() -> Report {
    let program = || Jail::new("/bin/true").system_programs();
    diagnosis(program().require(Layers::FULL).run(), program().without_namespaces().run())
}

fn diagnosis(full: Result<Ended, Error>, degraded: Result<Ended, Error>) -> Report {
    let layers = [&full, &degraded]
        .into_iter()
        .find_map(|run| run.as_ref().ok().filter(|ended| ended.how == How::Exited(0)))
        .map(|ended| ended.layers);
    let has = |layer: fn(Layers) -> bool| layers.is_some_and(layer);
    let reason = |run: &Result<Ended, Error>| match run {
        Ok(ended) => ended.how.to_string(),
        Err(error) => error.to_string(),
    };
    let namespaces = if full.as_ref().is_ok_and(Ended::success) {
        State::Works("processes, mounts, network, IPC, host name".into())
    } else {
        State::Missing { why: reason(&full), remedy: namespaces_remedy() }
    };
    let other = |works: bool, detail: String, remedy: &str| {
        if works {
            State::Works(detail)
        } else {
            State::Missing { why: reason(&degraded), remedy: remedy.to_owned() }
        }
    };
    let version = landlock_version().map_or(0, |version| version);
    let uid = if has(|layers| layers.uid) {
        State::Works("one for each run".into())
    } else {
        State::NotForThisUser("only root can change the user id; yours is the program's".into())
    };
    let findings = vec![
        Finding {
            layer: "namespaces",
            purpose: "hide everything that is not given",
            state: namespaces,
        },
        Finding { layer: "uid", purpose: "own nothing, and be nobody else", state: uid },
        Finding {
            layer: "landlock",
            purpose: "refuse paths, and signals to the outside",
            state: other(
                has(|layers| layers.landlock),
                format!("version {version}"),
                "Linux 5.13 or newer with `landlock` in the kernel parameter `lsm=` (see \
                 /sys/kernel/security/lsm); without namespaces, Linux 6.12 for programs of several \
                 processes",
            ),
        },
        Finding {
            layer: "seccomp",
            purpose: "refuse system calls: sockets, tracing, mounts",
            state: other(
                has(|layers| layers.seccomp),
                "filters".into(),
                "a kernel with CONFIG_SECCOMP_FILTER",
            ),
        },
        Finding {
            layer: "rlimits",
            purpose: "bound memory, time, files and threads",
            state: other(has(|layers| layers.rlimits), "per process".into(), "see the line above"),
        },
    ];
    Report { findings, layers }
}

/// What stands in the way of namespaces most often, and the way around it.
fn namespaces_remedy() -> String {
    let setting = |path: &str| {
        fs::read_to_string(Path::new("/proc/sys").join(path)).map(|text| text.trim().to_owned())
    };
    let contained =
        ["/.dockerenv", "/run/.containerenv"].iter().any(|path| Path::new(path).exists())
            || std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
    remedy(
        setting("kernel/unprivileged_userns_clone").ok().as_deref(),
        setting("user/max_user_namespaces").ok().as_deref(),
        setting("kernel/apparmor_restrict_unprivileged_userns").ok().as_deref(),
        contained,
    )
    .to_owned()
}

fn remedy(
    debian: Option<&str>,
    most: Option<&str>,
    apparmor: Option<&str>,
    contained: bool,
) -> &'static str {
    match (debian, most, apparmor) {
        (Some("0"), _, _) => "as root: sysctl kernel.unprivileged_userns_clone=1",
        (_, Some("0"), _) => "as root: sysctl user.max_user_namespaces=10000",
        (_, _, Some("1")) => {
            "as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile \
             with `userns,` for this executable"
        }
        _ if contained => {
            "a container forbids them by default: docker or podman run with --security-opt \
             seccomp=unconfined --security-opt apparmor=unconfined --security-opt \
             systempaths=unconfined; Kubernetes: seccompProfile and appArmorProfile Unconfined, \
             procMount Unmasked"
        }
        _ => "run as root, or ask who administers this machine for unprivileged user namespaces",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trouble;

    fn ended(layers: Layers) -> Result<Ended, Error> {
        Ok(Ended {
            how: How::Exited(0),
            stdout: Vec::new(),
            stderr: Vec::new(),
            wall: Default::default(),
            cpu: Default::default(),
            peak_memory: 0,
            layers,
        })
    }

    fn refused(missing: Layers) -> Result<Ended, Error> {
        let reason = Some(Trouble { step: "mount a root".into(), errno: libc::EPERM });
        Err(Error::Missing { missing, reason })
    }

    fn missing(report: &Report) -> Vec<&'static str> {
        let missing = |finding: &&Finding| matches!(finding.state, State::Missing { .. });
        report.findings.iter().filter(missing).map(|finding| finding.layer).collect()
    }

    #[test]
    fn full_protection_misses_nothing() {
        let report = diagnosis(ended(Layers::FULL), ended(Layers::DEGRADED));
        assert!(report.is_full() && missing(&report).is_empty(), "{report:?}");
        assert_eq!(report.layers, Some(Layers::FULL));
    }

    #[test]
    fn without_namespaces_the_rest_holds() {
        let namespaces = Layers { namespaces: true, ..Layers::NONE };
        let report = diagnosis(refused(namespaces), ended(Layers::DEGRADED));
        assert_eq!(missing(&report), ["namespaces"]);
        assert!(!report.is_full());
        let State::Missing { why, .. } = &report.findings[0].state else { unreachable!() };
        assert!(why.contains("mount a root: Operation not permitted"), "{why}");
    }

    #[test]
    fn without_landlock_and_namespaces_there_is_no_jail() {
        let landlock = Layers { landlock: true, ..Layers::NONE };
        let namespaces = Layers { namespaces: true, ..Layers::NONE };
        let report = diagnosis(refused(namespaces), refused(landlock));
        assert_eq!(report.layers, None);
        assert!(!report.is_full());
    }

    #[test]
    fn the_remedy_fits_the_obstacle() {
        assert!(remedy(Some("0"), None, None, true).contains("unprivileged_userns_clone"));
        assert!(remedy(Some("1"), Some("0"), None, false).contains("max_user_namespaces"));
        assert!(remedy(None, Some("96365"), Some("1"), false).contains("apparmor"));
        assert!(remedy(None, Some("96365"), Some("0"), true).contains("docker"));
        assert!(remedy(None, None, None, false).contains("administers"));
    }
}
