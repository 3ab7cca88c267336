//! What may tell of revocation, and what failed to.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::cert::Fingerprint;
use crate::ocsp::OcspResponse;
use crate::{Certificate, Error};

use super::crl::IndexedList;
use super::{Answer, Problem, RevocationStatus, SourceKind, judge};

/// Everything that may tell of revocation, with its signatures still unchecked. Cheap to clone: lists are shared, so one
/// set serves many paths.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    pub(super) lists: Vec<(String, Arc<IndexedList>)>,
    pub(super) responses: Vec<(String, Arc<OcspResponse>)>,
    pub(super) failures: Vec<Failure>,
}

/// A source that gave nothing.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// SHA-256 of the certificate that it would have to tell of.
    pub(super) about: Fingerprint,
    kind: SourceKind,
    origin: String,
    /// Whether it is to blame for that.
    is_unusable: bool,
    why: String,
}

impl Evidence {
    /// Adds a list in DER; `origin` names its file or address in output.
    ///
    /// # Errors
    /// [`Error::RevocationList`] when the bytes are no list.
    pub fn add_list(&mut self, origin: &str, der: &[u8]) -> Result<(), Error> {
        let list = IndexedList::from_der(der)?;
        self.lists.push((origin.to_owned(), Arc::new(list)));
        Ok(())
    }

    /// Adds an OCSP response; `origin` says in output where it is from, such as `stapled`.
    ///
    /// # Errors
    /// [`Error::Ocsp`] when the bytes are no response.
    pub fn add_response(&mut self, origin: &str, der: &[u8]) -> Result<(), Error> {
        let response = OcspResponse::from_der(der)?;
        self.responses.push((origin.to_owned(), Arc::new(response)));
        Ok(())
    }

    /// Adds the OCSP response that a server stapled to its handshake; one that is not readable is held against it.
    pub fn add_stapled(&mut self, end_entity: &Certificate, der: &[u8]) {
        if let Err(error) = self.add_response(STAPLED, der) {
            self.failures.push(Failure {
                about: end_entity.fingerprint(),
                kind: SourceKind::Ocsp,
                origin: STAPLED.to_owned(),
                is_unusable: true,
                why: error.to_string(),
            });
        }
    }

    /// Remembers why a place that `about` points to gave nothing, so that the answer can say so.
    pub fn add_failure(&mut self, about: &Certificate, kind: SourceKind, origin: &str, why: &str) {
        self.failures.push(Failure {
            about: about.fingerprint(),
            kind,
            origin: origin.to_owned(),
            is_unusable: false,
            why: why.to_owned(),
        });
    }

    /// Adds everything that is in `other`.
    pub fn extend(&mut self, other: &Self) {
        self.lists.extend(other.lists.iter().cloned());
        self.responses.extend(other.responses.iter().cloned());
        self.failures.extend(other.failures.iter().cloned());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.responses.is_empty()
    }

    /// Whether it tells at `at` if `certificate`, which `issuer` signed, is revoked.
    pub(crate) fn tells(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: OffsetDateTime,
    ) -> bool {
        let checked = judge(certificate, issuer, self, at);
        !matches!(checked.status, RevocationStatus::Unknown { .. })
    }
}

impl Failure {
    /// What it says, as any other source.
    pub(super) fn answer(&self) -> (SourceKind, String, Answer) {
        let problem = match self.kind {
            SourceKind::Crl => Problem::ListUnusable,
            SourceKind::Ocsp => Problem::ResponseUnusable,
        };
        let answer = match self.is_unusable {
            true => Answer::Unusable(problem, self.why.clone()),
            false => Answer::Silent(self.why.clone()),
        };
        (self.kind, self.origin.clone(), answer)
    }
}

/// What a response from the handshake is called in output.
pub(super) const STAPLED: &str = "stapled OCSP response";
