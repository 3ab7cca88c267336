//! Other tools are the judges: what we write they must read, what they write we must read, and where we say that a
//! Java client accepts a server, a Java client must accept it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

#[path = "../support/mod.rs"]
mod support;

mod bouncy;
mod bundle;
mod bundle_page;
mod clients;
mod dashboards;
mod dates;
mod demo;
mod deploy;
mod issue;
mod java_client;
mod java_stores;
mod keytool;
mod kit;
mod matrix;
mod nss;
mod openssl;
mod page;
mod profiles;
mod pyjks;
mod reports;
mod revocation;
mod roots;
mod sample;
mod schema;
mod stores;
mod types;
