// Whoever wants to look at the names looks before they are given away.

pub fn announce(names: Vec<String>) -> (usize, String) {
    let count = names.len();
    let line = in_one_line(names);
    (count, line)
}

fn in_one_line(names: Vec<String>) -> String {
    names.join(", ")
}
