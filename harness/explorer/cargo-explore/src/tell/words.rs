//! What the command says besides the explorer's own sentences, in each language.

use super::line::one_line;
use super::{multiplied, zh};
use crate::executors::ORDERS;
use crate::second::Second;
use protocol::{Outcome, Status};
use trace::Language;

/// The words of one language.
pub(super) struct Words {
    /// Proved, replayed, failed, holding unless a time-out fires early, not proved, refused, ignored, not reached.
    pub counted: [&'static str; 9],
    pub and: &'static str,
    pub no_tests: &'static str,
    pub tests: fn(usize) -> String,
    pub failed: &'static str,
    pub again: &'static str,
    pub goes_on: &'static str,
    pub ignored: &'static str,
    pub not_explored: &'static str,
    pub not_checked: &'static str,
    /// What to do about a failure that only the second look found.
    pub early: &'static str,
    /// What to do about a thread that was left behind.
    pub left: &'static str,
    /// What to do about a sleep that was meant to be long enough.
    pub slept: &'static str,
    /// What to do about tests that cannot be explored.
    pub refused: &'static str,
    /// Before what was accepted.
    pub accepted: &'static str,
    /// Before what is accepted, and did not occur.
    pub never_met: &'static str,
    /// The verdict in one line; of a failure the first thing to know: what went wrong.
    pub verdict: fn(&Outcome, Option<Second>) -> String,
}

impl Words {
    pub fn of(language: Language) -> &'static Words {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }
}

static ENGLISH: Words = Words {
    counted: [
        "proved",
        "replayed, and ended well",
        "done in part",
        "failed",
        "unless a time-out fires early",
        "not proved",
        "could not be explored",
        "ignored",
        "not reached",
    ],
    and: "; ",
    no_tests: "no tests",
    tests: |number| match number {
        1 => "1 test: ".to_owned(),
        number => format!("{number} tests: "),
    },
    failed: "failed: ",
    again: "again: ",
    goes_on: "to go on: ",
    ignored: "ignored",
    not_explored: "not explored: ",
    not_checked: "not checked: ",
    early: "It fails only where a time-out fires although others could go on. If that cannot happen: --timeouts 0, or above the test the \
            comment `// Time-outs fire only when nothing else can happen`. If it must not fail then either: --eager-timeouts, or `// Time-outs fire \
            at any moment`.",
    left: "If threads may be left running when the test ends: --detached, or above the test the comment `// Threads may be left running`.",
    slept: "The thread that panics has slept. A sleep orders nothing: others may be slower than it, and than a loop that sleeps until a deadline, and the clock goes on as if they \
            were. To wait for them, wait by a condition variable, a channel or a join; a time-out there fires only when nothing else can happen.",
    refused: "What cannot be explored can be left out for good: by the comment `// Not explored: why` above the test, or at the top of its file.",
    accepted: "; accepted: ",
    never_met: "note: accepted, and did not occur in these tests: ",
    verdict: english,
};

static CHINESE: Words = Words {
    counted: [
        "个已证明",
        "个已重放且正常结束",
        "个已完成一部分",
        "个失败",
        "个只要超时不提前到就成立",
        "个未证明",
        "个无法探索",
        "个被忽略",
        "个没有轮到",
    ],
    and: "；",
    no_tests: "没有测试",
    tests: |number| format!("{number} 个测试："),
    failed: "失败：",
    again: "再看一次：",
    goes_on: "接着搜索：",
    ignored: "被忽略",
    not_explored: "未探索：",
    not_checked: "没有检查：",
    early: "只有在其他线程还能继续时超时先到，它才会失败。如果这不可能发生：用 --timeouts 0，或者在测试上方写注释 `// Time-outs fire only when nothing else can happen`。如果那时也不可以失败：用 --eager-timeouts，或者写 `// Time-outs fire at any moment`。",
    left: "如果测试结束时可以有线程仍在运行：用 --detached，或者在测试上方写注释 `// Threads may be left running`。",
    slept: "panic 的线程睡过。睡眠不排次序：其他线程可以比它更慢，也可以比一个边睡边等到期限的循环更慢，时钟就按它们更慢来走。要等它们，请用条件变量、通道或 join；那里的超时只在没有别的事可发生时才触发。",
    refused: "无法探索的测试可以一直不探索：在测试上方或者文件开头写注释 `// Not explored: 原因`。",
    accepted: "；已接受：",
    never_met: "注意：已接受，但在这些测试里没有出现：",
    verdict: chinese,
};

fn counted(executions: u64) -> String {
    match executions {
        1 => "1 execution".to_owned(),
        n => format!("{n} executions"),
    }
}

fn english(outcome: &Outcome, second: Option<Second>) -> String {
    match outcome.status {
        Status::Proved => match second {
            None => proved(outcome),
            Some(Second::Proved(more)) => {
                format!("{}; {more} where a time-out fires early: none fails", proved(outcome))
            }
            Some(Second::Open(tried)) => format!(
                "{}; of those where a time-out fires early {tried} were tried, none fails",
                proved(outcome)
            ),
            Some(Second::Refused | Second::Failed(_)) => format!(
                "{}; those where a time-out fires early cannot be explored",
                proved(outcome)
            ),
        },
        Status::Failed if outcome.trace.is_some() => {
            let executions = match outcome.executions {
                1 => "in the first execution".to_owned(),
                n => format!("after {n} executions"),
            };
            let what = what(&outcome.summary);
            match second {
                Some(Second::Failed(proved)) => format!(
                    "holds unless a time-out fires early: then {what} ({executions} of that kind; {} without prove the rest)",
                    counted(proved)
                ),
                _ => format!("failed: {what} ({executions})"),
            }
        }
        Status::NotProved
            if outcome.too_long == 0 && outcome.trace.is_none() && outcome.part == 0 =>
        {
            let covered = outcome.covered.map(|covered| match covered {
                ..10_000 => "; less than 1 % of the search was done".to_owned(),
                covered => format!("; at most {} % of the search was done", covered / 10_000),
            });
            let all = outcome.estimate.map(protocol::rounded);
            let all = all.map(|all| format!(", which takes about {all} executions"));
            format!(
                "not proved: {} tried, none fails ({}{}{})",
                counted(outcome.executions),
                outcome.summary,
                covered.unwrap_or_default(),
                all.unwrap_or_default()
            )
        }
        Status::Refused if outcome.trace.is_some() => {
            format!("cannot be replayed: {}", one_line(&outcome.summary))
        }
        _ => outcome.verdict(),
    }
}

/// A proof in words. Where an executor orders tasks, it is one about threads only.
fn proved(outcome: &Outcome) -> String {
    let verdict = outcome.verdict();
    match of_threads_only(outcome) {
        true => verdict.replacen(EVERY, &format!("{EVERY} of its threads"), 1),
        false => verdict,
    }
}

/// What a proof says that it covers.
const EVERY: &str = "every interleaving";

fn of_threads_only(outcome: &Outcome) -> bool {
    outcome.not_checked.iter().any(|line| line == ORDERS)
}

/// What goes wrong. What the harness says of a test is no panic of its own.
fn what(summary: &str) -> String {
    let summary = one_line(summary);
    let told = summary.strip_prefix("main panics: ").filter(|told| told.starts_with("the test "));
    told.map(str::to_owned).unwrap_or(summary)
}

fn chinese(outcome: &Outcome, second: Option<Second>) -> String {
    let executions = outcome.executions;
    match outcome.status {
        Status::Proved => {
            let within = outcome.within.as_ref();
            let within = within.map(|within| format!("（限于{}）", zh::within(within)));
            let more = match second {
                None => String::new(),
                Some(Second::Proved(more)) => format!("；超时提前到的 {more} 次执行也没有失败"),
                Some(Second::Open(tried)) => format!("；超时提前到的执行试了 {tried} 次，没有失败"),
                Some(Second::Refused | Second::Failed(_)) => {
                    "；超时提前到的执行无法探索".to_owned()
                }
            };
            let shared = match outcome.processes {
                _ if outcome.symmetry => "，做同样事情的线程只算一次".to_owned(),
                _ if outcome.parts > 0 => format!(
                    "（{} 个部分；其中 {} 次重复了别的执行，每个部分都做了其中的 {} 次）",
                    outcome.parts, outcome.redundant, outcome.by_each
                ),
                0 => String::new(),
                1 if outcome.redundant == 0 => String::new(),
                1 => format!("（其中 {} 次重复了别的执行）", outcome.redundant),
                n => format!("（{n} 个进程；其中 {} 次重复了别的执行）", outcome.redundant),
            };
            format!(
                "已证明{}：{executions} 次执行覆盖了{}所有交错{shared}{more}",
                within.unwrap_or_default(),
                if of_threads_only(outcome) { "线程的" } else { "" }
            )
        }
        Status::Failed if outcome.trace.is_some() => {
            let what = zh::failed(outcome);
            match second {
                Some(Second::Failed(proved)) => format!(
                    "只要超时不提前到就成立（{proved} 次执行已证明）；提前到时：{what}（第 {executions} 次这样的执行）"
                ),
                _ => format!("失败：{what}（第 {executions} 次执行）"),
            }
        }
        Status::NotProved if outcome.part > 0 => format!(
            "{} 部分中的第 {} 部分已完成：{executions} 次执行，没有失败（其中 {} 次重复了别的执行，{} 次用来看怎样划分搜索）",
            outcome.parts, outcome.part, outcome.redundant, outcome.by_each
        ),
        Status::NotProved if outcome.trace.is_none() => {
            let covered = outcome.covered.map(|covered| match covered {
                ..10_000 => "，搜索完成了不到 1 %".to_owned(),
                covered => format!("，搜索最多完成了 {} %", covered / 10_000),
            });
            let all = outcome.estimate.map(protocol::rounded);
            let all = all.map(|all| format!("，总共估计约 {all} 次执行"));
            let what = multiplied::in_chinese(&outcome.summary).map(|what| format!("；{what}"));
            let (what, covered) = (what.unwrap_or_default(), covered.unwrap_or_default());
            format!(
                "未证明：试了 {executions} 次执行，没有失败{what}{covered}{}",
                all.unwrap_or_default()
            )
        }
        Status::NotProved if outcome.too_long > 0 => "未证明：有的执行步数太多".to_owned(),
        Status::NotProved => "这次执行正常结束".to_owned(),
        Status::Failed | Status::Refused => {
            format!("无法探索：{}", zh::refused(&outcome.summary))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_of_tasks_is_one_about_threads() {
        let proved = Outcome { status: Status::Proved, executions: 2, ..Outcome::default() };
        let of_tasks = Outcome { not_checked: vec![ORDERS.to_owned()], ..proved.clone() };
        for (language, all, some) in [
            (Language::En, "cover every interleaving", "cover every interleaving of its threads"),
            (Language::Zh, "覆盖了所有交错", "覆盖了线程的所有交错"),
        ] {
            for second in [None, Some(Second::Proved(3)), Some(Second::Open(3))] {
                let told = |outcome| (Words::of(language).verdict)(outcome, second);
                assert!(told(&proved).contains(all) && !told(&proved).contains(some));
                assert!(told(&of_tasks).contains(some), "{}", told(&of_tasks));
            }
            // What is not checked is told in each language.
            assert_eq!(language.phrase(ORDERS) == ORDERS, language == Language::En);
        }
    }
}
