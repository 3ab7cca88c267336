use trustpack_keystore::{Alias, Contents, Entry, EntryKind, Format, KeyStore, SealedKey};

use super::*;
use crate::Certificate;
use crate::cert::testing::{DAY, Made, NOW, ca, certificate, issued, root, server, server_of_key};
use crate::chain::PresentedChain;
use crate::lock::{Lock, Locked};
use crate::report::Style;

fn side(format: Format, entries: impl IntoIterator<Item = Entry>) -> Side {
    let store: KeyStore = entries.into_iter().collect();
    let contents = Contents {
        store,
        ..Contents::empty(format)
    };
    let mut side = Side::new("store");
    side.add_contents(None, &contents);
    side
}

fn trusted(alias: &str, certificate: &Certificate) -> Entry {
    Entry::trusted(Alias::new(alias), certificate.der().clone())
}

fn key(alias: &str, made: &Made, issuers: &[&Certificate]) -> Entry {
    let mut chain = vec![made.certificate.der().clone()];
    chain.extend(issuers.iter().map(|issuer| issuer.der().clone()));
    Entry {
        kind: EntryKind::PrivateKey {
            key: SealedKey::from_pkcs8(made.key.serialize_der().into()),
            chain,
        },
        ..trusted(alias, &made.certificate)
    }
}

fn jks(entries: impl IntoIterator<Item = Entry>) -> Side {
    side(Format::Jks, entries)
}

fn kinds(before: &Side, after: &Side) -> Vec<(DiffKind, Vec<&'static str>)> {
    let differences = diff(before, after, NOW).differences.into_iter();
    differences.map(|one| (one.kind, one.detail)).collect()
}

#[test]
fn every_kind_of_difference() {
    let root = root("Root");
    let old = server("h.example", &root);
    let renewed = server_of_key("h.example", &root, &old.key);
    let [gone, new, kept] = ["Gone", "New", "Kept"].map(|name| certificate(name, true, 0, DAY));
    let before = jks([
        trusted("server", &old.certificate),
        trusted("gone", &gone),
        trusted("kept", &kept),
        trusted("a", &root.certificate),
    ]);
    let after = jks([
        trusted("KEPT", &kept),
        trusted("b", &root.certificate),
        trusted("server", &renewed),
        trusted("new", &new),
    ]);
    let record = diff(&before, &after, NOW);
    let told: Vec<_> = record.differences.iter().map(|one| one.kind).collect();
    use DiffKind::{Added, Moved, Removed, Renewed};
    assert_eq!(told, [Renewed, Removed, Moved, Added]);
    assert!(record.differs);
    let counts = Counts {
        added: 1,
        removed: 1,
        renewed: 1,
        moved: 1,
        changed: 0,
        unchanged: 1,
    };
    assert_eq!(record.counts, counts);
    assert!(!diff(&before, &before, NOW).differs);
}

#[test]
fn a_renewal_is_by_key_or_by_issuer() {
    let [one, two] = ["One", "Two"].map(root);
    let old = server("h.example", &one);
    let same_key = server_of_key("h.example", &two, &old.key);
    let same_issuer = server("h.example", &one);
    let neither = server("h.example", &two);
    let is = |certificate: &Certificate| {
        // in a file without aliases nothing else holds the two together
        let before = side(Format::Pem, [trusted("x", &old.certificate)]);
        kinds(&before, &side(Format::Pem, [trusted("y", certificate)]))
    };
    assert_eq!(
        is(&same_key),
        [(DiffKind::Renewed, vec!["same key", "another issuer"])]
    );
    assert_eq!(
        is(&same_issuer.certificate),
        [(DiffKind::Renewed, vec!["another key"])]
    );
    let apart = [(DiffKind::Removed, vec![]), (DiffKind::Added, vec![])];
    assert_eq!(is(&neither.certificate), apart);
    let named = kinds(
        &jks([trusted("h", &old.certificate)]),
        &jks([trusted("h", &neither.certificate)]),
    );
    assert_eq!(named, [(DiffKind::Changed, vec!["another holder"])]);
}

#[test]
fn of_several_renewals_that_with_the_same_alias_is_meant() {
    let at = |from| issued("h", "CA", false, from, DAY);
    let before = jks([trusted("a", &at(0)), trusted("b", &at(1))]);
    let after = jks([trusted("b", &at(2)), trusted("a", &at(3))]);
    let renewed = (DiffKind::Renewed, vec!["same key"]);
    assert_eq!(kinds(&before, &after), [renewed.clone(), renewed]);
}

#[test]
fn copies_are_counted() {
    let one = certificate("One", true, 0, DAY);
    let twice = jks([trusted("a", &one), trusted("b", &one)]);
    let once = jks([trusted("b", &one)]);
    let record = diff(&twice, &once, NOW);
    let gone = record.differences[0].before.as_ref().unwrap();
    assert_eq!(gone.alias.as_deref(), Some("a"));
    assert_eq!(record.counts.unchanged, 1);
}

#[test]
fn a_key_that_is_gone_is_told() {
    let root = root("Root");
    let issuing = ca("CA", &root);
    let made = server("h", &issuing);
    let with_key = jks([key("h", &made, &[&issuing.certificate])]);
    let without = jks([
        trusted("h", &made.certificate),
        trusted("ca", &issuing.certificate),
    ]);
    let told = kinds(&with_key, &without);
    let changed = |detail: &[&'static str]| (DiffKind::Changed, detail.to_vec());
    assert_eq!(
        told,
        [
            changed(&["another kind of entry"]),
            changed(&["another kind of entry", "moved"])
        ]
    );
    let pem = side(
        Format::Pem,
        [
            trusted("1", &made.certificate),
            trusted("2", &issuing.certificate),
        ],
    );
    assert_eq!(
        kinds(&with_key, &pem),
        [changed(&["another kind of entry"])]
    );
    let same = side(Format::Pem, [key("1", &made, &[&issuing.certificate])]);
    assert_eq!(kinds(&with_key, &same), []);
}

#[test]
fn a_sealed_key_without_certificate_and_name_is_itself() {
    let sealed = |octet| Entry {
        alias: Alias::positional(1),
        kind: EntryKind::PrivateKey {
            key: SealedKey::from_encrypted_pkcs8(vec![0x30, 1, octet]),
            chain: Vec::new(),
        },
        ..trusted("1", &certificate("a", false, 0, DAY))
    };
    let [one, other] = [1, 2].map(|octet| side(Format::Der, [sealed(octet)]));
    assert_eq!(kinds(&one, &one), []);
    let told: Vec<DiffKind> = diff(&one, &other, NOW)
        .differences
        .iter()
        .map(|found| found.kind)
        .collect();
    assert_eq!(told, [DiffKind::Removed, DiffKind::Added]);
}

#[test]
fn what_cannot_be_read_is_compared_by_its_bytes() {
    let junk = |alias: &str, byte| Entry::trusted(Alias::new(alias), vec![byte].into());
    assert_eq!(kinds(&jks([junk("a", 1)]), &jks([junk("a", 1)])), []);
    let told = kinds(&jks([junk("a", 1)]), &jks([junk("b", 2)]));
    assert_eq!(
        told,
        [(DiffKind::Removed, vec![]), (DiffKind::Added, vec![])]
    );
}

#[test]
fn a_lock_is_compared_with_what_is_there_now() {
    let issuer = certificate("CA", true, 0, DAY);
    let [then, now] = [0, 9].map(|from| issued("server.test", "CA", false, from, DAY));
    let chain =
        |leaf: &Certificate| PresentedChain::from_ders([leaf.der().clone(), issuer.der().clone()]);
    let mut locked = Side::new("lock");
    locked.add_lock(&Lock::new([Locked::new("h:443", &chain(&then)).unwrap()]));
    let server = |leaf| {
        let mut side = Side::new("h:443");
        side.add_chain(Some("h:443"), &chain(leaf));
        side
    };
    assert_eq!(kinds(&locked, &server(&then)), []);
    assert_eq!(
        kinds(&locked, &server(&now)),
        [(DiffKind::Renewed, vec!["same key"])]
    );
}

#[test]
fn a_page() {
    let evil = certificate("\u{1b}[2J", true, 0, DAY);
    let before = jks([trusted("a\nb", &evil)]);
    let record = diff(&before, &jks([trusted("c", &evil)]), NOW);
    let text = page(&record, &Style::default());
    assert!(
        text.contains(r"a\nb -> c") && text.contains(r"\u{1b}[2J"),
        "{text}"
    );
    assert!(
        text.ends_with("0 added, 0 removed, 0 renewed, 1 moved, 0 changed, 0 unchanged\n"),
        "{text}"
    );
    let same = diff(&before, &before, NOW);
    assert_eq!(page(&same, &Style::default()), "no difference\n");
}
