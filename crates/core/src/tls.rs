//! TLS as far as it takes to see a server's certificates. Works over any stream; sockets are [`fetch`]'s.
//!
//! [`fetch`]: crate::fetch

pub mod client;
pub mod danger;
pub mod identity;
pub mod offer;
pub mod probe;
pub mod proxy;
pub mod starttls;

mod flight;
mod scheme;
