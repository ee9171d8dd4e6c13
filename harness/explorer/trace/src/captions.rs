//! What stands on a picture beside the sentences.

use crate::Language;

/// The captions of one language.
#[derive(Debug)]
pub(crate) struct Captions {
    pub acts: &'static str,
    pub has_to_wait: &'static str,
    pub for_what_this_thread_has: &'static str,
    pub holds_a_lock: &'static str,
    pub waits: &'static str,
    pub waits_and_holds: &'static str,
    pub lets_go_on: &'static str,
    pub still_waits: &'static str,
    pub panics: &'static str,
    pub preemption: &'static str,
    /// The same where there is little room.
    pub preemption_short: &'static str,
    pub where_each_stands: &'static str,
    pub step_by_step: &'static str,
    /// Between a label and what it stands for.
    pub colon: &'static str,
    /// The end of a sentence.
    pub stop: &'static str,
    /// Steps before the first that is shown.
    pub earlier: fn(usize) -> String,
    /// Steps after the last that is shown.
    pub later: fn(usize) -> String,
    /// Steps between two that are shown.
    pub left_out: fn(usize) -> String,
    /// Steps within a crate of others, up to which.
    pub folded: fn(usize, &str, usize) -> String,
    /// From which step to which one a round of so many steps comes again, and how many times.
    pub again: fn(usize, usize, usize, usize) -> String,
    /// In which crate of others a step is.
    pub within: fn(&str) -> String,
    /// Threads that have no lane.
    pub other_threads: fn(usize) -> String,
    /// Where a thread comes from.
    pub spawned_at: fn(&str) -> String,
    /// Who prints to which stream.
    pub prints: fn(&str, bool) -> String,
    /// From whom the turn was taken.
    pub preempting: fn(&str) -> String,
}

impl Captions {
    pub(crate) fn of(language: Language) -> &'static Captions {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }
}

static ENGLISH: Captions = Captions {
    acts: "acts",
    has_to_wait: "has to wait",
    for_what_this_thread_has: "for what this thread has",
    holds_a_lock: "holds a lock",
    waits: "waits",
    waits_and_holds: "waits and holds a lock",
    lets_go_on: "lets go on",
    still_waits: "still waits at the end",
    panics: "panics",
    preemption: "preemption: the turn is taken from a thread that could go on",
    preemption_short: "preemption: taken from a thread that could go on",
    where_each_stands: "Where each thread stands",
    step_by_step: " The run, step by step:",
    colon: ": ",
    stop: ".",
    earlier: |steps| format!("{steps} earlier steps are not shown"),
    later: |steps| format!("{steps} later steps are not shown"),
    left_out: |steps| match steps {
        1 => "1 step is not shown".to_owned(),
        _ => format!("{steps} steps are not shown"),
    },
    folded: |steps, within, last| format!("{steps} steps in {within}, to step {last}"),
    again: |first, last, steps, times| match steps {
        1 => format!("steps {first} to {last} are the same, {times} times more"),
        _ => format!("steps {first} to {last} are these {steps} again, {times} times more"),
    },
    within: |name| format!(" (in {name})"),
    other_threads: |threads| format!("{threads} more threads are not drawn"),
    spawned_at: |place| format!("spawned at {place}"),
    prints: |who, stderr| format!("{who} prints{}", if stderr { " (stderr)" } else { "" }),
    preempting: |who| format!(" (preempting {who})"),
};

static CHINESE: Captions = Captions {
    acts: "执行一步",
    has_to_wait: "只好等待",
    for_what_this_thread_has: "等的是这个线程手里的",
    holds_a_lock: "持有锁",
    waits: "等待中",
    waits_and_holds: "等待中，并持有锁",
    lets_go_on: "让它可以继续",
    still_waits: "到最后还在等",
    panics: "panic",
    preemption: "抢占：本来可以继续的线程被换下",
    preemption_short: "抢占：换下本可继续的线程",
    where_each_stands: "每个线程停在哪里",
    step_by_step: "这次执行的每一步：",
    colon: "：",
    stop: "。",
    earlier: |steps| format!("前面的 {steps} 步没有显示"),
    later: |steps| format!("后面的 {steps} 步没有显示"),
    left_out: |steps| format!("这里有 {steps} 步没有显示"),
    folded: |steps, within, last| format!("在 {within} 里走了 {steps} 步，到第 {last} 步"),
    again: |first, last, steps, times| {
        format!("第 {first} 到 {last} 步是这 {steps} 步又重复了 {times} 次")
    },
    within: |name| format!("（在 {name} 里）"),
    other_threads: |threads| format!("另有 {threads} 个线程没有画出来"),
    spawned_at: |place| format!("在 {place} 启动"),
    prints: |who, stderr| format!("{who} 输出{}", if stderr { "（stderr）" } else { "" }),
    preempting: |who| format!("（抢占了 {who}）"),
};
