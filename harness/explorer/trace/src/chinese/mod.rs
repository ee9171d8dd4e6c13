//! Steps, waits and verdicts in Chinese: what [`words`](crate::words) and [`explain`](crate::explain) say in English.
//!
//! | module | what it puts into words |
//! |---|---|
//! | this one | steps and waits |
//! | `verdict` | what went wrong, why, and where each thread stands |
//! | `memory` | memory that was used as it must not be |
//! | `search` | how it was found, and what that covers |

mod memory;
mod search;
mod verdict;

pub(crate) use search::{phrase, search};
pub(crate) use verdict::{clue, deadlock, headline, more_clues, sentence, standing, stopped, why};

use crate::chart::{Chart, Row};
use crate::words::{Ends, at_most, clean, duration, ends, kind, limit, name};
use crate::{
    ChannelOutcome, Choice, Labels, LockMode, ObjectId, ObjectKind, Operation, Read, WaitsFor,
};

/// What a thread does in a row, without naming the thread.
pub(crate) fn predicate(chart: &Chart<'_>, row: &Row<'_>) -> String {
    let mut text = match &row.step.blocked {
        Some(reason) => asks(chart, row, reason),
        None => does(chart, row),
    };
    if let Some(note) = &row.step.note {
        text += &format!("——{}", clean(note));
    }
    text
}

/// What a thread waits for, to be read after "等".
pub(crate) fn waits_for(labels: &Labels, waits_for: &WaitsFor) -> String {
    match waits_for {
        WaitsFor::Lock { lock, held_by } if held_by.is_empty() => labels.object(*lock).to_owned(),
        WaitsFor::Lock { lock, held_by } => {
            format!("{}（由 {} 持有）", labels.object(*lock), labels.threads(held_by))
        }
        WaitsFor::Notify { condvar } => format!("{} 的通知", labels.object(*condvar)),
        WaitsFor::Join { thread } => format!("{} 结束", labels.thread(*thread)),
        WaitsFor::Unpark => "别的线程来 unpark 它".to_owned(),
        WaitsFor::Barrier { barrier } => format!("其他线程到达 {}", labels.object(*barrier)),
        WaitsFor::Message { channel } => format!("{} 里来消息", labels.object(*channel)),
        WaitsFor::Room { channel } => format!("{} 有空位", labels.object(*channel)),
        WaitsFor::Change { atomics } => {
            let names: Vec<&str> = atomics.iter().map(|&id| labels.object(id)).collect();
            match names.as_slice() {
                [] => "一个不会到来的改变".to_owned(),
                names => format!("{} 改变", names.join(" 或 ")),
            }
        }
        WaitsFor::Time => "时间过去".to_owned(),
    }
}

fn asks(chart: &Chart<'_>, row: &Row<'_>, reason: &WaitsFor) -> String {
    let labels = &chart.labels;
    match (&row.step.operation, reason) {
        (Operation::Wake { .. }, WaitsFor::Lock { lock, held_by }) => {
            let (lock, holders) = (labels.object(*lock), labels.threads(held_by));
            format!("{}，但 {lock} 由 {holders} 持有", woke(row))
        }
        (_, WaitsFor::Lock { lock, held_by }) if !held_by.is_empty() => {
            format!("想要 {}，但它由 {} 持有", labels.object(*lock), labels.threads(held_by))
        }
        (operation, reason) => {
            let limit = limit(operation).map_or(String::new(), |ns| at_most(labels, ns));
            format!("等 {}{limit}", waits_for(labels, reason))
        }
    }
}

fn does(chart: &Chart<'_>, row: &Row<'_>) -> String {
    use Operation as Op;
    let labels = &chart.labels;
    let call = row.step.call.as_deref().map(clean);
    match &row.step.operation {
        Op::Start => "开始".to_owned(),
        Op::End if row.panicking => "因 panic 而结束".to_owned(),
        Op::End => "结束".to_owned(),
        Op::Panic { message } => match ends(message) {
            Ends::Panic => format!("panic：{}", clean(message)),
            Ends::Crash => format!("崩溃：{}", clean(message)),
            Ends::Test => format!("结束：{}", clean(message)),
        },
        Op::Exit { code } => format!("以退出码 {code} 结束进程"),
        Op::Abort => "中止进程".to_owned(),
        Op::Spawn { child } => format!("启动 {}", labels.thread(*child)),
        Op::Join { child } => format!("等到了 {} 结束", labels.thread(*child)),
        Op::Yield => call.map_or("让出处理器".to_owned(), |call| format!("调用 {call}")),
        Op::Sleep { ns } => format!("睡 {}", duration(*ns)),
        Op::Park { .. } => match row.step.choice {
            Some(Choice::Timeout) => "因超时而不再停驻".to_owned(),
            Some(Choice::Spurious) => "无人 unpark，park 却返回了".to_owned(),
            _ => "调用 park，令牌已在，继续".to_owned(),
        },
        Op::Unpark { thread } => format!("对 {} 调用 unpark", labels.thread(*thread)),
        Op::Lock { lock, mode } => {
            let verb = if row.asked.is_some() { "拿到" } else { "锁住" };
            format!("{verb} {}{}", labels.object(*lock), how(chart, *lock, *mode))
        }
        Op::TryLock { lock, mode, acquired } => {
            let call = call.unwrap_or_else(|| "try_lock".to_owned());
            let lock_name = labels.object(*lock);
            if *acquired {
                format!("调用 {call}：拿到 {lock_name}{}", how(chart, *lock, *mode))
            } else {
                format!("调用 {call}：没有拿到 {lock_name}")
            }
        }
        Op::Unlock { lock, .. } => {
            let poisons = row.panicking && kind(chart.trace, *lock) != Some(ObjectKind::Once);
            let poison = if poisons { "在 panic 途中" } else { "" };
            format!("{poison}释放 {}{}", labels.object(*lock), hands_over(chart, row))
        }
        Op::Wait { condvar, lock, timeout_ns } => {
            let limit = timeout_ns.map_or(String::new(), |ns| at_most(labels, ns));
            let (lock, condvar) = (labels.object(*lock), labels.object(*condvar));
            format!("交还 {lock}，在 {condvar} 上等待{limit}{}", hands_over(chart, row))
        }
        Op::Wake { lock, .. } => format!("{}，重新锁住 {}", woke(row), labels.object(*lock)),
        Op::Notify { condvar, all } => {
            let call = if *all { "notify_all" } else { "notify_one" };
            let condvar = labels.object(*condvar);
            if row.step.wakes.is_empty() {
                format!("对 {condvar} 调用 {call}：没有线程在等，通知落空")
            } else {
                format!("对 {condvar} 调用 {call}：唤醒 {}", labels.threads(&row.step.wakes))
            }
        }
        Op::Barrier { barrier, leader: true } => {
            format!("最后一个到达 {}，放行大家", labels.object(*barrier))
        }
        Op::Barrier { barrier, leader: false } => format!("通过 {}", labels.object(*barrier)),
        Op::OnceBegin { once } => format!("开始初始化 {}", labels.object(*once)),
        Op::OnceEnd { once } => {
            format!("初始化完 {}{}", labels.object(*once), hands_over(chart, row))
        }
        Op::OnceGet { once, ready } => {
            let state = if *ready { "已初始化" } else { "未初始化" };
            format!("查看 {}：{state}", labels.object(*once))
        }
        Op::Send { channel, outcome } => {
            let channel = labels.object(*channel);
            match outcome {
                ChannelOutcome::Done => {
                    format!("向 {channel} 发送一条消息{}", hands_over(chart, row))
                }
                ChannelOutcome::WouldBlock => format!("发现 {channel} 没有空位"),
                ChannelOutcome::Disconnected => format!("向 {channel} 发送：接收端已不在"),
                ChannelOutcome::TimedOut => format!("放弃向 {channel} 发送：超时"),
            }
        }
        Op::Receive { channel, outcome, .. } => {
            let channel = labels.object(*channel);
            match outcome {
                ChannelOutcome::Done => {
                    format!("从 {channel} 收到一条消息{}", hands_over(chart, row))
                }
                ChannelOutcome::WouldBlock => format!("发现 {channel} 是空的"),
                ChannelOutcome::Disconnected => format!("从 {channel} 接收：发送端都已不在"),
                ChannelOutcome::TimedOut => format!("放弃从 {channel} 接收：超时"),
            }
        }
        Op::Close { channel } => {
            format!("关闭 {} 的一端{}", labels.object(*channel), hands_over(chart, row))
        }
        Op::Load { atomic, ordering, read } => {
            let (atomic, value) = (labels.object(*atomic), clean(&read.value));
            format!("读 {atomic}，得到 {value}（{}）{}", name(*ordering), age(read))
        }
        Op::Store { atomic, ordering, value } => {
            let (atomic, value) = (labels.object(*atomic), clean(value));
            format!("把 {atomic} 写成 {value}（{}）{}", name(*ordering), lost(chart, row))
        }
        Op::Update { atomic, ordering, read, value } => {
            let call = call.map_or("更新".to_owned(), |call| format!("调用 {call}："));
            let (atomic, before) = (labels.object(*atomic), clean(&read.value));
            match (value, row.step.choice) {
                (Some(value), _) => {
                    format!("{call} {atomic}：{before} → {}（{}）", clean(value), name(*ordering))
                }
                (None, Some(Choice::WeakFailure)) => {
                    format!("{call} {atomic}：碰巧失败，值是 {before}")
                }
                (None, _) => format!("{call} {atomic}：失败，值是 {before}{}", age(read)),
            }
        }
        Op::Fence { ordering } => format!("执行内存屏障（{}）", name(*ordering)),
        Op::Other => call.map_or("继续".to_owned(), |call| format!("调用 {call}")),
    }
}

fn woke(row: &Row<'_>) -> &'static str {
    match row.step.choice {
        Some(Choice::Spurious) => "无人通知就醒来",
        Some(Choice::Timeout) => "因超时而醒来",
        _ => "醒来",
    }
}

fn hands_over(chart: &Chart<'_>, row: &Row<'_>) -> String {
    if row.step.wakes.is_empty() {
        return String::new();
    }
    format!("；{} 可以继续", chart.labels.threads(&row.step.wakes))
}

fn how(chart: &Chart<'_>, lock: ObjectId, mode: LockMode) -> &'static str {
    match (kind(chart.trace, lock), mode) {
        (_, LockMode::Shared) => "（读）",
        (Some(ObjectKind::RwLock), LockMode::Exclusive) => "（写）",
        _ => "",
    }
}

fn age(read: &Read) -> String {
    match read.outdated() {
        Some(stale) => format!("，是旧值，最新的是 {}", clean(&stale.newest)),
        None => String::new(),
    }
}

fn lost(chart: &Chart<'_>, row: &Row<'_>) -> String {
    match &row.effect.overwrote {
        Some(gone) => {
            let by = chart.labels.thread(gone.by);
            format!("，盖掉了 {by} 写的 {}，而它从没读到过", clean(&gone.value))
        }
        None => String::new(),
    }
}
