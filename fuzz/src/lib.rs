//! What is fuzzed: targets, and the seeds that they begin with. The runs of libFuzzer and the short ones in the tests of the
//! workspace share it.

mod input;
pub mod seeds;
pub mod targets;
