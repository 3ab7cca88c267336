//! Extensions and attributes decoded for people to read. What decides trust is read in [`cert`](crate::cert).
//!
//! Everything that is known by name stands in one table, with its decoder. A value that is not what its standard asks
//! for is told as broken and keeps its bytes; it never hides its neighbours. What has a name or none and no decoder is
//! shown as the ASN.1 that it is, with its bytes.
//!
//! ```text
//! oids       every name of an object identifier        value      what decoders return
//! usage      basicConstraints, key usages              any        any DER by its structure
//! general    general names and what holds them         policies   policies and their constraints
//! revocation CRL distribution points, CRL extensions   transparency  timestamps of logs
//! qualified  qualified certificate statements          resources  addresses and autonomous systems
//! microsoft  templates and CA versions                 special    extensions of one field
//! ```

mod any;
mod general;
mod microsoft;
mod oids;
mod policies;
mod qualified;
mod resources;
mod revocation;
mod special;
#[cfg(test)]
mod tests;
pub(crate) mod transparency;
mod usage;
mod value;

use crate::cert::asn1::{Element, Reader, SEQUENCE};

pub(crate) use any::{outline, time};
pub use oids::{name, oid_named};
pub use value::Value;

/// What became of a value's bytes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decoded {
    /// Known here, and not what the standard asks for.
    Broken,
    /// Known here and read.
    Known(Value),
    /// Not known here; its structure when it is ASN.1.
    Unknown(Option<Value>),
}

/// Decodes the contents of an extension's OCTET STRING.
pub fn extension(oid: &str, value: &[u8]) -> Decoded {
    match decoder(oid) {
        Some(decode) => decode(value).map_or(Decoded::Broken, Decoded::Known),
        None => Decoded::Unknown(outline(value)),
    }
}

type Decoder = fn(&[u8]) -> Option<Value>;

/// The decoder of an extension; [`oids`] has the names.
fn decoder(oid: &str) -> Option<Decoder> {
    Some(match oid {
        // RFC 5280
        "2.5.29.9" => special::attributes,
        "2.5.29.14" => special::octets,
        "2.5.29.15" => usage::key_usage,
        "2.5.29.16" => usage::private_key_period,
        "2.5.29.17" | "2.5.29.18" | "2.5.29.29" => general::names,
        "2.5.29.19" => usage::basic_constraints,
        "2.5.29.20" | "2.5.29.27" | "2.5.29.54" => revocation::number,
        "2.5.29.21" => revocation::reason,
        "2.5.29.23" => |der| Value::object(only(der, crate::cert::asn1::OBJECT_IDENTIFIER)?),
        "2.5.29.24" | "2.5.29.60" | "1.3.6.1.5.5.7.48.1.6" => revocation::moment,
        "2.5.29.28" => revocation::issuing_distribution_point,
        "2.5.29.30" => general::constraints,
        "2.5.29.31" | "2.5.29.46" => revocation::distribution_points,
        "2.5.29.32" => policies::policies,
        "2.5.29.33" => policies::mappings,
        "2.5.29.35" => general::authority_key_identifier,
        "2.5.29.36" => policies::constraints,
        "2.5.29.37" => usage::objects,
        "2.5.29.56" => special::null,
        "1.3.6.1.5.5.7.1.1" | "1.3.6.1.5.5.7.1.11" => general::information_access,
        // others of the IETF
        "1.3.6.1.5.5.7.1.3" => qualified::statements,
        "1.3.6.1.5.5.7.1.7" | "1.3.6.1.5.5.7.1.28" => resources::addresses,
        "1.3.6.1.5.5.7.1.8" | "1.3.6.1.5.5.7.1.29" => resources::systems,
        "1.3.6.1.5.5.7.1.14" => special::proxy,
        "1.3.6.1.5.5.7.1.24" => special::tls_features,
        "1.3.6.1.5.5.7.1.31" => special::octets,
        "1.3.6.1.5.5.7.48.1.5" => special::null,
        "1.2.840.113549.1.9.15" => special::attributes,
        "1.3.6.1.4.1.11129.2.4.2" | "1.3.6.1.4.1.11129.2.4.5" => transparency::timestamps,
        "1.3.6.1.4.1.11129.2.4.3" => special::null,
        // vendors
        "1.3.6.1.4.1.311.20.2" => microsoft::text,
        "1.3.6.1.4.1.311.21.1" => microsoft::ca_version,
        "1.3.6.1.4.1.311.21.2" => special::octets,
        "1.3.6.1.4.1.311.21.3" => revocation::number,
        "1.3.6.1.4.1.311.21.4" => time,
        "1.3.6.1.4.1.311.21.7" => microsoft::template,
        "1.3.6.1.4.1.311.21.10" => policies::policies,
        "1.3.6.1.4.1.311.21.11" => policies::mappings,
        "1.3.6.1.4.1.311.21.12" => policies::constraints,
        "1.3.6.1.4.1.311.21.14" => revocation::distribution_points,
        "1.3.6.1.4.1.311.25.2" => general::names,
        "2.16.840.1.113730.1.1" => usage::netscape_type,
        "2.16.840.1.113730.1.2"
        | "2.16.840.1.113730.1.3"
        | "2.16.840.1.113730.1.4"
        | "2.16.840.1.113730.1.7"
        | "2.16.840.1.113730.1.8"
        | "2.16.840.1.113730.1.12"
        | "2.16.840.1.113730.1.13" => special::text,
        "1.2.840.113533.7.65.0" => special::entrust_version,
        "2.23.140.3.1" => special::organization_identifier,
        "1.2.643.100.111" => special::text,
        "1.2.643.100.112" => special::issuer_sign_tool,
        _ => return None,
    })
}

/// Every element; `None` when something follows that is none. [`Reader`] alone ends there without a word.
fn elements(bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut reader = Reader::new(bytes);
    let elements: Vec<Element<'_>> = reader.by_ref().collect();
    reader.is_empty().then_some(elements)
}

/// The contents of one element with this tag and nothing after it.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let mut reader = Reader::new(der);
    let element = reader.expect_tag(tag)?;
    reader.is_empty().then_some(element.value)
}

/// A SEQUENCE whose members are all read alike.
fn sequence_of(der: &[u8], read: impl Fn(&Element<'_>) -> Option<Value>) -> Option<Value> {
    let members: Option<Vec<Value>> = elements(only(der, SEQUENCE)?)?.iter().map(read).collect();
    members.map(Value::List)
}
