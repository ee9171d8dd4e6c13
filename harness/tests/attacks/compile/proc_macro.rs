//! Runs in the compiler.
extern crate proc_macro;
#[proc_macro]
pub fn attack(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    input
}
