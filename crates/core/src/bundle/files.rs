//! The files of one channel, rendered from what was judged.

use serde::Serialize;
use trustpack_keystore::{self as keystore, Alias, Entry, Format, KeyStore, WriteOptions};

use super::judge::{Host, Judged};
use super::store::TrustFile;
use super::{BundleFile, ChainSource, PackError, PackRequest};
use crate::Certificate;
use crate::channel::{
    Channel, Delivered, DeliveredAnchor, DeliveredHost, KindWords, Spec, checklist,
};
use crate::endpoint::Endpoint;
use crate::report::Report;
use crate::text::{one_line, rfc3339};

/// Every file of the channel.
pub(super) fn render(
    request: &PackRequest<'_>,
    hosts: &[Host<'_>],
    trust: &TrustFile,
    judged: &Judged,
) -> Result<Vec<BundleFile>, PackError> {
    let channel = request.channel;
    let name = &channel.name;
    let failed = |file: &str, why: String| PackError::Written {
        file: format!("{name}/{file}"),
        why,
    };
    let mut files = vec![BundleFile {
        path: trust.path.clone(),
        purpose: "trust certificate, to be uploaded in Managing a Certificate",
        bytes: trust.bytes.clone(),
    }];
    for host in hosts {
        files.push(BundleFile {
            path: chain_path(channel, &host.requirement.endpoint),
            purpose: "certificates that the server presented, in its order",
            bytes: chain_pem(host)?.into_bytes(),
        });
    }
    let model = Spec::of(channel.clone()).to_toml();
    files.push(BundleFile {
        path: format!("{name}/channel.toml"),
        purpose: "model of the channel; secrets are references",
        bytes: model
            .map_err(|error| failed("channel.toml", error.to_string()))?
            .into_bytes(),
    });
    let json = report_json(channel, hosts, trust, judged);
    files.push(BundleFile {
        path: format!("{name}/report.json"),
        purpose: "what was found, by machine",
        bytes: json.map_err(|error| failed("report.json", error.to_string()))?,
    });
    let delivered = delivered(hosts, trust);
    files.push(BundleFile {
        path: format!("{name}/checklist.md"),
        purpose: "what remains to be done by hand",
        bytes: checklist(channel, request.facts, Some(&delivered)).into_bytes(),
    });
    Ok(files)
}

/// `<channel>/chains/<host>.pem`; the port is named when it is not 443.
pub(super) fn chain_path(channel: &Channel, endpoint: &Endpoint) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-') {
            letter
        } else {
            '_'
        }
    };
    let host: String = endpoint
        .host()
        .to_ascii_lowercase()
        .chars()
        .map(plain)
        .collect();
    let port = match endpoint.port() {
        443 => String::new(),
        port => format!("_{port}"),
    };
    format!("{}/chains/{host}{port}.pem", channel.name)
}

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

pub(super) fn delivered(hosts: &[Host<'_>], trust: &TrustFile) -> Delivered {
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
    }
}

#[derive(Serialize)]
struct ReportFile<'a> {
    channel: &'a str,
    #[serde(flatten)]
    kind: KindWords,
    trust: TrustJson<'a>,
    hosts: Vec<HostJson<'a>>,
    report: &'a Report,
}

#[derive(Serialize)]
struct TrustJson<'a> {
    file: &'a str,
    container: crate::channel::Container,
    policy: crate::channel::SelectPolicy,
    size: usize,
    sha256: &'a str,
}

#[derive(Serialize)]
struct HostJson<'a> {
    endpoint: &'a str,
    why: &'a str,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<&'a str>,
    chain_file: String,
    root: Option<String>,
    root_known_to: Option<&'a str>,
    /// Always: a host that is refused refuses the whole bundle.
    accepted: bool,
}

fn report_json(
    channel: &Channel,
    hosts: &[Host<'_>],
    trust: &TrustFile,
    judged: &Judged,
) -> Result<Vec<u8>, serde_json::Error> {
    let hosts = hosts.iter().map(|host| {
        let (source, file, protocol) = match &host.chain.source {
            ChainSource::Fetched { protocol } => ("fetched", None, protocol.as_deref()),
            ChainSource::Given { file } => ("given", Some(file.as_str()), None),
        };
        let root = host.completed.root.as_ref();
        HostJson {
            endpoint: &host.subject,
            why: host.requirement.why,
            source,
            file,
            protocol,
            chain_file: chain_path(channel, &host.requirement.endpoint),
            root: root.map(|root| root.certificate.fingerprint().to_string()),
            root_known_to: root.and_then(|root| root.origin.as_deref()),
            accepted: true,
        }
    });
    let file = ReportFile {
        channel: &channel.name,
        kind: channel.kind.into(),
        trust: TrustJson {
            file: &trust.path,
            container: trust.container,
            policy: channel.policy(),
            size: trust.bytes.len(),
            sha256: &trust.sha256,
        },
        hosts: hosts.collect(),
        report: &judged.report,
    };
    json(&file)
}

/// Pretty, with a line end, fields in the order of the struct: the same value gives the same bytes.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
