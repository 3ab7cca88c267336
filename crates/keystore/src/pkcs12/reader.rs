//! From bytes to bags: integrity, encryption, and the layers of content.

use super::assemble::{Bag, BagKind, assemble};
use super::attributes::Attributes;
use super::mac::MacData;
use super::outline;
use super::place::Place;
use super::values::{
    clear_key, content_info, encrypted_content, encrypted_key, inner_octets, secret,
};
use crate::ber::{self, Fault, Reader, Tlv};
use crate::note::Notes;
use crate::protect::{Budget, Refusal, Scheme};
use crate::{
    At, Contents, Error, Facts, Format, Integrity, NoteKind, Others, Password, ReadOptions,
    SealedKey, oid,
};

/// Reads a PFX; what does not open or is damaged becomes a note as long as anything else was read.
pub(crate) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Contents, Error> {
    let damaged = |fault: Fault| fault.of(Format::Pkcs12);
    let pfx = Tlv::first(bytes).map_err(damaged)?;
    let (auth_safe, mac_data) = outer(&pfx)?;
    let content = auth_safe.octets().map_err(damaged)?;

    let mut opening = Opening::new(options.password);
    if pfx.whole.len() < bytes.len() {
        let message = format!(
            "{} byte(s) after the end ignored",
            bytes.len() - pfx.whole.len()
        );
        opening.notes.oddity(At::Byte(pfx.whole.len()), message);
    }
    let place = Place::of(&auth_safe);
    opening.check_integrity(mac_data.as_ref(), &content, place)?;
    opening.authenticated_safe(&content, place)?;
    opening.judge()?;

    let store = assemble(opening.bags, bytes.len(), &mut opening.notes);
    Ok(Contents {
        facts: opening.facts,
        store,
        others: Others {
            crls: opening.crls,
            ..Others::default()
        },
        integrity: opening.integrity,
        notes: opening.notes.into_list(),
        ..Contents::empty(Format::Pkcs12)
    })
}

/// The authSafe content and `macData` of a PFX.
fn outer<'a>(pfx: &Tlv<'a>) -> Result<(Tlv<'a>, Option<Tlv<'a>>), Error> {
    let damaged = |fault: Fault| fault.of(Format::Pkcs12);
    let unsupported = |what: String| Error::Unsupported {
        format: Format::Pkcs12,
        what,
    };
    if pfx.tag != ber::SEQUENCE {
        return Err(damaged(pfx.expected("a PFX")));
    }
    let mut inside = pfx.inside();
    let version = inside
        .expect(ber::INTEGER, "a version")
        .and_then(|version| version.unsigned())
        .map_err(damaged)?;
    if version != 3 {
        return Err(unsupported(format!("version {version}")));
    }
    let info = inside
        .expect(ber::SEQUENCE, "an authenticated safe")
        .map_err(damaged)?;
    let (content_type, content) = content_info(&info).map_err(damaged)?;
    if content_type.content == oid::SIGNED_DATA.as_bytes() {
        return Err(unsupported("integrity by signature".to_owned()));
    }
    if content_type.content != oid::DATA.as_bytes() {
        return Err(damaged(content_type.expected("an authenticated safe")));
    }
    let mac_data = inside.optional(ber::SEQUENCE).map_err(damaged)?;
    Ok((content, mac_data))
}

/// The state of reading one file.
struct Opening<'o> {
    facts: Facts,
    password: Option<&'o Password>,
    integrity: Integrity,
    budget: Budget,
    bags: Vec<Bag>,
    crls: Vec<Vec<u8>>,
    notes: Notes,
    /// Bags seen, those that were skipped included.
    seen: usize,
    /// Encrypted parts that opened, that lack a password, that refused theirs.
    opened: usize,
    locked: usize,
    refused: usize,
    /// The first thing that went wrong, for when nothing went right.
    first_error: Option<Error>,
}

impl<'o> Opening<'o> {
    fn new(password: Option<&'o Password>) -> Self {
        Self {
            facts: Facts::default(),
            password,
            integrity: Integrity::Absent,
            budget: Budget::new(),
            bags: Vec::new(),
            crls: Vec::new(),
            notes: Notes::default(),
            seen: 0,
            opened: 0,
            locked: 0,
            refused: 0,
            first_error: None,
        }
    }

    /// Checks the MAC; before it, that there is no more work in the whole file than any may ask for.
    fn check_integrity(
        &mut self,
        mac_data: Option<&Tlv<'_>>,
        content: &[u8],
        place: Place,
    ) -> Result<(), Error> {
        let refused = |refusal: Refusal| refusal.of(Format::Pkcs12, "file");
        let mac = mac_data.map(MacData::parse).transpose();
        let schemes = outline::schemes(content);
        self.facts = outline::facts(mac.as_ref().ok().and_then(Option::as_ref), &schemes);
        let Some(password) = self.password else {
            if mac_data.is_some() {
                self.integrity = Integrity::NotVerified;
            }
            return Ok(());
        };
        let mac = mac.map_err(refused)?;
        outline::foresee(mac.as_ref(), &schemes, &self.budget).map_err(refused)?;
        let Some(mac) = mac else {
            return Ok(());
        };
        match mac.verify(content, password, &mut self.budget) {
            Ok(()) => {
                self.integrity = Integrity::Verified;
                Ok(())
            }
            Err(Refusal::WrongPassword) if self.is_opened(content, place, password) => {
                Err(Error::IntegrityFailed {
                    format: Format::Pkcs12,
                    what: "MAC",
                })
            }
            Err(refusal) => Err(refused(refusal)),
        }
    }

    /// Whether a password that does not fit the MAC opens an encrypted part all the same, or one of the keys. Reads
    /// everything, so nothing can be read after it.
    fn is_opened(&mut self, content: &[u8], place: Place, password: &Password) -> bool {
        let is_read = self.authenticated_safe(content, place).is_ok();
        let keys = self.bags.iter().filter_map(|bag| match &bag.kind {
            BagKind::Key(key) | BagKind::Secret(key) => Some(key),
            BagKind::Certificate(_) => None,
        });
        is_read && (self.opened > 0 || SealedKey::any_opens(keys, password, &mut self.budget))
    }

    /// `AuthenticatedSafe ::= SEQUENCE OF ContentInfo`.
    fn authenticated_safe(&mut self, content: &[u8], place: Place) -> Result<(), Error> {
        let mut outer = Reader::new(content, place.base());
        let mut parts = outer
            .expect(ber::SEQUENCE, "an authenticated safe")
            .map_err(|fault| fault.of(Format::Pkcs12))?
            .inside();
        loop {
            match parts.next() {
                Ok(None) => return Ok(()),
                Ok(Some(info)) => {
                    if let Err(refusal) = self.part(&info, place) {
                        self.skip(refusal, info.at, place, "a part of the content")?;
                    }
                }
                // what follows cannot be found any more
                Err(fault) => return self.skip(fault.into(), fault.at, place, "the rest"),
            }
        }
    }

    fn part(&mut self, info: &Tlv<'_>, place: Place) -> Result<(), Refusal> {
        let (content_type, content) = content_info(info)?;
        if content_type.content == oid::DATA.as_bytes() {
            let octets = content.octets()?;
            return self.safe_contents(&octets, place.within(&content), 0);
        }
        if content_type.content == oid::ENCRYPTED_DATA.as_bytes() {
            return self.encrypted_data(&content, place);
        }
        let dotted = oid::dotted(content_type.content);
        Err(Refusal::Unsupported(
            if content_type.content == oid::ENVELOPED_DATA.as_bytes() {
                format!("content encrypted for a certificate's owner ({dotted})")
            } else {
                format!("content of type {dotted}")
            },
        ))
    }

    fn encrypted_data(&mut self, data: &Tlv<'_>, place: Place) -> Result<(), Refusal> {
        let (algorithm, encrypted) = encrypted_content(data)?;
        let Some(password) = self.password else {
            self.locked += 1;
            let message = "an encrypted part cannot be read without a password";
            self.note_in(place, data.at, NoteKind::Skipped, message);
            return Ok(());
        };
        let scheme = Scheme::parse(&algorithm)?;
        let octets = encrypted.octets()?;
        let accept = |clear: &[u8]| Tlv::exactly(clear, ber::SEQUENCE).is_some();
        match scheme.decrypt(&octets, password, &mut self.budget, accept) {
            Ok(clear) => {
                self.opened += 1;
                self.safe_contents(&clear, Place::Part("the encrypted part"), 0)
            }
            Err(refusal) => {
                self.refused += usize::from(refusal == Refusal::WrongPassword);
                Err(refusal)
            }
        }
    }

    /// `SafeContents ::= SEQUENCE OF SafeBag`; bags may hold more of them.
    fn safe_contents(&mut self, content: &[u8], place: Place, depth: usize) -> Result<(), Refusal> {
        let mut outer = Reader::new(content, place.base());
        let mut bags = outer.expect(ber::SEQUENCE, "safe contents")?.inside();
        self.safe_bags(&mut bags, place, depth)
    }

    fn safe_bags(
        &mut self,
        bags: &mut Reader<'_>,
        place: Place,
        depth: usize,
    ) -> Result<(), Refusal> {
        if depth > MAX_NESTED_BAGS {
            return Err(Refusal::Unsupported(format!(
                "nesting of bags beyond {MAX_NESTED_BAGS} levels"
            )));
        }
        while let Some(bag) = bags.next()? {
            self.seen += 1;
            if self.seen > MAX_BAGS {
                return Err(Refusal::TooMany {
                    what: "bag count",
                    limit: MAX_BAGS,
                });
            }
            if let Err(refusal) = self.safe_bag(&bag, place, depth) {
                if matches!(refusal, Refusal::TooMany { .. }) {
                    return Err(refusal);
                }
                let error = refusal.of(Format::Pkcs12, "bag");
                let message = format!("a bag was skipped: {}", error.reason(Format::Pkcs12));
                self.remember(error, place);
                self.note_in(place, bag.at, NoteKind::Skipped, &message);
            }
        }
        Ok(())
    }

    fn safe_bag(&mut self, bag: &Tlv<'_>, place: Place, depth: usize) -> Result<(), Refusal> {
        let mut inside = bag.inside();
        let kind = inside.expect(ber::OBJECT_IDENTIFIER, "a bag type")?.content;
        let explicit = inside.expect(ber::context(0), "the value of a bag")?;
        let mut attributes = Attributes::default();
        if let Some(set) = inside.optional(ber::SET)? {
            let (found, odd) = Attributes::parse(&set);
            attributes = found;
            if let Some(fault) = odd {
                let error = fault.of(Format::Pkcs12);
                let message = format!(
                    "an odd bag attribute was left out: {}",
                    error.reason(Format::Pkcs12)
                );
                self.note_in(place, fault.at, NoteKind::Oddity, &message);
            }
        }
        if kind == oid::SAFE_CONTENTS_BAG.as_bytes() {
            let mut bags = explicit
                .inside()
                .expect(ber::SEQUENCE, "safe contents")?
                .inside();
            return self.safe_bags(&mut bags, place, depth + 1);
        }
        let value = explicit.inside().any("the value of a bag")?;
        let kind = match kind {
            kind if kind == oid::KEY_BAG.as_bytes() => BagKind::Key(clear_key(&value)?),
            kind if kind == oid::SHROUDED_KEY_BAG.as_bytes() => {
                let key = encrypted_key(&value)?;
                self.warn_of_cost(&key, place, value.at);
                BagKind::Key(key)
            }
            kind if kind == oid::CERT_BAG.as_bytes() => {
                let der = inner_octets(&value, oid::X509_CERTIFICATE.as_bytes(), "certificate")?;
                if Tlv::exactly(&der, ber::SEQUENCE).is_none() {
                    return Err(value.expected("an X.509 certificate").into());
                }
                BagKind::Certificate(der.into())
            }
            kind if kind == oid::CRL_BAG.as_bytes() => {
                let crl = inner_octets(&value, oid::X509_CRL.as_bytes(), "CRL")?;
                self.crls.push(crl);
                return Ok(());
            }
            kind if kind == oid::SECRET_BAG.as_bytes() => {
                let key = secret(&value)?;
                self.warn_of_cost(&key, place, value.at);
                BagKind::Secret(key)
            }
            other => {
                let what = format!("a bag of type {}", oid::dotted(other));
                return Err(Refusal::Unsupported(what));
            }
        };
        self.bags.push(Bag { kind, attributes });
        Ok(())
    }

    fn warn_of_cost(&mut self, key: &SealedKey, place: Place, at: usize) {
        if let Some(message) = key.warning_of_cost() {
            self.note_in(place, at, NoteKind::Warning, &message);
        }
    }

    /// A part that is left out. A file over the limits is refused as a whole, because no real file is.
    fn skip(&mut self, refusal: Refusal, at: usize, place: Place, what: &str) -> Result<(), Error> {
        let error = refusal.of(Format::Pkcs12, "part of the content");
        if matches!(error, Error::OverLimit { .. }) {
            return Err(error);
        }
        let message = match &error {
            Error::WrongPassword { .. } if self.integrity == Integrity::Verified => {
                format!(
                    "{what} was skipped: the MAC fits, so its password is another, or it was damaged before"
                )
            }
            _ => format!("{what} was skipped: {}", error.reason(Format::Pkcs12)),
        };
        self.remember(error, place);
        self.note_in(place, at, NoteKind::Skipped, &message);
        Ok(())
    }

    /// Errors when nothing was read, or when the password is wrong and no MAC has said so before.
    fn judge(&mut self) -> Result<(), Error> {
        let nothing = self.bags.is_empty() && self.crls.is_empty();
        if self.refused > 0 && self.opened == 0 && self.integrity != Integrity::Verified {
            return Err(Error::WrongPassword {
                format: Format::Pkcs12,
                what: "file".to_owned(),
            });
        }
        if nothing && self.locked > 0 {
            return Err(Error::PasswordRequired {
                format: Format::Pkcs12,
                what: "the encrypted content".to_owned(),
            });
        }
        match self.first_error.take() {
            Some(error) if nothing => Err(error),
            _ => Ok(()),
        }
    }

    /// Keeps the first error; its offset counts from the start of `place`, which the message names unless it is the input.
    fn remember(&mut self, error: Error, place: Place) {
        self.first_error.get_or_insert_with(|| match place {
            Place::Input(_) => error,
            Place::Part(name) => error.map_what(|what| format!("{what} in {name}")),
        });
    }

    fn note_in(&mut self, place: Place, at: usize, kind: NoteKind, message: &str) {
        match place {
            Place::Input(_) => self.notes.push(kind, At::Byte(at), message),
            Place::Part(name) => {
                let message = format!("byte {at} of {name}: {message}");
                self.notes.push(kind, At::Input, message);
            }
        }
    }
}

/// Twice what the largest store seen has (10,000 certificates), and few enough to compare names quickly.
pub(super) const MAX_BAGS: usize = 20_000;
/// Nested bags are allowed (RFC 7292, section 4.2.6) and nobody writes them.
const MAX_NESTED_BAGS: usize = 8;
