//! A call of a client, and the text in which a check's process tells of it.

/// One call that a client's thread has made.
///
/// ```
/// use explore_protocol::Called;
///
/// let called = Called { client: 7, thread: 1, after: vec![2, 0], returned: true, told: "get → Some(5)".to_owned() };
/// assert_eq!(called.text(), "7 1 2,0 returned get → Some(5)");
/// assert_eq!(Called::read(&called.text()), Some(called));
/// assert_eq!(Called::read("7 2 2,0 returned get"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The number of the client, among all that there are.
    pub client: u64,
    /// The number of its thread.
    pub thread: usize,
    /// So many calls of each thread had returned when this one began; for its own thread that is its place among that thread's calls.
    pub after: Vec<u64>,
    /// Whether it has returned. If not, it waits for ever.
    pub returned: bool,
    /// What was called, and what it answered.
    pub told: String,
}

impl Called {
    /// As a text.
    pub fn text(&self) -> String {
        let Called { client, thread, after, returned, told } = self;
        let after: Vec<String> = after.iter().map(u64::to_string).collect();
        let returned = if *returned { "returned" } else { "waits" };
        format!("{client} {thread} {} {returned} {told}", after.join(","))
    }

    /// What a text says, if it is one of a call.
    pub fn read(text: &str) -> Option<Called> {
        let mut parts = text.splitn(5, ' ');
        let client = parts.next()?.parse().ok()?;
        let thread = parts.next()?.parse().ok()?;
        let after = parts.next()?.split(',').map(|count| count.parse().ok());
        let after: Vec<u64> = after.collect::<Option<_>>()?;
        let returned = match parts.next()? {
            "returned" => true,
            "waits" => false,
            _ => return None,
        };
        let told = parts.next()?.to_owned();
        (thread < after.len()).then_some(Called { client, thread, after, returned, told })
    }
}
