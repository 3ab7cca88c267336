//! A key's certificates in the order that Java wants: each issued by the next, none twice
//! (`sun.security.pkcs12.PKCS12KeyStore.validateChain`; a TLS server sends them as they stand, RFC 5246, section 7.4.2).

use std::collections::HashSet;

use rustls_pki_types::CertificateDer;

use crate::note::Notes;
use crate::tbs::Links;
use crate::{At, Entry, Format};

type Certificate = CertificateDer<'static>;

/// The certificates of an entry as they are written: those of a key in order. What was moved or left out is told.
///
/// PKCS#12 says nowhere what a chain is, so what is no part of it is left out there; the other containers hold a chain as
/// it stands, and so does what is written when it cannot be put in order.
pub(crate) fn to_write<'e>(
    entry: &'e Entry,
    format: Format,
    notes: &mut Notes,
) -> Vec<&'e Certificate> {
    let given: Vec<&Certificate> = entry.certificates().iter().collect();
    if given.len() < 2 {
        return given;
    }
    let ordered = from_leaf(&given);
    let at = || At::Entry(entry.alias.as_str().to_owned());
    let strangers = given.len() - ordered.len();
    if strangers > 0 && format == Format::Pkcs12 {
        let message = format!(
            "{strangers} certificate(s) left out of its chain: they issued none of the others, or stand in it twice"
        );
        notes.skipped(at(), message);
    } else if strangers > 0 {
        let message = format!(
            "{strangers} certificate(s) of its chain issued none of the others, or stand in it twice"
        );
        notes.warning(at(), message);
        return given;
    } else if ordered != given {
        notes.oddity(at(), "its chain was put in order");
    }
    ordered
}

/// Certificates in any order as the one chain that they are, the end entity first; `None` when they are none.
pub(crate) fn only<'c>(given: &[&'c Certificate]) -> Option<Vec<&'c Certificate>> {
    let links: Vec<Links<'_>> = given
        .iter()
        .map(|certificate| Links::of(certificate))
        .collect::<Option<_>>()?;
    let others = links.iter().filter(|links| !links.is_self_issued());
    let issuers: HashSet<&[u8]> = others.map(|links| links.issuer).collect();
    let mut leaves = (0..)
        .zip(&links)
        .filter(|(_, links)| !issuers.contains(links.subject));
    let (leaf, _) = leaves.next()?;
    let mut from_it = given.to_vec();
    from_it.swap(0, leaf);
    let ordered = from_leaf(&from_it);
    (ordered.len() == given.len()).then_some(ordered)
}

/// From the first certificate on, each followed by its issuer, as far as there is one.
///
/// The first is the key's own, whatever the others look like: whose key it is only the caller knows.
pub(crate) fn from_leaf<'c>(given: &[&'c Certificate]) -> Vec<&'c Certificate> {
    let Some((leaf, others)) = given.split_first() else {
        return Vec::new();
    };
    let Some(mut last) = Links::of(leaf) else {
        // nothing is known about what cannot be read
        return given.to_vec();
    };
    let mut ordered = vec![*leaf];
    let mut left: Vec<(&Certificate, Links<'_>)> = others
        .iter()
        .filter(|other| *other != leaf)
        .filter_map(|other| Some((*other, Links::of(other)?)))
        .collect();
    while !last.is_self_issued() {
        let issued = |other: &Links<'_>| other.subject == last.issuer;
        let fits = left
            .iter()
            .position(|(_, other)| issued(other) && !last.contradicts(other));
        let Some(place) = fits.or_else(|| left.iter().position(|(_, other)| issued(other))) else {
            break;
        };
        let (issuer, links) = left.remove(place);
        left.retain(|(other, _)| *other != issuer);
        ordered.push(issuer);
        last = links;
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, certificate};
    use crate::{Alias, EntryKind, SealedKey};

    fn entry(chain: &[&Certificate]) -> Entry {
        let key = SealedKey::from_pkcs8(testing::der(testing::KEY).into());
        let chain = chain.iter().copied().cloned().collect();
        Entry {
            kind: EntryKind::PrivateKey { key, chain },
            ..Entry::trusted(Alias::new("k"), certificate("x", "x"))
        }
    }

    #[test]
    fn chains_are_ordered_and_pruned() {
        let [leaf, a, b, root] = [("leaf", "a"), ("a", "b"), ("b", "root"), ("root", "root")]
            .map(|(subject, issuer)| certificate(subject, issuer));
        let foreign = certificate("foreign", "elsewhere");
        let order = "entry \"k\": its chain was put in order";
        let pruned = "entry \"k\": 1 certificate(s) left out of its chain: they issued none of the others, or stand in it twice";
        for (given, wanted, note) in [
            (vec![&leaf, &a, &b, &root], vec![&leaf, &a, &b, &root], None),
            (
                vec![&leaf, &root, &a, &b],
                vec![&leaf, &a, &b, &root],
                Some(order),
            ),
            (vec![&leaf, &foreign, &a], vec![&leaf, &a], Some(pruned)),
            (vec![&leaf, &a, &leaf], vec![&leaf, &a], Some(pruned)),
            (vec![&leaf, &a, &a], vec![&leaf, &a], Some(pruned)),
            (vec![&leaf], vec![&leaf], None),
            // the key's own comes first, whatever it is
            (vec![&root, &b], vec![&root], Some(pruned)),
        ] {
            let entry = entry(&given);
            let mut notes = Notes::default();
            assert_eq!(to_write(&entry, Format::Pkcs12, &mut notes), wanted);
            let notes: Vec<String> = notes.into_list().iter().map(ToString::to_string).collect();
            assert_eq!(notes.first().map(String::as_str), note);
        }
    }

    #[test]
    fn other_containers_keep_a_chain_that_is_none() {
        let [leaf, root] =
            [("leaf", "a"), ("root", "root")].map(|(subject, issuer)| certificate(subject, issuer));
        let entry = entry(&[&leaf, &root]);
        let mut notes = Notes::default();
        assert_eq!(to_write(&entry, Format::Jks, &mut notes), [&leaf, &root]);
        assert_eq!(notes.into_list().len(), 1);
    }

    #[test]
    fn names_that_go_round_end() {
        let [a, b] = [("a", "b"), ("b", "a")].map(|(subject, issuer)| certificate(subject, issuer));
        assert_eq!(from_leaf(&[&a, &b]), [&a, &b]);
        assert_eq!(only(&[&a, &b]), None);
    }

    #[test]
    fn one_chain_is_found_in_any_order() {
        let [leaf, a, root] = [("leaf", "a"), ("a", "root"), ("root", "root")]
            .map(|(subject, issuer)| certificate(subject, issuer));
        let wanted = Some(vec![&leaf, &a, &root]);
        assert_eq!(only(&[&root, &leaf, &a]), wanted);
        assert_eq!(only(&[&leaf, &a, &root]), wanted);
        assert_eq!(only(&[&root]), Some(vec![&root]));
        assert_eq!(only(&[&root, &leaf]), None);
        assert_eq!(only(&[]), None);
    }
}
