//! Facts as tables: what a specification says once stands here once.

pub mod link;
