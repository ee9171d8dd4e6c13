//! What its cases come to, as one check.

use crate::grading::manifest::Check;
use crate::grading::result::{Basis, CaseResult, CheckResult, CheckStatus};

/// The check's result from those of its cases, which are in its order. It is passed when all of them are; each that is has its points. What went
/// wrong is told of the first that is not passed.
pub(super) fn together(check: &Check, parts: Vec<CheckResult>) -> CheckResult {
    let is = |status| parts.iter().any(|part| part.status == status);
    let status = match () {
        () if is(CheckStatus::CannotTell) => CheckStatus::CannotTell,
        () if is(CheckStatus::Fail) => CheckStatus::Fail,
        () if is(CheckStatus::NotRun) => CheckStatus::NotRun,
        () => CheckStatus::Pass,
    };
    let cases = parts.iter().map(|part| CaseResult {
        name: part.name.clone(),
        title: part.title.clone(),
        status: part.status,
        points: part.points,
        max: part.max,
    });
    let mut result = CheckResult {
        cases: cases.collect(),
        points: parts.iter().map(|part| part.points).sum(),
        max: parts.iter().map(|part| part.max).sum(),
        milliseconds: parts.iter().map(|part| part.milliseconds).sum(),
        founded: parts.iter().any(is_founded),
        // The weakest that any points rest on.
        basis: [Basis::Open, Basis::Confirmed, Basis::Judged]
            .into_iter()
            .find(|basis| parts.iter().any(|part| part.basis == Some(*basis))),
        ..CheckResult::new(check, status)
    };
    let several = parts.iter().filter(|part| part.status == CheckStatus::Pass).count() > 1;
    for part in &parts {
        result.notes.extend(part.notes.iter().map(|note| format!("{}: {note}", part.name)));
    }
    if status == CheckStatus::Pass {
        // Only of one search there is something to say.
        let one = parts.into_iter().next().filter(|_| !several);
        result.explored = one.and_then(|part| part.explored);
    } else if let Some(told) = parts.into_iter().find(|part| part.status == status) {
        result.message = Some(match told.message {
            Some(message) => format!("{}: {message}", told.name),
            None => told.name,
        });
        (result.at, result.expected, result.actual) = (told.at, told.expected, told.actual);
        result.explored = told.explored;
    }
    result
}

fn is_founded(part: &CheckResult) -> bool {
    part.status == CheckStatus::Pass && part.basis != Some(Basis::Open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::check::tests::a_check;
    use crate::grading::manifest::cases::Case;

    #[test]
    fn each_case_has_its_points_and_the_check_passes_with_all() {
        let case =
            |name: &str, points| Case { name: name.to_owned(), points, title: Default::default() };
        let check =
            Check { points: 6, cases: vec![case("a", 1), case("b", 2), case("c", 3)], ..a_check() };
        let names: Vec<&str> = check.functions().collect();
        assert_eq!(names, ["a", "b", "c"]);
        let with = |statuses: [CheckStatus; 3]| {
            let parts = check.parts().into_iter().zip(statuses).map(|(part, status)| CheckResult {
                message: (status == CheckStatus::Fail).then(|| "why".to_owned()),
                basis: (status == CheckStatus::Pass).then_some(Basis::Confirmed),
                ..CheckResult::new(&part, status)
            });
            together(&check, parts.collect())
        };
        use CheckStatus::{CannotTell, Fail, NotRun, Pass};
        let all = with([Pass, Pass, Pass]);
        assert_eq!(
            (all.status, all.points, all.max, all.basis),
            (Pass, 6, 6, Some(Basis::Confirmed))
        );
        let some = with([Pass, Fail, Pass]);
        assert_eq!((some.status, some.points, some.max), (Fail, 4, 6));
        assert_eq!(some.message.as_deref(), Some("b: why"));
        assert_eq!(some.name, "counts");
        assert!(some.founded && !with([Fail, NotRun, Fail]).founded);
        assert_eq!(with([Fail, CannotTell, Pass]).status, CannotTell);
        assert_eq!(with([NotRun, Fail, Fail]).points, 0);
        assert_eq!(some.cases.iter().map(|case| case.points).collect::<Vec<_>>(), [1, 0, 3]);
    }
}
