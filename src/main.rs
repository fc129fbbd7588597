//! The program: one call into the library.
fn main() {}
