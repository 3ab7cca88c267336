//! Where a certificate says that its revocation is told: OCSP responders (RFC 5280 section 4.2.2.1) and CRL distribution
//! points (section 4.2.1.13), and the same names as CRLs have them (section 5.2.5).

use x509_parser::prelude::{FromDer, X509Certificate};

use crate::Certificate;
use crate::cert::asn1::{self, Reader};
use crate::name::Name;
use crate::text;

/// What a certificate points to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pointers {
    /// The OCSP responders.
    pub(crate) responders: Vec<String>,
    /// Where its CRLs are.
    pub(super) points: Vec<Point>,
}

/// `DistributionPoint ::= SEQUENCE { distributionPoint [0], reasons [1], cRLIssuer [2] }`, all optional.
#[derive(Clone, Debug, Default)]
pub(super) struct Point {
    pub(super) name: Option<PointName>,
    pub(super) crl_issuer: Vec<GeneralName>,
}

/// `DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] }`
#[derive(Clone, Debug)]
pub(super) enum PointName {
    Full(Vec<GeneralName>),
    Relative(Vec<u8>),
}

/// A `GeneralName`, as far as names of distribution points are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GeneralName {
    Directory(Name),
    Other(Vec<u8>),
}

impl Pointers {
    /// Those of `certificate`; a broken extension points nowhere.
    pub(crate) fn of(certificate: &Certificate) -> Self {
        let mut pointers = Self::default();
        // it was parsed before, so it can be again
        let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else {
            return pointers;
        };
        for extension in parsed.extensions() {
            match extension.oid.to_id_string().as_str() {
                ACCESS => pointers.responders = responders(extension.value),
                POINTS => pointers.points = points(extension.value).unwrap_or_default(),
                _ => {}
            }
        }
        pointers
    }

    /// The addresses of the lists that the issuer itself signs, http and others, each once; in text form.
    pub(crate) fn list_urls(&self, certificate: &Certificate) -> Vec<String> {
        let issuer = GeneralName::Directory(certificate.issuer().clone());
        let mut urls = Vec::new();
        for point in &self.points {
            // a list of somebody else is an indirect one (section 5.2.5)
            let is_direct = point.crl_issuer.is_empty() || point.crl_issuer.contains(&issuer);
            let Some(PointName::Full(names)) = point.name.as_ref().filter(|_| is_direct) else {
                continue;
            };
            for url in names.iter().filter_map(GeneralName::uri) {
                if !urls.contains(&url) {
                    urls.push(url);
                }
            }
        }
        urls
    }

    /// Whether it points nowhere at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.responders.is_empty() && self.points.is_empty()
    }
}

impl PointName {
    /// Reads the contents of the explicit tag around the CHOICE.
    pub(super) fn read(contents: &[u8]) -> Option<Self> {
        let mut choice = Reader::new(contents);
        let name = choice.next().filter(|_| choice.is_empty())?;
        match name.tag {
            0xa0 => general_names(name.value).map(Self::Full),
            0xa1 => Some(Self::Relative(name.value.to_vec())),
            _ => None,
        }
    }

    /// "one of the names matches" (section 6.3.3 (b)(2)(i)).
    pub(super) fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Full(own), Self::Full(others)) => own.iter().any(|name| others.contains(name)),
            (Self::Relative(own), Self::Relative(other)) => own == other,
            _ => false,
        }
    }

    pub(super) fn is_directory(&self, name: &Name) -> bool {
        let Self::Full(names) = self else {
            return false;
        };
        let directory = GeneralName::Directory(name.clone());
        names.contains(&directory)
    }
}

impl GeneralName {
    /// `uniformResourceIdentifier [6] IA5String`
    fn uri(&self) -> Option<String> {
        let Self::Other(der) = self else {
            return None;
        };
        let url = Reader::new(der).expect_tag(URI)?;
        Some(text::escape(&String::from_utf8_lossy(url.value)))
    }
}

/// `AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod, accessLocation GeneralName }`
fn responders(der: &[u8]) -> Vec<String> {
    let descriptions = Reader::inside(der, asn1::SEQUENCE);
    let urls = descriptions
        .into_iter()
        .flatten()
        .filter_map(|description| {
            let mut fields = Reader::new(description.value);
            let method = fields.expect_tag(asn1::OBJECT_IDENTIFIER)?;
            let url = fields.expect_tag(URI)?;
            let is_ocsp = asn1::dotted_oid(method.value).as_deref() == Some(OCSP);
            is_ocsp.then(|| text::escape(&String::from_utf8_lossy(url.value)))
        });
    urls.collect()
}

fn points(der: &[u8]) -> Option<Vec<Point>> {
    let list = Reader::inside(der, asn1::SEQUENCE)?;
    list.map(|point| {
        let mut fields = Reader::new(point.value);
        let name = match fields.expect_tag(0xa0) {
            Some(name) => Some(PointName::read(name.value)?),
            None => None,
        };
        fields.expect_tag(0x81);
        let crl_issuer = match fields.expect_tag(0xa2) {
            Some(names) => general_names(names.value)?,
            None => Vec::new(),
        };
        Some(Point { name, crl_issuer })
    })
    .collect()
}

fn general_names(contents: &[u8]) -> Option<Vec<GeneralName>> {
    let mut rest = Reader::new(contents);
    let names = rest.by_ref().map(|name| match name.tag {
        0xa4 => GeneralName::Directory(Name::from_der(name.value)),
        _ => GeneralName::Other(name.raw.to_vec()),
    });
    let names: Vec<GeneralName> = names.collect();
    rest.is_empty().then_some(names)
}

const URI: u8 = 0x86;
const ACCESS: &str = "1.3.6.1.5.5.7.1.1";
const OCSP: &str = "1.3.6.1.5.5.7.48.1";
const POINTS: &str = "2.5.29.31";
