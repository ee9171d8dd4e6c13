//! Memory that was used as it must not be.

use crate::chart::Chart;
use crate::explain::{Unordered, has_another_layout, is_left};
use crate::{Access, Action, Allocation, Location, MemoryFault};

/// What a fault is called.
pub(super) fn name(fault: MemoryFault) -> &'static str {
    match fault {
        MemoryFault::DataRace => "数据竞争",
        MemoryFault::UseAfterFree => "释放后使用",
        MemoryFault::DoubleFree => "重复释放",
        MemoryFault::InvalidFree => "无效释放",
        MemoryFault::Leak => "内存泄漏",
    }
}

fn place(at: Option<&Location>) -> String {
    at.map_or(String::new(), |at| format!("（{at}）"))
}

/// What went wrong, in sentences.
pub(super) fn why(
    chart: &Chart<'_>,
    fault: MemoryFault,
    accesses: &[Access],
    allocation: Option<&Allocation>,
) -> Vec<String> {
    let labels = &chart.labels;
    let of = match allocation {
        Some(allocation) => format!("一块 {} 字节的内存", allocation.size),
        None => "内存".to_owned(),
    };
    let side = |(index, access): (usize, &Access)| {
        let does = match access.action {
            Action::Read => "读取",
            Action::Write => "写入",
            Action::Atomic => "使用其中的原子变量或锁：",
            Action::Free => "释放",
        };
        let what = if index == 0 { of.as_str() } else { "同一处" };
        format!("{} {does}{what}{}。", labels.thread(access.thread), place(access.at.as_ref()))
    };
    let mut lines: Vec<String> = accesses.iter().enumerate().map(side).collect();
    if let Some(allocation) = allocation {
        let at = place(allocation.at.as_ref());
        lines.push(format!("它由 {} 分配{at}。", labels.thread(allocation.thread)));
    }
    if is_left(fault, accesses, allocation) {
        let when = match accesses {
            [_] => "它是一个局部变量：所在的函数已经返回，或者所在的线程已经结束。",
            _ => "它是一个局部变量：所在的函数一返回，或者所在的线程一结束，它就没有了。",
        };
        lines.push(when.to_owned());
    }
    if has_another_layout(fault, allocation) {
        lines.push("释放时说的布局与分配时的不同。".to_owned());
    }
    lines.extend(Unordered::of(chart, fault, accesses).map(|reason| {
        match reason {
            Unordered::Store { name, ordering, at } => {
                format!(
                    "没有什么给两者排序：{name} 以 {ordering:?} 写入{}，什么也不发布。",
                    place(at)
                )
            }
            Unordered::Load { name, ordering, at } => {
                format!(
                    "没有什么给两者排序：{name} 以 {ordering:?} 读取{}，得不到写入之前的事。",
                    place(at)
                )
            }
            Unordered::Nothing => {
                "没有什么给两者排序：没有锁，没有 join，也没有被 Acquire 读到的 Release 写入。"
                    .to_owned()
            }
        }
    }));
    lines
}
