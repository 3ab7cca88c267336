//! What a list says of a certificate (RFC 5280 section 6.3.3), without deltas and without indirect lists.

use std::sync::OnceLock;

use time::OffsetDateTime;

use crate::cert::asn1::{self, Reader, shortest_integer};
use crate::crl::RevocationList;
use crate::extension::Extension;
use crate::signature::SignatureCheck;
use crate::text::date_and_time;
use crate::{Certificate, Error};

use super::entries::{Entries, Entry};
use super::points::{GeneralName, PointName, Pointers};
use super::{Answer, Problem, SKEW};

/// A list with its index, read once for all certificates that are looked up in it.
#[derive(Debug)]
pub(super) struct IndexedList {
    /// Without its entries.
    list: RevocationList,
    entries: Entries,
    scope: Result<Scope, String>,
    /// Whose key was asked first, and the answer: many certificates are looked up in a list, and it is long.
    signed_by: OnceLock<(Vec<u8>, SignatureCheck)>,
}

/// What the list is about (section 5.2.5).
#[derive(Debug, Default)]
struct Scope {
    name: Option<PointName>,
    only_user: bool,
    only_ca: bool,
    only_attribute: bool,
    some_reasons: bool,
}

impl IndexedList {
    pub(super) fn from_der(der: &[u8]) -> Result<Self, Error> {
        let (list, range) = RevocationList::without_entries(der)?;
        let entries = Entries::read(list.signed(), range);
        let entries = entries.ok_or_else(|| Error::RevocationList {
            why: "an entry is not readable".to_owned(),
        })?;
        let scope = match &entries.unusable {
            Some(why) => Err(why.clone()),
            None => usable(&list),
        };
        Ok(Self {
            list,
            entries,
            scope,
            signed_by: OnceLock::new(),
        })
    }

    /// How many octets it keeps, about.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.list.signed().len() + self.entries.size()
    }

    /// What it says at `at` of `certificate`, whose signature `issuer` made.
    pub(super) fn ask(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: OffsetDateTime,
    ) -> Answer {
        // section 6.3.3 (b)(1): the issuer of the certificate, since indirect lists are not used
        if self.list.issuer != *certificate.issuer() {
            return Answer::Elsewhere("it is by another issuer");
        }
        let scope = match &self.scope {
            Ok(scope) => scope,
            Err(why) => return Answer::Unusable(Problem::ListUnusable, why.clone()),
        };
        if let Some(why) = scope.excludes(certificate) {
            return Answer::Silent(why.to_owned());
        }
        if let Some(why) = self.unsigned(issuer) {
            return why;
        }
        let entry = self.entry(certificate);
        if let Some(why) = self.out_of_force(at) {
            // What was revoked stays so, unless it was on hold (section 5.3.1): an old list still tells it.
            return match entry {
                Some(entry) if self.ended(at) && entry.reason().as_deref() != Some(HOLD) => {
                    revoked(&entry)
                }
                _ => why,
            };
        }
        match entry {
            Some(entry) => revoked(&entry),
            // section 6.3.3 (e): other reasons may be in other lists
            None if scope.some_reasons => {
                Answer::Silent("it covers some reasons for revocation only".to_owned())
            }
            None => Answer::Good,
        }
    }

    /// Section 6.3.3 (f) and (g): the issuer may sign lists, and signed this one.
    fn unsigned(&self, issuer: &Certificate) -> Option<Answer> {
        let unusable = |why: String| Some(Answer::Unusable(Problem::ListUnusable, why));
        let usage = issuer.extensions().key_usage;
        if usage.is_some_and(|usage| usage & CRL_SIGN == 0) {
            return unusable("the key usage of its issuer lacks cRLSign".to_owned());
        }
        match self.check_signature(issuer.subject_public_key_info()) {
            SignatureCheck::Good => None,
            SignatureCheck::Bad => unusable("its signature is not by its issuer's key".to_owned()),
            SignatureCheck::CannotCheck(what) => {
                unusable(format!("its signature cannot be checked ({what})"))
            }
        }
    }

    fn check_signature(&self, spki: &[u8]) -> SignatureCheck {
        let ask = || (spki.to_vec(), self.list.check_signature(spki));
        match self.signed_by.get_or_init(ask) {
            (known, answer) if known == spki => answer.clone(),
            _ => self.list.check_signature(spki),
        }
    }

    /// Sections 5.1.2.4 and 5.1.2.5, 6.3.3 (a).
    fn out_of_force(&self, at: OffsetDateTime) -> Option<Answer> {
        if self.list.this_update > at + SKEW {
            let from = date_and_time(self.list.this_update);
            let why = format!("it is in force only from {from} on");
            return Some(Answer::Unusable(Problem::ListUnusable, why));
        }
        let next = self.list.next_update.filter(|_| self.ended(at))?;
        let why = format!("a newer one was due on {}", date_and_time(next));
        Some(Answer::Unusable(Problem::ListExpired, why))
    }

    fn ended(&self, at: OffsetDateTime) -> bool {
        self.list.next_update.is_some_and(|next| next + SKEW < at)
    }

    fn entry(&self, certificate: &Certificate) -> Option<Entry<'_>> {
        let serial = shortest_integer(certificate.serial().octets());
        self.entries.find(self.list.signed(), serial)
    }
}

impl Scope {
    /// `IssuingDistributionPoint` (section 5.2.5).
    fn read(der: &[u8]) -> Option<(Self, bool)> {
        let mut whole = Reader::new(der);
        let mut fields = Reader::new(whole.expect_tag(asn1::SEQUENCE)?.value);
        let name = match fields.expect_tag(0xa0) {
            Some(name) => Some(PointName::read(name.value)?),
            None => None,
        };
        let only_user = flag(&mut fields, 0x81)?;
        let only_ca = flag(&mut fields, 0x82)?;
        let some_reasons = fields.expect_tag(0x83).is_some();
        let indirect = flag(&mut fields, 0x84)?;
        let only_attribute = flag(&mut fields, 0x85)?;
        let scope = Self {
            name,
            only_user,
            only_ca,
            only_attribute,
            some_reasons,
        };
        (fields.is_empty() && whole.is_empty()).then_some((scope, indirect))
    }

    /// Section 6.3.3 (b)(2).
    fn excludes(&self, certificate: &Certificate) -> Option<&'static str> {
        if self.only_attribute {
            return Some("it covers attribute certificates only");
        }
        if self.only_user && certificate.is_ca() {
            return Some("it covers end entities only");
        }
        if self.only_ca && !certificate.is_ca() {
            return Some("it covers CAs only");
        }
        let name = self.name.as_ref()?;
        let issuer = GeneralName::Directory(certificate.issuer().clone());
        // without a pointer the list counts as pointed to by the issuer's name (section 6.3.3, last paragraph)
        let pointed_to = name.is_directory(certificate.issuer())
            || Pointers::of(certificate).points.iter().any(|point| {
                let is_by_issuer =
                    point.crl_issuer.is_empty() || point.crl_issuer.contains(&issuer);
                is_by_issuer && point.name.as_ref().is_some_and(|own| own.matches(name))
            });
        (!pointed_to).then_some("it is for another distribution point")
    }
}

/// Whether the list may be used at all, and for what (section 5.2); its entries have a say in that too.
fn usable(list: &RevocationList) -> Result<Scope, String> {
    let of_list = list.extensions.iter();
    let is_unknown = |one: &&Extension| one.critical && !KNOWN.contains(&one.oid.as_str());
    // "the application MUST NOT use that CRL to determine the status of any certificates"
    if let Some(one) = of_list.clone().find(is_unknown) {
        return Err(format!(
            "it has a critical extension {} that is not known here",
            one.oid
        ));
    }
    if of_list.clone().any(|one| one.oid == DELTA) {
        return Err("it is a delta, which only adds to another list".to_owned());
    }
    let Some(point) = of_list.clone().find(|one| one.oid == ISSUING_POINT) else {
        return Ok(Scope::default());
    };
    match Scope::read(&point.value) {
        None => Err("its issuingDistributionPoint is not readable".to_owned()),
        Some((_, true)) => Err("it is an indirect list, which is not supported".to_owned()),
        Some((scope, false)) => Ok(scope),
    }
}

/// A BOOLEAN that is FALSE by default.
fn flag(fields: &mut Reader<'_>, tag: u8) -> Option<bool> {
    match fields.expect_tag(tag).map(|flag| flag.value) {
        None => Some(false),
        Some([octet]) => Some(*octet != 0),
        Some(_) => None,
    }
}

fn revoked(entry: &Entry<'_>) -> Answer {
    Answer::Revoked {
        when: entry.at,
        reason: entry.reason(),
    }
}

/// Bit 6 of keyUsage.
const CRL_SIGN: u16 = 0x40;
const HOLD: &str = "certificateHold";
const DELTA: &str = "2.5.29.27";
const ISSUING_POINT: &str = "2.5.29.28";
/// Those, and authorityKeyIdentifier, issuerAltName, cRLNumber, freshestCRL, authorityInfoAccess.
const KNOWN: [&str; 7] = [
    DELTA,
    ISSUING_POINT,
    "2.5.29.35",
    "2.5.29.18",
    "2.5.29.20",
    "2.5.29.46",
    "1.3.6.1.5.5.7.1.1",
];
