//! `Lock` against its peers, in pairs: the table in the README beside this.

mod common;
mod rows;

fn main() {
    common::print(&rows::rows());
}
