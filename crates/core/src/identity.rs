//! Certificate files as people hand them over, judged before anybody uses them: the identity of a system, and what is to be
//! trusted in its name. Who calls says what the file is for; bytes and time are arguments.

use time::OffsetDateTime;
use trustpack_keystore::{
    At, Contents, Entry, EntryKind, Error, Format, KeyStore, Note, Password, PrivateKey,
};

use crate::Certificate;
use crate::expiry::{Item, Policy, Subject, check};
use crate::key::{Belongs, belongs};
use crate::pair::pair;
use crate::report::{Finding, Role, Severity};
use crate::text::count;

/// What a managed site takes: more is refused on delivery (AICC, the page on callback certificates).
pub(crate) const SIZE_LIMIT: usize = 512 * 1024;

/// Judges the file with which a system proves who it is: a certificate, with its key or without, in any container.
///
/// `passwords` are tried on keys that are sealed. The subjects of the findings begin with `name`.
///
/// | id | severity | when |
/// |---|---|---|
/// | `CERT-FORMAT` | critical | there is no certificate |
/// | `CERT-ID-NO-KEY` | warning | there is no key, or no password opens it |
/// | `CERT-KEY-MISMATCH` | critical | the key is that of no certificate in the file |
/// | `CERT-ID-EKU` | warning | its extensions keep it from being shown as a client certificate |
/// | `CERT-EXPIRED` and others of [`check`] | theirs | by the default thresholds, as of an end entity |
pub fn judge_identity(
    name: &str,
    contents: &Contents,
    passwords: &[&Password],
    at: OffsetDateTime,
) -> Vec<Finding> {
    let contents = opened(contents, passwords);
    let mut subject = Subject::from_contents(name, &contents, at);
    let Some(place) = own_certificate(&subject.items) else {
        return vec![without_certificate(name, &contents)];
    };
    if let Some(item) = subject.items.get_mut(place) {
        // Whatever else it is: it is shown as an end entity here, and must not have expired.
        item.role = Role::EndEntity;
    }
    let mut own = Vec::new();
    if let Some(item) = subject.items.get(place)
        && let Some(certificate) = item.certificate()
    {
        let label = format!("{name}: {}", item.label);
        own.extend(key_problem(&label, &contents, certificate));
        own.extend(unfit_for_clients(&label, certificate));
    }
    let report = check([subject], &Policy::default(), at);
    let found = report
        .findings()
        .filter(|found| OF_IDENTITY.contains(&found.id.as_ref()));
    own.extend(found.cloned());
    own
}

/// Judges a file of certificates that servers are expected to present, or that are trusted.
///
/// | id | severity | when |
/// |---|---|---|
/// | `CERT-KEY-IN-TRUST` | critical | there is a private key |
/// | `CERT-EXPIRED` and others of [`check`] | theirs | by the default thresholds |
pub fn judge_trust(name: &str, contents: &Contents, at: OffsetDateTime) -> Vec<Finding> {
    let mut own = Vec::new();
    let is_key = |kind: &EntryKind| !matches!(kind, EntryKind::TrustedCertificate(_));
    let mut entries = contents.store.entries().iter();
    if let Some(entry) = entries.find(|entry| is_key(&entry.kind)) {
        let place = match contents.format.has_aliases() {
            true => format!("{name}: {}", entry.alias.as_str()),
            false => name.to_owned(),
        };
        own.push(
            Finding::new(
                "CERT-KEY-IN-TRUST",
                Severity::Critical,
                place,
                "there is a private key in a file that is for certificates only",
            )
            .with_hint(
                "export the certificates alone, and consider the key as known to whoever has the file",
            ),
        );
    }
    let subject = Subject::from_contents(name, contents, at);
    if subject.items.is_empty() {
        own.push(without_certificate(name, contents));
    }
    let report = check([subject], &Policy::default(), at);
    let found = report
        .findings()
        .filter(|found| OF_TRUST.contains(&found.id.as_ref()));
    own.extend(found.cloned());
    own
}

/// Judges the form of a file: what its name promises and what it is, by content. `read` is what came of reading it.
///
/// A file that needs a password which was not given has none of these findings.
///
/// | id | severity | when |
/// |---|---|---|
/// | `CERT-FORMAT` | `misnamed` | the content is another than the ending of the name promises, or there is more than one |
/// | `CERT-FORMAT` | critical | the file is empty, or cannot be read |
/// | `CERT-SIZE` | warning | it is larger than a managed site takes |
pub fn judge_form(
    name: &str,
    bytes: &[u8],
    read: Result<&Contents, &Error>,
    misnamed: Severity,
) -> Vec<Finding> {
    let mut found = Vec::new();
    match read {
        Err(Error::PasswordRequired { .. }) => {}
        Err(Error::Empty) => found.push(
            form(name, Severity::Critical, "the file is empty".to_owned())
                .with_hint("get it again; a pipe whose first command fails leaves an empty file"),
        ),
        Err(error) => found.push(
            form(name, Severity::Critical, error.to_string())
                .with_hint("see what it is with `trustpack inspect`, and export it again"),
        ),
        Ok(contents) => found.extend(unlike_its_name(name, bytes, contents, misnamed)),
    }
    let size = bytes.len();
    if size > SIZE_LIMIT {
        let message =
            format!("{size} bytes, over the {SIZE_LIMIT} bytes that a site managed by DV takes");
        let found_size = Finding::new("CERT-SIZE", Severity::Warning, name, message);
        found.push(found_size.with_hint("leave out certificates that are not needed"));
    }
    found
}

/// What the dates and the strength of an identity say; `CERT-LEAF-ONLY` and what is about stores is not about it.
const OF_IDENTITY: [&str; 5] = [
    "CERT-CLIENT-AUTH",
    "CERT-EXPIRED",
    "CERT-EXPIRING",
    "CERT-NOT-YET-VALID",
    "CERT-WEAK",
];

const OF_TRUST: [&str; 4] = [
    "CERT-EXPIRED",
    "CERT-EXPIRING",
    "CERT-NOT-YET-VALID",
    "CERT-WEAK",
];

/// The same with every key open that a password opens, and beside its certificate.
pub(crate) fn opened(contents: &Contents, passwords: &[&Password]) -> Contents {
    let mut store = KeyStore::new();
    for entry in contents.store.entries() {
        let open = entry.key().and_then(|key| {
            let passwords = passwords.iter().map(|password| Some(*password));
            let mut tried = std::iter::once(None).chain(passwords);
            tried.find_map(|password| key.unlock(password).ok())
        });
        store.push_renamed(match open {
            Some(key) => entry.clone().with_key(key.into()),
            None => entry.clone(),
        });
    }
    let mut contents = contents.clone();
    contents.store = match contents.format.has_aliases() {
        true => store,
        false => pair(store),
    };
    contents
}

/// The certificate that is shown: that of the key, else the first that is no CA, else the first.
fn own_certificate(items: &[Item]) -> Option<usize> {
    let certificates = || {
        let items = items.iter().enumerate();
        items.filter_map(|(place, item)| Some((place, item, item.certificate()?)))
    };
    let of_key = certificates().find(|(_, item, _)| item.has_key);
    let end_entity = || certificates().find(|(_, _, certificate)| !certificate.is_ca());
    let found = of_key.or_else(end_entity).or_else(|| certificates().next());
    found.map(|(place, ..)| place)
}

fn without_certificate(name: &str, contents: &Contents) -> Finding {
    let message = match contents.store.has_keys() {
        true => "there is a key in it, and no certificate",
        false => "there is no certificate in it",
    };
    form(name, Severity::Critical, message.to_owned()).with_hint(
        "see what it is with `trustpack inspect`, and name the file with the certificate",
    )
}

/// Who has no key cannot prove that the certificate is its own (RFC 8446 section 4.4.3), and who has another cannot either.
fn key_problem(label: &str, contents: &Contents, certificate: &Certificate) -> Option<Finding> {
    let keys = || contents.store.entries().iter().filter_map(Entry::key);
    let without = |message: &str, hint: &str| {
        Some(Finding::new("CERT-ID-NO-KEY", Severity::Warning, label, message).with_hint(hint))
    };
    if keys().next().is_none() {
        return without(
            "there is no private key beside the certificate, so nothing can be proved with it",
            "name a file that has both, such as a PKCS#12, unless the system keeps the key itself",
        );
    }
    let open: Vec<_> = keys().filter_map(|key| key.unlock(None).ok()).collect();
    if open.is_empty() {
        return without(
            "no password that was given opens the private key, so nobody knows whose it is",
            "name the password of the key",
        );
    }
    let is_other = |key: &PrivateKey| belongs(key.secret_pkcs8(), certificate) == Belongs::No;
    open.iter().all(is_other).then(|| {
        let message = format!(
            "the private key is not that of {}: no handshake succeeds with them",
            certificate.display_name()
        );
        Finding::new("CERT-KEY-MISMATCH", Severity::Critical, label, message)
            .with_hint(
                "put the key beside its own certificate: `trustpack match` says which that is",
            )
            .about(certificate)
    })
}

/// RFC 5280 sections 4.2.1.3 and 4.2.1.12: an extension that is there and does not allow a use forbids it.
fn unfit_for_clients(label: &str, certificate: &Certificate) -> Option<Finding> {
    let extensions = certificate.extensions();
    let found = |message: String| {
        Finding::new("CERT-ID-EKU", Severity::Warning, label, message)
            .with_hint("have it issued with digitalSignature and clientAuth, by a CA that the other side trusts")
            .about(certificate)
    };
    if let Some(usages) = &extensions.extended_key_usage
        && !usages
            .iter()
            .any(|usage| matches!(usage.as_str(), CLIENT_AUTH | ANY_USAGE))
    {
        return Some(found(
            "its extendedKeyUsage has no clientAuth, so other servers refuse it as a client certificate"
                .to_owned(),
        ));
    }
    let usage = extensions.key_usage?;
    (usage & DIGITAL_SIGNATURE == 0).then(|| {
        found(
            "its keyUsage has no digitalSignature, with which a client proves that it has the key"
                .to_owned(),
        )
    })
}

const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
const ANY_USAGE: &str = "2.5.29.37.0";
const DIGITAL_SIGNATURE: u16 = 1;

fn unlike_its_name(
    name: &str,
    bytes: &[u8],
    contents: &Contents,
    severity: Severity,
) -> Option<Finding> {
    let (_, extension) = name.rsplit_once('.')?;
    let promised = Format::for_extension(extension)?;
    let found = |message: String, hint: &str| Some(form(name, severity, message).with_hint(hint));
    if promised != Format::Der {
        let is = contents.format;
        // PEM under the endings of keys and certificates is read by everybody; DER under `.crt` is usual, too.
        if promised == Format::Pem || promised == is {
            return None;
        }
        let message = format!("the name ends with .{extension}, and what is in it is {is}");
        return found(
            message,
            "give it the ending that fits, or convert it with `trustpack convert`",
        );
    }
    // DER begins with the tag of a SEQUENCE (X.690 section 8.9); whatever is read as one from text is text.
    if bytes.first() != Some(&0x30) {
        let message = format!(
            "the name ends with .{extension}, which is DER, and what is in it is text (PEM)"
        );
        return found(
            message,
            "convert it: `trustpack convert FILE -o NEW.cer` writes DER",
        );
    }
    let is_rest = |note: &Note| matches!(note.at, At::Byte(at) if at > 0);
    let certificates: usize = contents
        .store
        .entries()
        .iter()
        .map(|entry| entry.certificates().len())
        .sum();
    if contents.format != Format::Der {
        let message = format!(
            "the name ends with .{extension}, which is one certificate, and what is in it is {}",
            contents.format
        );
        return found(message, "convert it, or give it the ending that fits");
    }
    if certificates > 1 {
        let count = count(certificates, "certificate");
        let message =
            format!("{count} in a file of one: whoever reads it takes the first or refuses it");
        return found(
            message,
            "leave the one that is meant, or make a store of all of them",
        );
    }
    if contents.notes.iter().any(is_rest) {
        return found(
            "there are bytes behind the certificate that belong to nothing".to_owned(),
            "export it again; `trustpack convert FILE -o NEW.cer` writes the certificate alone",
        );
    }
    None
}

fn form(name: &str, severity: Severity, message: String) -> Finding {
    Finding::new("CERT-FORMAT", severity, name, message)
}
