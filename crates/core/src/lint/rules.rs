//! The rules, by subject: one page of the catalogue for each, and one file, with a folder of parts where it is long.

mod access;
mod alt_names;
mod authority;
mod dates;
mod extensions;
mod identifiers;
mod keys;
mod names;
mod policies;
mod serial;
mod signature;
mod usage;

use super::Rule;

pub(super) const ALL: &[&[Rule]] = &[
    serial::RULES,
    dates::RULES,
    names::RULES,
    names::lengths::RULES,
    names::countries::RULES,
    names::strings::RULES,
    names::attributes::RULES,
    alt_names::RULES,
    alt_names::dns::RULES,
    alt_names::wildcards::RULES,
    alt_names::others::RULES,
    keys::RULES,
    signature::RULES,
    usage::RULES,
    authority::RULES,
    identifiers::RULES,
    policies::RULES,
    policies::qualifiers::RULES,
    policies::constraints::RULES,
    policies::validation::RULES,
    access::RULES,
    extensions::RULES,
];

/// A message where something is so.
fn when(is_so: bool, message: &str) -> Option<String> {
    is_so.then(|| message.to_owned())
}
