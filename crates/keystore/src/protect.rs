//! Schemes that seal keys and content.

pub(crate) mod java;
