use lib::io::{
    IsTerminal, Lines, Stderr, StderrLock, Stdin, StdinLock, Stdout, StdoutLock, stderr, stdin,
    stdout,
};

pub fn signatures() {
    let _: fn() -> Stdout = stdout;
    let _: fn() -> Stderr = stderr;
    let _: fn() -> Stdin = stdin;
    let _: fn(&Stdout) -> StdoutLock<'static> = Stdout::lock;
    let _: fn(&Stderr) -> StderrLock<'static> = Stderr::lock;
    let _: fn(&Stdin) -> StdinLock<'static> = Stdin::lock;
    let _: fn(&Stdin, &mut String) -> lib::io::Result<usize> = Stdin::read_line;
    let _: fn(Stdin) -> Lines<StdinLock<'static>> = Stdin::lines;
    let _: fn(&Stdout) -> bool = IsTerminal::is_terminal;
    let _: fn(&StdoutLock<'static>) -> bool = IsTerminal::is_terminal;
    let _: fn(&Stderr) -> bool = IsTerminal::is_terminal;
    let _: fn(&Stdin) -> bool = IsTerminal::is_terminal;
    let _: fn(&std::fs::File) -> bool = IsTerminal::is_terminal;

    // The macros are expressions of these types; without a call, so that nothing is printed.
    let _: fn(u8) = |value| lib::print!("{value}");
    let _: fn(u8) = |value| lib::println!("{value} {}", 1);
    let _: fn() = || lib::println!();
    let _: fn(u8) = |value| lib::eprint!("{value}");
    let _: fn(u8) = |value| lib::eprintln!("{value:>1$} {0} {other}", 1, 2, other = 4);
    let _: fn() = || lib::eprintln!();
    let _: fn(String) -> String = |value| lib::dbg!(value);
    let _: fn(u8) -> (u8, u8) = |value| lib::dbg!(value, value + 1);
    let _: fn() = || lib::dbg!();
}

pub fn traits() -> crate::Table {
    let mut table = crate::Table::new();
    crate::table!(table: Stdout, StdoutLock<'static>, Stderr, StderrLock<'static>, Stdin, StdinLock<'static>);
    table
}
