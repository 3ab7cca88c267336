//! What differs between two sets of certificates and keys: stores, chains, bundles, locks, servers.
//!
//! Nothing here judges. Two [`Side`]s become a [`DiffRecord`], which [`page`] and serde write down.
//!
//! ```text
//! item     one certificate or key with its place     pairing   who on one side is who on the other
//! record   what is told about each pair              page      the same as a table
//! trust    whether a server is still accepted
//! ```

mod item;
mod page;
mod pairing;
mod record;
#[cfg(test)]
mod tests;
mod trust;

use time::OffsetDateTime;

pub use item::{Content, Item, Role, Side};
pub use page::page;
pub use record::{Counts, DiffKind, DiffRecord, Difference, ItemRecord};
pub use trust::{TrustChange, TrustRecord};

/// Compares two sides; `at` counts as now.
///
/// Pairs are made in this order, each with the item that stands at the same place under the same alias if there is one:
/// the same bytes; the same subject and key; the same subject and issuer; the same alias. What is left over was added or
/// removed. An item that occurs several times is counted as often as it occurs. The order of items is no difference.
pub fn diff(before: &Side, after: &Side, at: OffsetDateTime) -> DiffRecord {
    let pairs = pairing::pair(&before.items, &after.items);
    DiffRecord::new(before, after, &pairs, at)
}
