// The Chinese words of the stepper; see stepper-words.js.
"use strict";

Stepper.chinese = (thread, object, list) => {
    const standing = (waits) =>
        waits
            .filter((wait) => wait.waits_for)
            .map((wait) => `${thread(wait.thread)} ${say.wait(wait.waits_for)}`)
            .join("；");
    const old = (read) => (read.stale ? `（旧值，最新的是 ${read.stale.newest}）` : "");
    const outcome = (s, ways, done) => (ways[s.outcome] ? ways[s.outcome](object(s.channel)) : done);
    const say = {
        title: "自己来调度",
        help: "点一个线程，让它走下一步。方向键：退一步、前进。数字键：让对应编号的线程走一步。",
        code: "代码",
        shared: "共享的东西",
        go: (name, does) => `${name}：${does}`,
        stuck: (name, waits) => `${name} ${waits}`,
        ended: (name) => `${name} 已经结束`,
        idle: (name) => `${name} 现在没有事可做`,
        holds: (ids) => `持有 ${ids.map(object).join("、")}`,
        seen: (seen) => seen.map(({ atomic, value }) => `上次看到 ${object(atomic)} = ${value}`).join("，"),
        printed: "目前的输出",
        restart: "重来",
        back: "退一步",
        forward: "前进",
        level: "由你来调度",
        won: (steps) => `赢了，用了 ${steps} 步。`,
        shown: "就是这样走的。重来一次，这回不看提示。",
        lost: "输了：这次执行的结局不是目标。退一步，或者重来。",
        showMe: "走给我看",
        showing: (steps) => `已经排好一条通往目标的路，从这里起 ${steps} 步。按“前进”一步步走。`,
        noWay: "从这里已经到不了目标了。退一步，或者重来。",
        hint: "提示",
        hintGood: (names) => `下一步走 ${names.join(" 或 ")}，还能到达目标。`,
        hintOver: "这次执行已经结束。退一步，或者重来。",
        start: "还没有执行任何一步。",
        did: (number, name, does) => `${number}. ${name} ${does}。`,
        ways: (all, failing) => (failing === 0 ? `从这里往后有 ${all} 种交错，都不出错。` : `从这里往后有 ${all} 种交错，其中 ${failing} 种出错。`),
        total: (all, failing) => (failing === 0 ? `共 ${all} 种交错，都不出错` : `${all} 种交错中有 ${failing} 种出错`),
        choose: "选一种交错",
        spoils: "全部交错（会泄露答案）",
        chooseAll: (count) => `全部 ${count} 种交错`,
        chooseSome: (count, all) => `${all} 种交错中的 ${count} 种：切换次数最少的`,
        only: { all: "全部", fails: "出错的", passes: "不出错的" },
        switches: (count) => `切换 ${count} 次`,
        fails: "出错",
        passes: "不出错",
        steps: "走过的步骤",
        table: (name) => `${name} 的一次执行`,
        lanes: "各线程到目前为止的泳道",
        lane: { held: (ids) => `持有 ${ids.map(object).join("、")}`, ended: "已结束", blocked: "在等", woken: "可以继续" },
        lineOf: (line) => `第 ${line} 行`,
        columns: ["步骤", "线程", "做了什么", "行"],
        link: "这次执行的链接",
        then: { panic: (step, own) => `${own ? "，然后" : `；随后 ${thread(step.thread)} `} panic：${step.message}`, end: () => "，然后结束" },
        between: "",
        passed: "正常结束。",
        broken: "这张图读不出来。",
        overwrote: (gone) => `，盖掉了 ${thread(gone.by)} 写的 ${gone.value}，而它从没读到过`,
        wakes: (ids) => `；${list(ids)} 可以继续`,
        waiting: (ids) => `；${list(ids)} 在等`,
        other: (step) => (step.call ? `调用 ${step.call}` : "继续"),
        // 将要做什么。
        intents: {
            load: (s) => `读 ${object(s.atomic)}`,
            store: (s) => `写 ${object(s.atomic)}`,
            update: (s) => `对 ${object(s.atomic)} 调用 ${s.call || "更新"}`,
            fence: () => "执行内存屏障",
            lock: (s) => `锁住 ${object(s.lock)}${s.mode === "shared" ? "（读）" : ""}`,
            try_lock: (s) => `试着锁 ${object(s.lock)}`,
            unlock: (s) => `释放 ${object(s.lock)}`,
            wait: (s) => `交还 ${object(s.lock)}，在 ${object(s.condvar)} 上等待${s.choice?.kind === "spurious" ? "，然后无人通知也会醒来" : ""}`,
            wake: (s) => ({ spurious: "无人通知就醒来", timeout: "因超时而醒来" })[s.choice?.kind] || "醒来，重新上锁",
            notify: (s) => `对 ${object(s.condvar)} 调用 ${s.all ? "notify_all" : "notify_one"}`,
            park: (s) => ({ spurious: "无人唤醒就不再停驻", timeout: "因超时而不再停驻" })[s.choice?.kind] || "停驻之后继续",
            barrier: (s) => `到达 ${object(s.barrier)}`,
            once_get: (s) => `查看 ${object(s.once)}`,
            send: (s) => `向 ${object(s.channel)} 发送`,
            receive: (s) => `从 ${object(s.channel)} 接收`,
            panic: () => "继续",
            join: (s) => `等 ${thread(s.child)} 结束`,
            unpark: (s) => `唤醒停驻的 ${thread(s.target)}`,
            start: () => "开始",
            end: () => "结束",
        },
        which: {
            wakes: (ids) => (ids.length === 0 ? "" : `，唤醒 ${list(ids)}`),
            newest: "，读到最新的值",
            old: (others, read) => (others === 0 ? "，读到旧的值" : `，读到旧的值 ${read.value}`),
        },
        operations: {
            load: (s) => `读 ${object(s.atomic)}，得到 ${s.read.value}${old(s.read)}`,
            store: (s) => `把 ${object(s.atomic)} 写成 ${s.value}`,
            update: (s) =>
                s.value === undefined
                    ? `${s.call || "更新"} ${object(s.atomic)}：失败，它是 ${s.read.value}`
                    : `${s.call || "更新"} ${object(s.atomic)}：${s.read.value} → ${s.value}`,
            fence: () => "执行内存屏障",
            lock: (s) => `锁住 ${object(s.lock)}${s.mode === "shared" ? "（读）" : ""}`,
            try_lock: (s) => (s.acquired ? `试着锁 ${object(s.lock)}，拿到了` : `试着锁 ${object(s.lock)}：已被占用`),
            unlock: (s) => `释放 ${object(s.lock)}`,
            wait: (s) => `交还 ${object(s.lock)}，在 ${object(s.condvar)} 上等待${s.choice?.kind === "spurious" ? "，然后无人通知也会醒来" : ""}`,
            wake: (s) => {
                const why = { spurious: "无人通知就", timeout: "因超时而" }[s.choice?.kind] || "";
                return `${why}醒来，重新锁住 ${object(s.lock)}`;
            },
            notify: (s) => {
                const call = `对 ${object(s.condvar)} 调用 ${s.all ? "notify_all" : "notify_one"}`;
                return s.wakes ? `${call}：唤醒 ${list(s.wakes)}` : `${call}：没有线程在等，通知落空`;
            },
            park: (s) => (s.choice?.kind === "timeout" ? "因超时而不再停驻" : "停驻之后继续"),
            unpark: (s) => `唤醒停驻的 ${thread(s.target)}`,
            spawn: (s) => `启动 ${thread(s.child)}`,
            join: (s) => `等到了 ${thread(s.child)} 结束`,
            start: () => "开始",
            end: () => "结束",
            panic: (s) => `panic：${s.message}`,
            exit: (s) => `以退出码 ${s.code} 结束进程`,
            abort: () => "中止进程",
            yield: () => "让出处理器",
            sleep: () => "睡醒了",
            barrier: (s) => (s.leader ? `最后一个到达 ${object(s.barrier)}，放行大家` : `通过 ${object(s.barrier)}`),
            once_begin: (s) => `开始初始化 ${object(s.once)}`,
            once_end: (s) => `初始化完 ${object(s.once)}`,
            once_get: (s) => `查看 ${object(s.once)}：${s.ready ? "已初始化" : "未初始化"}`,
            send: (s) =>
                outcome(
                    s,
                    {
                        would_block: (c) => `发现 ${c} 没有空位`,
                        disconnected: (c) => `发现 ${c} 的接收端已不在`,
                        timed_out: (c) => `放弃向 ${c} 发送：超时`,
                    },
                    `向 ${object(s.channel)} 发送一条消息`,
                ),
            receive: (s) =>
                outcome(
                    s,
                    {
                        would_block: (c) => `发现 ${c} 是空的`,
                        disconnected: (c) => `得知 ${c} 的发送端都已不在`,
                        timed_out: (c) => `放弃从 ${c} 接收：超时`,
                    },
                    `从 ${object(s.channel)} 收到一条消息`,
                ),
            close: (s) => `关闭 ${object(s.channel)} 的一端`,
        },
        waits: {
            lock: (w) => `在等 ${object(w.lock)}` + (w.held_by?.length ? `（由 ${list(w.held_by)} 持有）` : ""),
            notify: (w) => `在等 ${object(w.condvar)} 的通知`,
            join: (w) => `在等 ${thread(w.thread)} 结束`,
            unpark: () => "停驻，等别人唤醒",
            barrier: (w) => `在 ${object(w.barrier)} 处等其他线程`,
            message: (w) => `在等 ${object(w.channel)} 里来消息`,
            room: (w) => `在等 ${object(w.channel)} 有空位`,
            change: (w) => `自旋，等 ${w.atomics.map(object).join(" 或 ")} 改变`,
            time: () => "在等时间过去",
        },
        failures: {
            panic: (f) => `${thread(f.thread)} panic：${f.message}`,
            deadlock: (f) => `死锁。${standing(f.waits)}。`,
            livelock: (f) => `活锁。${standing(f.spins)}。`,
            leak: (f) => `程序已经结束，${list(f.threads.map((wait) => wait.thread))} 还没有结束。`,
            poisoned: (f) => `${thread(f.thread)} 发现 ${object(f.lock)} 已中毒。`,
            exit: (f) => `${thread(f.thread)} 结束了进程。`,
        },
        objects: {
            atomic: (s) => `= ${s.value}` + (s.stored_by === undefined ? "" : `，${thread(s.stored_by)} 写的`),
            mutex: (s) => (s.held_by ? `由 ${list(s.held_by)} 持有` : "空闲") + (s.poisoned ? "，已中毒" : ""),
            rw_lock: (s) => (s.held_by ? `${list(s.held_by)} ${s.shared ? "在读" : "持有"}` : "空闲"),
            condvar: (s) => (s.waiters ? "" : "没有线程在等"),
            barrier: () => "",
            once: (s) => (s.ready ? "已初始化" : "空"),
            channel: (s) => `里面有 ${s.messages || 0} 条` + (s.closed ? "，已关闭" : ""),
        },
    };
    return say;
};
