//! How a verdict was found and what it covers.

use crate::chart::Chart;
use crate::explain::grouped;
use crate::words::{clean, duration};
use crate::{Origin, Outcome, Search};

/// How the verdict was found and what it covers, a line each.
pub(crate) fn search(chart: &Chart<'_>) -> Vec<(&'static str, String)> {
    let verdict = &chart.trace.verdict;
    let Some(search) = &verdict.search else {
        return match chart.trace.origin {
            Origin::Recorded => {
                vec![("记录", "真实线程上的一次执行；下一次可能是另一个样子".to_owned())]
            }
            Origin::Explored => Vec::new(),
        };
    };
    let mut lines = Vec::new();
    if matches!(verdict.outcome, Outcome::Failed { .. }) {
        lines.push(("找到", found(search)));
    } else if let Some(ms) = search.elapsed_ms {
        let time = match ms {
            0 => "不到 1 ms".to_owned(),
            ms => duration(ms.saturating_mul(1_000_000)),
        };
        lines.push(("用时", time));
    }
    if let Some(schedule) = &search.schedule {
        lines.push(("调度串", clean(schedule)));
    }
    let list =
        |items: &[String]| items.iter().map(|item| phrase(item)).collect::<Vec<_>>().join("；");
    if !search.bounds.is_empty() {
        lines.push(("范围", list(&search.bounds)));
    }
    if !search.not_checked.is_empty() {
        lines.push(("没有检查", list(&search.not_checked)));
    }
    lines
}

fn found(search: &Search) -> String {
    let time = search
        .elapsed_ms
        .map_or(String::new(), |ms| format!("，{}", duration(ms.saturating_mul(1_000_000))));
    let executions = match search.executions {
        1 => "第一次执行".to_owned(),
        n => format!("{} 次执行之后", grouped(n)),
    };
    let preemptions = match search.preemptions {
        None => String::new(),
        Some(0) => "；不需要抢占".to_owned(),
        Some(n) if search.minimal => format!("；{n} 次抢占，没有抢占更少而出错的执行"),
        Some(n) => format!("；{n} 次抢占"),
    };
    format!("{executions}{time}{preemptions}")
}

/// The phrases in which an explorer states its bounds, with `#` for a number. What is not among them is shown as it is.
const PHRASES: [(&str, &str); 48] = [
    ("no spurious wake-ups", "没有虚假唤醒"),
    ("at most # spurious wake-up a thread", "每个线程最多 # 次虚假唤醒"),
    ("at most # spurious wake-ups a thread", "每个线程最多 # 次虚假唤醒"),
    (
        "a weak compare-exchange fails only where a strong one would",
        "弱的比较交换只在强的也会失败时失败",
    ),
    (
        "at most # weak compare-exchange a thread fails for no reason",
        "每个线程的弱比较交换最多有 # 次无故失败",
    ),
    (
        "at most # weak compare-exchanges a thread fail for no reason",
        "每个线程的弱比较交换最多有 # 次无故失败",
    ),
    ("time-outs fire at any moment", "超时可能在任何时刻发生"),
    ("time-outs fire only when nothing else can happen", "别的都不能发生时才会超时"),
    (
        "memory model: RC11 without load buffering, each atomic's stores and all SeqCst operations in the order of execution",
        "内存模型：不含 load buffering 的 RC11，每个原子变量的写入和所有 SeqCst 操作都按执行的先后",
    ),
    ("memory model: RC11 without load buffering", "内存模型：不含 load buffering 的 RC11"),
    ("memory model: every ordering counts as SeqCst", "内存模型：所有内存序都当作 SeqCst"),
    ("at most # steps an execution", "每次执行最多 # 步"),
    ("at most # preemptions", "最多 # 次抢占"),
    (
        "time-outs fire at any moment, # a thread; later ones only when nothing else can happen",
        "超时可能在任何时刻发生，每个线程 # 次；之后只有别的都不能发生时才会超时",
    ),
    (
        "a loop that only looks sees no change that comes after its first # look",
        "只是查看的循环，看不到前 # 次查看之后才发生的改变",
    ),
    (
        "a loop that only looks sees no change that comes after its first # looks",
        "只是查看的循环，看不到前 # 次查看之后才发生的改变",
    ),
    (
        "after # yields with nobody else moving, a thread waits until somebody moves",
        "一个线程让出 # 次而别的线程都没有动过，就等到有线程动了为止",
    ),
    ("data races that are accepted are seen in one order", "被接受的数据竞争只按一种先后查看"),
    (
        "volatile accesses that race are seen in one order",
        "相互竞争的 volatile 访问只按一种先后查看",
    ),
    (
        "old states of std's objects: try_lock, is_completed and the like find the newest",
        "std 对象的旧状态：try_lock、is_completed 之类总是看到最新的",
    ),
    (
        "freed memory that is given out again: no new pointer equals an old one",
        "释放后又分配出去的内存：新指针不会与旧指针相同",
    ),
    (
        "spurious wake-ups (--spurious 1 tries one a thread)",
        "虚假唤醒（--spurious 1 让每个线程试一次）",
    ),
    ("more spurious wake-ups a thread than #", "每个线程超过 # 次的虚假唤醒"),
    (
        "more weak compare-exchanges a thread that fail for no reason than #",
        "每个线程超过 # 次的 compare_exchange_weak 无故失败",
    ),
    ("threads may be left running at the end", "结束时允许还有线程在运行"),
    ("threads that do the same are counted once", "做同样事情的线程只算一次"),
    (
        "threads that do the same are counted once, but for those that the program tells apart",
        "做同样事情的线程只算一次，被程序分辨出来的除外",
    ),
    (
        "threads that do the same are told apart by the program, and each counts",
        "做同样事情的线程被程序分辨出来，各算各的",
    ),
    ("data races in unsafe code", "unsafe 代码里的数据竞争"),
    (
        "plain memory: data races in unsafe code, use after free, leaks",
        "普通内存：unsafe 代码里的数据竞争、释放后使用、内存泄漏",
    ),
    ("the counts of Arc and Weak", "Arc 和 Weak 的计数"),
    ("leaks of memory", "内存泄漏"),
    (
        "what std's precompiled code does with memory, as when it formats a number or makes room in a Vec",
        "std 中预先编译好的代码对内存做了什么，例如把数写成文字、给 Vec 增加空间",
    ),
    (
        "statics of other types than std's: they keep their values from one execution to the next",
        "类型不属于 std 的 static：它们的值从一次执行留到下一次",
    ),
    ("what functions of other languages do", "其他语言的函数做了什么"),
    (
        "other random numbers: every execution reads the same ones",
        "别的随机数：每次执行读到的都一样",
    ),
    (
        "other orders of a HashMap: every execution has the same one",
        "HashMap 的别的顺序：每次执行的顺序都一样",
    ),
    (
        "other dates: every execution begins at the start of 2000",
        "别的日期：每次执行都从 2000 年年初开始",
    ),
    (
        "code that takes time: only sleeping and waiting do",
        "代码本身花的时间：只有睡眠和等待才花时间",
    ),
    (
        "other orders of tasks on one thread: each execution has that of their executor's queue",
        "同一线程上异步任务的别的次序：每次执行都是执行器队列的次序",
    ),
    ("other process ids: every execution has the same one", "别的进程号：每次执行的进程号都一样"),
    (
        "files that were not there: they are in no execution",
        "当时不存在的文件：在任何执行里都不存在",
    ),
    (
        "other contents of files: every execution reads what is in them now",
        "文件里别的内容：每次执行读到的都是文件现在的内容",
    ),
    ("time-outs that fire before others that are due earlier", "先于更早到期的超时而触发的超时"),
    (
        "time-outs that fire before those of less than half their length",
        "先于长度不到自己一半的超时而触发的超时",
    ),
    ("other numbers of processors: every execution has two", "别的处理器数目：每次执行都有两个"),
    (
        "another environment: every execution reads this one",
        "别的环境变量：每次执行读到的都是现在这些",
    ),
    ("other values of $: every execution reads the same", "$ 的别的值：每次执行读到的都一样"),
];

/// A phrase in which an explorer states a bound, or what it has not checked.
pub(crate) fn phrase(text: &str) -> String {
    let digits = |c: char| c.is_ascii_digit();
    for (english, chinese) in PHRASES {
        if english == text {
            return chinese.to_owned();
        }
        for (mark, fits) in [('#', digits as fn(char) -> bool), ('$', |_| true)] {
            let Some((before, after)) = english.split_once(mark) else { continue };
            let value = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            if let Some(value) = value.filter(|value| !value.is_empty() && value.chars().all(fits))
            {
                return chinese.replace(mark, &clean(value));
            }
        }
    }
    clean(text)
}

#[cfg(test)]
mod tests {
    use super::phrase;

    #[test]
    fn a_bound_keeps_its_number_and_what_is_new_is_shown_as_it_is() {
        assert_eq!(phrase("at most 20000 steps an execution"), "每次执行最多 20000 步");
        assert_eq!(phrase("at most many steps an execution"), "at most many steps an execution");
        assert_eq!(phrase("no spurious wake-ups"), "没有虚假唤醒");
        assert_eq!(phrase("the\nmoon"), "the moon");
        let names = phrase("other values of HOME PATH: every execution reads the same");
        assert_eq!(names, "HOME PATH 的别的值：每次执行读到的都一样");
    }
}
