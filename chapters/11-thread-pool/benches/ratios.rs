//! `ThreadPool` against its peers, in pairs: the table in the README beside this.

mod rows;

fn main() {
    paired::threads::print(&rows::rows());
}
