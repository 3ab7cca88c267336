//! What should be known about the way a chain was obtained.
//!
//! | finding | severity | when |
//! |---|---|---|
//! | `FETCH-BACKENDS-DISAGREE` | warning | the addresses of a name present different certificates |
//! | `FETCH-NAME-REFUSED` | note | the server answered only when its name was not sent |
//! | `FETCH-STARTTLS-GUESSED` | note | the port told which protocol to speak before TLS |
//! | `FETCH-UNPROVEN` | warning | the server did not prove that it holds the key |

use std::collections::HashSet;

use rustls_pki_types::ServerName;

use super::{Engine, Fetched, Possession};
use crate::cert::Fingerprint;
use crate::report::{Finding, Severity};

/// Adds what one answer shows.
pub(super) fn add(fetched: &mut Fetched) {
    let subject = fetched.target.endpoint.to_string();
    let mut found = Vec::new();
    let mut tell = |id, severity, message: String, hint: &str| {
        found.push(Finding::new(id, severity, &subject, message).with_hint(hint));
    };
    if let Some(protocol) = fetched.target.endpoint.starttls()
        && fetched.target.endpoint.is_guessed()
    {
        let port = fetched.target.endpoint.port();
        let message =
            format!("port {port} is that of {protocol}, so {protocol} was spoken before TLS");
        let hint = format!("where TLS begins at once, write tls://HOST:{port}");
        tell("FETCH-STARTTLS-GUESSED", Severity::Note, message, &hint);
    }
    if fetched.chain.is_some() {
        if fetched
            .target
            .expected_name()
            .is_some_and(|name| is_dns(&name))
            && !fetched.server_name_sent
            && fetched.engine.is_some()
        {
            let message = "the server answered only when its name was not sent".to_owned();
            let hint = "clients that send it, which all do, may be refused";
            tell("FETCH-NAME-REFUSED", Severity::Note, message, hint);
        }
        if fetched.possession == Possession::Unproven {
            let why = match fetched.engine {
                Some(Engine::Probe) => {
                    "obtained by the probe, which reads the certificates and leaves"
                }
                _ if fetched.error.is_none() => {
                    "its certificate or its signature is of a kind that cannot be checked here"
                }
                _ => "the handshake ended before its signature could be checked",
            };
            let message =
                format!("the server did not prove that it holds the certificate's key: {why}");
            let hint = "get the fingerprint over another way, and compare, before it is trusted";
            tell("FETCH-UNPROVEN", Severity::Warning, message, hint);
        }
    }
    fetched.findings = found;
}

/// Adds to each answer of one name that they differ.
pub(super) fn compare(all: &mut [Fetched]) {
    let leaf = |fetched: &Fetched| {
        let chain = fetched.chain.as_ref()?;
        Some(chain.end_entity()?.fingerprint())
    };
    let distinct: HashSet<Fingerprint> = all.iter().filter_map(leaf).collect();
    if distinct.len() < 2 {
        return;
    }
    let addresses = all.iter().filter(|one| one.chain.is_some()).count();
    let message = format!(
        "backends disagree: {addresses} addresses present {} different certificates",
        distinct.len()
    );
    for fetched in all.iter_mut().filter(|one| one.chain.is_some()) {
        let subject = fetched.target.endpoint.to_string();
        let finding = Finding::new(
            "FETCH-BACKENDS-DISAGREE",
            Severity::Warning,
            subject,
            message.clone(),
        );
        let hint = "one may have missed a renewal; compare their not_after";
        fetched.findings.push(finding.with_hint(hint));
    }
}

fn is_dns(name: &ServerName<'_>) -> bool {
    matches!(name, ServerName::DnsName(_))
}
