//! Chinese.

use super::{Meanings, Whys, Words};
use protocol::{Status, Untold};

pub(super) static WORDS: Words = Words {
    title: |steps| match steps {
        0 => "你就是调度器。还什么都没有发生。".to_owned(),
        steps => format!("你就是调度器。已经走了 {steps} 步。"),
    },
    next: "下一步：",
    next_of: |ways| format!("下一步，{ways} 种走法之一："),
    which: |name| format!("{name} 走哪一种？"),
    keys: "数字：让那个线程走一步；回车：继续；b：退回；f：找一次失败；?：解释；q：结束",
    keys_of_ways: "数字：走那一种；b：都不走；?：解释；q：结束",
    keys_at_the_end: "b：退回；q：结束，并画出这次执行",
    searching: "正在从这里找一次失败的执行。按 Ctrl-C 结束。",
    ends_well: "这次执行正常结束。",
    at_the_beginning: "这里就是开头。",
    is_over: "这次执行已经结束；按 b 退回。",
    nobody_can: "没有线程能继续。",
    no_such_thread: |number| format!("没有线程 {number}。"),
    no_such_way: |ways| format!("有 {ways} 种走法：1 到 {ways}。"),
    cannot: |name, words| format!("{name} 现在走不了：{words}。"),
    several: |name, ways| format!("{name} 有 {ways} 种走法。走哪一种由系统决定，在这里由你决定。"),
    found: |outcome, steps| {
        format!("一次失败，在 {steps} 步之后（{} 次执行）。按 b 一步一步退回。", outcome.executions)
    },
    not_found: |outcome| match outcome.status {
        Status::Proved => format!(
            "从这里开始没有执行会失败：全部搜索过了，{} 次执行。{}",
            outcome.executions,
            outcome.within.as_ref().map_or(String::new(), |bound| format!("限于 {bound}。"))
        ),
        _ => format!(
            "从这里开始 {} 次执行没有失败，但没有全部搜索：{}。",
            outcome.executions, outcome.summary
        ),
    },
    unknown: |line| format!("“{line}”在这里没有意义。"),
    no_number: |what| format!("{what}：别的线程看不出来，所以没有编号。"),
    keys_of_a_terminal: "↑ ↓：标出另一个线程；回车和 ? 指标出的那个；←：退回；PgUp、PgDn：更早的步骤；n：走到它在你自己代码里的下一步",
    keys_of_many: "A、B、C……：第 10 号起的线程",
    untold: |untold| match untold {
        Some(Untold::Begins) => "开始",
        Some(Untold::Asks) => "来到一个可能阻塞的调用",
        Some(Untold::KeptOut) => "排在等待的写者后面",
        Some(Untold::Prints) => "打印",
        Some(Untold::Reads) => "读标准输入",
        Some(Untold::GivesBack) => "丢掉几个发送端中的一个",
        Some(Untold::Returns) => "从闭包返回",
        Some(Untold::GoesOn) | None => "继续",
    },
    left_at: |steps| format!("你选了 {steps} 步；这次执行的其余部分是自己走完的。"),
    again: "再看一次：",
    meanings: Meanings {
        unseen: "它什么时候发生，别的线程都看不出来。",
        other: "它什么时候发生，别的线程可能会注意到。",
        ends: "之后，等它结束的线程可以继续。",
        panics: "它展开栈：守卫被丢弃，它持有的锁中毒。",
        exits: "进程结束，不管其他线程在做什么。",
        spawns: "从这时起，可以选新线程。",
        joins: "另一个线程已经结束，所以它可以继续。",
        yields: "它什么都不改变；别的线程可以先走。",
        parks: "它的令牌用掉了；没有令牌它就要等。",
        unparks: "另一个线程得到一个令牌：它的 park，现在或以后，会放它走。令牌不会累加。",
        locks: "在它还锁之前，谁要这把锁都得等。",
        tries: "它不等：能不能拿到锁，看现在谁持有它。",
        unlocks: "等这把锁的线程可以拿到它，但先去拿的可能是别人。",
        waits: "它在同一步里还锁并睡下。只有之后到来的通知才会叫醒它。",
        wakes: "它被通知，又拿到了锁。其间别人可能拿过锁：它等的条件可能已经不成立。",
        notifies: "它只通知此刻在等的线程。没有人在等，它就丢了。",
        barrier: "来到这里的线程要等到所有线程都来了。",
        once: "一个线程初始化；其他线程等它。",
        sends: "在另一端等的线程可以继续。",
        receives: "它取走最先到的消息，并腾出位置。",
        loads: "它看到的是它的次序允许的值；次序弱时可能是旧值。",
        stores: "从这时起别的线程可能看到它；次序弱时不一定马上看到。",
        updates: "它在同一步里读和写：中间插不进别的。",
        fence: "它给这个线程里前后的操作排了次序。",
    },
    whys: Whys {
        lock: |held_by| match held_by {
            "" => "要先有人还锁。".to_owned(),
            held_by => format!("先让 {held_by} 还锁。"),
        },
        join: |thread| format!("先让 {thread} 走到结束。"),
        notify: "要先有别的线程通知它；在它开始等之前来的通知已经丢了。",
        unpark: "要先有别的线程 unpark 它。",
        barrier: "要先等其他线程来到屏障。",
        message: "要先有别的线程发一条消息，或者丢掉最后一个发送端。",
        room: "要先有别的线程取走一条消息。",
        change: "它一遍又一遍看同样的值。要先有别的线程改变其中一个。",
        time: "要等时间过去。",
    },
};
