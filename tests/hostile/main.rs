//! Servers that do what no server should, one kind a file, and the promises that fetch keeps whatever they do: it ends in
//! time, with one record for each target, with the right reason or the chain, in little memory.
//!
//! They run in threads on loopback; the client is the real binary.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says on stderr how far it came"
)]

#[path = "../support/mod.rs"]
mod support;

mod alert_after;
mod alert_before;
mod chain;
mod dribble;
mod empty_list;
mod fickle;
mod floods;
mod http;
mod huge_chain;
mod intolerant;
mod kit;
mod lying_lengths;
mod maze;
mod name_forbidden;
mod name_required;
mod odd_chains;
mod proxies;
mod repeated;
mod reset;
mod retry_loop;
mod revocation;
mod silent;
mod smtp_banner;
mod starttls_injected;
mod starttls_long;
mod starttls_refused;
mod talk;
mod tickets;
mod tiny_records;
mod together;
mod wire;
