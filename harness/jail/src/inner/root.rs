//! The jail's file system: empty, in memory, with what was given mounted into it.

use crate::error::Trouble;
use crate::wire::Order;
use rustix::fs::{CWD, Mode, mkdir};
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount,
    mount_change, mount_remount, move_mount, open_tree, unmount,
};
use rustix::thread::UnshareFlags;
use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The new root is put together here. What it hides there was taken before.
const AT: &str = "/tmp";

const DEVICES: [&str; 3] = ["/dev/null", "/dev/zero", "/dev/urandom"];

/// For at most this many files, directories and links in `/tmp`.
const FILES: u32 = 16_384;

/// Leaves the system's mounts, network, IPC and host name, and replaces the root.
pub(super) fn build(order: &Order) -> Result<(), Trouble> {
    let at = |step: &'static str| move |error: rustix::io::Errno| Trouble::new(step, error);
    let namespaces = UnshareFlags::NEWNS
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    // SAFETY: one thread, and its descriptors stay shared.
    unsafe { rustix::thread::unshare_unsafe(namespaces) }.map_err(at("unshare"))?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .map_err(at("make the mounts private"))?;
    let devices = DEVICES.iter().map(|path| (OsStr::new(path), OsStr::new(path), true));
    let given = order
        .paths
        .iter()
        .map(|given| (given.outside.as_os_str(), given.inside.as_os_str(), given.writable));
    let trees = devices.chain(given).map(Tree::take).collect::<Result<Vec<_>, _>>()?;

    let safe = MountFlags::NOSUID | MountFlags::NODEV;
    mount("jail", AT, "tmpfs", safe, c"size=1m,mode=755").map_err(at("mount a root"))?;
    let tmp = format!("{AT}/tmp");
    mkdir(&tmp, Mode::from_raw_mode(0o755)).map_err(at("make /tmp"))?;
    let options = format!("size={},nr_inodes={FILES},mode=1777", order.limits.tmp_bytes.max(1));
    let options = CString::new(options).unwrap_or_default();
    mount("tmp", &tmp, "tmpfs", safe, options.as_c_str()).map_err(at("mount /tmp"))?;
    for tree in trees {
        tree.put()?;
    }

    rustix::process::chdir(AT).map_err(at("enter the root"))?;
    rustix::process::pivot_root(".", ".").map_err(at("pivot_root"))?;
    unmount(".", UnmountFlags::DETACH).map_err(at("let go of the old root"))?;
    rustix::process::chdir("/").map_err(at("enter the root"))?;
    mount_remount("/", MountFlags::BIND | MountFlags::RDONLY | safe, c"")
        .map_err(at("make the root read-only"))?;
    rustix::system::sethostname(b"jail").map_err(at("name the host"))
}

/// A copy of a part of the old file system, not yet anywhere in the new one.
struct Tree {
    mount: OwnedFd,
    directory: bool,
    to: PathBuf,
}

impl Tree {
    fn take((outside, inside, writable): (&OsStr, &OsStr, bool)) -> Result<Tree, Trouble> {
        let about = |step: &str, path: &OsStr| format!("{step} {}", path.display());
        let flags = OpenTreeFlags::OPEN_TREE_CLONE
            | OpenTreeFlags::OPEN_TREE_CLOEXEC
            | OpenTreeFlags::AT_RECURSIVE;
        let mount = open_tree(CWD, outside, flags)
            .map_err(|error| Trouble::new(about("give", outside), error))?;
        let device = outside.as_bytes().starts_with(b"/dev/");
        restrict(&mount, !writable, device)
            .map_err(|error| Trouble::new(about("restrict", outside), error))?;
        let directory = Path::new(outside).is_dir();
        let relative = Path::new(inside).strip_prefix("/").map_err(|_| Trouble {
            step: about("give a path of the jail that does not begin with /:", inside),
            errno: 0,
        })?;
        Ok(Tree { mount, directory, to: Path::new(AT).join(relative) })
    }

    fn put(self) -> Result<(), Trouble> {
        let make = || -> io::Result<()> {
            if self.directory {
                return std::fs::create_dir_all(&self.to);
            }
            std::fs::create_dir_all(self.to.parent().unwrap_or(Path::new(AT)))?;
            std::fs::File::create(&self.to).map(drop)
        };
        // Inside a read-only tree the place cannot be made, but may be there.
        if !self.to.exists() {
            make().map_err(|error| self.trouble("make a place for", error))?;
        }
        let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
        move_mount(&self.mount, "", CWD, &self.to, flags)
            .map_err(|error| self.trouble("mount", error))
    }

    fn trouble(&self, step: &str, error: impl Into<io::Error>) -> Trouble {
        let inside = self.to.strip_prefix(AT).unwrap_or(&self.to);
        Trouble::new(format!("{step} /{}", inside.display()), error)
    }
}

/// Takes set-user-id, devices and, if asked, writing from a whole tree of mounts.
fn restrict(mount: &OwnedFd, read_only: bool, device: bool) -> io::Result<()> {
    let mut attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_NOSUID,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    if read_only {
        attributes.attr_set |= libc::MOUNT_ATTR_RDONLY;
    }
    if !device {
        attributes.attr_set |= libc::MOUNT_ATTR_NODEV;
    }
    // SAFETY: the path is a C string and the structure is of the size that is passed along.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | libc::AT_RECURSIVE,
            &attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
