// How many names, and all of them in one line. The compiler refuses it: the names
// are given away before they are counted. Mend it without making a copy.

pub fn announce(names: Vec<String>) -> (usize, String) {
    let line = in_one_line(names);
    let count = names.len();
    (count, line)
}

fn in_one_line(names: Vec<String>) -> String {
    names.join(", ")
}
