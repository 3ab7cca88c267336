//! The certificates and files that are measured, made anew for each run in a folder that goes away with it.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose,
    SanType, SerialNumber,
};
use trustpack_core::keystore::{
    self, Alias, CertificateDer, Entry, Error, Format, KeyStore, RandomSource, Timestamp,
    WriteOptions,
};

use crate::password;

/// The folder, and the store that its files are written from.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
    pub(crate) store: KeyStore,
}

impl Folder {
    /// With a store of so many trusted certificates.
    pub(crate) fn new(count: usize) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            store: store((0..count).map(certificates())),
        }
    }

    /// A path inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The store as a file of this format, written when it is asked for first.
    pub(crate) fn file(&self, format: Format) -> PathBuf {
        let path = self.path(&format!("store.{}", format.extension()));
        if !path.exists() {
            write(&self.store, format, &path);
        }
        path
    }
}

/// A store of trusted certificates, named as keytool names those that it imports for Linux distributions.
pub(crate) fn store(certificates: impl Iterator<Item = CertificateDer<'static>>) -> KeyStore {
    let mut store = KeyStore::new();
    for (index, certificate) in certificates.enumerate() {
        let alias = Alias::new(format!("debian:benchmark_root_ca_{index}.pem"));
        let mut entry = Entry::trusted(alias, certificate);
        entry.created = Some(Timestamp::from_secs(1_700_000_000));
        store.push(entry).unwrap();
    }
    store
}

/// Writes a store as a file.
pub(crate) fn write(store: &KeyStore, format: Format, path: &Path) {
    let password = password();
    let options = WriteOptions {
        password: format.has_password().then_some(&password),
        random: Some(&Predictable),
        ..WriteOptions::default()
    };
    let written = keystore::write(store, format, &options).unwrap();
    std::fs::write(path, &written.bytes).unwrap();
}

/// Salts for files that protect nothing.
struct Predictable;

impl RandomSource for Predictable {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.fill(7);
        Ok(())
    }
}

/// Makes the certificate of each number: one key, since nobody checks what it signs, and distinct names and serials.
/// With the extensions of a CA of today one has about 700 bytes.
fn certificates() -> impl FnMut(usize) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    move |index| {
        let mut parameters = CertificateParams::default();
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "XX");
        name.push(DnType::OrganizationName, "Benchmark Trust Services");
        name.push(
            DnType::CommonName,
            format!("Benchmark Root Authority {index}"),
        );
        parameters.distinguished_name = name;
        parameters.serial_number = Some(SerialNumber::from(index as u64 + 1));
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        parameters.subject_alt_names = (1..=4)
            .map(|number| {
                let name = format!("validation-{number}.authority-{index}.benchmark.example");
                SanType::DnsName(name.try_into().unwrap())
            })
            .collect();
        let certificate = parameters.self_signed(&key).unwrap();
        certificate.der().clone()
    }
}
