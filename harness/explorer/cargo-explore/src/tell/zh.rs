//! What goes wrong in a test, and what cannot be explored, in Chinese.

use protocol::Outcome;
use trace::{Failure, Language};

use super::line::one_line;
use crate::phrases::translated;

/// What goes wrong: of a panic what it says and where, of threads that wait who waits for what.
pub(super) fn failed(outcome: &Outcome) -> String {
    let what = kind(outcome.failure());
    let Some(run) = &outcome.trace else { return what.to_owned() };
    let trace::Outcome::Failed { failure } = &run.verdict.outcome else { return what.to_owned() };
    if let Failure::Panic { message, at, .. } = failure {
        let message = one_line(message);
        // What the harness of a test says of it has no place in the program.
        return match (test(&message), at) {
            (Some(said), _) => said,
            (None, Some(at)) => format!("{what} {at} ：{message}"),
            (None, None) => format!("{what}：{message}"),
        };
    }
    let told = run.told(Language::Zh);
    // What steps deserve a look stands above the picture.
    let reasons = told.sentences.iter().filter(|sentence| !sentence.starts_with("第 "));
    let reasons: Vec<&str> = reasons.map(|sentence| sentence.trim_end_matches('。')).collect();
    match reasons.is_empty() {
        true => what.to_owned(),
        false => format!("{what}：{}", reasons.join("；")),
    }
}

/// The kind of what goes wrong.
fn kind(word: &str) -> &str {
    match word {
        "deadlock" => "死锁",
        "livelock" => "活锁",
        "leak" => "有线程没有结束",
        "poisoned lock" => "锁已中毒",
        "exit" => "程序退出",
        "data race" => "数据竞争",
        "use after free" => "释放后使用",
        "double free" => "重复释放",
        "invalid free" => "无效释放",
        "memory is leaked" => "内存泄漏",
        other => other,
    }
}

/// What the harness says of a test.
fn test(message: &str) -> Option<String> {
    if let Some(error) = message.strip_prefix("the test returns an error: ") {
        return Some(format!("测试返回了错误：{error}"));
    }
    if message == "the test ends without a panic, and #[should_panic] says that it should panic" {
        return Some("测试没有 panic 就结束了，而 #[should_panic] 说它应当 panic".to_owned());
    }
    let otherwise = message.strip_prefix("the test panicked with ")?;
    let (said, part) = otherwise.split_once(", and ")?;
    let part = part.strip_suffix(" is not in that")?;
    Some(format!("测试 panic 时说的是 {said}，其中没有 {part}"))
}

/// What programs do that cannot be explored, with `$` for a name.
const DOINGS: [(&str, &str); 28] = [
    ("opens the file $", "打开文件 $"),
    ("lists the directory $", "列出目录 $"),
    ("makes the directory $", "创建目录 $"),
    ("changes the working directory to $", "把工作目录改为 $"),
    ("removes the directory $", "删除目录 $"),
    ("removes the file $", "删除文件 $"),
    ("renames the file $", "给文件 $ 改名"),
    ("opens a socket", "打开套接字"),
    ("reads from a socket", "从套接字读取"),
    ("writes to a socket", "向套接字写入"),
    ("shuts a socket down", "关闭套接字的一端"),
    ("sets up a socket", "设置套接字"),
    ("asks about a socket", "查询套接字的属性"),
    (
        "closes a socket while another waits for what comes of that",
        "关闭套接字，而另一端在等待由此而来的事件",
    ),
    ("looks up the host $", "查询主机 $"),
    ("opens a pipe, as who starts a process does", "打开管道（启动进程时也会这样）"),
    ("waits for a file or a socket by $", "用 $ 等待文件或套接字"),
    ("waits for a socket by $", "用 $ 等待套接字"),
    ("waits for a number by $", "用 $ 等待数值"),
    ("waits for signal $ of the system", "等待系统的信号 $"),
    ("starts a thread of the operating system by $", "用 $ 启动操作系统的线程"),
    ("sleeps by $", "用 $ 睡眠"),
    ("forks", "调用 fork"),
    ("starts the program $", "启动程序 $"),
    ("waits in the kernel by $", "在内核里等待（$）"),
    ("does something by $ other than to wait or to wake", "用 $ 做了等待和唤醒以外的事"),
    ("writes the file $", "写文件 $"),
    ("reads the link $", "读取链接 $"),
];

/// Why a test cannot be explored, where it is not for what a thread asks of the system.
const REFUSALS: &[(&str, &str)] = &[
    (
        "it is not deterministic: at step $ it did something else than before, after the same choices$",
        "它不是确定的：在同样的选择之后，第 $ 步做了和上次不同的事$",
    ),
    (
        "it is not deterministic: at step $ it did something else than before, after the same choices",
        "它不是确定的：在同样的选择之后，第 $ 步做了和上次不同的事",
    ),
    (
        "it is not deterministic: an execution that failed did not fail again with the same choices",
        "它不是确定的：一次失败的执行，在同样的选择之后没有再失败",
    ),
    ("it has more than $ threads", "它有超过 $ 个线程"),
    (
        "$ has run for $ without doing anything that others can notice, after $: an endless loop, or a call that blocks where the explorer cannot see it",
        "$ 在 $3 之后运行了 $2，没有做任何别的线程能注意到的事：一个无尽的循环，或者一次探索器看不到的阻塞调用",
    ),
    (
        "$ has run for $ without doing anything that others can notice$",
        "$ 运行了 $，没有做任何别的线程能注意到的事$",
    ),
    (
        "the schedule does not fit this program: its step $ is not possible here",
        "这个字符串不适合这个程序：它的第 $ 步在这里不可能",
    ),
];

/// Within what a proof holds.
pub(super) fn within(text: &str) -> String {
    let parts = text.split(", ").map(|part| match part {
        "one order of volatile accesses" => "volatile 访问的一种次序".to_owned(),
        "one order of accepted data races" => "已接受的数据竞争的一种次序".to_owned(),
        counted => {
            let (number, what) = counted.split_once(' ').unwrap_or((counted, ""));
            match what {
                "look" | "looks" => format!("每次变化之后最多 {number} 次查看"),
                "yield in a row" | "yields in a row" => format!("连续 {number} 次让出"),
                "early time-out" | "early time-outs" => format!("每个线程 {number} 次提前超时"),
                _ => counted.to_owned(),
            }
        }
    });
    parts.collect::<Vec<_>>().join("、")
}

/// Why a test cannot be explored. What is not known stays as it is.
pub(super) fn refused(summary: &str) -> String {
    let summary = one_line(summary);
    if let Some(said) = translated(REFUSALS, &summary) {
        return said;
    }
    let endings = [
        ", and only what happens in the program itself can be explored",
        ", and that cannot be explored",
    ];
    let Some((said, rest)) = endings.iter().find_map(|ending| summary.split_once(ending)) else {
        return summary;
    };
    let place = rest.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')'));
    let place = place.map_or(String::new(), |place| format!("（{place}）"));
    let who = said.split_once(' ').map(|(first, doing)| match first {
        "thread" => doing.split_once(' ').map_or(("", doing), |(number, doing)| (number, doing)),
        name => (name, doing),
    });
    let Some((who, doing)) = who else { return summary };
    let doing = doing.trim_end_matches(',');
    let chinese = DOINGS.iter().find_map(|(english, chinese)| match english.split_once('$') {
        None => (*english == doing).then(|| (*chinese).to_owned()),
        Some((before, after)) => {
            let name = doing.strip_prefix(before)?.strip_suffix(after)?;
            (!name.is_empty()).then(|| chinese.replace('$', name))
        }
    });
    let Some(chinese) = chinese else { return summary };
    let who = if said.starts_with("thread ") { format!("线程 {who}") } else { who.to_owned() };
    format!("{who} {chinese}，而能探索的只有程序自身里发生的事{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_explored_is_said_in_chinese() {
        let ending = ", and only what happens in the program itself can be explored";
        assert_eq!(
            refused(&format!("main opens a socket{ending}")),
            "main 打开套接字，而能探索的只有程序自身里发生的事"
        );
        assert_eq!(
            refused(&format!("thread 2 opens the file `/tmp/a`{ending} (src/lib.rs:7)")),
            "线程 2 打开文件 `/tmp/a`，而能探索的只有程序自身里发生的事（src/lib.rs:7）"
        );
        assert_eq!(
            refused(&format!("main waits for a file or a socket by `epoll_ctl`{ending}")),
            "main 用 `epoll_ctl` 等待文件或套接字，而能探索的只有程序自身里发生的事"
        );
        assert_eq!(refused("it has more than 64 threads"), "它有超过 64 个线程");
        assert_eq!(
            refused(
                "main has run for 20s without doing anything that others can notice, after src/lib.rs:3: an endless loop, or a call that blocks where the explorer cannot see it"
            ),
            "main 在 src/lib.rs:3 之后运行了 20s，没有做任何别的线程能注意到的事：一个无尽的循环，或者一次探索器看不到的阻塞调用"
        );
        for unknown in ["it has too much of something", &format!("main juggles{ending}")] {
            assert_eq!(refused(unknown), unknown);
        }
    }

    #[test]
    fn bounds_of_proofs_are_said_in_chinese() {
        assert_eq!(
            within("2 looks, 1 early time-out"),
            "每次变化之后最多 2 次查看、每个线程 1 次提前超时"
        );
        assert_eq!(within("200 yields in a row"), "连续 200 次让出");
        assert_eq!(within("one order of volatile accesses"), "volatile 访问的一种次序");
        assert_eq!(within("something new"), "something new");
    }

    #[test]
    fn what_the_harness_says_of_a_test_is_said_in_chinese() {
        for (english, chinese) in [
            ("the test returns an error: \"no\"", "测试返回了错误：\"no\""),
            (
                "the test ends without a panic, and #[should_panic] says that it should panic",
                "测试没有 panic 就结束了，而 #[should_panic] 说它应当 panic",
            ),
            (
                "the test panicked with \"a\", and \"b\" is not in that",
                "测试 panic 时说的是 \"a\"，其中没有 \"b\"",
            ),
        ] {
            assert_eq!(test(english).as_deref(), Some(chinese));
        }
        assert_eq!(test("something else"), None);
    }
}
