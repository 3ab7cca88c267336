//! What is made is read back: stores in every container, certificates, requests, lists. Octets choose what is made.

use std::sync::OnceLock;

use trustpack_core::Certificate;
use trustpack_core::issue::{
    Authority, Dates, GeneralName, KeyUsage, Ledger, ListWanted, Reason, Rule, SigningKey,
    Template, Wanted, issue as issue_by, request, require, revocation_list, self_sign,
};
use trustpack_core::keystore::{
    Alias, Entry, EntryKind, Error, Format, KeyStore, Password, Profile, RandomSource, ReadOptions,
    Request, SealedKey, SecretKey, Timestamp, WriteOptions, read, write,
};
use trustpack_core::name::Name;
use trustpack_core::request::CertificateRequest;
use trustpack_core::signature::SignatureCheck;

use super::super::input::{Input, clear_key, ders};

struct Sevens;

impl RandomSource for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(7);
        Ok(())
    }
}

/// Keys are dear to seal, so a store has one of them at most.
const MAX_KEYS: usize = 1;

const CHAINS: [&str; 3] = [
    include_str!("../../../fixtures/pki/fullchain-server.pem"),
    include_str!("../../../fixtures/pki/fullchain-constrained-inside.pem"),
    include_str!("../../../fixtures/pki/fullchain-self-signed-ed25519.pem"),
];
const KEYS: [&str; 3] = [
    include_str!("../../../fixtures/pki/server.key.pem"),
    include_str!("../../../fixtures/pki/constrained-inside.key.pem"),
    include_str!("../../../fixtures/pki/self-signed-ed25519.key.pem"),
];
const LONELY: [&str; 3] = [
    include_str!("../../../fixtures/pki/other-root.pem"),
    include_str!("../../../fixtures/pki/no-cn.pem"),
    include_str!("../../../fixtures/pki/non-ascii.pem"),
];

/// Any entries in any container: what could be written is read, and is equal but for what the format has no place for.
pub(super) fn round_trip(bytes: &[u8]) {
    let mut input = Input(bytes);
    let (format, profile) = (*input.one_of(Format::ALL), *input.one_of(Profile::ALL));
    let switches = input.octet();
    let [password, key_password] = [(); 2].map(|()| Password::new(input.text()));
    let store = any_store(&mut input);
    let options = WriteOptions {
        password: (switches & 1 == 0).then_some(&password),
        key_password: (switches & 2 == 0).then_some(&key_password),
        armor: switches & 4 != 0,
        traditional_keys: switches & 8 != 0,
        keep_alias_case: switches & 16 != 0,
        profile,
        random: Some(&Sevens),
        ..WriteOptions::default()
    };
    let written = match write(&store, format, &options) {
        Ok(written) => written.bytes,
        Err(error) => return drop(error.to_string()),
    };
    if !store.has_keys() {
        let again = write(&store, format, &options).expect("it could be written before");
        assert_eq!(again.bytes, written, "not the same twice");
    }
    let password = options.password;
    let found = read(&written, &ReadOptions { password });
    let found = found.unwrap_or_else(|error| panic!("{format}: {error}: {store:?}"));
    compare(format, &options, &store, &found.store);
}

fn any_store(input: &mut Input<'_>) -> KeyStore {
    let (mut store, mut keys) = (KeyStore::new(), 0);
    while !input.is_empty() && store.len() < 20 {
        let (kind, which) = (input.octet() % 8, usize::from(input.octet()));
        let alias = Alias::new(input.text());
        // of which every format can tell the date; the years below 0 are written as 0 in some, which is told
        let seconds = input.time().unix_timestamp().max(-60_000_000_000);
        let created = (kind & 1 == 0).then(|| Timestamp::from_secs(seconds));
        let kind = match kind {
            0..4 if keys < MAX_KEYS => {
                keys += 1;
                any_key(input, kind, which % KEYS.len())
            }
            // each certificate is another one, as stores of people have them
            _ => {
                let mut der = ders(LONELY[which % LONELY.len()]).swap_remove(0);
                let last = der.len() - 1;
                der[last] ^= u8::try_from(store.len()).unwrap_or_default();
                EntryKind::TrustedCertificate(der.into())
            }
        };
        store.push_renamed(Entry {
            alias,
            created,
            kind,
            attributes: Vec::new(),
        });
    }
    store
}

fn any_key(input: &mut Input<'_>, kind: u8, which: usize) -> EntryKind {
    if kind == 3 {
        let names = ["AES", "DESede", "HmacSHA256", "1.2.3", "Blowfish"];
        let (name, length) = (*input.one_of(&names), 1 + usize::from(input.octet() & 0x3f));
        let mut octets = input.octets(length).to_vec();
        octets.resize(length, 1);
        let key = SecretKey::new(name, octets.into());
        return EntryKind::SecretKey(SealedKey::from_secret_key(&key));
    }
    EntryKind::PrivateKey {
        key: SealedKey::from_pkcs8(clear_key(KEYS[which]).into()),
        chain: ders(CHAINS[which]).into_iter().map(Into::into).collect(),
    }
}

/// What a store is when it comes back: aliases and dates as far as the format has them, every certificate, every key.
fn compare(format: Format, options: &WriteOptions<'_>, store: &KeyStore, found: &KeyStore) {
    let is_java = matches!(
        format,
        Format::Jks | Format::Jceks | Format::Bks | Format::Uber | Format::Bcfks | Format::Pkcs12
    );
    if !is_java {
        let certificates = |store: &KeyStore| -> Vec<Vec<u8>> {
            let all = store
                .entries()
                .iter()
                .flat_map(|entry| entry.certificates());
            let mut all: Vec<_> = all.map(|der| der.to_vec()).collect();
            all.sort();
            all.dedup();
            all
        };
        assert_eq!(certificates(found), certificates(store), "{format}");
        let keys = |store: &KeyStore| {
            store
                .entries()
                .iter()
                .filter(|entry| entry.key().is_some())
                .count()
        };
        assert!(
            format != Format::Pem || keys(found) == keys(store),
            "{format}: other keys"
        );
        return;
    }
    assert_eq!(
        found.len(),
        store.len(),
        "{format}: {store:?} became {found:?}"
    );
    for (found, entry) in found.entries().iter().zip(store.entries()) {
        let folds = matches!(format, Format::Jks | Format::Jceks) && !options.keep_alias_case;
        let alias = if folds || format == Format::Jceks {
            entry.alias.folded()
        } else {
            entry.alias.to_string()
        };
        assert_eq!(found.alias.as_str(), alias, "{format}");
        assert_eq!(found.certificates(), entry.certificates(), "{format}");
        // Java's PKCS#12 has dates of keys only, and moves those of one millisecond
        if format != Format::Pkcs12 {
            let created = entry.created.unwrap_or(Timestamp::from_millis(0));
            assert_eq!(found.created, Some(created), "{format}");
        }
        let Some(key) = entry.key() else {
            assert!(found.key().is_none(), "{format}: a key from nowhere");
            continue;
        };
        let password = options.key_password.or(options.password);
        let unlocked = found.key().and_then(|key| key.unlock(password).ok());
        assert_eq!(unlocked, key.unlock(None).ok(), "{format}: another key");
    }
}

/// Any wishes for a certificate: what could be made says what was wished for, and so do the request for it, what it
/// issues in turn, its state and its list.
pub(super) fn issue(bytes: &[u8]) {
    let mut input = Input(bytes);
    let key = signing_key();
    let Ok(subject) = Name::parse(&input.text()) else {
        return;
    };
    let Ok(dates) = Dates::new(input.time(), input.time()) else {
        return;
    };
    let switches = input.octet();
    let mut template = Template {
        authority: (switches & 1 == 0).then(|| (switches & 2 == 0).then_some(u32::from(switches))),
        key_usage: (switches & 4 == 0)
            .then(|| KeyUsage(u16::try_from(input.number() & 0x1ff).unwrap_or_default())),
        must_staple: switches & 8 != 0,
        ..Template::default()
    };
    while !input.is_empty() && template.alt_names.len() < 8 {
        let (which, text) = (input.octet() % 6, input.text());
        match (
            which,
            GeneralName::parse(&text),
            GeneralName::parse_constraint(&text),
        ) {
            (0..3, Ok(name), _) => template.alt_names.push(name),
            (3, _, Ok(name)) => template.constraints.permitted.push(name),
            (4, _, Ok(name)) => template.constraints.excluded.push(name),
            (5, ..) if text.is_ascii() => template.locations.crl.push(text),
            _ => (),
        }
    }
    let spki = key.subject_public_key_info();
    let wanted = Wanted {
        subject: subject.clone(),
        subject_public_key_info: spki.to_vec(),
        dates,
        extensions: template.extensions(spki, subject.is_empty()),
    };
    if let Ok((der, _)) = request(&subject, &template, key, &Rule::ALL) {
        let read = CertificateRequest::new(&Request::Pkcs10(der)).expect("what was made is read");
        assert_eq!(read.subject.as_ref().map(Name::der), Some(subject.der()));
        assert_eq!(read.check_signature(), SignatureCheck::Good);
        assert!(
            read.extensions
                .iter()
                .all(|one| wanted.extensions.contains(one))
        );
    }
    let Ok(root) = self_sign(&wanted, key, &Sevens) else {
        return;
    };
    is_as_wanted(&root, &wanted);
    let chain = [root];
    let authority = Authority::new(key, &chain).expect("a certificate");
    let at = dates.not_before();
    let _ = require(&chain[0], None, at, &[]);
    let Ok(issued) = issue_by(&wanted, &authority, &Sevens) else {
        return;
    };
    is_as_wanted(&issued, &wanted);
    assert_eq!(issued.issuer().der(), subject.der());
    let _ = require(&issued, Some(&authority), at, &[]);
    let mut ledger = Ledger::new(&chain[0]);
    ledger.record(&issued).expect("its first");
    let serial = issued.serial().to_string();
    let _ = ledger.revoke(&serial, at, Reason::Unspecified);
    let text = ledger.to_text(None).expect("a state can be written");
    let again = Ledger::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(again.revoked(), ledger.revoked());
    let wanted = ListWanted {
        dates,
        number: ledger.next_list().expect("the first"),
        revoked: ledger.revoked(),
    };
    let _ = revocation_list(&wanted, &authority, at, &[]);
}

fn is_as_wanted(made: &Certificate, wanted: &Wanted) {
    let again = Certificate::from_der(made.der().clone()).expect("what was made is read");
    assert_eq!(again.subject().der(), wanted.subject.der());
    assert_eq!(again.not_before(), wanted.dates.not_before());
    assert_eq!(again.not_after(), wanted.dates.not_after());
    assert_eq!(
        again.subject_public_key_info(),
        wanted.subject_public_key_info
    );
}

fn signing_key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::from_pkcs8(&clear_key(KEYS[0])).expect("a fixture"))
}
