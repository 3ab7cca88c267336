//! Extensions of certificates, right and wrong ones.

use std::net::IpAddr;

use super::der::{integer, octets, oid, sequence, tlv};

/// One extension: what it is, whether it is critical, and its value in DER.
#[derive(Clone)]
pub(crate) struct Extension {
    pub id: &'static str,
    pub critical: bool,
    pub value: Vec<u8>,
}

impl Extension {
    pub(crate) fn new(id: &'static str, critical: bool, value: Vec<u8>) -> Self {
        Self {
            id,
            critical,
            value,
        }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let critical: &[u8] = if self.critical { &[1, 1, 0xff] } else { &[] };
        sequence(&[&oid(self.id), critical, &octets(&self.value)])
    }
}

pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const ALT_NAMES: &str = "2.5.29.17";
pub(crate) const BASIC: &str = "2.5.29.19";
pub(crate) const NAME_CONSTRAINTS: &str = "2.5.29.30";
pub(crate) const SUBJECT_KEY: &str = "2.5.29.14";
pub(crate) const AUTHORITY_KEY: &str = "2.5.29.35";
pub(crate) const PURPOSES: &str = "2.5.29.37";

pub(crate) const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
pub(crate) const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
pub(crate) const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
pub(crate) const ANY_PURPOSE: &str = "2.5.29.37.0";

/// Bits of keyUsage as DER numbers them, from the highest bit of the octet.
pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const KEY_ENCIPHERMENT: u8 = 0x20;
pub(crate) const KEY_AGREEMENT: u8 = 0x08;
pub(crate) const CERT_SIGN: u8 = 0x04;
pub(crate) const CRL_SIGN: u8 = 0x02;

/// basicConstraints of a CA, with the path length, or of no CA.
pub(crate) fn basic(ca: bool, length: Option<u8>) -> Extension {
    let flag: &[u8] = if ca { &[1, 1, 0xff] } else { &[] };
    let length = length.map_or_else(Vec::new, |length| integer(&[length]));
    Extension::new(BASIC, true, sequence(&[flag, &length]))
}

pub(crate) fn key_usage(usage: u8) -> Extension {
    let unused = usage.trailing_zeros() as u8;
    Extension::new(KEY_USAGE, true, tlv(3, &[&[unused, usage]]))
}

pub(crate) fn purposes(ids: &[&str]) -> Extension {
    let list: Vec<u8> = ids.iter().flat_map(|id| oid(id)).collect();
    Extension::new(PURPOSES, false, sequence(&[&list]))
}

/// A GeneralName: an address where the text is one, `@…` an rfc822Name, else a dNSName.
pub(crate) fn general_name(text: &str) -> Vec<u8> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return address_name(&[address]);
    }
    match text.strip_prefix('@') {
        Some(mail) => tlv(0x81, &[mail.as_bytes()]),
        None => tlv(0x82, &[text.as_bytes()]),
    }
}

/// An iPAddress of one address, or of an address and its mask.
pub(crate) fn address_name(addresses: &[IpAddr]) -> Vec<u8> {
    let bytes: Vec<u8> = addresses
        .iter()
        .flat_map(|address| match address {
            IpAddr::V4(four) => four.octets().to_vec(),
            IpAddr::V6(six) => six.octets().to_vec(),
        })
        .collect();
    tlv(0x87, &[&bytes])
}

/// An iPAddress as name constraints have it.
pub(crate) fn network(address: &str, mask: &str) -> Vec<u8> {
    address_name(&[address.parse().unwrap(), mask.parse().unwrap()])
}

pub(crate) fn directory(name: &[u8]) -> Vec<u8> {
    tlv(0xa4, &[name])
}

pub(crate) fn alt_names(names: &[&str]) -> Extension {
    let list: Vec<u8> = names.iter().flat_map(|name| general_name(name)).collect();
    Extension::new(ALT_NAMES, false, sequence(&[&list]))
}

/// Name constraints of encoded names; an empty side is left out.
pub(crate) fn constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Extension {
    let side = |tag: u8, names: &[Vec<u8>]| {
        let trees: Vec<u8> = names.iter().flat_map(|name| sequence(&[name])).collect();
        match names {
            [] => Vec::new(),
            _ => tlv(tag, &[&trees]),
        }
    };
    let value = sequence(&[&side(0xa0, permitted), &side(0xa1, excluded)]);
    Extension::new(NAME_CONSTRAINTS, true, value)
}

/// Name constraints of host names.
pub(crate) fn host_constraints(permitted: &[&str], excluded: &[&str]) -> Extension {
    let names = |hosts: &[&str]| {
        let name = |host: &&str| tlv(0x82, &[host.as_bytes()]);
        hosts.iter().map(name).collect::<Vec<_>>()
    };
    constraints(&names(permitted), &names(excluded))
}

/// An extension that nobody knows.
pub(crate) fn unknown(critical: bool) -> Extension {
    Extension::new("1.3.6.1.4.1.55555.1", critical, vec![5, 0])
}

pub(crate) fn subject_key(id: &[u8]) -> Extension {
    Extension::new(SUBJECT_KEY, false, octets(id))
}

pub(crate) fn authority_key(id: &[u8]) -> Extension {
    Extension::new(AUTHORITY_KEY, false, sequence(&[&tlv(0x80, &[id])]))
}

/// An authority key identifier that points to a certificate by issuer and serial number.
pub(crate) fn authority_certificate(issuer: &[u8], serial: &[u8]) -> Extension {
    let issuer = tlv(0xa1, &[&directory(issuer)]);
    let serial = tlv(0x82, &[serial]);
    Extension::new(AUTHORITY_KEY, false, sequence(&[&issuer, &serial]))
}
