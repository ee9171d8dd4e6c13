//! The package exists for its dependencies: the files in `../scenarios` use them, and the verb `explore` compiles the whole graph against the
//! stand-in for `std`. What came of it is in `../README.md`.
