//! A number that only a shell finds out.

use super::Random;

/// A few steps of arithmetic, drawn for this grading, as a piece of shell and as the number that they come to.
///
/// A judge sends commands, and a student has read the judge. Where a command says what comes of it, `exit 7` for example, nobody has to run it.
/// With a riddle in it, whoever wants to know has to give it to a shell, or to write one.
///
/// ```
/// let mut random = judge::Random::with_seed(1);
/// let riddle = judge::Riddle::draw(&mut random);
/// // `x` is 12 before, and `riddle.answer(12)` afterwards.
/// let command = format!("x=12; {riddle}; exit $((x % 120))");
/// let expected = riddle.answer(12) % 120;
/// # assert!(command.len() > 30 && expected < 120);
/// ```
#[derive(Debug, Clone)]
pub struct Riddle(Vec<Step>);

/// What happens to the number `x`. It stays above 0 and below 100 000, so that no shell takes it for octal.
#[derive(Debug, Clone, Copy)]
enum Step {
    Linear(u64, u64),
    Append(u64),
    DropLast,
    DropFirst,
    Length,
    ByParity(u64, u64),
    Loop(u64, u64),
    Pick(u64, [u64; 3]),
    Function(u64),
}

/// So many steps.
const STEPS: usize = 6;
const BELOW: u64 = 99_991;

impl Riddle {
    /// Draws one.
    pub fn draw(random: &mut Random) -> Riddle {
        let step = |random: &mut Random| {
            let (a, b) = (random.u64(2..90), random.u64(1..900));
            match random.u8(0..9) {
                0 => Step::Linear(a, b),
                1 => Step::Append(a % 10),
                2 => Step::DropLast,
                3 => Step::DropFirst,
                4 => Step::Length,
                5 => Step::ByParity(a, b),
                6 => Step::Loop(random.u64(2..6), a),
                7 => Step::Pick(random.u64(0..3), [a, b, a + b]),
                _ => Step::Function(b),
            }
        };
        Riddle((0..STEPS).map(|_| step(random)).collect())
    }

    /// What `x` is afterwards.
    ///
    /// # Panics
    ///
    /// When it was 0 or more than 99 991 before.
    pub fn answer(&self, x: u64) -> u64 {
        assert!((1..=BELOW).contains(&x), "a riddle begins with a number from 1 to {BELOW}");
        self.0.iter().fold(x, |x, step| step.answer(x))
    }
}

impl Step {
    fn answer(self, x: u64) -> u64 {
        let digits = x.to_string();
        let number = |digits: &str| digits.parse().unwrap_or(0);
        let x = match self {
            Step::Linear(a, b) => x * a + b,
            Step::Append(digit) => x * 10 + digit,
            Step::DropLast => number(&format!("1{}", &digits[..digits.len() - 1])),
            Step::DropFirst => number(&format!("2{}", &digits[1..])),
            Step::Length => number(&format!("{}{digits}", digits.len())),
            Step::ByParity(a, b) => {
                if x % 2 == 1 {
                    x / 3 + a
                } else {
                    x / 2 + b
                }
            }
            Step::Loop(times, a) => (1..=times).fold(x, |x, i| x + i * a),
            Step::Pick(which, list) => x + list[which as usize],
            Step::Function(b) => x + b,
        };
        x % BELOW + 1
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Step::Linear(a, b) => write!(f, "x=$((x * {a} + {b}))"),
            Step::Append(digit) => write!(f, "x=${{x}}{digit}"),
            Step::DropLast => write!(f, "x=1${{x%?}}"),
            Step::DropFirst => write!(f, "x=2${{x#?}}"),
            Step::Length => write!(f, "x=${{#x}}$x"),
            Step::ByParity(a, b) => {
                write!(f, "case $x in *[13579]) x=$((x / 3 + {a}));; *) x=$((x / 2 + {b}));; esac")
            }
            Step::Loop(times, a) => {
                let list: Vec<String> = (1..=*times).map(|i| i.to_string()).collect();
                write!(f, "for i in {}; do x=$((x + i * {a})); done", list.join(" "))
            }
            Step::Pick(which, [a, b, c]) => {
                write!(f, "set -- {a} {b} {c}; shift {which}; x=$((x + $1))")
            }
            Step::Function(b) => write!(f, "f() {{ x=$((x + $1)); }}; f {b}"),
        }?;
        write!(f, "; x=$((x % {BELOW} + 1))")
    }
}

/// As a piece of shell, on one line, which changes `x`, `i` and the arguments, and starts no process.
impl std::fmt::Display for Riddle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            write!(f, "{}{step}", if i == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// A shell comes to the same, for every kind of step.
    #[test]
    fn a_shell_finds_it_out() {
        let mut random = Random::with_seed(7);
        let mut script = String::new();
        let mut expected = String::new();
        for _ in 0..300 {
            let riddle = Riddle::draw(&mut random);
            let x = random.u64(1..BELOW);
            script += &format!("x={x}; {riddle}; echo $x\n");
            expected += &format!("{}\n", riddle.answer(x));
        }
        let output = Command::new("sh").arg("-c").arg(&script).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
        let kinds = ["* ", "=${x}", "=1$", "=2$", "${#x}", "case", "for", "shift", "f()"];
        assert!(kinds.iter().all(|kind| script.contains(kind)));
    }
}
