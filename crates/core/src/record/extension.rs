//! Extensions and attributes as records.

use serde::Serialize;

use crate::cert::asn1::hex;
use crate::decode::{self, Decoded, Value};
use crate::extension::Extension;

/// One extension, whether it is known or not, sound or broken.
#[derive(Clone, Debug, Serialize)]
pub struct ExtensionRecord {
    /// Dotted.
    pub oid: String,
    /// As its standard calls it; `null` when it has no name here.
    pub name: Option<&'static str>,
    /// Whether a reader that does not know it must refuse the whole.
    pub critical: bool,
    /// Known here, and its value is not what its standard asks for.
    pub broken: bool,
    /// Whether `value` is what its standard says that it means; otherwise it is the bare structure.
    pub decoded: bool,
    /// What it says ([`Value`]); `null` when it is broken, or unknown and no ASN.1.
    pub value: Option<Value>,
    /// The bytes of the value, hex.
    pub der: String,
}

impl ExtensionRecord {
    /// Decodes one.
    pub fn new(extension: &Extension) -> Self {
        let (broken, decoded, value) = match decode::extension(&extension.oid, &extension.value) {
            Decoded::Broken => (true, false, None),
            Decoded::Known(value) => (false, true, Some(value)),
            Decoded::Unknown(structure) => (false, false, structure),
        };
        Self {
            oid: extension.oid.clone(),
            name: decode::name(&extension.oid),
            critical: extension.critical,
            broken,
            decoded,
            value,
            der: hex(&extension.value),
        }
    }

    pub(super) fn all(extensions: &[Extension]) -> Vec<Self> {
        extensions.iter().map(Self::new).collect()
    }
}

/// One attribute of a request or of a PKCS#12 bag.
#[derive(Clone, Debug, Serialize)]
pub struct AttributeRecord {
    /// Dotted.
    pub oid: String,
    /// As its standard calls it; `null` when it has no name here.
    pub name: Option<&'static str>,
    /// Its values; `null` where they are no ASN.1, and where the attribute holds a password.
    pub value: Option<Value>,
}

impl AttributeRecord {
    /// From the DER of the values one after the other.
    pub fn new<'a>(oid: &str, values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let read = || {
            values
                .into_iter()
                .map(decode::outline)
                .collect::<Option<Vec<Value>>>()
        };
        // A password has no place in an output that is kept; that there is one is told all the same.
        let value = if oid == CHALLENGE_PASSWORD {
            None
        } else {
            read()
        };
        Self {
            oid: oid.to_owned(),
            name: decode::name(oid),
            value: value.map(|mut values| match values.len() {
                1 => values.remove(0),
                _ => Value::List(values),
            }),
        }
    }

    /// Whether it is there and its value is kept back.
    pub fn is_password(&self) -> bool {
        self.oid == CHALLENGE_PASSWORD
    }
}

/// RFC 2985 section 5.4.1.
const CHALLENGE_PASSWORD: &str = "1.2.840.113549.1.9.7";
