//! Names as people type them: RFC 4514 (`CN=a,O=b`, most specific first) and OpenSSL's (`/O=b/CN=a`, least specific first).

use der::asn1::ObjectIdentifier;

use super::Name;
use super::attribute::{COMMON_NAME, SHORT_NAMES};
use crate::cert::asn1::{self, Reader};
use crate::text::cut;

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A backslash before something that needs none, or at the end.
    #[error("a backslash stands before {found:?}, which needs none (RFC 4514 section 2.4)")]
    Escape {
        /// What follows it; empty at the end.
        found: String,
    },
    /// `#` and no hex of one DER value.
    #[error("#{text} is not the hex of one DER value")]
    Hex {
        /// What follows the `#`.
        text: String,
    },
    /// No `=` where an attribute is expected.
    #[error("{part:?} has no equals sign: an attribute is written TYPE=VALUE")]
    NoEquals {
        /// The part.
        part: String,
    },
    /// A quotation mark without its other one, or text behind it.
    #[error("a quotation mark is not closed, or something stands behind it")]
    Quote,
    /// The type is neither a name nor an object identifier.
    #[error("the attribute type {kind:?} is not known")]
    Type {
        /// As written.
        kind: String,
    },
    /// The octets of a value are no UTF-8.
    #[error("the value of {kind} is not UTF-8")]
    Utf8 {
        /// The attribute type.
        kind: String,
    },
    /// The value does not fit its type.
    #[error("the value {value:?} of {kind} {why}")]
    Value {
        /// The attribute type.
        kind: String,
        /// The value.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

enum Value {
    /// DER that was given as hex.
    Der(Vec<u8>),
    Text(String),
}

struct Attribute {
    oid: ObjectIdentifier,
    kind: String,
    value: Value,
}

impl Name {
    /// Reads a name in either form; one that begins with `/` is OpenSSL's. Repeated types and sets of several (`+`) are
    /// kept, an empty text is the empty name.
    ///
    /// Values become UTF8String, but for those that must be something else: country, serial number and qualifier are
    /// PrintableString, domain component and mail address IA5String (RFC 5280 appendix A.1).
    ///
    /// ```
    /// use trustpack_core::name::Name;
    ///
    /// let name = Name::parse("CN=www.example.org,OU=B,OU=A,O=Example\\, Ltd")?;
    /// assert_eq!(name, Name::parse("/O=Example, Ltd/OU=A/OU=B/CN=www.example.org")?);
    /// assert_eq!(name.to_string(), "CN=www.example.org,OU=B,OU=A,O=Example\\, Ltd");
    /// # Ok::<(), trustpack_core::name::NameError>(())
    /// ```
    ///
    /// # Errors
    /// [`NameError`] when the text is no name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let sets = match text.strip_prefix('/') {
            Some(rest) => openssl(rest)?,
            None => {
                let mut sets = rfc4514(text)?;
                // section 2.1: written from the end
                sets.reverse();
                sets
            }
        };
        let sets = sets
            .iter()
            .map(|set| encode_set(set))
            .collect::<Result<Vec<_>, _>>()?;
        let parts: Vec<&[u8]> = sets.iter().map(Vec::as_slice).collect();
        Ok(Self::from_der(&asn1::element(asn1::SEQUENCE, &parts)))
    }
}

/// `SET OF AttributeTypeAndValue`, sorted as X.690 section 11.6 asks.
fn encode_set(set: &[Attribute]) -> Result<Vec<u8>, NameError> {
    let pairs = set.iter().map(|attribute| {
        let oid = asn1::element(asn1::OBJECT_IDENTIFIER, &[attribute.oid.as_bytes()]);
        let value = attribute.encode_value()?;
        Ok(asn1::element(asn1::SEQUENCE, &[&oid, &value]))
    });
    let mut pairs = pairs.collect::<Result<Vec<Vec<u8>>, NameError>>()?;
    pairs.sort();
    let parts: Vec<&[u8]> = pairs.iter().map(Vec::as_slice).collect();
    Ok(asn1::element(asn1::SET, &parts))
}

impl Attribute {
    fn new(kind: &str, value: Value) -> Result<Self, NameError> {
        let kind = kind.trim();
        let oid = type_named(kind).ok_or_else(|| NameError::Type {
            kind: cut(kind, SHOWN).into_owned(),
        })?;
        Ok(Self {
            oid,
            kind: kind.to_owned(),
            value,
        })
    }

    fn encode_value(&self) -> Result<Vec<u8>, NameError> {
        let text = match &self.value {
            Value::Der(der) => return Ok(der.clone()),
            Value::Text(text) => text,
        };
        let wrong = |why| {
            Err(NameError::Value {
                kind: self.kind.clone(),
                value: cut(text, SHOWN).into_owned(),
                why,
            })
        };
        // DirectoryString has at least one character (RFC 5280 appendix A.1), and one that is seen
        if text.trim().is_empty() {
            return wrong(if text.is_empty() {
                "is empty"
            } else {
                "is blank"
            });
        }
        let tag = match self.oid.to_string().as_str() {
            COUNTRY | JURISDICTION_COUNTRY
                if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
            {
                return wrong("is no country of two letters (ISO 3166)");
            }
            COUNTRY | JURISDICTION_COUNTRY | SERIAL_NUMBER | QUALIFIER => {
                if !text.bytes().all(is_printable) {
                    return wrong("has characters that are in no PrintableString");
                }
                PRINTABLE_STRING
            }
            DOMAIN_COMPONENT | EMAIL_ADDRESS => {
                if !text.is_ascii() {
                    return wrong("is not ASCII; write an internationalised domain as xn--…");
                }
                IA5_STRING
            }
            _ => UTF8_STRING,
        };
        Ok(asn1::element(tag, &[text.as_bytes()]))
    }
}

/// X.680 section 41.4.
fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

fn type_named(kind: &str) -> Option<ObjectIdentifier> {
    let of_names = SHORT_NAMES.iter().chain(&MORE_NAMES);
    let mut named = of_names.filter(|(_, name)| name.eq_ignore_ascii_case(kind));
    let dotted = match named.next() {
        Some((oid, _)) => oid,
        // RFC 2253 section 4 has `OID.`
        None => match kind.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("oid.") => kind.get(4..)?,
            _ => kind,
        },
    };
    ObjectIdentifier::new(dotted).ok()
}

/// `/O=b/CN=a`, `+` within a set; a backslash takes what follows as it is (`parse_name` of OpenSSL's apps).
fn openssl(text: &str) -> Result<Vec<Vec<Attribute>>, NameError> {
    let mut sets = Vec::new();
    let mut set = Vec::new();
    let mut part = String::new();
    let mut kind: Option<String> = None;
    let mut characters = text.chars();
    loop {
        let next = characters.next();
        match next {
            Some('\\') => part.extend(characters.next()),
            Some('=') if kind.is_none() => kind = Some(std::mem::take(&mut part)),
            Some('/' | '+') | None => {
                let Some(kind) = kind.take() else {
                    if next.is_none() && part.is_empty() && sets.is_empty() && set.is_empty() {
                        return Ok(sets);
                    }
                    return Err(NameError::NoEquals {
                        part: cut(&part, SHOWN).into_owned(),
                    });
                };
                let value = Value::Text(std::mem::take(&mut part));
                set.push(Attribute::new(&kind, value)?);
                if next != Some('+') {
                    sets.push(std::mem::take(&mut set));
                }
                if next.is_none() {
                    return Ok(sets);
                }
            }
            Some(character) => part.push(character),
        }
    }
}

/// Sections 2 to 4; white space around separators, `;` and quoted values are read as RFC 2253 section 4 has them.
fn rfc4514(text: &str) -> Result<Vec<Vec<Attribute>>, NameError> {
    let mut sets = Vec::new();
    let mut set = Vec::new();
    let mut rest = text;
    if rest.trim().is_empty() {
        return Ok(sets);
    }
    loop {
        let Some((kind, after)) = rest.split_once('=') else {
            return Err(NameError::NoEquals {
                part: cut(rest, SHOWN).into_owned(),
            });
        };
        let (value, separator, after) = value_of(kind, after)?;
        set.push(Attribute::new(kind, value)?);
        rest = after;
        if separator != Some('+') {
            sets.push(std::mem::take(&mut set));
        }
        if separator.is_none() {
            return Ok(sets);
        }
    }
}

/// One value, the separator behind it and the rest.
fn value_of<'t>(kind: &str, text: &'t str) -> Result<(Value, Option<char>, &'t str), NameError> {
    let text = text.trim_start_matches(' ');
    let is_quoted = text.starts_with('"');
    let body = text.strip_prefix('"').unwrap_or(text);
    let mut octets = Vec::new();
    // where the value would end if only spaces followed
    let mut kept = 0;
    let mut characters = body.char_indices();
    let mut end = None;
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                octets.extend(escaped(&mut characters)?);
                kept = octets.len();
            }
            '"' if is_quoted => {
                end = Some(at + 1);
                kept = octets.len();
                break;
            }
            ',' | ';' | '+' if !is_quoted => {
                end = Some(at);
                break;
            }
            _ => {
                let mut buffer = [0; 4];
                octets.extend(character.encode_utf8(&mut buffer).as_bytes());
                if character != ' ' || is_quoted {
                    kept = octets.len();
                }
            }
        }
    }
    if is_quoted && end.is_none() {
        return Err(NameError::Quote);
    }
    octets.truncate(kept);
    let mut rest = body.get(end.unwrap_or(body.len())..).unwrap_or_default();
    if is_quoted {
        rest = rest.trim_start_matches(' ');
        if !rest.is_empty() && !rest.starts_with([',', ';', '+']) {
            return Err(NameError::Quote);
        }
    }
    let separator = rest.chars().next();
    let rest = rest
        .get(separator.map_or(0, char::len_utf8)..)
        .unwrap_or_default();
    if let Some(hex) = body.strip_prefix('#').filter(|_| !is_quoted) {
        let hex = hex
            .get(..end.unwrap_or(body.len()).saturating_sub(1))
            .unwrap_or_default();
        return Ok((Value::Der(der_of(hex.trim_end())?), separator, rest));
    }
    let text = String::from_utf8(octets).map_err(|_| NameError::Utf8 {
        kind: kind.trim().to_owned(),
    })?;
    Ok((Value::Text(text), separator, rest))
}

/// What follows a backslash: a special character, or an octet as two hexadecimal digits.
fn escaped(characters: &mut std::str::CharIndices<'_>) -> Result<Vec<u8>, NameError> {
    let first = characters.next().map(|(_, character)| character);
    match first {
        Some(special @ ('"' | '+' | ',' | ';' | '<' | '>' | '\\' | ' ' | '#' | '=')) => {
            Ok(special.to_string().into_bytes())
        }
        Some(high) if high.is_ascii_hexdigit() => {
            let low = characters.next().map(|(_, character)| character);
            let digits = [Some(high), low].map(|digit| digit?.to_digit(16));
            match digits {
                [Some(high), Some(low)] => {
                    Ok(vec![u8::try_from(high << 4 | low).unwrap_or_default()])
                }
                _ => Err(NameError::Escape {
                    found: [Some(high), low].into_iter().flatten().collect(),
                }),
            }
        }
        other => Err(NameError::Escape {
            found: other.into_iter().collect(),
        }),
    }
}

fn der_of(hex: &str) -> Result<Vec<u8>, NameError> {
    let bad = || NameError::Hex {
        text: cut(hex, SHOWN).into_owned(),
    };
    let der = asn1::from_hex(hex).ok_or_else(bad)?;
    let mut reader = Reader::new(&der);
    match (reader.next(), reader.is_empty()) {
        (Some(_), true) => Ok(der),
        _ => Err(bad()),
    }
}

/// Of what is wrong so many characters are repeated.
const SHOWN: usize = 100;

const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;

const COUNTRY: &str = "2.5.4.6";
const JURISDICTION_COUNTRY: &str = "1.3.6.1.4.1.311.60.2.1.3";
const SERIAL_NUMBER: &str = "2.5.4.5";
const QUALIFIER: &str = "2.5.4.46";
const DOMAIN_COMPONENT: &str = "0.9.2342.19200300.100.1.25";
const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";

/// Further names that people type: those of RFC 4519, OpenSSL's long ones, Java's and Microsoft's.
const MORE_NAMES: [(&str, &str); 22] = [
    (COMMON_NAME, "commonName"),
    ("2.5.4.4", "surname"),
    (SERIAL_NUMBER, "deviceSerialNumber"),
    (COUNTRY, "countryName"),
    ("2.5.4.7", "localityName"),
    ("2.5.4.8", "stateOrProvinceName"),
    ("2.5.4.8", "S"),
    ("2.5.4.9", "streetAddress"),
    ("2.5.4.10", "organizationName"),
    ("2.5.4.11", "organizationalUnitName"),
    ("2.5.4.12", "T"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "givenName"),
    ("2.5.4.42", "G"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.44", "generation"),
    (QUALIFIER, "DNQ"),
    ("0.9.2342.19200300.100.1.1", "userId"),
    (DOMAIN_COMPONENT, "domainComponent"),
    (EMAIL_ADDRESS, "email"),
    (EMAIL_ADDRESS, "E"),
    ("1.2.840.113549.1.9.2", "unstructured"),
];

#[cfg(test)]
mod tests;
