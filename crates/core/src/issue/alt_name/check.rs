//! What alternative names have to look like, whoever wrote them.

use std::net::{IpAddr, Ipv6Addr};

use crate::text::cut;

/// A star stands for one whole label, the leftmost (RFC 9525 section 6.3).
pub(super) fn dns(ascii: &str) -> Result<(), String> {
    match ascii.strip_prefix("*.") {
        Some(rest) if !rest.contains('.') => {
            Err("a star for a whole top-level domain is refused by every client".to_owned())
        }
        Some(rest) => host(rest),
        None if ascii == "*" => Err("a star alone stands for no host".to_owned()),
        None => host(ascii),
    }
}

/// "Preferred name syntax" (RFC 1034 section 3.5); the underscores of inner networks are let through. The last label is no
/// number (RFC 3696 section 2): clients take such a name for an address, which is never found among hosts.
pub(super) fn host(ascii: &str) -> Result<(), String> {
    if ascii.is_empty() {
        return Err(super::IS_EMPTY.to_owned());
    }
    if ascii.len() > 253 {
        return Err("it is longer than 253 characters".to_owned());
    }
    for label in ascii.split('.') {
        let is_sound = (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !is_sound {
            let label = cut(label, super::SHOWN);
            return Err(format!(
                "the label {label:?} is not 1 to 63 letters, digits and inner hyphens"
            ));
        }
    }
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(match ascii.parse::<IpAddr>() {
            Ok(_) => "it is an address, which is written ip:".to_owned(),
            Err(_) => "it ends in a number, as addresses do".to_owned(),
        });
    }
    Ok(())
}

pub(super) fn mail(text: &str) -> Result<(), String> {
    let Some((mailbox, domain)) = text.rsplit_once('@') else {
        return Err(super::NO_AT.to_owned());
    };
    let is_sound = |byte: u8| byte.is_ascii_graphic() && !b"()<>[]:;@\\,\"".contains(&byte);
    if mailbox.is_empty() || !mailbox.bytes().all(is_sound) {
        let why = "what stands before the @ is not plain ASCII (RFC 5321 section 4.1.2)";
        return Err(why.to_owned());
    }
    host(domain)
}

/// Absolute, in ASCII (section 4.2.1.6).
pub(super) fn uri(text: &str) -> Result<(), String> {
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let starts = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if !starts || !scheme.bytes().all(is_scheme) || rest.is_empty() {
        return Err("it has no scheme, such as https:".to_owned());
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let why = "it has characters that are written as %XX, and in hosts as xn--…";
        return Err(why.to_owned());
    }
    match rest.strip_prefix("//") {
        Some(rest) => authority(rest.split(['/', '?', '#']).next().unwrap_or_default()),
        None => Ok(()),
    }
}

/// RFC 3986 section 3.2; without one the host is this one (`file:///`) or the reader's own (`ldap:///`).
fn authority(authority: &str) -> Result<(), String> {
    if authority.is_empty() {
        return Ok(());
    }
    let place = authority.rsplit('@').next().unwrap_or_default();
    let port = match place.strip_prefix('[') {
        Some(inner) => {
            let (address, port) = inner
                .split_once(']')
                .ok_or("the bracket of its address is not closed")?;
            if address.parse::<Ipv6Addr>().is_err() {
                return Err(format!(
                    "{:?} is no IPv6 address",
                    cut(address, super::SHOWN)
                ));
            }
            port
        }
        None => {
            let end = place.find(':').unwrap_or(place.len());
            let (host, port) = place.split_at_checked(end).unwrap_or_default();
            if host.is_empty()
                || host.contains(['[', ']', '\\', '"', '<', '>', '^', '`', '{', '|', '}'])
            {
                return Err("its host is none".to_owned());
            }
            port
        }
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    let is_port = digits.is_empty() || port.starts_with(':') && digits.parse::<u16>().is_ok();
    match is_port {
        true => Ok(()),
        false => Err(format!("{:?} is no port", cut(digits, super::SHOWN))),
    }
}
