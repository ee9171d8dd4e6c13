//! The words of the tables and of the plot, in both editions.

/// An edition of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

/// What the reports say, and its Chinese.
const PHRASES: [(&str, &str); 65] = [
    ("uncontended", "无竞争"),
    ("two threads contend", "两个线程争用"),
    ("two threads contend, `with_looks(0)`", "两个线程争用，`with_looks(0)`"),
    ("depth 1", "一层"),
    ("nested", "嵌套"),
    ("set → woken", "set → 被唤醒"),
    ("a raw futex", "裸 futex"),
    ("wait, the flag is up", "wait，标志已立起"),
    ("a bare load", "裸的一次读取"),
    ("ping-pong over `Lock`", "`Lock` 上来回传递"),
    ("ping-pong over `RLock`", "`RLock` 上来回传递"),
    ("ping-pong, two conditions", "来回传递，两个条件变量"),
    ("put + get on one thread", "同一线程上 put + get"),
    ("Process start and join (spawn)", "进程启动并 join（spawn）"),
    ("Process start and join (fork)", "进程启动并 join（fork）"),
    ("Python, spawn", "Python，spawn"),
    ("Python, fork", "Python，fork"),
    ("`Command`, this executable", "`Command`，同一个可执行文件"),
    ("Queue, there and back", "队列，一来一回"),
    ("`Value` += 1 under its lock, 2 processes", "`Value` 持锁 += 1，两个进程"),
    ("`Value` += 1 under its lock, alone", "`Value` 持锁 += 1，独自一个"),
    ("pthread mutex, process-shared", "pthread 互斥锁，进程间共享"),
    ("`Array` negate 10⁶, the lock per element", "`Array` 取负 10⁶ 个，每个元素加一次锁"),
    ("`Array` negate 10⁶, in bulk", "`Array` 取负 10⁶ 个，整批"),
    ("Python, per element", "Python，逐个元素"),
    ("Python, as a slice", "Python，用切片"),
    ("a plain slice", "普通切片"),
    ("manager, one operation on a dict", "manager，对 dict 的一次操作"),
    ("ipc-channel, request and reply", "ipc-channel，一问一答"),
    ("manager, 1 of 1 000 operations in a batch", "manager，批量 1 000 次操作中的一次"),
    ("Python, one by one", "Python，逐个"),
    ("two changes of thread for twelve items", "每十二件两次线程切换"),
    ("a bare socket: wait, receive, send", "裸套接字：等待、接收、发送"),
    ("its numbers written and read, no process", "只写出、读入它的数字，不用进程"),
    ("`Pool::apply`, on one CPU", "`Pool::apply`，一个 CPU"),
    ("`Pool::apply`, on two CPUs", "`Pool::apply`，两个 CPU"),
    ("a bare pipe", "裸管道"),
    ("`Pool::map` over 10⁵, its own chunks", "`Pool::map` 10⁵ 个，自行分块"),
    ("`Pool::map` over 10⁵, chunks of 1", "`Pool::map` 10⁵ 个，每块 1 个"),
    ("procspawn, the same chunks", "procspawn，同样的块"),
    ("procspawn, one by one", "procspawn，逐个"),
    (
        "the pipeline, 20 000 rows, chunks of 1 000 (MariaDB)",
        "流水线，20 000 行，每块 1 000 行（MariaDB）",
    ),
    ("empty task", "空任务"),
    ("crossbeam channel and `Box`", "crossbeam 通道加 `Box`"),
    ("submit → result", "提交 → 结果"),
    ("greenlet switch, there and back", "greenlet 切换，一去一回"),
    ("greenlet switch to a sibling", "greenlet 切换到兄弟"),
    ("corosensei: resume, suspend", "corosensei：resume、suspend"),
    (
        "corosensei: suspend, and a loop resumes the other",
        "corosensei：suspend，由循环 resume 另一个",
    ),
    ("hub, 10⁵ tasks spawned, then joined", "hub，先 spawn 10⁵ 个任务，再 join"),
    (
        "a box a body, a coroutine each on a reused stack, results kept",
        "每个任务体一个 Box，各有协程、复用栈，保留结果",
    ),
    ("coroutines one after the other, nothing kept", "协程一个接一个，什么都不保留"),
    ("ours is faster", "我们更快"),
    ("the peer is faster", "对手更快"),
    ("goal", "目标"),
    ("goal reached", "达到目标"),
    ("goal not reached", "未达到目标"),
    ("no goal", "没有目标"),
    ("CPU", "CPU"),
    ("CPUs", "CPU"),
    ("ratio, ours to the peer's, on a logarithmic scale", "我们与对手之比，对数刻度"),
    (
        "Ratios of the time that ours takes to the time that the peer takes, one row for each comparison of the tables below. The same numbers stand in the tables.",
        "我们所用时间与对手所用时间之比，下面表格里的每项比较占一行。同样的数字见表格。",
    ),
    ("off the scale", "超出刻度"),
    (
        "| what | peer | CPUs | ratio | quartiles | to reach | reached |",
        "| 测什么 | 对手 | CPU | 比值 | 四分位 | 目标 | 达到 |",
    ),
    ("Benchmarks", "基准测试"),
];

/// What is the same in both languages.
const NAMES: [&str; 12] = [
    "crossbeam",
    "flume",
    "kanal",
    "std",
    "parking_lot",
    "rayon",
    "threadpool",
    "rusty_pool",
    "procspawn",
    "Python",
    "sync_channel",
    "→",
];

impl Language {
    /// Both.
    pub const BOTH: [Language; 2] = [Language::English, Language::Chinese];

    /// Of a file's name, before its extension.
    pub fn suffix(self) -> &'static str {
        match self {
            Language::English => "",
            Language::Chinese => ".zh-CN",
        }
    }

    /// The phrase in this language.
    ///
    /// # Panics
    ///
    /// When there is no Chinese for it yet: it has to be added here.
    pub fn say(self, phrase: &str) -> String {
        if self == Language::English {
            return phrase.to_owned();
        }
        if let Some((_, chinese)) = PHRASES.iter().find(|(english, _)| *english == phrase) {
            return (*chinese).to_owned();
        }
        let outside_code = phrase.split('`').step_by(2).flat_map(str::split_whitespace);
        for word in outside_code {
            let the_same = NAMES.contains(&word) || word.chars().all(|c| c.is_ascii_digit());
            assert!(the_same, "words.rs has no Chinese for “{phrase}”");
        }
        phrase.to_owned()
    }

    /// The head of a table.
    pub fn head(self) -> String {
        self.say("| what | peer | CPUs | ratio | quartiles | to reach | reached |")
    }

    /// Whether a goal is reached.
    pub fn reached(self, reached: bool) -> &'static str {
        match (self, reached) {
            (Language::English, true) => "yes",
            (Language::English, false) => "**no**",
            (Language::Chinese, true) => "达到",
            (Language::Chinese, false) => "**未达到**",
        }
    }

    /// `Chapter 3`.
    pub fn chapter(self, number: &str) -> String {
        let number = number.trim_start_matches('0');
        match self {
            Language::English => format!("Chapter {number}"),
            Language::Chinese => format!("第 {number} 章"),
        }
    }
}
