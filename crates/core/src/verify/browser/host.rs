//! Whether the end entity is for the host: alternative names only.

use crate::Certificate;
use crate::cert::AltName;
use crate::verify::{Refusal, ServerName, hostname};

/// `verify_is_valid_for_subject_name`: alternative names only.
pub(in crate::verify) fn check_name(
    certificate: &Certificate,
    name: &ServerName<'_>,
) -> Result<(), Refusal> {
    let mut names = certificate.extensions().subject_alt_names.iter().flatten();
    let found = match name {
        ServerName::IpAddress(address) => {
            let expected = std::net::IpAddr::from(*address);
            names.any(|name| matches!(name, AltName::Ip(found) if *found == expected))
        }
        _ => {
            let host = name.to_str().to_ascii_lowercase();
            let host = host.strip_suffix('.').unwrap_or(&host).to_owned();
            names.any(|name| matches!(name, AltName::Dns(pattern) if matches_dns(&host, pattern)))
        }
    };
    if found {
        return Ok(());
    }
    Err(Refusal::HostMismatch {
        certificate: certificate.clone(),
        host: name.to_str().into_owned(),
        names: hostname::names(certificate),
        words: "NotValidForName".to_owned(),
    })
}

/// `presented_id_matches_reference_id`: a wildcard is the whole first label, and two labels at least follow it.
fn matches_dns(host: &str, pattern: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix("*.") {
        Some(rest) => {
            let is_name = rest.contains('.') && is_dns_name(rest);
            let below = host.split_once('.').filter(|(label, _)| !label.is_empty());
            is_name && below.is_some_and(|(_, parent)| parent == rest)
        }
        None => is_dns_name(&pattern) && pattern == host,
    }
}

/// `is_valid_dns_id` of a presented name: no dot at the end, labels of letters, digits, hyphens and underscores, the last
/// one not all digits.
fn is_dns_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
