//! Simplified Chinese.

use super::{Marks, Page, Words, listed};
use crate::grading::result::Basis;

pub(super) const WORDS: Words = Words {
    points: |score, max| format!("{score} 分，满分 {max} 分"),
    visible_points: |score, max, hidden| {
        format!("看得见的检查 {score} 分，满分 {max} 分；另有 {hidden} 分属于看不见的检查")
    },
    no_score: "没有分数：评分程序无法判断",
    refused: "提交被拒绝：",
    cannot_be_checked: "无法检查：",
    does_not_compile: "编译不通过。",
    try_again: "评分程序无法判断，请再试一次。",
    restricted: "检查时所用的 `std` 没有文件、网络、进程和环境变量；cargo 用的那个有。",
    missing: |start| format!("在另一个文件夹里执行 `{start}` 可以找回它。"),
    marks: Marks { pass: "通过", fail: "未过", cannot_tell: "????", not_run: " -- " },
    pass: "通过",
    fail: "未通过",
    failed: "未通过",
    cannot_tell: "无法判断",
    not_run: "未运行",
    counts: |counts| listed(counts, ["项通过", "项未通过", "项未运行", "项无法判断"], "，"),
    expected: "应为",
    actual: "实为",
    hint_of: |number, all| format!("提示 {number}/{all}："),
    proved: |executions| format!("经 {executions} 次执行证明"),
    not_proved: |executions| format!("未证明：试了 {executions} 次执行，没有一次失败"),
    depends_on: |check| format!("未运行，因为它依赖 {check}"),
    started: |s| {
        let hidden = match s.hidden {
            0 => String::new(),
            hidden => format!("，其中 {hidden} 分属于看不见的检查"),
        };
        format!(
            "{} 在 {}：大约 {} 分钟，{} 分{hidden}。\n\n\
             任务写在 {}；从 {} 里的代码开始。\n\
             `{}` 在每次保存时检查，`{}` 给出提示。",
            s.title, s.folder, s.minutes, s.points, s.task, s.code, s.watch, s.hint
        )
    },
    checking: "正在检查……",
    seed_was: |seed, command| format!("输入由种子 {seed} 产生；`{command}` 会发送同样的输入。"),
    last_hint: "这是最后一条提示。",
    nothing_open: "上一次所有检查都通过了；`harness check` 可以再检查一遍",
    no_such_check: |name, known| format!("没有名为 {name} 的检查；有这些：{known}"),
    all_passed: "看得见的检查全部通过。",
    next: |command| format!("下一个：{command}"),
    rest: |lines, command| format!("… 还有 {lines} 行：{command}"),
    whole: |command| format!("完整的图：{command}"),
    key_hint: "h：提示   ",
    keys: "r：重新检查   q：退出   （每次保存都会检查）",
    page: Page {
        code: "zh-CN",
        points: "分数",
        check: "检查",
        result: "结果",
        hint: "提示",
        graded_with: "评分环境",
        seed: "随机种子",
        basis: |basis| match basis {
            Basis::Confirmed => "已由参考解答的答案确认",
            Basis::Open => "未确认：只有它自己的进程这么说",
            Basis::Judged => "由外部评判",
        },
    },
};
