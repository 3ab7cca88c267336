//! Keys of a store whose chain goes on in another entry, where no server looks.

use std::collections::HashMap;

use trustpack_keystore::{Contents, Format, KeyStore};

use crate::Certificate;
use crate::report::{Finding, Severity};

use super::{Item, Subject};

/// `STORE-CHAIN-SPLIT`, warning: the issuer of the last certificate of a key's chain is a CA below a root that has an entry of
/// its own. `JavaKeyStore.engineGetCertificateChain`, and those of BouncyCastle, give the entry of the key only, so that is what
/// a server sends. `PKCS12KeyStore` puts chains together from all that is in the file, and so does its reader here.
pub(super) fn split_chains(subject: &Subject, contents: &Contents) -> Vec<Finding> {
    if !keeps_chains(contents.format) {
        return Vec::new();
    }
    // a CA writes its name in what it issues as in its own certificate (RFC 5280 section 4.1.2.6)
    let mut intermediates: HashMap<&[u8], Vec<&Item>> = HashMap::new();
    for item in &subject.items {
        if let Some(certificate) = item.certificate()
            && certificate.is_ca()
            && !certificate.is_self_issued()
        {
            let name = certificate.subject().der();
            intermediates.entry(name).or_default().push(item);
        }
    }
    if intermediates.is_empty() {
        return Vec::new();
    }
    let ends = ends_of_chains(&contents.store).filter_map(|(alias, last)| {
        let named = intermediates.get(last.issuer().der())?;
        // who issued itself is followed by nobody
        let issuer = named.iter().take(MAX_OF_ONE_NAME).find(|item| {
            let issues = |issuer| may_issue(issuer, &last);
            !last.is_self_issued() && item.certificate().is_some_and(issues)
        })?;
        Some(finding(&subject.name, alias, &last, issuer))
    });
    ends.collect()
}

/// A CA has few keys; a hostile store has thousands of entries with one name.
const MAX_OF_ONE_NAME: usize = 16;

/// By the key identifiers, where both say one (RFC 5280 section 4.2.1.1). No signature is checked: those of a hostile store
/// would take minutes.
fn may_issue(issuer: &Certificate, issued: &Certificate) -> bool {
    let wanted = &issued.extensions().authority_key_identifier;
    let own = &issuer.extensions().subject_key_identifier;
    wanted.is_none() || own.is_none() || wanted == own
}

/// Whether the chain of a key is what its entry says.
fn keeps_chains(format: Format) -> bool {
    use Format::{Bcfks, Bks, Jceks, Jks, Uber};
    matches!(format, Bcfks | Bks | Jceks | Jks | Uber)
}

/// The alias of each key with the last certificate of its chain.
fn ends_of_chains(store: &KeyStore) -> impl Iterator<Item = (&str, Certificate)> {
    let keys = store.entries().iter().filter(|entry| entry.key().is_some());
    keys.filter_map(|entry| {
        let last = Certificate::from_der(entry.certificates().last()?.clone()).ok()?;
        Some((entry.alias.as_str(), last))
    })
}

fn finding(store: &str, alias: &str, last: &Certificate, issuer: &Item) -> Finding {
    let message = format!(
        "the chain of its key ends with {}, and the issuer of that is in the entry {:?}: a server sends what is in the entry of \
         its key, and so an incomplete chain",
        last.display_name(),
        issuer.label
    );
    let hint = "put it behind the key's certificate: `trustpack store append-chain`, with the issuers as a file";
    let place = format!("{store}: {alias}");
    let finding = Finding::new("STORE-CHAIN-SPLIT", Severity::Warning, place, message);
    finding.about(last).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use trustpack_keystore::{Alias, Entry, EntryKind, SealedKey};

    use super::*;
    use crate::cert::testing::{self, Made, NOW};

    /// What is told of a store with the key of the first, its chain, and the others as entries of their own.
    fn told(format: Format, chain: &[&Made], others: &[&Made]) -> Vec<String> {
        let of = |made: &Made| made.certificate.der().clone();
        let mut contents = Contents::empty(format);
        contents.store.push_renamed(Entry {
            alias: Alias::new("api"),
            created: None,
            kind: EntryKind::PrivateKey {
                key: SealedKey::from_pkcs8(chain[0].key.serialize_der().into()),
                chain: chain.iter().map(|made| of(made)).collect(),
            },
            attributes: Vec::new(),
        });
        for (number, made) in others.iter().enumerate() {
            let alias = Alias::new(format!("ca-{number}"));
            contents.store.push_renamed(Entry::trusted(alias, of(made)));
        }
        let subject = Subject::from_contents("keys.jks", &contents, NOW);
        let findings = subject.findings.iter();
        let findings = findings.filter(|finding| finding.id == "STORE-CHAIN-SPLIT");
        findings
            .map(|finding| format!("{}: {}", finding.subject, finding.message))
            .collect()
    }

    #[test]
    fn an_issuer_in_another_entry_is_told() {
        let root = testing::root("Root");
        let ca = testing::ca("Issuing", &root);
        let server = testing::server("api.example", &ca);
        let stranger = testing::ca("Issuing", &testing::root("Other"));
        for format in [
            Format::Jks,
            Format::Jceks,
            Format::Bks,
            Format::Uber,
            Format::Bcfks,
        ] {
            let told = told(format, &[&server], &[&root, &stranger, &ca]);
            assert_eq!(
                told,
                [
                    "keys.jks: api: the chain of its key ends with api.example, and the issuer of that is in the entry \"ca-2\": \
                     a server sends what is in the entry of its key, and so an incomplete chain"
                ],
                "{format:?}"
            );
        }
        for (chain, others) in [
            // complete, with or without the root
            (vec![&server, &ca], vec![&root, &ca]),
            (vec![&server, &ca, &root], vec![&ca]),
            // nobody knows where the issuer is
            (vec![&server], vec![&root, &stranger]),
            // a root is not sent
            (vec![&ca], vec![&root]),
            (vec![&root], vec![&ca]),
        ] {
            assert_eq!(told(Format::Jks, &chain, &others), [""; 0]);
        }
        // PKCS#12 has its chains from whatever is in it
        assert_eq!(told(Format::Pkcs12, &[&server], &[&ca]), [""; 0]);
    }
    #[test]
    fn of_many_cas_of_one_name_some_are_looked_at() {
        let root = testing::root("Root");
        let ca = testing::ca("Issuing", &root);
        let server = testing::server("api.example", &ca);
        let stranger = testing::ca("Issuing", &root);
        for (strangers, is_told) in [(MAX_OF_ONE_NAME - 1, true), (MAX_OF_ONE_NAME, false)] {
            let mut others = vec![&stranger; strangers];
            others.push(&ca);
            let told = told(Format::Jks, &[&server], &others);
            assert_eq!(!told.is_empty(), is_told, "{strangers}");
        }
    }
}
