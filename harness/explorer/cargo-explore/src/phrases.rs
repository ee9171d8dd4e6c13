//! Sentences with gaps, in two languages.

/// What a sentence is in the other language: that of the first pattern that it fits. A `$` stands for any text, and the first of the one is the first of
/// the other, and so on; `$1` and `$2` say which.
pub(crate) fn translated(patterns: &[(&str, &str)], sentence: &str) -> Option<String> {
    patterns.iter().find_map(|(pattern, other)| Some(filled(other, &gaps(pattern, sentence)?)))
}

/// What stands where the pattern has its `$`; each is as short as can be, and the last takes the rest.
fn gaps<'s>(pattern: &str, sentence: &'s str) -> Option<Vec<&'s str>> {
    let mut parts = pattern.split('$');
    let mut rest = sentence.strip_prefix(parts.next()?)?;
    let mut gaps = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let gap = match parts.peek() {
            None => rest.strip_suffix(part)?,
            Some(_) => rest.split_once(part)?.0,
        };
        if gap.is_empty() {
            return None;
        }
        gaps.push(gap);
        rest = &rest[gap.len() + part.len()..];
    }
    rest.is_empty().then_some(gaps)
}

fn filled(pattern: &str, gaps: &[&str]) -> String {
    let mut parts = pattern.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        let number = part.chars().next().and_then(|digit| digit.to_digit(10));
        let (at, part) = number.map_or((at, part), |number| (number as usize - 1, &part[1..]));
        text += gaps.get(at).copied().unwrap_or_default();
        text += part;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_in_their_order() {
        let patterns =
            [("no $ is called `$`, of $", "$3 个里没有叫 `$2` 的 $1"), ("$ fails", "$ 失败")];
        let told = |text| translated(&patterns, text);
        assert_eq!(
            told("no test is called `a`, of 7").as_deref(),
            Some("7 个里没有叫 `a` 的 test")
        );
        assert_eq!(told("a b fails").as_deref(), Some("a b 失败"));
        for other in ["no test is called ``, of 7", " fails", "a fails now", ""] {
            assert_eq!(told(other), None, "{other}");
        }
    }
}
