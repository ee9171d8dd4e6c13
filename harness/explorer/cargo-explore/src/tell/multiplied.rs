//! What multiplies the executions of a search, in Chinese. The explorer says it in English, in a form of its own.

/// How the explorer begins to say it.
const BEGINS: &str = "most differ in the order in which ";

/// What a summary says of it, in Chinese.
pub(super) fn in_chinese(summary: &str) -> Option<String> {
    let (_, told) = summary.split_once(BEGINS)?;
    let (threads, told) = told.split_once(" threads use the ")?;
    let (object, told) = told.split_once(", ")?;
    let (times, mostly) = match told.split_once(", mostly at ") {
        Some((times, line)) => (times, format!("，多数在 {line}")),
        None => (told, String::new()),
    };
    let times = match times.strip_suffix(" times each") {
        Some(number) => number.replace(" to ", " 到 "),
        None => "1".to_owned(),
    };
    let object = match object.split_once(" of ") {
        Some((kind, place)) => format!("{place} 的 {kind}"),
        None => object.to_owned(),
    };
    Some(format!("大多只差在 {threads} 个线程使用 {object} 的先后，每个线程 {times} 次{mostly}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_sentence_is_understood() {
        let of =
            |told: &str| in_chinese(&format!("the search did not end; {BEGINS}{told}")).unwrap();
        assert_eq!(
            of("6 threads use the Mutex of src/lib.rs:12, 40 times each, mostly at src/lib.rs:9"),
            "大多只差在 6 个线程使用 src/lib.rs:12 的 Mutex 的先后，每个线程 40 次，多数在 src/lib.rs:9"
        );
        assert_eq!(
            of("2 threads use the Atomic, 2 to 3 times each"),
            "大多只差在 2 个线程使用 Atomic 的先后，每个线程 2 到 3 次"
        );
        assert!(of("3 threads use the Channel of a:1, once each").ends_with("每个线程 1 次"));
        assert_eq!(in_chinese("the search did not end within its budget"), None);
    }
}
