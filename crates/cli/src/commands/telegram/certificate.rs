//! Which certificate is uploaded with a webhook: as few as possible, and the right one.

use anyhow::{Context, Result};
use trustpack_core::Certificate;
use trustpack_core::call::telegram::{Needed, needed};
use trustpack_core::chain::PresentedChain;
use trustpack_core::channel::{Channel, HostRequirement, Spec, callbacks};
use trustpack_core::endpoint::{Endpoint, connect_for};
use trustpack_core::fetch::{AddressFamily, FetchError, Target, fetch};
use trustpack_core::keystore::{self, Entry, EntryKind, Format, KeyStore, WriteOptions};
use trustpack_core::report::{Finding, Severity};

use super::URL;
use crate::args::TelegramSetWebhook;
use crate::commands::call::reach;
use crate::commands::channel::spec;
use crate::hint::Hinted;
use crate::input::{self, Passwords};
use crate::render::Talk;
use crate::servers;

/// What is uploaded, and what should be known about it.
#[derive(Default)]
pub(super) struct Upload {
    /// One certificate.
    pub pem: Option<String>,
    pub findings: Vec<Finding>,
    pub notes: Vec<String>,
}

/// The chain of the server behind the URL.
enum Served {
    /// From where.
    Chain(PresentedChain, String),
    /// Nobody asked.
    Unasked,
}

/// Finds what is to be uploaded.
pub(super) fn upload(
    arguments: &TelegramSetWebhook,
    spec: &Spec,
    channel: &Channel,
    talk: &Talk,
) -> Result<Upload> {
    let given = match arguments.certificate.as_deref() {
        Some("none") => return Ok(Upload::default()),
        Some(path) => Some((path, given(path)?)),
        None => None,
    };
    let found = callbacks(channel).into_iter().find(|(path, _)| path == URL);
    let Some((_, endpoint)) = found else {
        let message = format!("{}: {URL} is not valid", channel.label());
        let hint = "`trustpack channel validate` says what is wrong";
        return Err(Hinted::new(message, hint).into());
    };
    let mut upload = Upload::default();
    let subject = format!("{}: {URL}", channel.label());
    let served = served(arguments, spec, channel, &endpoint, talk);
    let served = match (served, &given) {
        (Ok(served), _) => served,
        // a flag says what is uploaded; that it cannot be compared is told
        (Err(error), Some(_)) => {
            let message =
                format!("the certificate could not be compared with the server's: {error}");
            let finding = Finding::new(
                "TG-CERTIFICATE",
                Severity::Warning,
                subject.clone(),
                message,
            );
            upload.findings.push(finding.with_hint(
                "see that this machine reaches the server of the URL; --connect dials it elsewhere",
            ));
            Served::Unasked
        }
        (Err(error), None) => return Err(error),
    };
    let known = given
        .as_ref()
        .map_or(&[][..], |(_, certificates)| certificates);
    let Served::Chain(chain, origin) = served else {
        match &given {
            Some((path, certificates)) => upload.pem = Some(pem(the_one(path, certificates)?)?),
            None => upload.notes.push(format!(
                "whether a certificate has to be uploaded is asked of {endpoint} with --send, or now with --check"
            )),
        }
        return Ok(upload);
    };
    let name = endpoint.server_name().with_context(|| {
        format!(
            "{} is no host name that a certificate can carry",
            endpoint.host()
        )
    })?;
    let at = arguments.call.time.now();
    let roots = servers::root_sets(&arguments.roots, talk)?;
    match needed(&chain, &name, &roots, known, at) {
        Needed::Nothing => upload.notes.push(match &given {
            Some((path, _)) => format!(
                "{path} is not uploaded: a public root is behind {origin}, and Telegram would then trust that file alone"
            ),
            None => format!("no certificate is uploaded: a public root is behind {origin}"),
        }),
        Needed::This(certificate) => {
            upload.notes.push(format!(
                "uploaded as PEM, since no public root is behind {origin}: {} (SHA-256 {})",
                certificate.display_name(),
                certificate.fingerprint()
            ));
            upload.pem = Some(pem(&certificate)?);
        }
        Needed::CommonName(certificate) => upload.findings.push(critical(
            "TG-CERTIFICATE",
            &subject,
            format!(
                "the URL has an address, and Telegram looks for it in the common name once a certificate is uploaded; that of {} is another one",
                certificate.display_name()
            ),
            "give the server a certificate whose common name is the address, or a host name with a public certificate",
        )),
        Needed::Refused(refusal) => upload.findings.push(critical(
            "CB-CERTIFICATE",
            &subject,
            format!("Telegram refuses the certificate of {origin}, whatever is uploaded: {refusal}"),
            "give the server a valid certificate for this host, with its intermediates",
        )),
        _ => upload.findings.push(match &given {
            Some((path, _)) => critical(
                "TG-CERTIFICATE",
                &subject,
                format!("{path} has no root to which the chain of {origin} leads; Telegram takes no intermediate for one"),
                "name the file with the root of this chain, or the server's own certificate when it is self-signed",
            ),
            None => critical(
                "TG-CERTIFICATE",
                &subject,
                format!("no public root is behind {origin}, and it does not send its own"),
                "name the root of this chain with --certificate FILE",
            ),
        }),
    }
    Ok(upload)
}

fn critical(id: &'static str, subject: &str, message: String, hint: &str) -> Finding {
    Finding::new(id, Severity::Critical, subject, message).with_hint(hint)
}

/// What the server presents: as `trust.files` has it, else as it does now. Over IPv4, as Telegram calls.
fn served(
    arguments: &TelegramSetWebhook,
    spec: &Spec,
    channel: &Channel,
    endpoint: &Endpoint,
    talk: &Talk,
) -> Result<Served> {
    let requirement = HostRequirement {
        endpoint: endpoint.clone(),
        why: "",
    };
    if let Some(file) = channel.given_file(&requirement) {
        let folder = spec::folder(spec, channel.place_of("trust.files"));
        let path = folder.join(file).display().to_string();
        let (name, chain) = input::load_chain(&path, &Passwords::default(), talk)?;
        return Ok(Served::Chain(chain, format!("{endpoint} ({name})")));
    }
    if !arguments.call.calling.send && !arguments.check {
        return Ok(Served::Unasked);
    }
    let mut options = reach(&arguments.call.calling, talk)?;
    options.family = AddressFamily::V4;
    let target = Target {
        connect: connect_for(&arguments.call.calling.connect, endpoint),
        ..Target::new(endpoint.clone())
    };
    talk.say(format!("asking {endpoint} for its certificates"));
    let fetched = fetch(&target, &options);
    match (fetched.chain, fetched.error) {
        (Some(chain), _) => Ok(Served::Chain(chain, endpoint.to_string())),
        (None, error) => {
            let error = error.unwrap_or(FetchError::NoCertificate);
            let hint = format!(
                "{}--certificate FILE or none says it without asking",
                error.hint().map(|hint| hint + "; ").unwrap_or_default()
            );
            Err(Hinted::new(format!("{URL}: {endpoint}: {error}"), hint).into())
        }
    }
}

/// The certificates of a file; never one with a key in it, since a file like that is not sent anywhere by mistake.
fn given(path: &str) -> Result<Vec<Certificate>> {
    let loaded = input::load_one(path, &Passwords::default())?;
    let entries = loaded.contents.store.entries();
    let has_key = |entry: &Entry| !matches!(entry.kind, EntryKind::TrustedCertificate(_));
    if entries.iter().any(has_key) {
        let hint = "name a file with the certificate alone: `trustpack convert FILE -o certificate.cer`, or with --select of merge";
        return Err(Hinted::new(format!("{path}: there is a key in it"), hint).into());
    }
    let ders = entries.iter().flat_map(Entry::certificates);
    let certificates: Vec<Certificate> = ders
        .filter_map(|der| Certificate::from_der(der.clone()).ok())
        .collect();
    if certificates.is_empty() {
        let hint = "name the file with the root, or the self-signed certificate, behind the URL";
        return Err(Hinted::new(format!("{path}: no certificate in it"), hint).into());
    }
    Ok(certificates)
}

/// Without the server's chain to choose by: the only one, else the only root.
fn the_one<'a>(path: &str, certificates: &'a [Certificate]) -> Result<&'a Certificate> {
    let mut roots = certificates.iter().filter(|one| one.is_self_issued());
    match (certificates, roots.next(), roots.next()) {
        ([alone], ..) => Ok(alone),
        (_, Some(root), None) => Ok(root),
        _ => {
            let message = format!("{path}: several certificates, and not one of them is the root");
            let hint =
                "--check compares them with what the server presents, or name a file with one";
            Err(Hinted::new(message, hint).into())
        }
    }
}

/// As Telegram takes it.
fn pem(certificate: &Certificate) -> Result<String> {
    let mut store = KeyStore::new();
    let alias = keystore::Alias::new("webhook");
    store.push_renamed(Entry::trusted(alias, certificate.der().clone()));
    let written = keystore::write(&store, Format::Pem, &WriteOptions::default())?;
    Ok(String::from_utf8(written.bytes.to_vec())?)
}
