fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    println!("cargo::rustc-env=MADE_BY=a script");
    println!("cargo::rustc-link-search=native={out}");
    println!("cargo::rerun-if-changed=build.rs");
}
