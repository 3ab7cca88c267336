//! Which certificate Telegram must be given, so that it accepts the server behind the callback URL.
//!
//! `core.telegram.org/bots/webhooks`: a self-signed certificate, or the root of a chain that ends in no public one, is uploaded
//! with `setWebhook`. Telegram then trusts that certificate alone, as OpenSSL does: partial chains are not accepted
//! (`github.com/tdlib/td`, `SslCtx.cpp`), so an intermediate will not do. And it then takes the address in a URL for a host
//! name (`SslStream.cpp`), which the common name has to be: an iPAddress in the alternative names is not looked at.

use rustls_pki_types::ServerName;
use time::OffsetDateTime;

use crate::Certificate;
use crate::cert::AltName;
use crate::chain::PresentedChain;
use crate::trust::TrustAnchors;
use crate::verify::{Client, Refusal, verify};

/// What has to be uploaded.
#[derive(Clone, Debug, PartialEq)]
pub enum Needed {
    /// Nothing: a public root is behind the server.
    Nothing,
    /// This one.
    This(Box<Certificate>),
    /// Another server certificate: the URL has an address, and the common name of this one is not that address.
    CommonName(Box<Certificate>),
    /// A root that is not among those that are known; the server does not send it.
    Unknown,
    /// No certificate helps: the server's own is expired, for another name, or comes without its intermediates.
    Refused(Box<Refusal>),
}

/// What has to be uploaded for a server that presents this chain. `roots` are public ones, `known` whatever else may be its
/// root.
pub fn needed(
    chain: &PresentedChain,
    name: &ServerName<'_>,
    roots: &[TrustAnchors],
    known: &[Certificate],
    at: OffsetDateTime,
) -> Needed {
    let ask = |anchors: &TrustAnchors, client| {
        let verdict = verify(chain, anchors, name, at, client, "");
        verdict.outcome
    };
    if roots.iter().any(|set| ask(set, Client::Browser).is_ok()) {
        return Needed::Nothing;
    }
    let address = match name {
        ServerName::IpAddress(_) => Some(name.to_str()),
        _ => None,
    };
    let Some(end_entity) = chain.end_entity() else {
        return Needed::Unknown;
    };
    let is_named = address.is_none_or(|address| is_named_as_host(end_entity, &address));
    let accepted = |one: &Certificate| {
        let alone = TrustAnchors::new("uploaded", vec![one.clone()]);
        match ask(&alone, Client::OpenSsl) {
            Ok(_) => true,
            Err(Refusal::HostMismatch { .. }) => {
                // by its rules for addresses, which are not those that count here
                is_named && one.is_valid_at(at) && end_entity.is_valid_at(at) && has_address(name)
            }
            Err(_) => false,
        }
    };
    let candidates = chain.certificates.iter().rev().chain(known);
    let mut candidates = candidates.filter(|one| one.is_self_issued());
    if let Some(found) = candidates.find(|one| accepted(one)) {
        return match is_named {
            true => Needed::This(Box::new(found.clone())),
            false => Needed::CommonName(Box::new(end_entity.clone())),
        };
    }
    // Apart from its root, is it in order?
    let own = TrustAnchors::new("presented", chain.certificates.clone());
    match ask(&own, Client::OpenSslPartialChain) {
        Ok(_) => Needed::Unknown,
        Err(refusal) => Needed::Refused(Box::new(refusal)),
    }
}

fn has_address(name: &ServerName<'_>) -> bool {
    matches!(name, ServerName::IpAddress(_))
}

/// `X509_check_host` with an address as the name: dNSName entries decide, and only without any does a common name.
fn is_named_as_host(certificate: &Certificate, address: &str) -> bool {
    let names = certificate.extensions().subject_alt_names.as_deref();
    let mut dns = names
        .unwrap_or_default()
        .iter()
        .filter_map(|name| match name {
            AltName::Dns(name) => Some(name),
            _ => None,
        })
        .peekable();
    match dns.peek() {
        Some(_) => dns.any(|name| name == address),
        None => certificate.subject().common_name() == Some(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cert::testing::{
        Made, NOW, PAST, ca, new_key, root, self_sign, server, server_params,
    };

    const HOST: &str = "hook.example";

    fn asked(made: &[&Made], roots: &[&Made], known: &[&Made], at: OffsetDateTime) -> Needed {
        let certificates = |made: &[&Made]| -> Vec<Certificate> {
            made.iter().map(|one| one.certificate.clone()).collect()
        };
        let chain = PresentedChain {
            certificates: certificates(made),
            unreadable: Vec::new(),
        };
        let name = ServerName::try_from(HOST).unwrap();
        let roots = [TrustAnchors::new("public", certificates(roots))];
        needed(&chain, &name, &roots, &certificates(known), at)
    }

    #[test]
    fn the_root_is_uploaded_and_no_intermediate() {
        let root = root("Root");
        let issuing = ca("Issuing", &root);
        let leaf = server(HOST, &issuing);
        let this = |made: &Made| Needed::This(Box::new(made.certificate.clone()));
        assert_eq!(
            asked(&[&leaf, &issuing], &[&root], &[], NOW),
            Needed::Nothing
        );
        assert_eq!(asked(&[&leaf, &issuing, &root], &[], &[], NOW), this(&root));
        assert_eq!(asked(&[&leaf, &issuing], &[], &[&root], NOW), this(&root));
        assert_eq!(
            asked(&[&leaf, &issuing], &[], &[&issuing], NOW),
            Needed::Unknown
        );
        // OpenSSL asks for the intermediate, too
        assert_eq!(asked(&[&leaf], &[], &[&root], NOW), Needed::Unknown);
    }

    #[test]
    fn a_self_signed_certificate_is_uploaded_itself() {
        let own = self_sign(server_params(HOST), new_key());
        let this = Needed::This(Box::new(own.certificate.clone()));
        assert_eq!(asked(&[&own], &[], &[], NOW), this);
        assert!(matches!(asked(&[&own], &[], &[], PAST), Needed::Refused(_)));
        let other = self_sign(server_params("other.example"), new_key());
        assert!(matches!(
            asked(&[&other], &[], &[], NOW),
            Needed::Refused(_)
        ));
    }

    #[test]
    fn an_address_is_looked_for_in_the_common_name() {
        let address = ServerName::try_from("203.0.113.7").unwrap();
        let asked = |params| {
            let own = self_sign(params, new_key());
            let chain = PresentedChain {
                certificates: vec![own.certificate.clone()],
                unreadable: Vec::new(),
            };
            needed(&chain, &address, &[], &[], NOW)
        };
        let by_entry = server_params("203.0.113.7");
        assert!(matches!(asked(by_entry.clone()), Needed::This(_)));
        let mut other_name = by_entry;
        other_name
            .distinguished_name
            .push(rcgen::DnType::CommonName, "aicc");
        assert!(matches!(asked(other_name.clone()), Needed::CommonName(_)));
        other_name
            .distinguished_name
            .push(rcgen::DnType::CommonName, "203.0.113.7");
        other_name.subject_alt_names.clear();
        assert!(matches!(asked(other_name), Needed::This(_)));
    }
}
