//! What the kernel refuses to the program: paths (Landlock) and system calls (seccomp).

use crate::Processes;
use crate::error::Trouble;
use crate::wire::Order;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The newest version of Landlock that is asked for. Older kernels enforce what they know of it.
const NEWEST: ABI = ABI::V10;

/// Version 6 (Linux 6.12) can forbid signals to processes outside.
const SCOPES_SIGNALS: i64 = 6;

/// The version of Landlock that the kernel has, if it has any.
pub(crate) fn landlock_version() -> io::Result<i64> {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag, the call takes no structure and only returns a number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0_usize,
            VERSION,
        )
    };
    if version < 0 { Err(io::Error::last_os_error()) } else { Ok(version) }
}

/// Refuses all paths but those given. Returns whether it also refuses signals to the outside.
pub(super) fn landlock(order: &Order, temporary: Option<&Path>) -> Result<bool, Trouble> {
    let version =
        landlock_version().map_err(|error| Trouble::new("forbid paths (Landlock)", error))?;
    let all = AccessFs::from_all(NEWEST);
    let read = AccessFs::from_read(NEWEST);
    let inside = order.namespaces;
    let seen = |writable: bool| {
        order
            .paths
            .iter()
            .filter(move |given| given.writable == writable)
            .map(move |given| if inside { &given.inside } else { &given.outside })
    };
    let root = inside.then_some("/");
    let tmp = if inside { Some(Path::new("/tmp")) } else { temporary };
    let enforced = || -> Result<_, landlock::RulesetError> {
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(all)?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?
            .create()?
            .add_rules(path_beneath_rules(root, read))?
            .add_rules(path_beneath_rules(seen(false), read))?
            .add_rules(path_beneath_rules(seen(true), all))?
            .add_rules(path_beneath_rules(tmp, all))?
            .add_rules(path_beneath_rules(["/dev/null", "/dev/zero", "/dev/urandom"], all))?
            .restrict_self()
    };
    match enforced() {
        Ok(status) if status.ruleset != RulesetStatus::NotEnforced => Ok(version >= SCOPES_SIGNALS),
        Ok(_) => Err(Trouble { step: "Landlock is not enforced".into(), errno: 0 }),
        Err(error) => Err(Trouble { step: format!("forbid paths: {error}"), errno: 0 }),
    }
}

/// Refused to every program, with EPERM.
const REFUSED: &[i64] = &[
    // other processes
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    // the network
    libc::SYS_socket,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    // namespaces and mounts
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    // memory that no limit counts, and objects that outlive their process
    libc::SYS_memfd_secret,
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // parts of the kernel with a long record of holes
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // the machine
    libc::SYS_personality,
    libc::SYS_quotactl,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
];

#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[i64] = &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt];
#[cfg(target_arch = "aarch64")]
const REFUSED_HERE: &[i64] = &[];

/// Those that start a process, whatever their arguments. The others are `clone` and `clone3`.
#[cfg(target_arch = "x86_64")]
const FORKS: &[i64] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(target_arch = "aarch64")]
const FORKS: &[i64] = &[];

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

/// A namespace of its own would give the program capabilities over it.
const NEW_NAMESPACES: [libc::c_int; 8] = [
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWTIME,
];

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn when(index: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, seccompiler::Error> {
    let condition = SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)?;
    Ok(SeccompRule::new(vec![condition])?)
}

fn refused(order: &Order, outside_is_safe: bool) -> Result<Rules, seccompiler::Error> {
    let mut rules: Rules = REFUSED.iter().chain(REFUSED_HERE).map(|&call| (call, vec![])).collect();
    let itself = u64::from(std::process::id());
    // The limits, the affinity of others: not even with their user's right.
    for call in [libc::SYS_prlimit64, libc::SYS_sched_setaffinity] {
        let rule = SeccompRule::new(vec![
            SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, 0)?,
            SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, itself)?,
        ])?;
        rules.insert(call, vec![rule]);
    }
    // Pushing characters into a terminal's input.
    rules.insert(libc::SYS_ioctl, vec![when(1, SeccompCmpOp::Eq, libc::TIOCSTI)?]);
    if !order.memory_files {
        rules.insert(libc::SYS_memfd_create, vec![]);
    }
    // A pair of datagram sockets can send to others by their address.
    let kind = SeccompCmpOp::MaskedEq(0xf);
    rules.insert(
        libc::SYS_socketpair,
        if order.socket_pairs {
            vec![
                when(0, SeccompCmpOp::Ne, libc::AF_UNIX as u64)?,
                when(1, kind, libc::SOCK_DGRAM as u64)?,
            ]
        } else {
            vec![]
        },
    );
    let mut clone = Vec::new();
    for flag in NEW_NAMESPACES {
        let flag = u64::from(flag.cast_unsigned());
        clone.push(when(0, SeccompCmpOp::MaskedEq(flag), flag)?);
    }
    if order.processes == Processes::Single {
        rules.extend(FORKS.iter().map(|&call| (call, vec![])));
        clone.push(when(0, SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64), 0)?);
    }
    rules.insert(libc::SYS_clone, clone);
    if !outside_is_safe {
        for call in [
            libc::SYS_kill,
            libc::SYS_tgkill,
            libc::SYS_rt_sigqueueinfo,
            libc::SYS_rt_tgsigqueueinfo,
        ] {
            rules.insert(call, vec![when(0, SeccompCmpOp::Ne, itself)?]);
        }
        rules.insert(libc::SYS_tkill, vec![]);
        rules.insert(libc::SYS_pidfd_send_signal, vec![]);
    }
    Ok(rules)
}

fn compile(rules: Rules, errno: i32) -> Result<BpfProgram, seccompiler::Error> {
    let action = SeccompAction::Errno(errno.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, action, ARCHITECTURE)?;
    Ok(BpfProgram::try_from(filter)?)
}

/// Where the kernel has the x32 interface, every call has a second number that the rules above
/// do not name: refused as if the kernel had none.
#[cfg(target_arch = "x86_64")]
fn second_numbers() -> BpfProgram {
    const X32: u32 = 0x4000_0000;
    let step = |code: u32, jt, jf, k| seccompiler::sock_filter { code: code as u16, jt, jf, k };
    vec![
        // The number of the call is the first word of what the filter sees.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, X32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

/// Refuses system calls. `outside_is_safe`: something else keeps signals from the outside.
pub(super) fn seccomp(order: &Order, outside_is_safe: bool) -> Result<(), Trouble> {
    let install = || -> Result<(), seccompiler::Error> {
        let refused = compile(refused(order, outside_is_safe)?, libc::EPERM)?;
        // clone3 has its flags behind a pointer, where a filter cannot look. Without it, the C
        // library falls back to clone.
        let absent = compile([(libc::SYS_clone3, vec![])].into(), libc::ENOSYS)?;
        #[cfg(target_arch = "x86_64")]
        apply_filter(&second_numbers())?;
        apply_filter(&absent)?;
        apply_filter(&refused)
    };
    install().map_err(|error| Trouble {
        step: format!("forbid system calls (seccomp): {error}"),
        errno: 0,
    })
}
