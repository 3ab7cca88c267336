//! Single DER objects: a file of one (or of several behind each other), and the body of a PEM block.

mod shape;
#[cfg(test)]
mod tests;

use rustls_pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::{
    Alias, At, Contents, Entry, EntryKind, Error, Format, KeyStore, Request, SealedKey,
    WriteOptions, Written, ber, oid, pkcs7,
};
use ber::Outline;
pub(crate) use shape::Shape;

/// Reads the objects in `bytes`; what follows the first may be unreadable.
pub(crate) fn read(bytes: &[u8]) -> Result<Contents, Error> {
    let mut pile = Pile::new(Format::Der);
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        match object(rest) {
            Ok((object, shape)) => {
                if let Err(why) = pile.add(object, shape, None, At::Byte(at))? {
                    pile.notes.skipped(At::Byte(at), why);
                }
                at += object.len();
            }
            Err(fault) if at == 0 => return Err(fault.into_error(bytes)),
            Err(fault) => {
                pile.note_rest(rest, at, &fault);
                break;
            }
        }
    }
    pile.into_contents()
}

/// Writes the one object that there is: a certificate, a key as PKCS#8, a request, a CRL or a public key.
pub(crate) fn write(store: &KeyStore, options: &WriteOptions<'_>) -> Result<Written, Error> {
    let mut objects = Vec::new();
    for entry in store.entries() {
        match &entry.kind {
            EntryKind::PrivateKey { key, .. } => objects.push(key_der(key, entry)?),
            EntryKind::SecretKey(_) => return Err(unfit(entry, Format::Der, "the secret key")),
            EntryKind::TrustedCertificate(_) => (),
        }
        let certificates = entry.certificates().iter();
        objects.extend(certificates.map(|certificate| Zeroizing::new(certificate.to_vec())));
    }
    // what stands beside a certificate or key is left out for it, and told
    if let Some(others) = options.others.filter(|_| objects.is_empty()) {
        let requests = others.requests.iter().map(Request::der);
        let rest = others.crls.iter().chain(&others.public_keys);
        let all = requests.chain(rest.map(Vec::as_slice));
        objects.extend(all.map(|der| Zeroizing::new(der.to_vec())));
    }
    let found = objects.len();
    let (Some(bytes), 1) = (objects.pop(), found) else {
        return Err(Error::ExactlyOne {
            format: Format::Der,
            found,
        });
    };
    let mut notes = Notes::default();
    note_lost_aliases(store, Format::Der, &mut notes);
    Ok(Written {
        bytes,
        notes: notes.into_list(),
    })
}

/// A key as PKCS#8, in the clear or encrypted as it came.
fn key_der(key: &SealedKey, entry: &Entry) -> Result<Zeroizing<Vec<u8>>, Error> {
    if key.is_sealed() {
        let sealed = key.as_encrypted_pkcs8().map(<[u8]>::to_vec);
        return sealed.map(Zeroizing::new).ok_or_else(|| Error::KeySealed {
            format: Format::Der,
            alias: entry.alias.to_string(),
        });
    }
    Ok(Zeroizing::new(key.unlock(None)?.secret_pkcs8().to_vec()))
}

fn unfit(entry: &Entry, format: Format, what: &'static str) -> Error {
    Error::EntryUnfit {
        format,
        alias: entry.alias.to_string(),
        what,
    }
}

/// The certificates of a store that is about to become a file without keys.
pub(crate) fn only_certificates(
    store: &KeyStore,
    format: Format,
) -> Result<Vec<&CertificateDer<'static>>, Error> {
    let each = store.entries().iter().map(|entry| match &entry.kind {
        EntryKind::PrivateKey { .. } => Err(unfit(entry, format, "the private key")),
        EntryKind::SecretKey(_) => Err(unfit(entry, format, "the secret key")),
        EntryKind::TrustedCertificate(certificate) => Ok(certificate),
    });
    each.collect()
}

/// Says once that names do not survive in a format that has none.
pub(crate) fn note_lost_aliases(store: &KeyStore, format: Format, notes: &mut Notes) {
    let given = store
        .entries()
        .iter()
        .filter(|entry| entry.alias.is_given());
    let given = given.count();
    if given > 0 {
        let message = format!("{format} has no aliases: {given} of them not written");
        notes.oddity(At::Input, message);
    }
}

/// Objects as they are found, sorted into the right field of [`Contents`].
pub(crate) struct Pile {
    pub(crate) contents: Contents,
    pub(crate) notes: Notes,
    /// Whether any object was added; an empty PKCS#7 is one.
    has_content: bool,
}

impl Pile {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            contents: Contents::empty(format),
            notes: Notes::default(),
            has_content: false,
        }
    }

    /// Adds one object; `Ok(Err(why))` when it has to be skipped.
    pub(crate) fn add(
        &mut self,
        object: &[u8],
        shape: Shape,
        alias: Option<&str>,
        at: At,
    ) -> Result<Result<(), String>, Error> {
        self.count()?;
        match shape {
            Shape::Certificate => self.certificate(object.to_vec(), alias)?,
            Shape::ContentInfo => return self.pkcs7(object, alias, at),
            Shape::Crl => self.contents.others.crls.push(object.to_vec()),
            Shape::EncryptedPkcs8 => {
                let key = SealedKey::from_encrypted_pkcs8(object.to_vec());
                if let Some(message) = key.warning_of_cost() {
                    self.notes.warning(at, message);
                }
                self.key(key, alias)?;
            }
            Shape::DsaKey => return self.derived(SealedKey::from_dsa(object), alias),
            Shape::Pkcs1 => return self.derived(SealedKey::from_pkcs1(object), alias),
            Shape::Pkcs1Public => self.contents.others.public_keys.push(rsa_spki(object)),
            Shape::Pkcs8 => {
                let der = Zeroizing::new(object.to_vec());
                self.key(SealedKey::from_pkcs8(der), alias)?;
            }
            Shape::PkiPath => {
                self.notes.oddity(at, "a PkiPath: the root comes first");
                for certificate in Outline::of(object).iter().flat_map(Outline::children) {
                    self.certificate(certificate.whole.to_vec(), None)?;
                }
            }
            Shape::Request => self.request(Request::Pkcs10(object.to_vec())),
            Shape::Sec1 => return self.derived(SealedKey::from_sec1(object), alias),
            Shape::Spkac => self.request(Request::Spkac(object.to_vec())),
            Shape::Spki => self.contents.others.public_keys.push(object.to_vec()),
            Shape::Bcfks | Shape::NetscapeSequence | Shape::OcspResponse | Shape::Pfx => {
                return Ok(Err(format!("{} cannot be read here", shape.name())));
            }
        }
        self.has_content = true;
        Ok(Ok(()))
    }

    /// Adds a key that came in another form than PKCS#8, where it could be brought into that.
    pub(crate) fn derived(
        &mut self,
        key: Result<SealedKey, Error>,
        alias: Option<&str>,
    ) -> Result<Result<(), String>, Error> {
        match key {
            Ok(key) => self.key(key, alias).map(Ok),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    fn request(&mut self, request: Request) {
        self.contents.others.requests.push(request);
    }

    /// Adds a private key without a certificate; pairing the two is for those who know what a public key is.
    fn key(&mut self, key: SealedKey, alias: Option<&str>) -> Result<(), Error> {
        let key = key.within(self.contents.format);
        let chain = Vec::new();
        self.entry(EntryKind::PrivateKey { key, chain }, alias)
    }

    /// Adds a certificate, the bytes of which are whole.
    pub(crate) fn certificate(&mut self, der: Vec<u8>, alias: Option<&str>) -> Result<(), Error> {
        let certificate = CertificateDer::from(der);
        self.entry(EntryKind::TrustedCertificate(certificate), alias)
    }

    /// The certificates and CRLs of a PKCS#7 between other objects.
    fn pkcs7(
        &mut self,
        object: &[u8],
        alias: Option<&str>,
        at: At,
    ) -> Result<Result<(), String>, Error> {
        let inner = match pkcs7::read(object) {
            Ok(inner) => inner,
            Err(error) => return Ok(Err(error.to_string())),
        };
        self.has_content = true;
        for entry in inner.store.into_entries() {
            self.entry(entry.kind, alias)?;
        }
        self.contents.others.append(inner.others);
        for note in inner.notes {
            self.notes.push(note.kind, at.clone(), note.to_string());
        }
        Ok(Ok(()))
    }

    /// Makes room for one more of anything.
    fn count(&self) -> Result<(), Error> {
        let found = self.contents.store.len() + self.contents.others.len();
        if found < MAX_ENTRIES {
            return Ok(());
        }
        Err(Error::OverLimit {
            format: self.contents.format,
            what: "entry count".to_owned(),
            found: found as u64 + 1,
            limit: MAX_ENTRIES as u64,
        })
    }

    fn entry(&mut self, kind: EntryKind, alias: Option<&str>) -> Result<(), Error> {
        self.count()?;
        self.has_content = true;
        let place = self.contents.store.len() + 1;
        self.contents.store.push_renamed(Entry {
            alias: alias.map_or_else(|| Alias::positional(place), Alias::new),
            created: None,
            kind,
            attributes: Vec::new(),
        });
        Ok(())
    }

    fn note_rest(&mut self, rest: &[u8], at: usize, fault: &Fault) {
        if rest
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
        {
            let message = format!("{} byte(s) of white space or zeros at the end", rest.len());
            self.notes.oddity(At::Byte(at), message);
        } else {
            let message = format!("{} byte(s) at the end: {}", rest.len(), fault.why());
            self.notes.skipped(At::Byte(at), message);
        }
    }

    /// What was found; an error when nothing was.
    pub(crate) fn into_contents(self) -> Result<Contents, Error> {
        let mut contents = self.contents;
        contents.notes = self.notes.into_list();
        if !self.has_content {
            return Err(Error::NothingReadable {
                format: contents.format,
                notes: contents.notes,
            });
        }
        Ok(contents)
    }
}

/// The first object in `bytes` and its shape.
pub(crate) fn object(bytes: &[u8]) -> Result<(&[u8], Shape), Fault> {
    let outer = Outline::of(bytes).ok_or(Fault::Unknown)?;
    let shape = Shape::of(bytes).ok_or(Fault::Unknown)?;
    let cut = |missing| Fault::Cut { shape, missing };
    if outer.missing > 0 {
        return Err(cut(outer.missing));
    }
    if !outer.is_indefinite {
        return Ok((outer.whole, shape));
    }
    match ber::Tlv::first(bytes) {
        Ok(tlv) => Ok((tlv.whole, shape)),
        Err(fault) => Err(match fault.kind {
            ber::FaultKind::Missing(missing) => cut(missing),
            ber::FaultKind::Expected | ber::FaultKind::Wrong => Fault::Unknown,
        }),
    }
}

/// Why some bytes are no complete object of a known shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Cut { shape: Shape, missing: usize },
    Unknown,
}

impl Fault {
    pub(crate) fn why(&self) -> String {
        match self {
            Self::Cut { shape, missing } => {
                format!("cut off, {} lacks {missing} byte(s)", shape.name())
            }
            Self::Unknown => "no certificate, key, request or CRL".to_owned(),
        }
    }

    fn into_error(self, bytes: &[u8]) -> Error {
        match self {
            Self::Cut { shape, missing } => Error::Truncated {
                format: Format::Der,
                at: bytes.len(),
                needed: missing,
                what: shape.name().to_owned(),
            },
            Self::Unknown => Error::unknown(bytes),
        }
    }
}

/// `RSAPublicKey` wrapped as `SubjectPublicKeyInfo` (RFC 8017, appendix A.1; RFC 3279, section 2.3.1).
fn rsa_spki(pkcs1: &[u8]) -> Vec<u8> {
    let bits = ber::encode(ber::BIT_STRING, &[&[0], pkcs1]);
    ber::encode(
        ber::SEQUENCE,
        &[&oid::algorithm(&oid::RSA_ENCRYPTION), &bits],
    )
}
