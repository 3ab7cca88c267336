//! The trust file: written as the document asks, read back, and only what was read back counts.

use sha2::{Digest, Sha256};
use trustpack_keystore::{
    self as keystore, Alias, Entry, EntryKind, Format, KeyStore, Password, ReadOptions, Timestamp,
    WriteOptions,
};

use super::{PackError, layout};
use crate::Certificate;
use crate::alias::{self, Aliases};
use crate::cert::asn1;
use crate::channel::{Channel, Container, jks_password_problem};
use crate::expiry::{Item, Subject};
use crate::identity::SIZE_LIMIT;
use crate::report::{Finding, Role, Severity};
use crate::trust::TrustAnchors;

/// A trust file that was written and read back.
#[derive(Clone, Debug)]
pub(super) struct TrustFile {
    /// `<channel>/trust/trust.jks`.
    pub(super) path: String,
    pub(super) container: Container,
    pub(super) bytes: Vec<u8>,
    /// SHA-256 of the file, hex.
    pub(super) sha256: String,
    /// Alias and certificate, in file order.
    pub(super) entries: Vec<(String, Certificate)>,
    /// What a client has that loads the file.
    pub(super) anchors: TrustAnchors,
}

/// `JKS-PASS`, where the secret is known.
pub(super) fn password_problem(channel: &Channel, password: Option<&Password>) -> Option<Finding> {
    if channel.container() != Container::Jks {
        return None;
    }
    let (id, severity, message) = match password {
        None => (
            "JKS-PASS",
            Severity::Critical,
            "the password of the JKS is not known".to_owned(),
        ),
        Some(password) => jks_password_problem(password.expose_secret())?,
    };
    let subject = format!("{}: trust.password", channel.name);
    let finding = Finding::new(id, severity, subject, message);
    Some(finding.with_hint("put a password of 6 characters or more behind the reference"))
}

/// Writes the chosen certificates and reads them back.
pub(super) fn write(
    channel: &Channel,
    chosen: &[Certificate],
    password: Option<&Password>,
) -> Result<TrustFile, PackError> {
    let container = channel.container();
    let (format, password) = match container {
        Container::Der => (Format::Der, None),
        Container::Jks => (Format::Jks, password),
    };
    let store = build(channel, chosen);
    let options = WriteOptions {
        password,
        ..WriteOptions::default()
    };
    let bytes = keystore::write(&store, format, &options)?.bytes.to_vec();
    read_back(channel, bytes, password, chosen)
}

/// Only what a reader finds in the bytes counts, whatever was meant to be in them.
pub(super) fn read_back(
    channel: &Channel,
    bytes: Vec<u8>,
    password: Option<&Password>,
    chosen: &[Certificate],
) -> Result<TrustFile, PackError> {
    let path = layout::trust(channel);
    let read = TrustFile::read(&path, channel.container(), bytes, password);
    let file = read.map_err(|unfit| match unfit {
        Unfit::Key(finding) => PackError::Refused {
            channel: channel.name.clone(),
            findings: vec![*finding],
        },
        Unfit::Unreadable(why) => PackError::Written {
            file: path.clone(),
            why,
        },
    })?;
    let there = |wanted: &Certificate| file.entries.iter().any(|(_, one)| one == wanted);
    if file.entries.len() != chosen.len() || !chosen.iter().all(there) {
        return Err(PackError::Written {
            why: format!(
                "{} certificates written, {} read back",
                chosen.len(),
                file.entries.len()
            ),
            file: path,
        });
    }
    Ok(file)
}

/// Why a file cannot be a trust file.
pub(super) enum Unfit {
    /// A private key is in it.
    Key(Box<Finding>),
    /// It is no readable container of its kind, or holds what that cannot.
    Unreadable(String),
}

fn build(channel: &Channel, chosen: &[Certificate]) -> KeyStore {
    let mut store = KeyStore::new();
    let mut aliases = Aliases::default();
    let asked = channel.trust_alias().map(alias::clean);
    let asked = asked.filter(|alias| !alias.is_empty());
    for certificate in chosen {
        let wanted = asked.clone().unwrap_or_else(|| alias::of(certificate));
        let alias = Alias::new(aliases.unique(&wanted));
        let mut entry = Entry::trusted(alias, certificate.der().clone());
        // Equal input gives equal bytes (design, section 4, "Dates in stores").
        entry.created = Some(Timestamp::from_secs(
            certificate.not_before().unix_timestamp(),
        ));
        store.push_renamed(entry);
    }
    store
}

/// DER has no aliases; the reader's position says nothing to a person.
fn label(container: Container, entry: &Entry, certificate: &Certificate) -> String {
    match container {
        Container::Der => certificate.display_name(),
        Container::Jks => entry.alias.to_string(),
    }
}

pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    asn1::hex(&Sha256::digest(bytes))
}

impl TrustFile {
    /// What a client would find in the bytes.
    pub(super) fn read(
        path: &str,
        container: Container,
        bytes: Vec<u8>,
        password: Option<&Password>,
    ) -> Result<Self, Unfit> {
        let contents = keystore::read(&bytes, &ReadOptions { password });
        let contents = contents.map_err(|error| Unfit::Unreadable(error.to_string()))?;
        if contents.store.has_keys() {
            let message = "there is a private key in the trust file";
            let finding = Finding::new("CERT-KEY-IN-TRUST", Severity::Critical, path, message);
            let hint = "a trust file holds certificates only";
            return Err(Unfit::Key(Box::new(finding.with_hint(hint))));
        }
        let format = match container {
            Container::Der => Format::Der,
            Container::Jks => Format::Jks,
        };
        if contents.format != format {
            let why = format!("it should be {format}, and is {}", contents.format);
            return Err(Unfit::Unreadable(why));
        }
        let mut entries = Vec::new();
        for entry in contents.store.entries() {
            if let EntryKind::TrustedCertificate(der) = &entry.kind {
                let certificate = Certificate::from_der(der.clone());
                let certificate =
                    certificate.map_err(|error| Unfit::Unreadable(error.to_string()))?;
                entries.push((label(container, entry, &certificate), certificate));
            }
        }
        Ok(Self {
            sha256: hex_sha256(&bytes),
            anchors: TrustAnchors::from_store(path, &contents.store),
            path: path.to_owned(),
            container,
            bytes,
            entries,
        })
    }

    pub(super) fn subject(&self) -> Subject {
        let mut subject = Subject::new(&self.path);
        subject.findings = self.findings();
        for (alias, certificate) in &self.entries {
            let role = Role::alone(certificate);
            subject = subject.with(Item::new(alias, role, certificate.clone()));
        }
        subject
    }

    fn findings(&self) -> Vec<Finding> {
        let size = self.bytes.len();
        if size <= SIZE_LIMIT {
            return Vec::new();
        }
        vec![
            Finding::new(
                "CERT-SIZE",
                Severity::Warning,
                &self.path,
                format!(
                    "{size} bytes, over the {SIZE_LIMIT} bytes that a site managed by DV takes"
                ),
            )
            .with_hint("trust fewer certificates, such as policy = \"root\""),
        ]
    }
}
