//! Types of key stores, and what each can tell.

use trustpack_core::keystore::Format;

use crate::stores::Listed;

/// A type of key store in the words of `KeyStore.getInstance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Type {
    pub word: &'static str,
    /// `-` for Java's own.
    pub provider: &'static str,
    pub format: Format,
}

pub(crate) const JKS: Type = java_type("JKS", Format::Jks);
pub(crate) const CASE_EXACT_JKS: Type = java_type("CaseExactJKS", Format::Jks);
pub(crate) const JCEKS: Type = java_type("JCEKS", Format::Jceks);
pub(crate) const PKCS12: Type = java_type("PKCS12", Format::Pkcs12);
pub(crate) const BKS: Type = bouncy_type("BKS", Format::Bks);
pub(crate) const UBER: Type = bouncy_type("UBER", Format::Uber);
pub(crate) const BCFKS: Type = bouncy_type("BCFKS", Format::Bcfks);
pub(crate) const BOUNCY_PKCS12: Type = bouncy_type("PKCS12", Format::Pkcs12);

/// What a type tells of the dates of its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dates {
    /// Any 64 bits.
    Millis,
    /// A GeneralizedTime.
    Seconds,
    /// In the localKeyID of keys; a certificate was made when it is loaded.
    OfKeys,
    Nowhere,
}

impl Type {
    /// Whether Java lists aliases in lower case, and knows no two that differ in case only.
    pub(crate) fn folds(self) -> bool {
        [JKS, JCEKS, PKCS12, BOUNCY_PKCS12].contains(&self)
    }

    pub(crate) fn folded(self, alias: &str) -> String {
        if self.folds() {
            alias.to_lowercase()
        } else {
            alias.to_owned()
        }
    }

    pub(crate) fn dates(self) -> Dates {
        match self {
            BCFKS => Dates::Seconds,
            PKCS12 => Dates::OfKeys,
            BOUNCY_PKCS12 => Dates::Nowhere,
            _ => Dates::Millis,
        }
    }

    /// The names of the secret keys that its reader opens.
    pub(crate) fn secrets(self) -> &'static [&'static str] {
        match self {
            // BouncyCastle has no identifier for DES there, and writes HmacSHA256 but does not open it
            BCFKS => &["AES", "DESede"],
            // and passes over the bags of secret keys
            BOUNCY_PKCS12 | JKS | CASE_EXACT_JKS => &[],
            _ => &["AES", "DES", "DESede", "HmacSHA256"],
        }
    }

    /// A list as far as the type can tell.
    pub(crate) fn seen(self, list: Vec<Listed>) -> Vec<Listed> {
        let each = |entry: Listed| {
            let created = match self.dates() {
                Dates::Millis => entry.created,
                Dates::Seconds => entry.created.map(|millis| millis.div_euclid(1000)),
                Dates::OfKeys if entry.kind != "trusted" => entry.created,
                Dates::OfKeys | Dates::Nowhere => None,
            };
            let algorithm = match entry.algorithm.as_str() {
                // the first of two names that sun.security.util.KnownOIDs has for its identifier
                "DES/CBC" => "DES".to_owned(),
                _ => entry.algorithm,
            };
            Listed {
                alias: self.folded(&entry.alias),
                created,
                algorithm,
                ..entry
            }
        };
        list.into_iter().map(each).collect()
    }
}

const fn java_type(word: &'static str, format: Format) -> Type {
    Type {
        word,
        provider: "-",
        format,
    }
}

const fn bouncy_type(word: &'static str, format: Format) -> Type {
    Type {
        word,
        provider: "BC",
        format,
    }
}
