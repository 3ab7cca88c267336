//! TLS as far as it takes to see a server's certificates, and [`trusted`] for what is sent. Works over any stream; sockets are [`fetch`]'s.
//!
//! [`fetch`]: crate::fetch

pub mod client;
pub mod danger;
pub mod identity;
pub mod offer;
pub mod probe;
pub mod proxy;
pub mod starttls;
pub mod trusted;

pub(crate) mod compression;
mod flight;
mod scheme;
pub(crate) mod verifier;
