//! Makes a failing program as small as it gets.

use super::program::{Program, Stmt};

/// The smallest program that still fails, by taking away one thing after the other.
pub fn shrink(mut program: Program, fails: &dyn Fn(&Program) -> bool) -> Program {
    'again: loop {
        for smaller in smaller(&program) {
            if fails(&smaller) {
                program = smaller;
                continue 'again;
            }
        }
        return program;
    }
}

/// The programs with one thing less.
fn smaller(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    if program.spurious > 0 {
        all.push(Program { spurious: 0, ..program.clone() });
    }
    if program.eager {
        all.push(Program { eager: false, ..program.clone() });
    }
    for thread in 0..program.threads.len() {
        if thread > 0 && program.threads.len() > 2 && program.threads[thread].is_empty() {
            let mut less = program.clone();
            less.threads.remove(thread);
            less.receiver -= usize::from(less.receiver > thread);
            all.push(less);
        }
        for stmts in shorter(&program.threads[thread]) {
            let mut less = program.clone();
            less.threads[thread] = stmts;
            all.push(less);
        }
    }
    all
}

/// The blocks with one statement less, or with one statement replaced by its body or by itself with a smaller body.
fn shorter(stmts: &[Stmt]) -> Vec<Vec<Stmt>> {
    let mut all = Vec::new();
    for at in 0..stmts.len() {
        let with = |replacement: &[Stmt]| [&stmts[..at], replacement, &stmts[at + 1..]].concat();
        all.push(with(&[]));
        let Some(body) = stmts[at].body() else { continue };
        if !body.is_empty() {
            all.push(with(body));
        }
        for smaller in shorter(body) {
            let mut stmt = stmts[at].clone();
            if let Some(body) = stmt.body_mut() {
                *body = smaller;
            }
            all.push(with(&[stmt]));
        }
    }
    all
}
