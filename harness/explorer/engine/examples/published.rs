//! The published counts, all of them: `cargo run --release -p explore-engine --example published`. See `tests/published.rs`.

#[path = "../tests/published/mod.rs"]
mod published;

fn main() {
    let differences: Vec<_> =
        published::cases(u64::MAX).iter().flat_map(published::Case::differences).collect();
    differences.iter().for_each(|difference| println!("{difference}"));
    println!("{} differences", differences.len());
    std::process::exit(i32::from(!differences.is_empty()));
}
