//! The files of one channel, rendered from what was judged.

use serde::Serialize;
use trustpack_keystore::{self as keystore, Alias, Entry, Format, KeyStore, WriteOptions};

use super::judge::Host;
use super::record::{ChannelRecord, IdentityRecord};
use super::store::TrustFile;
use super::{BundleFile, PackError, PackRequest, layout};
use crate::Certificate;
use crate::channel::{
    Delivered, DeliveredAnchor, DeliveredHost, DeliveredIdentity, Spec, checklist,
};
use crate::report::Report;
use crate::text::{one_line, rfc3339};

/// Every file of the channel.
pub(super) fn render(
    request: &PackRequest<'_>,
    hosts: &[Host<'_>],
    trust: &TrustFile,
    record: &ChannelRecord,
    report: &Report,
) -> Result<Vec<BundleFile>, PackError> {
    let channel = request.channel;
    let file = |path, purpose, bytes| BundleFile {
        path,
        purpose,
        bytes,
        private: false,
    };
    let failed = |path: &str, error: serde_json::Error| PackError::Written {
        file: path.to_owned(),
        why: error.to_string(),
    };
    let mut files = vec![file(
        trust.path.clone(),
        "trust certificate, to be uploaded in Managing a Certificate",
        trust.bytes.clone(),
    )];
    for host in hosts {
        files.push(file(
            layout::chain(channel, &host.requirement.endpoint),
            "certificates that the server presented, in its order",
            chain_pem(host)?.into_bytes(),
        ));
    }
    let model = layout::own(channel, MODEL);
    let bytes = json(&Spec::of(channel.clone())).map_err(|error| failed(&model, error))?;
    files.push(file(
        model,
        "model of the channel; secrets are references",
        bytes,
    ));
    let path = layout::own(channel, REPORT);
    let bytes = json(&ReportFile { record, report }).map_err(|error| failed(&path, error))?;
    files.push(file(path, "what was found, by machine", bytes));
    let delivered = delivered(hosts, trust, record.identity.as_ref());
    files.push(file(
        layout::own(channel, CHECKLIST),
        "what remains to be done by hand",
        checklist(channel, request.facts, Some(&delivered)).into_bytes(),
    ));
    Ok(files)
}

/// The model of the channel; [`Spec::read`] reads it.
pub(super) const MODEL: &str = "channel.json";
const REPORT: &str = "report.json";
const CHECKLIST: &str = "CHECKLIST.md";

/// Each certificate under comment lines that a person can read; RFC 7468 section 2 lets parsers skip them.
fn chain_pem(host: &Host<'_>) -> Result<String, PackError> {
    let mut text = format!(
        "# {}: {} certificate(s), unverified, in the server's order\n",
        host.subject,
        host.chain.chain.certificates.len()
    );
    for unreadable in &host.chain.chain.unreadable {
        let line = format!(
            "certificate {} is unreadable and left out: {}",
            unreadable.place + 1,
            unreadable.why
        );
        comment(&mut text, &line);
    }
    for certificate in &host.chain.chain.certificates {
        text.push('\n');
        comment(&mut text, &format!("subject: {}", certificate.subject()));
        comment(&mut text, &format!("issuer: {}", certificate.issuer()));
        comment(&mut text, &format!("sha256: {}", certificate.fingerprint()));
        comment(
            &mut text,
            &format!("notAfter: {}", rfc3339(certificate.not_after())),
        );
        text.push_str(&pem(certificate)?);
    }
    Ok(text)
}

/// One line, in which nothing can look like the start of a PEM block.
fn comment(text: &mut String, line: &str) {
    text.push_str("# ");
    text.push_str(&one_line(line).replace("-----", "- - - "));
    text.push('\n');
}

fn pem(certificate: &Certificate) -> Result<String, PackError> {
    let mut store = KeyStore::new();
    store.push_renamed(Entry::trusted(
        Alias::positional(1),
        certificate.der().clone(),
    ));
    let written = keystore::write(&store, Format::Pem, &WriteOptions::default())?;
    let text = String::from_utf8_lossy(&written.bytes);
    // The comments above are ours; whatever the writer puts before the block would repeat them.
    let start = text.find("-----BEGIN").unwrap_or_default();
    Ok(text[start..].to_owned())
}

pub(super) fn delivered(
    hosts: &[Host<'_>],
    trust: &TrustFile,
    identity: Option<&IdentityRecord>,
) -> Delivered {
    let anchors = trust
        .entries
        .iter()
        .map(|(alias, certificate)| DeliveredAnchor {
            alias: alias.clone(),
            fingerprint: certificate.fingerprint(),
            not_after: certificate.not_after(),
        });
    let hosts = hosts.iter().map(|host| DeliveredHost {
        endpoint: host.subject.clone(),
        publicly_trusted: host.is_publicly_trusted(),
    });
    Delivered {
        file: trust.path.clone(),
        container: trust.container,
        sha256: trust.sha256.clone(),
        anchors: anchors.collect(),
        hosts: hosts.collect(),
        identity: identity.map(|identity| DeliveredIdentity {
            certificate: identity.certificate.clone(),
            key_store: identity.key_store.clone(),
            fingerprint: identity.fingerprint.clone(),
            not_after: identity.not_after,
        }),
    }
}

/// `report.json`: what the manifest says of the channel, and everything that was found.
#[derive(Serialize)]
struct ReportFile<'a> {
    #[serde(flatten)]
    record: &'a ChannelRecord,
    report: &'a Report,
}

/// Pretty, with a line end, fields in the order of the struct: the same value gives the same bytes.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
