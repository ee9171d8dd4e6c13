//! What went wrong, why, and where each thread stands.

use super::waits_for;
use crate::chart::{Chart, Row};
use crate::explain::grouped;
use crate::words::{Ends, at_most, clean, ends};
use crate::{Choice, Failure, Location, ObjectId, Operation, Outcome, ThreadId, Wait, WaitsFor};

/// The verdict in a few words.
pub(crate) fn headline(chart: &Chart<'_>) -> String {
    let verdict = &chart.trace.verdict;
    let executions = grouped(verdict.search.as_ref().map_or(0, |search| search.executions));
    match &verdict.outcome {
        Outcome::Ended => "一次记录下来的执行，正常结束".to_owned(),
        Outcome::Proved => format!("已证明：{executions} 次执行覆盖了所有交错"),
        Outcome::NotProved { reason } => {
            format!("未证明：试了 {executions} 次执行，都不出错；{}", clean(reason))
        }
        Outcome::Failed { failure } => format!("出错：{}", failed(chart, failure)),
    }
}

fn failed(chart: &Chart<'_>, failure: &Failure) -> String {
    let labels = &chart.labels;
    match failure {
        Failure::Panic { thread, message, .. } => match ends(message) {
            Ends::Panic => format!("{} 发生 panic", labels.thread(*thread)),
            Ends::Crash => format!("{} 崩溃", labels.thread(*thread)),
            Ends::Test => "测试自己的结果".to_owned(),
        },
        Failure::Deadlock { .. } => "死锁".to_owned(),
        Failure::Livelock { .. } => "活锁：程序一直在运行，却没有进展".to_owned(),
        Failure::Leak { threads } => format!("程序结束时还有 {} 个线程没有结束", threads.len()),
        Failure::Poisoned { lock, .. } => format!("{} 已中毒", labels.object(*lock)),
        Failure::Memory { fault, .. } => super::memory::name(*fault).to_owned(),
        Failure::Exit { code: Some(code), .. } => format!("程序以退出码 {code} 退出"),
        Failure::Exit { thread, code: None }
            if !crate::explain::fatal_panics(chart, *thread).is_empty() =>
        {
            format!("{} 发生 panic，进程因此结束", labels.thread(*thread))
        }
        Failure::Exit { code: None, .. } => "程序中止".to_owned(),
    }
}

/// What is said of a run that was stopped before its end.
pub(crate) fn stopped() -> String {
    "这次执行被中途停下：它比探索器能跟的更长，或者没有尽头。让程序少做一些，或者允许它多走几步。"
        .to_owned()
}

/// What went wrong. A deadlock has sentences of its own.
pub(crate) fn why(chart: &Chart<'_>, failure: &Failure) -> Vec<String> {
    let labels = &chart.labels;
    match failure {
        Failure::Panic { thread, message, at } => {
            let place = at.as_ref().map_or(String::new(), |at| format!("在 {at} "));
            let name = labels.thread(*thread);
            vec![match ends(message) {
                Ends::Panic => format!("{name} {place}发生 panic：{}", clean(message)),
                Ends::Crash => format!("{name} {place}崩溃：{}", clean(message)),
                Ends::Test => format!("{name} 结束时：{}", clean(message)),
            }]
        }
        Failure::Deadlock { .. } => Vec::new(),
        Failure::Livelock { spins, steps } => {
            let mut lines = vec![format!("这次执行在 {} 步之后被停下。", grouped(*steps))];
            if crate::explain::goes_round(spins) {
                lines.push(
                    "一切都和若干步之前一样，而这期间每个能前进的线程都走过了：只要它们每次都在同样的时刻来到，就可以这样永远绕下去。换一种先后，也许就有线程能走出来。"
                        .to_owned(),
                );
            }
            lines
        }
        Failure::Leak { threads } => threads.iter().map(|wait| leak(chart, wait)).collect(),
        Failure::Poisoned { thread, lock, by } => {
            let lock = labels.object(*lock);
            let by = by.map_or(String::new(), |by| {
                format!("{} 持有 {lock} 时发生了 panic。", labels.thread(by))
            });
            vec![format!("{} 发现 {lock} 已中毒，于是放弃。{by}", labels.thread(*thread))]
        }
        Failure::Memory { fault, accesses, allocation, .. } => {
            super::memory::why(chart, *fault, accesses, allocation.as_ref())
        }
        Failure::Exit { thread, .. } => {
            let name = labels.thread(*thread);
            let panics = crate::explain::fatal_panics(chart, *thread);
            if panics.is_empty() {
                let alone = chart.trace.threads.len() == 1;
                let others = if alone { "" } else { "，而其他线程还在运行" };
                return vec![format!("{name} 结束了进程{others}。")];
            }
            let told = panics.iter().map(|(message, at)| {
                let place = at.map_or(String::new(), |at| format!("在 {at} "));
                format!("{name} {place}发生 panic：{}", clean(message))
            });
            told.chain(["这样的 panic 无法捕获，它结束了整个进程。".to_owned()]).collect()
        }
    }
}

fn leak(chart: &Chart<'_>, wait: &Wait) -> String {
    let labels = &chart.labels;
    let (name, main) = (labels.thread(wait.thread), labels.thread(ThreadId(0)));
    let doing = match &wait.waits_for {
        Some(reason) => format!("它还在等 {}", waits_for(labels, reason)),
        None => format!("它还在运行{}", place(wait.at.as_ref())),
    };
    format!("{main} 已经结束，而没有线程 join 过 {name}：{doing}。")
}

fn place(at: Option<&Location>) -> String {
    at.map_or(String::new(), |at| format!("（{at}）"))
}

/// The first sentence on a deadlock, in which so many threads wait in a circle.
pub(crate) fn deadlock(circle: usize) -> String {
    match circle {
        0 => "没有线程能继续。",
        1 => "没有线程能继续：有一个线程在等它自己。",
        _ => "没有线程能继续：这些线程互相等待，成了一圈。",
    }
    .to_owned()
}

/// What threads hold and wait for.
pub(crate) fn sentence(chart: &Chart<'_>, who: &str, holds: &str, wait: &Wait) -> String {
    let labels = &chart.labels;
    let and = if holds.is_empty() { String::new() } else { format!("持有 {holds}，") };
    match &wait.waits_for {
        Some(WaitsFor::Lock { lock, held_by }) if !held_by.is_empty() => {
            let holders = match held_by.as_slice() == [wait.thread] {
                true => "它自己".to_owned(),
                false => labels.threads(held_by),
            };
            format!("{who} {and}在等 {}，而它由 {holders} 持有。", labels.object(*lock))
        }
        Some(WaitsFor::Notify { condvar }) => {
            format!("{who} {and}在等 {} 的通知，而再没有线程会通知它。", labels.object(*condvar))
        }
        Some(WaitsFor::Unpark) => format!("{who} {and}在停驻，而再没有线程会 unpark 它。"),
        Some(reason @ WaitsFor::Change { .. }) => {
            format!("{who} {and}在自旋，等 {}。", waits_for(labels, reason))
        }
        Some(reason) => format!("{who} {and}在等 {}。", waits_for(labels, reason)),
        None => format!("{who} {and}还能继续{}。", place(wait.at.as_ref())),
    }
}

/// A step that a reader should look at, and why. `left` are the threads that a notification did not reach although they waited, `missed`
/// those that wait later, and to the end.
pub(crate) fn clue(
    chart: &Chart<'_>,
    row: &Row<'_>,
    left: &[ThreadId],
    missed: &[ThreadId],
) -> Option<String> {
    let labels = &chart.labels;
    let name = labels.thread(row.step.thread);
    let said = match &row.step.operation {
        Operation::Notify { condvar, .. } => notification(chart, row, *condvar, left, missed)?,
        Operation::Load { atomic, read, .. } => {
            let newest = clean(&read.outdated()?.newest);
            let (atomic, value) = (labels.object(*atomic), clean(&read.value));
            format!(
                "{name} 读到 {atomic} 的旧值 {value}，而之前已经写入了 {newest}。没有什么让那次写入先于这次读取发生。"
            )
        }
        Operation::TryLock { .. } | Operation::OnceGet { .. } | Operation::Other
            if row.step.choice == Some(Choice::OlderStore) =>
        {
            format!("{name} 看到的是先前的状态：没有什么保证那次改变发生在这次查看之前。")
        }
        Operation::Update { value: None, .. } if row.step.choice == Some(Choice::WeakFailure) => {
            format!("{name} 的比较交换无缘无故地失败了：弱的那种可以这样。")
        }
        Operation::Update { atomic, read, value: None, .. } => {
            let newest = clean(&read.outdated()?.newest);
            let (atomic, value) = (labels.object(*atomic), clean(&read.value));
            format!(
                "{name} 的比较交换失败了：它读到 {atomic} 的旧值 {value}，而之前已经写入了 {newest}。没有什么让那次写入先于它发生。"
            )
        }
        Operation::Store { atomic, value, .. } => {
            let gone = row.effect.overwrote.as_ref()?;
            let (atomic, value) = (labels.object(*atomic), clean(value));
            let (by, gone) = (labels.thread(gone.by), clean(&gone.value));
            format!(
                "{name} 把 {atomic} 写成 {value}，盖掉了 {by} 写的 {gone}，而它从没读到过。那次更新丢失了。"
            )
        }
        Operation::Wake { .. } | Operation::Park { .. } => match row.step.choice? {
            Choice::Spurious => format!(
                "没有线程唤醒 {name}，它却醒了。每次等待都可能这样返回：要在循环里检查条件。"
            ),
            Choice::Timeout => format!("{name} 因超时而醒来。"),
            _ => return None,
        },
        _ => return None,
    };
    Some(format!("第 {} 步：{said}", row.number))
}

fn notification(
    chart: &Chart<'_>,
    row: &Row<'_>,
    condvar: ObjectId,
    left: &[ThreadId],
    missed: &[ThreadId],
) -> Option<String> {
    let labels = &chart.labels;
    let name = labels.thread(row.step.thread);
    if !left.is_empty() {
        let woken = labels.threads(&row.step.wakes);
        return Some(format!("{name} 只唤醒了 {woken}；{} 继续等。", labels.threads(left)));
    }
    if missed.is_empty() {
        return None;
    }
    let waiting = match row.step.wakes.is_empty() {
        true => "没有线程在等".to_owned(),
        false => format!("只有 {} 在等", labels.threads(&row.step.wakes)),
    };
    Some(format!(
        "{name} 通知 {} 时{waiting}。通知不会被记住：{} 后来才等，永远等不到它。",
        labels.object(condvar),
        labels.threads(missed)
    ))
}

/// What is said instead of so many more clues.
pub(crate) fn more_clues(more: u64) -> String {
    format!("后面还是这样：同类的步骤还有 {} 个。", grouped(more))
}

/// Where a thread stands at the end.
pub(crate) fn standing(what: &crate::explain::Stand<'_>, chart: &Chart<'_>, holds: &str) -> String {
    use crate::explain::{Since, Stand};
    let text = match what {
        Stand::Waits { since, reason, limit } => {
            let since = match since {
                Since::Unknown => String::new(),
                Since::Asked(step) => format!("从第 {step} 步起"),
                Since::Notified(step) => format!("第 {step} 步得到通知，"),
                Since::Awake => "已经醒来，".to_owned(),
            };
            let limit = limit.map_or(String::new(), |ns| at_most(&chart.labels, ns));
            format!("{since}在等 {}{limit}", waits_for(&chart.labels, reason))
        }
        Stand::Unborn => "从未启动".to_owned(),
        Stand::Panicking => "正在 panic".to_owned(),
        Stand::NotRun => "还没有运行".to_owned(),
        Stand::CouldGoOn => "还能继续".to_owned(),
        Stand::Ended => "已经结束".to_owned(),
        Stand::Panicked => "因 panic 而结束".to_owned(),
    };
    if holds.is_empty() { text } else { format!("{text}；持有 {holds}") }
}
