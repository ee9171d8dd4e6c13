//! Says that it is another kind of crate.
#![crate_type = "proc-macro"]
extern crate proc_macro;
#[proc_macro_derive(Attack)]
pub fn attack(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    loop {}
}
