//! The slowest questions that a hostile server or store can put.

pub(crate) fn print_slowest() {}
