//! Real servers are the judges of `fetch`: what a server was configured to present is what fetch must return.
//!
//! Each file starts one server on loopback, by hand, with everything that it writes in a scratch folder, and stops
//! exactly what it started. Before fetch is asked, openssl has to see the configured chain too, where it speaks the
//! protocol: a failure then says whether the server or fetch is to blame.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

#[path = "../support/mod.rs"]
mod support;

mod certificates;
mod dovecot;
mod ftp;
mod gnutls;
mod haproxy;
mod irc;
mod java;
mod kit;
mod ldap;
mod mariadb;
mod mssql;
mod nginx;
mod nntp;
mod openssl;
mod openssl_demands;
mod openssl_suites;
mod postfix;
mod postgres;
mod prosody;
mod proxies;
mod rdp;
mod record;
