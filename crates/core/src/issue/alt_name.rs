//! Alternative names as people type them (RFC 5280 section 4.2.1.6).

use std::net::IpAddr;

use der::asn1::ObjectIdentifier;

use crate::cert::asn1;
use crate::name::{Name, NameError};
use crate::text::cut;

mod check;

/// One alternative name, encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneralName(Vec<u8>);

/// Why a text is no alternative name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind}: {why}")]
pub struct AltNameError {
    /// As written, without its prefix.
    pub text: String,
    /// What it should be.
    pub kind: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl GeneralName {
    /// `dns:`, `ip:`, `email:`, `uri:`, `dir:` (a name in either form), `rid:` (an object identifier). Without a prefix an
    /// address, a URI, a mail address or a DNS name, by its looks. Internationalised hosts become `xn--…` (UTS 46).
    ///
    /// # Errors
    /// [`AltNameError`] when it is not what it should be.
    pub fn parse(text: &str) -> Result<Self, AltNameError> {
        let (kind, rest) = text.split_once(':').unwrap_or(("", text));
        match kind.to_ascii_lowercase().as_str() {
            "dns" => dns(rest),
            "ip" => ip(rest),
            "email" => email(rest),
            "uri" => uri(rest),
            "dir" | "dirname" => directory(rest),
            "rid" => registered(rest),
            _ if text.parse::<IpAddr>().is_ok() => ip(text),
            _ if text.contains("://") => uri(text),
            _ if text.contains('@') => email(text),
            _ => dns(text),
        }
    }

    /// A base for name constraints: as [`parse`](Self::parse), but a DNS name may begin with a dot, a mail name may be a
    /// host, a URI is its host, and an address has a prefix length: `ip:10.0.0.0/8` (section 4.2.1.10).
    ///
    /// # Errors
    /// [`AltNameError`] when it is not what it should be.
    pub fn parse_constraint(text: &str) -> Result<Self, AltNameError> {
        let (kind, rest) = text.split_once(':').unwrap_or(("", text));
        let host = |kind, tag| {
            let bare = rest.strip_prefix('.').unwrap_or(rest);
            let dot = if bare.len() < rest.len() { "." } else { "" };
            let ascii = host_name(bare, kind)?;
            Ok(Self(asn1::element(
                tag,
                &[dot.as_bytes(), ascii.as_bytes()],
            )))
        };
        match kind.to_ascii_lowercase().as_str() {
            "dns" if rest.is_empty() => Ok(Self(asn1::element(DNS, &[]))),
            "dns" => host("DNS name", DNS),
            "email" if rest.contains('@') => email(rest),
            "email" => host("mail host", EMAIL),
            "uri" => host("host of a URI", URI),
            "ip" => network(rest),
            "dir" | "dirname" => directory(rest),
            _ => Err(refuse(
                text,
                "constraint",
                "it is not said of which kind it is",
            )),
        }
    }

    /// DER of the `GeneralName`.
    pub fn der(&self) -> &[u8] {
        &self.0
    }
}

fn refuse(text: &str, kind: &'static str, why: impl Into<String>) -> AltNameError {
    AltNameError {
        text: cut(text, SHOWN).into_owned(),
        kind,
        why: why.into(),
    }
}

/// What is wrong with one that somebody else encoded; what is no kind that is read here is left alone.
pub(super) fn problem(name: asn1::Element<'_>) -> Option<AltNameError> {
    let text = String::from_utf8_lossy(name.value);
    let (kind, told) = match name.tag {
        EMAIL => (MAIL_ADDRESS, check::mail(&text)),
        DNS => (DNS_NAME, check::dns(&text)),
        URI => (URI_KIND, check::uri(&text)),
        IP if !matches!(name.value.len(), 4 | 16) => {
            let length = name.value.len();
            let why = format!("it has {length} octets, and an address has 4 or 16");
            return Some(refuse(&asn1::hex(name.value), "IP address", why));
        }
        DIRECTORY if name.value == EMPTY_NAME => (DIRECTORY_NAME, Err(IS_EMPTY.to_owned())),
        _ => return None,
    };
    told.err().map(|why| refuse(&text, kind, why))
}

fn dns(text: &str) -> Result<GeneralName, AltNameError> {
    let ascii = match text.strip_prefix("*.") {
        Some(host) => format!("*.{}", in_ascii(host, DNS_NAME)?),
        None => in_ascii(text, DNS_NAME)?,
    };
    check::dns(&ascii).map_err(|why| refuse(text, DNS_NAME, why))?;
    Ok(GeneralName(asn1::element(DNS, &[ascii.as_bytes()])))
}

fn host_name(text: &str, kind: &'static str) -> Result<String, AltNameError> {
    let ascii = in_ascii(text, kind)?;
    check::host(&ascii).map_err(|why| refuse(text, kind, why))?;
    Ok(ascii)
}

fn in_ascii(text: &str, kind: &'static str) -> Result<String, AltNameError> {
    idna::domain_to_ascii(text)
        .map_err(|_| refuse(text, kind, "it cannot be written as xn--… (UTS 46)"))
}

fn ip(text: &str) -> Result<GeneralName, AltNameError> {
    let address: IpAddr = text
        .parse()
        .map_err(|_| refuse(text, "IP address", "write 192.0.2.1 or 2001:db8::1"))?;
    Ok(GeneralName(asn1::element(IP, &[&octets(address)])))
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn network(text: &str) -> Result<GeneralName, AltNameError> {
    let network: ipnet::IpNet = text
        .parse()
        .map_err(|_| refuse(text, "network", "write 10.0.0.0/8 or 2001:db8::/32"))?;
    let network = network.trunc();
    let (address, mask) = (octets(network.addr()), octets(network.netmask()));
    Ok(GeneralName(asn1::element(IP, &[&address, &mask])))
}

fn email(text: &str) -> Result<GeneralName, AltNameError> {
    let Some((mailbox, host)) = text.rsplit_once('@') else {
        return Err(refuse(text, MAIL_ADDRESS, NO_AT));
    };
    let ascii = format!("{mailbox}@{}", in_ascii(host, MAIL_ADDRESS)?);
    check::mail(&ascii).map_err(|why| refuse(text, MAIL_ADDRESS, why))?;
    Ok(GeneralName(asn1::element(EMAIL, &[ascii.as_bytes()])))
}

fn uri(text: &str) -> Result<GeneralName, AltNameError> {
    check::uri(text).map_err(|why| refuse(text, URI_KIND, why))?;
    Ok(GeneralName(asn1::element(URI, &[text.as_bytes()])))
}

fn directory(text: &str) -> Result<GeneralName, AltNameError> {
    let broken = |error: NameError| refuse(text, DIRECTORY_NAME, error.to_string());
    let name = Name::parse(text).map_err(broken)?;
    if name.is_empty() {
        return Err(refuse(text, DIRECTORY_NAME, IS_EMPTY));
    }
    // a CHOICE cannot be tagged implicitly (X.680 section 31.2.7)
    Ok(GeneralName(asn1::element(DIRECTORY, &[name.der()])))
}

fn registered(text: &str) -> Result<GeneralName, AltNameError> {
    let oid = ObjectIdentifier::new(text)
        .map_err(|_| refuse(text, "object identifier", "write it as 1.2.3"))?;
    Ok(GeneralName(asn1::element(REGISTERED, &[oid.as_bytes()])))
}

/// Of what is wrong so many characters are repeated.
const SHOWN: usize = 100;

const DIRECTORY_NAME: &str = "directory name";
const DNS_NAME: &str = "DNS name";
const MAIL_ADDRESS: &str = "mail address";
const URI_KIND: &str = "URI";
const IS_EMPTY: &str = "it is empty";
const NO_AT: &str = "it has no @";
const EMPTY_NAME: &[u8] = &[0x30, 0];

const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const DIRECTORY: u8 = 0xa4;
const URI: u8 = 0x86;
const IP: u8 = 0x87;
const REGISTERED: u8 = 0x88;

#[cfg(test)]
mod tests;
