//! Whether whoever calls a callback URL would accept the certificate of the server behind it.

use time::OffsetDateTime;

use super::field::Section;
use super::form::Form;
use super::model::Channel;
use super::url;
use crate::chain::PresentedChain;
use crate::endpoint::Endpoint;
use crate::report::{Finding, Severity};
use crate::trust::TrustAnchors;
use crate::verify::{Client, Refusal, verify};

/// The servers behind the callback URLs of a channel, each with the key of its URL. What is no such URL has none.
pub fn callbacks(channel: &Channel) -> Vec<(String, Endpoint)> {
    let urls = channel
        .kind
        .fields_of(Section::Outputs)
        .filter_map(|field| {
            let Form::Callback(_) = field.form else {
                return None;
            };
            let text = channel.values.text(Section::Outputs, field.key)?;
            let url = url::https(text).ok()?;
            let endpoint = Endpoint::new(url.host.to_ascii_lowercase(), url.port_or_default());
            Some((field.path(), endpoint))
        });
    urls.collect()
}

/// Judges the chain that the server behind a callback URL presents, as a client on the internet with these root sets would.
/// Nothing when it would be accepted.
pub fn judge_callback(
    channel: &Channel,
    path: &str,
    endpoint: &Endpoint,
    chain: &PresentedChain,
    roots: &[TrustAnchors],
    at: OffsetDateTime,
) -> Option<Finding> {
    let subject = format!("{}: {path}", channel.label());
    let Form::Callback(callback) = channel.kind.field_at(path)?.form else {
        return None;
    };
    let name = endpoint.server_name()?;
    let ask = |anchors: &TrustAnchors, client| {
        let verdict = verify(chain, anchors, &name, at, client, &subject);
        verdict.outcome.map(drop)
    };
    if roots.iter().any(|set| ask(set, Client::Browser).is_ok()) {
        return None;
    }
    // Apart from its root, is it in order?
    let own = TrustAnchors::new("presented", chain.certificates.clone());
    match ask(&own, Client::OpenSslPartialChain) {
        Ok(()) => {
            let unknown = &callback.unknown_root;
            let message = format!("{endpoint}: {}", unknown.message);
            let finding = Finding::new(unknown.id, unknown.severity, subject, message);
            Some(finding.with_hint(unknown.hint))
        }
        Err(why) => Some(refused(subject, endpoint, &why)),
    }
}

fn refused(subject: String, endpoint: &Endpoint, why: &Refusal) -> Finding {
    let message = format!("whoever calls {endpoint} refuses its certificate: {why}");
    Finding::new("CB-CERTIFICATE", Severity::Critical, subject, message)
        .with_hint("give the server a valid certificate for this host, with its intermediates")
}
