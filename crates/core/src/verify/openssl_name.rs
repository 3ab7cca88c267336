//! Is this certificate for that host, as `X509_check_host` and `X509_check_ip` decide without flags.

use std::net::IpAddr;

use crate::Certificate;
use crate::cert::AltName;

use super::{Refusal, ServerName, hostname};

/// dNSName entries decide; only without any does a common name. For an address only iPAddress entries do.
pub(super) fn check(certificate: &Certificate, name: &ServerName<'_>) -> Result<(), Refusal> {
    let names = certificate.extensions().subject_alt_names.as_deref();
    let names = names.unwrap_or_default();
    let (found, words) = match name {
        ServerName::IpAddress(address) => {
            let expected = AltName::Ip(IpAddr::from(*address));
            (names.contains(&expected), "IP address mismatch")
        }
        _ => {
            let host = name.to_str().to_ascii_lowercase();
            let mut dns = names
                .iter()
                .filter_map(|name| match name {
                    AltName::Dns(name) => Some(name),
                    _ => None,
                })
                .peekable();
            let found = if dns.peek().is_some() {
                dns.any(|pattern| matches(&host, pattern))
            } else {
                let subject = certificate.subject().attributes();
                let mut common_names = subject.filter(|one| one.kind() == "CN");
                // cnid is compared as text, wildcards included
                common_names.any(|one| matches(&host, &one.unescaped_value()))
            };
            (found, "hostname mismatch")
        }
    };
    if found {
        return Ok(());
    }
    Err(Refusal::HostMismatch {
        certificate: certificate.clone(),
        host: name.to_str().into_owned(),
        names: hostname::names(certificate),
        words: words.to_owned(),
    })
}

/// `equal_wildcard`
fn matches(host: &str, pattern: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match valid_star(&pattern) {
        Some((prefix, suffix)) => matches_wildcard(host, prefix, suffix),
        None => pattern == host,
    }
}

/// `valid_star`: one star, at an end of the first label, which is no A-label; two dots at least after it.
fn valid_star(pattern: &str) -> Option<(&str, &str)> {
    let (prefix, suffix) = pattern.split_once('*')?;
    let at_label_end = suffix.starts_with('.');
    let is_first = !prefix.contains('.');
    let at_an_end = prefix.is_empty() || at_label_end;
    let is_plain = !prefix.starts_with("xn--") && !suffix.contains('*');
    let labels: Vec<&str> = suffix.split('.').collect();
    let well_formed = labels.iter().skip(1).all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    (is_first && at_an_end && is_plain && well_formed && labels.len() > 2)
        .then_some((prefix, suffix))
}

/// `wildcard_match`
fn matches_wildcard(host: &str, prefix: &str, suffix: &str) -> bool {
    let middle = host
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(suffix));
    let Some(middle) = middle else { return false };
    let whole_label = prefix.is_empty() && suffix.starts_with('.');
    if whole_label && middle.is_empty() {
        return false;
    }
    // "IDNA labels cannot match partial wildcards"
    if !whole_label && host.starts_with("xn--") {
        return false;
    }
    middle == "*"
        || middle
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_openssl_does() {
        for (host, pattern) in [
            ("a.example.com", "*.example.com"),
            ("foo.example.com", "f*.example.com"),
            ("foo.example.com", "*o.example.com"),
            ("xn--a.example.com", "*.example.com"),
            ("a_b", "a_b"),
        ] {
            assert!(matches(host, pattern), "{host} {pattern}");
        }
        for (host, pattern) in [
            ("a.com", "*.com"),
            ("a.b.example.com", "*.example.com"),
            ("foo.example.com", "f*o.example.com"),
            ("xn--foo.example.com", "x*.example.com"),
            ("a.b.example.com", "a.*.example.com"),
        ] {
            assert!(!matches(host, pattern), "{host} {pattern}");
        }
    }
}
