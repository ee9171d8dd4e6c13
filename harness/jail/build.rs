//! Says at once, in one sentence, where this cannot be built.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let system = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if system != "linux" {
        println!(
            "cargo::error=the sandbox, and with it the harness, needs Linux, and this is {system}: on Windows use WSL 2, elsewhere the dev container \
             in .devcontainer; `Platforms` in README.md says how, and which chapters run without it"
        );
    }
}
