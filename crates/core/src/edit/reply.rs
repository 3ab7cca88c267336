//! A CA's answer to a request takes the place of the chain that a key has so far.

use trustpack_keystore::{Entry, EntryKind, KeyStore};

use super::chain::{certificates_of_key, set_chain, subjects};
use super::{Action, Change, EditError, Edited};
use crate::Certificate;
use crate::key::{Belongs, belongs};
use crate::pair::chain_of;

/// With the certificate of the reply that has the entry's public key, and its issuers, as the chain of the entry at
/// `place`. The issuers come from the reply, from the store, other chains in it too, and from `others`; each signature is checked.
///
/// What of the reply is no part of the chain is told in the change, and so is an issuer that is missing.
///
/// # Errors
/// [`EditError::NotAKey`], [`EditError::Unreadable`], and [`EditError::ReplyForAnother`] when no certificate of the reply
/// has the public key of the entry's certificate, or of the open key where there is none.
pub fn import_reply(
    mut store: KeyStore,
    place: usize,
    reply: &[Certificate],
    others: &[Certificate],
) -> Result<Edited, EditError> {
    let entry = &store.entries()[place];
    let alias = entry.alias.to_string();
    let before = certificates_of_key(entry)?;
    let is_own = |certificate: &&Certificate| match (before.first(), &entry.kind) {
        (Some(own), _) => own.subject_public_key_info() == certificate.subject_public_key_info(),
        (None, EntryKind::PrivateKey { key, .. }) => key
            .unlock(None)
            .is_ok_and(|open| belongs(open.secret_pkcs8(), certificate) == Belongs::Yes),
        _ => false,
    };
    // of several for one key the newest is the answer
    let own = reply
        .iter()
        .filter(is_own)
        .max_by_key(|certificate| certificate.not_before());
    let Some(own) = own else {
        return Err(EditError::ReplyForAnother {
            alias,
            subjects: reply.iter().map(|one| one.subject().to_string()).collect(),
        });
    };
    let all = store.entries().iter().flat_map(Entry::certificates);
    let stored = all.filter_map(|der| Certificate::from_der(der.clone()).ok());
    let candidates: Vec<Certificate> = reply
        .iter()
        .chain(others)
        .chain(&before)
        .cloned()
        .chain(stored)
        .collect();
    let chain: Vec<Certificate> = chain_of(own, &candidates)
        .into_iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
    if chain == before {
        return Ok(Edited {
            store,
            changes: Vec::new(),
        });
    }
    let mut detail = subjects(&chain);
    if let Some(last) = chain.last().filter(|last| !last.is_self_issued()) {
        detail.push_str(&format!("; its issuer {} is missing", last.issuer()));
    }
    let unused: Vec<Certificate> = reply
        .iter()
        .filter(|one| !chain.contains(one))
        .cloned()
        .collect();
    if !unused.is_empty() {
        detail.push_str(&format!("; no part of it: {}", subjects(&unused)));
    }
    set_chain(&mut store, place, &chain);
    Ok(Edited {
        store,
        changes: vec![Change::of(alias, Action::ReplyImported).with(detail)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{Made, ca, root, server, server_of_key};
    use crate::edit::testing::{key_store, with_trusted};

    #[test]
    fn the_reply_is_completed_and_takes_the_place_of_the_chain() {
        let root = root("Root");
        let ca = ca("CA", &root);
        let old = server("h.example", &root);
        let new = server_of_key("h.example", &ca, &old.key);
        // the root is trusted already, the CA comes with the reply, in any order
        let store = with_trusted(key_store("k", &old, &[]), "root", &root);
        let reply = [ca.certificate.clone(), new.clone()];
        let edited = import_reply(store, 0, &reply, &[]).unwrap();
        let chain = [&new, &ca.certificate, &root.certificate].map(|one| one.der().clone());
        assert_eq!(edited.store.entries()[0].certificates(), chain);
        assert_eq!(
            edited.changes[0].detail.as_deref(),
            Some("h.example, CA, Root")
        );
        let again = import_reply(edited.store, 0, &reply, &[]).unwrap();
        assert_eq!(again.changes, []);
    }

    #[test]
    fn the_chain_of_a_neighbour_completes_it() {
        let root = root("Root");
        let ca = ca("CA", &root);
        let old = server("h.example", &root);
        let neighbour = server("n.example", &ca);
        let new = server_of_key("h.example", &ca, &old.key);
        let mut store = key_store("k", &old, &[]);
        for entry in key_store("n", &neighbour, &[&ca, &root]).into_entries() {
            store.push_renamed(entry);
        }
        let edited = import_reply(store, 0, std::slice::from_ref(&new), &[]).unwrap();
        let chain = [&new, &ca.certificate, &root.certificate].map(|one| one.der().clone());
        assert_eq!(edited.store.entries()[0].certificates(), chain);
    }

    #[test]
    fn missing_issuers_and_strangers_in_it_are_told() {
        let root = root("Root");
        let ca = ca("CA", &root);
        let old = server("h.example", &root);
        let new = server_of_key("h.example", &ca, &old.key);
        let stranger = crate::cert::testing::root("Stranger");
        let reply = [new, stranger.certificate];
        let edited = import_reply(key_store("k", &old, &[]), 0, &reply, &[]).unwrap();
        assert_eq!(
            edited.changes[0].detail.as_deref(),
            Some("h.example; its issuer CN=CA is missing; no part of it: Stranger")
        );
    }

    #[test]
    fn a_reply_for_another_key_is_refused() {
        let root = root("Root");
        let (mine, theirs): (Made, Made) = (server("a.example", &root), server("b.example", &root));
        let reply = [theirs.certificate];
        let error = import_reply(key_store("k", &mine, &[]), 0, &reply, &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the reply is for another key than that of \"k\": CN=b.example"
        );
        let error = import_reply(with_trusted(KeyStore::new(), "r", &root), 0, &reply, &[]);
        assert!(matches!(error, Err(EditError::NotAKey { .. })));
    }
}
