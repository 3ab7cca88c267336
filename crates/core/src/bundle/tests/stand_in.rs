//! Small certificates, and the least that containers and path checks must do for packing to be judged.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, ServerName};
use time::OffsetDateTime;
use time::macros::datetime;
use trustpack_keystore::{
    Alias, Contents, Entry, EntryKind, Error, Format, Integrity, KeyStore, ReadOptions, SealedKey,
    WriteOptions, Written,
};
use zeroize::Zeroizing;

use super::super::engine::{Engine, Judgement};
use super::super::{Examined, ExaminedCertificate};
use crate::Certificate;
use crate::chain::{ChainAnalysis, PresentedChain, Root};
use crate::report::{CertificateReport, Finding, Report, Severity, SubjectReport};
use crate::trust::TrustAnchors;

/// A root and an intermediate.
pub(super) struct Authority {
    pub(super) root: Certificate,
    intermediate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let (end, key) = (
            datetime!(2035-01-01 00:00 UTC),
            KeyPair::generate().unwrap(),
        );
        let root = params(&format!("{name} Root"), &[], end, true);
        let certificate = parse(&root.self_signed(&key).unwrap());
        let root_issuer = Issuer::new(root, key);
        let key = KeyPair::generate().unwrap();
        let intermediate = params(&format!("{name} Issuing"), &[], end, true);
        let signed = parse(&intermediate.signed_by(&key, &root_issuer).unwrap());
        Self {
            root: certificate,
            intermediate: signed,
            issuer: Issuer::new(intermediate, key),
        }
    }

    /// End entity and intermediate, as a server presents them.
    pub(super) fn chain(&self, host: &str) -> Vec<Certificate> {
        self.issue(host, datetime!(2027-02-01 00:00 UTC))
    }

    pub(super) fn expired(&self, host: &str) -> Vec<Certificate> {
        self.issue(host, datetime!(2026-11-01 00:00 UTC))
    }

    pub(super) fn self_signed(&self, host: &str) -> Certificate {
        let params = params(
            host,
            &[host.to_owned()],
            datetime!(2035-01-01 00:00 UTC),
            false,
        );
        parse(&params.self_signed(&KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, host: &str, end: OffsetDateTime) -> Vec<Certificate> {
        let params = params(host, &[host.to_owned()], end, false);
        let key = KeyPair::generate().unwrap();
        vec![
            parse(&params.signed_by(&key, &self.issuer).unwrap()),
            self.intermediate.clone(),
        ]
    }
}

fn params(name: &str, hosts: &[String], end: OffsetDateTime, is_ca: bool) -> CertificateParams {
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = datetime!(2026-01-01 00:00 UTC);
    params.not_after = end;
    if is_ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    params
}

fn parse(certificate: &rcgen::Certificate) -> Certificate {
    Certificate::from_der(certificate.der().clone()).unwrap()
}

/// The stand-ins; to judge with the real functions, return [`Engine::REAL`] here.
pub(super) fn engine() -> Engine {
    Engine {
        analyse,
        verify,
        write,
        read,
    }
}

pub(super) fn engine_with_key() -> Engine {
    Engine {
        read: read_with_key,
        ..engine()
    }
}

/// By names alone: the end entity, its issuers as presented, the root when it is presented or known.
fn analyse(
    chain: &PresentedChain,
    roots: &[TrustAnchors],
    _: &str,
    _: OffsetDateTime,
) -> ChainAnalysis {
    let mut path: Vec<Certificate> = chain.end_entity().cloned().into_iter().collect();
    while let Some(issuer) = path
        .last()
        .and_then(|last| issuer_of(last, &chain.certificates))
    {
        path.push(issuer.clone());
    }
    let known = |certificate: &Certificate| {
        roots.iter().find_map(|set| {
            issuer_of_any(certificate, set).map(|root| (root, set.origin().to_owned()))
        })
    };
    let root = match path.last() {
        Some(last) if last.is_self_issued() => {
            let certificate = last.clone();
            path.pop();
            Some(Root {
                origin: known(&certificate).map(|(_, origin)| origin),
                certificate,
                presented: true,
            })
        }
        Some(last) => known(last).map(|(certificate, origin)| Root {
            certificate,
            origin: Some(origin),
            presented: false,
        }),
        None => None,
    };
    ChainAnalysis {
        path,
        root,
        findings: Vec::new(),
    }
}

fn issuer_of<'a>(certificate: &Certificate, among: &'a [Certificate]) -> Option<&'a Certificate> {
    if certificate.is_self_issued() {
        return None;
    }
    among
        .iter()
        .find(|issuer| issuer.subject() == certificate.issuer())
}

fn issuer_of_any(certificate: &Certificate, set: &TrustAnchors) -> Option<Certificate> {
    let found = set
        .certificates()
        .iter()
        .find(|root| root.subject() == certificate.issuer());
    found.cloned()
}

/// Java's rules in small: an anchor anywhere on the path, dates of all but a trusted end entity, the name.
fn verify(
    chain: &PresentedChain,
    anchors: &TrustAnchors,
    name: &ServerName<'_>,
    at: OffsetDateTime,
    subject: &str,
) -> Judgement {
    let refuse = |why: &str| Judgement {
        refusal: Some(why.to_owned()),
        anchor: None,
        findings: Vec::new(),
    };
    let Some(end_entity) = chain.end_entity() else {
        return refuse("no certificate was presented");
    };
    if end_entity.subject().common_name() != Some(&*name.to_str()) {
        return refuse("the certificate is for another host");
    }
    if anchors.certificates().contains(end_entity) {
        let leaf_only = !end_entity.is_self_issued();
        let findings = leaf_only.then(|| Finding {
            id: "CERT-LEAF-ONLY",
            severity: Severity::Warning,
            subject: subject.to_owned(),
            message: "accepted until the next renewal".to_owned(),
            hint: None,
        });
        return Judgement {
            refusal: None,
            anchor: None,
            findings: findings.into_iter().collect(),
        };
    }
    let mut current = end_entity;
    loop {
        if current.not_after() < at {
            return refuse("a certificate has expired");
        }
        if issuer_of_any(current, anchors).is_some() {
            return Judgement {
                refusal: None,
                anchor: None,
                findings: Vec::new(),
            };
        }
        match issuer_of(current, &chain.certificates) {
            Some(issuer) => current = issuer,
            None => return refuse("no path to a trust anchor"),
        }
    }
}

/// Thirty days for everything. At the merge: `expiry::check` with its policy.
pub(super) fn check(examined: Vec<Examined>, at: OffsetDateTime) -> Report {
    let subjects = examined.into_iter().map(|examined| {
        let mut findings = examined.findings;
        let certificates: Vec<CertificateReport> = examined
            .certificates
            .iter()
            .map(|one| describe(one, at))
            .collect();
        if certificates
            .iter()
            .any(|one| one.remaining_seconds < 30 * 86_400)
        {
            findings.push(Finding {
                id: "CERT-EXPIRING",
                severity: Severity::Warning,
                subject: examined.subject.clone(),
                message: "soon".to_owned(),
                hint: None,
            });
        }
        SubjectReport {
            subject: examined.subject,
            certificates,
            findings,
        }
    });
    Report {
        at,
        subjects: subjects.collect(),
    }
}

fn describe(examined: &ExaminedCertificate, at: OffsetDateTime) -> CertificateReport {
    let certificate = &examined.certificate;
    CertificateReport {
        name: examined.name.clone(),
        role: examined.role,
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        serial_number: certificate.serial().to_string(),
        fingerprint: certificate.fingerprint().to_string(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        lifetime_seconds: (certificate.not_after() - certificate.not_before()).whole_seconds() + 1,
        remaining_seconds: (certificate.not_after() - at).whole_seconds(),
        remaining_percent: 0,
    }
}

const MAGIC: &[u8] = b"stand-in store";

/// Length-prefixed alias and DER; the password is not written.
fn write(store: &KeyStore, format: Format, options: &WriteOptions<'_>) -> Result<Written, Error> {
    let ders = || {
        store
            .entries()
            .iter()
            .flat_map(|entry| entry.certificates())
    };
    let mut bytes = Vec::new();
    match format {
        Format::Der if store.len() == 1 => bytes.extend(ders().flat_map(|der| der.to_vec())),
        Format::Der => {
            return Err(Error::ExactlyOne {
                format,
                found: store.len(),
            });
        }
        Format::Pem => {
            for der in ders() {
                let hex: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
                bytes.extend(
                    format!(
                        "noise\n-----BEGIN CERTIFICATE-----\n{hex}\n-----END CERTIFICATE-----\n"
                    )
                    .bytes(),
                );
            }
        }
        _ => {
            assert!(options.password.is_some());
            bytes.extend(MAGIC);
            for entry in store.entries() {
                for part in [entry.alias.as_str().as_bytes(), &entry.certificates()[0]] {
                    bytes.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
                    bytes.extend(part);
                }
            }
        }
    }
    Ok(Written {
        bytes: Zeroizing::new(bytes),
        notes: Vec::new(),
    })
}

fn read(bytes: &[u8], _: &ReadOptions<'_>) -> Result<Contents, Error> {
    let mut store = KeyStore::new();
    let mut format = Format::Der;
    if let Some(mut rest) = bytes.strip_prefix(MAGIC) {
        format = Format::Jks;
        let mut part = || {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let (part, after) = after.split_at(u32::from_be_bytes(*length) as usize);
            rest = after;
            Some(part.to_vec())
        };
        while let Some(alias) = part() {
            let der = CertificateDer::from(part().unwrap());
            store
                .push(Entry::trusted(
                    Alias::new(String::from_utf8(alias).unwrap()),
                    der,
                ))
                .unwrap();
        }
    } else {
        store.push_renamed(Entry::trusted(
            Alias::positional(1),
            CertificateDer::from(bytes.to_vec()),
        ));
    }
    Ok(Contents {
        format,
        store,
        requests: Vec::new(),
        crls: Vec::new(),
        public_keys: Vec::new(),
        integrity: Integrity::Absent,
        notes: Vec::new(),
    })
}

fn read_with_key(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Contents, Error> {
    let mut contents = read(bytes, options)?;
    let key = SealedKey::from_encrypted_pkcs8(vec![0x30, 0]);
    contents.store.push_renamed(Entry {
        kind: EntryKind::PrivateKey {
            key,
            chain: Vec::new(),
        },
        ..Entry::trusted(Alias::new("key"), CertificateDer::from(Vec::new()))
    });
    Ok(contents)
}
