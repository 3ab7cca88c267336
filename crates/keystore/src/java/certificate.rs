//! Certificates as the stores of Java and BouncyCastle hold them: `utf type "X.509"  blob DER`.

use rustls_pki_types::CertificateDer;

use super::DataInput;
use crate::ber::Outline;
use crate::der::Shape;
use crate::model::MAX_ENTRIES;
use crate::note::Notes;
use crate::{At, Error};

/// Reads the certificates of one file, in all entries together not more than there may be entries.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    count: usize,
}

/// What is wrong with the certificates of one entry.
#[derive(Debug, Default)]
pub(crate) struct Flaws {
    /// The first type that is none of X.509.
    kind: Option<String>,
    content: bool,
}

impl Certificates {
    /// The next one; version 1 of JKS has no types.
    pub(crate) fn read(
        &mut self,
        input: &mut DataInput<'_>,
        has_type: bool,
        flaws: &mut Flaws,
    ) -> Result<CertificateDer<'static>, Error> {
        self.count += 1;
        if self.count > MAX_ENTRIES {
            return Err(Error::OverLimit {
                format: input.format,
                what: "certificate count".to_owned(),
                found: self.count as u64,
                limit: MAX_ENTRIES as u64,
            });
        }
        if has_type {
            let kind = input.utf("certificate type")?.text;
            if kind != X509 {
                flaws.kind.get_or_insert(kind);
            }
        }
        let der = input.blob("certificate")?;
        let is_whole = Outline::of(der).is_some_and(|outline| outline.missing == 0);
        flaws.content |= !is_whole || Shape::of(der) != Some(Shape::Certificate);
        Ok(CertificateDer::from(der.to_vec()))
    }
}

impl Flaws {
    /// One remark of each kind for one entry, however long its chain is.
    pub(crate) fn tell(self, alias: &str, notes: &mut Notes) {
        if let Some(kind) = self.kind {
            let message = format!("the certificate type is {kind:?}, not {X509:?}");
            notes.oddity(At::Entry(alias.to_owned()), message);
        }
        if self.content {
            let message = "the content of a certificate field is no X.509 certificate";
            notes.warning(At::Entry(alias.to_owned()), message);
        }
    }
}

pub(crate) const X509: &str = "X.509";
