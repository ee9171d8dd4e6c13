//! No histogram in any file: a process that the first one leaves behind has the counts in its memory, and nobody stops or kills that one.
use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let file = args.get(1).cloned().unwrap_or_default();
    match args[0].as_str() {
        "serve" => serve(&file),
        "show" => print!("{}", ask(&file, "show", "")),
        _ => {
            let mut buckets = Vec::new();
            for it in &args[2..] {
                match it.parse::<u32>() {
                    Ok(n) if n < 64 => buckets.push(n.to_string()),
                    _ => {
                        eprintln!("{it} is no bucket");
                        std::process::exit(2);
                    }
                }
            }
            ask(&file, "add", &buckets.join(" "));
        }
    }
}

fn ask(file: &str, verb: &str, rest: &str) -> String {
    if fs::create_dir(format!("{file}.q")).is_ok() {
        let me = std::env::args().next().unwrap();
        Command::new(me)
            .args(["serve", file])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
    }
    let id = std::process::id();
    let temporary = format!("{file}.t{id}");
    fs::write(&temporary, format!("{verb} {rest}")).unwrap();
    fs::rename(&temporary, format!("{file}.q/{id}")).unwrap();
    let answer = format!("{file}.a{id}");
    for _ in 0..2000 {
        if let Ok(text) = fs::read_to_string(&answer) {
            let _ = fs::remove_file(&answer);
            return text;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("nobody answers");
}

fn serve(file: &str) {
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    loop {
        for entry in fs::read_dir(format!("{file}.q")).unwrap().flatten() {
            let id = entry.file_name().into_string().unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            let mut words = text.split_whitespace();
            let mut answer = String::new();
            if words.next() == Some("add") {
                for word in words {
                    *counts.entry(word.parse().unwrap()).or_default() += 1;
                }
            } else {
                for (bucket, count) in &counts {
                    answer += &format!("{bucket} {count}\n");
                }
            }
            let _ = fs::remove_file(entry.path());
            fs::write(format!("{file}.s"), answer).unwrap();
            fs::rename(format!("{file}.s"), format!("{file}.a{id}")).unwrap();
        }
        thread::sleep(Duration::from_millis(1));
    }
}
