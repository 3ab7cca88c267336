//! Makes keys, requests, certificates and revocation lists.
//!
//! One path: what is wanted, as plain values → what is to be signed (`tbs`) → the signature ([`SigningKey`]). Whatever
//! was made is read back with the reader that judges everybody's certificates and compared with what was wanted, before
//! it is returned; then the rules ([`Rule`]) are asked of it. Serial numbers come from a source of random bytes and dates
//! are arguments; key pairs and the nonces of signatures come from the crypto library.

mod alt_name;
mod authority;
mod error;
mod key;
mod ledger;
mod list;
mod profile;
mod reason;
mod renew;
mod request;
mod rules;
mod tbs;
mod template;
mod usage;
mod wanted;

#[cfg(test)]
mod tests;

pub use alt_name::{AltNameError, GeneralName};
pub use authority::{Authority, issue, self_sign};
pub use error::IssueError;
pub use key::{KeyKind, SigningKey, UnknownKeyKind};
pub use ledger::{Ledger, LedgerError, Status};
pub use list::{ListWanted, revocation_list};
pub use profile::{Profile, ProfileError};
pub use reason::{Reason, UnknownReason};
pub use renew::{Renewal, lifetime, renewal};
pub use request::{Requested, UnknownRequested, request, template_like};
pub use rules::{Rule, UnknownRule, Violation, require};
pub use template::{Constraints, Locations, Template};
pub use usage::{KeyUsage, extension_oid, purpose_oid};
pub use wanted::{Dates, Wanted};
