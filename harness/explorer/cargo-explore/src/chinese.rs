//! The command line in Chinese: what `--help` says, and what is wrong with a line.

use crate::arguments::Cargo;
use crate::phrases::translated;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory, FromArgMatches};
use std::ffi::OsString;

/// Reads the command line; where it asks for Chinese, what clap says is Chinese as well.
///
/// # Errors
///
/// What is to be printed instead, and the exit code.
pub fn read(line: Vec<OsString>) -> Result<Cargo, (String, u8)> {
    let wants = |pair: &[OsString]| pair[0] == "--language" && pair[1] == "zh";
    let chinese = line.windows(2).any(wants) || line.iter().any(|word| word == "--language=zh");
    let command = if chinese { command() } else { Cargo::command() };
    let read = command.try_get_matches_from(line);
    match read.and_then(|matches| Cargo::from_arg_matches(&matches)) {
        Ok(cargo) => Ok(cargo),
        Err(error) if !error.use_stderr() || !chinese => {
            let code = if error.use_stderr() { 2 } else { 0 };
            Err((error.render().ansi().to_string(), code))
        }
        Err(error) => Err((
            format!("错误：{}\n\n更多说明：cargo explore --help --language zh\n", wrong(&error)),
            2,
        )),
    }
}

/// The command with all that it says of itself in Chinese.
fn command() -> Command {
    const TEMPLATE: &str = "{about-with-newline}\n用法：cargo explore [选项] [名字]... [-- 与 cargo test 相同的选项]\n\n{all-args}";
    Cargo::command().mut_subcommand("explore", |explore| {
        explore
            .about(ABOUT)
            .long_about(LONG)
            .help_template(TEMPLATE)
            .disable_help_flag(true)
            .disable_version_flag(true)
            .mut_args(in_chinese)
            .arg(
                Arg::new("help")
                    .short('h')
                    .long("help")
                    .action(ArgAction::Help)
                    .help("显示这段说明")
                    .help_heading("选项"),
            )
            .arg(
                Arg::new("version")
                    .short('V')
                    .long("version")
                    .action(ArgAction::Version)
                    .help("显示版本")
                    .help_heading("选项"),
            )
    })
}

fn in_chinese(arg: Arg) -> Arg {
    let heading = match arg.get_help_heading() {
        Some("How far to look") => "看多远",
        Some(_) => "与 cargo test 相同",
        None if arg.is_positional() => "参数",
        None => "选项",
    };
    let said = HELP.iter().find(|(id, _)| arg.get_id() == id);
    let mut arg = arg.help_heading(heading);
    if arg.get_action().takes_values() {
        arg = arg.hide_default_value(true).hide_possible_values(true);
    }
    match said {
        Some((_, help)) => arg.help(*help).long_help(*help),
        None => arg,
    }
}

const ABOUT: &str = "在线程的所有交错中运行一个 crate 的每个测试";
const LONG: &str = "在线程的所有交错中运行一个 crate 的每个测试

每个 `#[test]` 会按线程可能的每一种次序运行，用的是稳定版 Rust，crate 不必改动：编译时 `std` 和 `core` 换成了替身。
第一次调用要编译这些替身，大约半分钟。

一个测试要么得到证明；要么失败，这时会画出最简单的失败过程，并给出能重放它的字符串；要么没有得到证明，这时会说试了多少。

退出码 0：所有测试都已证明，或者重放的执行正常结束。1：有测试失败。2：命令行没有意义。3：没有失败，但有的没有得到证明。
4：有的无法编译或探索。5：都成立，但有的只在超时不提前到时成立。130：被 Ctrl-C 停止。";

/// What each option means, by its name in the code.
const HELP: &[(&str, &str)] = &[
    ("filters", "只运行名字里含有其中之一的测试"),
    (
        "more",
        "测试程序的选项：--exact、--ignored、--include-ignored 和 --skip 照常起作用；关于输出的选项在这里没有意义",
    ),
    ("exact", "把过滤词当作完整的名字"),
    ("skip", "不运行名字里含有它的测试"),
    ("ignored", "只运行被忽略的测试"),
    ("include_ignored", "也运行被忽略的测试"),
    ("quiet", "不说已证明的测试，也不说进展"),
    ("color", "是否使用颜色：auto、always 或 never"),
    ("list", "列出测试，不探索"),
    ("no_run", "只编译，不探索"),
    (
        "environment",
        "打印给 shell 的几行，使每个 cargo 命令都探索：`eval \"$(cargo explore --environment)\"`，然后 `cargo nextest run`",
    ),
    (
        "step",
        "在指定的一个测试里由你决定下一步轮到谁：按键选择，b 后退，f 从这里寻找失败，? 解释。不在终端里时，一行就是一个命令",
    ),
    ("gdb", "对每个画出的执行，打印让 gdb 停在失败那一步的命令，停在你的代码里的那一行"),
    ("message_format", "输出的形式：human、json 或 github（默认 human）"),
    ("format", "与 --list 一起：列表的形式，cargo nextest 会问；只有 terse 一种"),
    ("junit", "把每个测试的结果也写到这个文件，用 JUnit 的 XML"),
    ("unfolded", "画出依赖中的每一步，而不是几步合成一行"),
    ("language", "输出的语言：en 或 zh（默认 en）"),
    (
        "no_memory",
        "不监视普通内存。这样更快，但看不到 unsafe 代码里的数据竞争、释放后使用，以及对 `Arc` 计数的查看，最后一行会这样说。监视只在 x86-64 Linux 上有",
    ),
    (
        "schedules",
        "穷尽搜索最多这么多次执行，然后随机，也是最多这么多次，且不超过 10000 次（默认：在终端里 1000000 次，多数搜索先到 --time；别处 100000 次）",
    ),
    (
        "time",
        "穷尽搜索最多这么多秒，然后随机，也是最多这么多秒（默认：在终端里且没有 --schedules 时 30 秒和 5 秒；别处没有限制，这样结论不取决于机器）",
    ),
    ("steps", "每次执行到这么多步就停下；有更长的执行时，什么也没有证明。最多 30000"),
    ("preemptions", "只试抢占次数不超过它的执行；能找到很多，但什么也不证明"),
    (
        "symmetry",
        "做同样事情的线程只算一次：几个线程用同样的闭包处理同样的对象，如果几次执行只差在其中哪个线程做哪件事，就只做一次。有人分辨这些线程时不起作用",
    ),
    ("spurious", "每个线程可以这么多次无故醒来"),
    ("weak_failures", "每个线程的弱比较交换可以这么多次无故失败（默认一次）"),
    ("eager_timeouts", "超时可以在任何时刻到，每个线程三次，而不只是在别的都不能发生时"),
    (
        "timeouts",
        "每个线程可以有这么多次超时在任何时刻到；0：只在别的都不能发生时。默认情况下，带超时等待的测试探索两遍：一遍用 0，一遍用 1",
    ),
    ("detached", "测试结束时可以有线程仍在运行，就像守护线程（默认算作没有结束的线程）"),
    ("leaks", "测试结束时，没有释放而且从任何 static 都到不了的内存算作失败"),
    (
        "looks",
        "只查看的循环在这么多次查看之内看到变化，或者看不到。这是给数着次数查看的循环用的，因为在那里每次查看都是一次单独的执行。结论会说出这个界限",
    ),
    ("random", "随机部分怎样选择：pct、pos 或 surw；默认 surw"),
    ("seed", "随机部分的种子"),
    ("entropy", "测试读到的随机数和 `HashMap` 次序的种子：每次执行都一样"),
    (
        "resume",
        "把长搜索的进展写到这个文件，并从那里接着做：被杀死或按 Ctrl-C 之后，同样的命令只重做当时手上的部分，得到同样的结论和执行次数",
    ),
    ("shard", "只做每个搜索的这一部分（K/N），就像几台机器中的一台；--merge 把各部分合起来"),
    ("merge", "把所有部分写在这些文件里的结果合起来"),
    ("schedule", "重放一个测试的这次执行，而不搜索"),
    ("package", "哪个包"),
    ("workspace", "工作空间的所有包"),
    ("exclude", "除了这些包"),
    ("lib", "库的测试"),
    ("doc", "文档里的示例：只列出，不探索"),
    ("bins", "所有可执行文件的测试"),
    ("bin", "这个可执行文件的测试"),
    ("tests", "`tests` 下的所有文件"),
    ("test", "`tests` 下的这个文件"),
    ("examples", "所有示例里的测试"),
    ("example", "这个示例里的测试"),
    ("benches", "所有基准里的测试"),
    ("bench", "这个基准里的测试"),
    ("all_targets", "以上所有的测试"),
    ("features", "启用的特性"),
    ("all_features", "启用所有特性"),
    ("no_default_features", "不启用默认特性"),
    ("jobs", "同时运行多少个编译器；测试的搜索很长时，由多少个进程分担（默认一个进程）"),
    ("release", "用 `release` 配置编译"),
    ("profile", "用这个配置编译"),
    ("manifest_path", "清单文件"),
    ("offline", "不使用网络"),
    ("locked", "不改变 Cargo.lock"),
    ("frozen", "等于 --offline 加 --locked"),
    ("target", "为这个系统编译：只能是运行测试的这个"),
    ("target_dir", "放编译结果的目录"),
    ("ignore_rust_version", "不看清单里的 `rust-version`"),
    ("no_fail_fast", "有测试失败后继续：本来就是这样"),
    ("config", "cargo 配置的一个值"),
    ("unstable", "cargo 的不稳定选项"),
];

/// What is wrong with the line. What has no words here is said as clap says it.
fn wrong(error: &clap::Error) -> String {
    let about = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join("、")),
        _ => None,
    };
    let option = about(ContextKind::InvalidArg).unwrap_or_default();
    let value = about(ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => match about(ContextKind::SuggestedArg) {
            Some(other) => format!("没有 `{option}` 这个选项；是不是 `{other}`？"),
            None => format!("没有 `{option}` 这个选项"),
        },
        ErrorKind::InvalidValue | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues
            if value.is_empty() =>
        {
            format!("`{option}` 后面要有一个值")
        }
        ErrorKind::InvalidValue => match about(ContextKind::ValidValue) {
            Some(valid) => format!("`{option}` 的值不能是 `{value}`；可以是 {valid}"),
            None => format!("`{option}` 的值不能是 `{value}`"),
        },
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            let why = translated(REASONS, &why).unwrap_or(why);
            format!("`{option}` 的值不能是 `{value}`：{why}")
        }
        ErrorKind::ArgumentConflict => match about(ContextKind::PriorArg) {
            Some(other) if other != option => format!("`{option}` 不能和 `{other}` 一起用"),
            _ => format!("`{option}` 只能用一次"),
        },
        ErrorKind::MissingRequiredArgument => format!("还缺少 {option}"),
        _ => {
            let text = error.render().to_string();
            text.trim().trim_start_matches("error: ").to_owned()
        }
    }
}

/// Why a value is none.
const REASONS: &[(&str, &str)] = &[
    ("invalid digit found in string", "这不是整数"),
    ("cannot parse integer from empty string", "这里要有一个整数"),
    ("number too large to fit in target type", "太大了"),
    ("number too small to fit in target type", "太小了"),
    ("$ is not in $", "应当在 $2 之内"),
    ("not a number", "这不是数"),
    ("cannot convert float seconds to Duration: value is negative", "不能是负数"),
    ("cannot convert float seconds to Duration: $", "这不是一段时间"),
];

/// What ends the command, in Chinese as far as there are words for it.
pub(crate) fn error(text: &str) -> String {
    translated(ERRORS, text).unwrap_or_else(|| text.to_owned())
}

const ERRORS: &[(&str, &str)] = &[
    (
        "no test is called `$`, of $; --list names them",
        "$2 个测试里没有叫 `$1` 的；--list 会列出它们",
    ),
    (
        "no test is called `$`: a whole name has its modules; $",
        "没有叫 `$` 的测试：完整的名字包括模块；$",
    ),
    (
        "no test has `$` in its name, of $; --list names them",
        "$2 个测试里没有名字含 `$1` 的；--list 会列出它们",
    ),
    (
        "--skip leaves out all that have `$` in their names: $",
        "--skip 去掉了所有名字含 `$` 的测试：$",
    ),
    (
        "a schedule replays one test, and none is called so",
        "字符串重放的是一个测试，而没有叫这个名字的测试",
    ),
    (
        "a schedule replays one test; name it as well, with --exact: $",
        "字符串重放的是一个测试；请用 --exact 也说出它的名字：$",
    ),
    (
        "--step is about one test, and none is called so",
        "--step 针对一个测试，而没有叫这个名字的测试",
    ),
    ("--step is about one test; name one: $", "--step 针对一个测试；请说出一个名字：$"),
    (
        "--schedule $: the schedule does not fit this program: its step $ is not possible here",
        "--schedule $：它不适合这个程序：第 $ 步在这里不可能",
    ),
    ("--schedule $: $", "--schedule $：不是可以重放的字符串（$）"),
    (
        "$, after --, means nothing here: $",
        "-- 之后的 $1 在这里没有意义：它是给被替换掉的测试框架用的",
    ),
    ("$: `cargo test` takes it", "这里不接受这个选项，`cargo test` 接受（$）"),
    (
        "[package.metadata.explore] in the manifest of $: $",
        "$ 的清单里的 [package.metadata.explore]：$",
    ),
    ("--target-dir is no text", "--target-dir 不是文字"),
    ("it does not compile; cargo says why above", "无法编译；原因见上面 cargo 的输出"),
    (
        "cargo refuses, before anything is compiled; it says why above",
        "cargo 在编译之前就拒绝了；原因见上面",
    ),
    ("$ do not compile; cargo says why above", "$ 无法编译；原因见上面 cargo 的输出"),
    ("cargo could not be started: $", "无法启动 cargo：$"),
    ("rustc could not be started: $", "无法启动 rustc：$"),
    (
        "neither XDG_CACHE_HOME nor HOME says where the stand-ins for std can be kept",
        "XDG_CACHE_HOME 和 HOME 都没有说 std 的替身可以放在哪里",
    ),
    ("neither $ nor $ can be written", "$ 和 $ 都不能写"),
    ("$ cannot be written: $", "$ 不能写：$"),
    ("$ cannot be written", "$ 不能写"),
    ("$ cannot be read: $", "$ 不能读：$"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let words = format!("cargo explore {line} --language zh");
        let line = words.split(' ').map(OsString::from).collect();
        match read(line) {
            Ok(_) => panic!("{words} is right"),
            Err((text, _)) => text,
        }
    }

    #[test]
    fn every_option_has_its_words() {
        let command = Cargo::command();
        let explore = command.find_subcommand("explore").unwrap();
        let options: Vec<String> = explore
            .get_arguments()
            .filter(|arg| !arg.is_hide_set())
            .map(|arg| arg.get_id().to_string())
            .collect();
        for option in &options {
            assert!(HELP.iter().any(|(id, _)| id == option), "{option} has no Chinese words");
        }
        for (id, _) in HELP {
            assert!(options.iter().any(|option| option == id), "{id} is no option");
        }
        super::command().debug_assert();
    }

    #[test]
    fn help_is_chinese() {
        for flag in ["--help", "-h"] {
            let text = said(flag);
            for part in ["用法：", "看多远", "与 cargo test 相同", "穷尽搜索最多", "显示这段说明"]
            {
                assert!(text.contains(part), "{part} is not in {text}");
            }
            for part in ["Options", "Usage", "Print", "[default", "possible values", " the "] {
                assert!(!text.contains(part), "{part} is in {text}");
            }
        }
        assert!(said("--help").contains("退出码"), "codes are told at length");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said_in_chinese() {
        for (line, part) in [
            ("--schedule-s 3", "没有 `--schedule-s` 这个选项；是不是 `--schedules`？"),
            ("--spurious many", "`--spurious <N>` 的值不能是 `many`：这不是整数"),
            ("--spurious 999", "`--spurious <N>` 的值不能是 `999`：应当在 0..=255 之内"),
            ("--steps 0", "`--steps <N>` 的值不能是 `0`：应当在 1..=30000 之内"),
            ("--time soon", "的值不能是 `soon`：这不是数"),
            ("--time -1", "没有 `-1` 这个选项"),
            (
                "--message-format xml",
                "`--message-format <FORMAT>` 的值不能是 `xml`；可以是 human、json、github",
            ),
            ("--shard 1/2", "还缺少 --resume <FILE>"),
            ("--no-memory --leaks", "`--no-memory` 不能和 `--leaks` 一起用"),
        ] {
            let text = said(line);
            assert!(text.contains(part), "{line}: {part} is not in {text}");
        }
        assert!(
            read(["cargo", "explore", "--spurious", "many"].map(OsString::from).into())
                .is_err_and(|(text, code)| text.contains("invalid value") && code == 2)
        );
    }

    #[test]
    fn errors_are_said_in_chinese() {
        assert_eq!(
            error("no test has `a` in its name, of 3; --list names them"),
            "3 个测试里没有名字含 `a` 的；--list 会列出它们"
        );
        assert_eq!(error("something new"), "something new");
    }
}
