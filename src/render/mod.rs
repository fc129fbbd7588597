//! Records become output.
pub mod words;
