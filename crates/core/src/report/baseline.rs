//! An earlier report, kept compactly, and what became of things since.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::io::Read;

use time::OffsetDateTime;

use super::read::{Part, ReadError, read};
use super::{CertificateReport, Change, Finding, Gone, Severity, SubjectReport};

/// What an earlier report had: digests in place of names, some 100 bytes a certificate and 20 a finding.
///
/// Names are chosen by strangers, so the digests have a key that nobody knows (SipHash, as in every hash map here). Two of
/// a million names have the same one with a probability of one in ten million.
pub struct Baseline {
    at: OffsetDateTime,
    keys: RandomState,
    subjects: HashMap<u64, Met>,
    /// By identifier and place: how many notes, warnings and critical ones were not met yet.
    findings: HashMap<u64, [u16; 3]>,
    certificates: Vec<Known>,
    /// By subject and name within it.
    by_place: HashMap<u64, usize>,
    /// By subject and fingerprint.
    by_fingerprint: HashMap<u64, usize>,
}

/// What became of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// Not seen yet.
    No,
    /// It could not be looked at, at least once.
    Failed,
    /// Seen.
    Yes,
}

/// A certificate of then.
struct Known {
    fingerprint: u64,
    not_after: i64,
    is_met: bool,
}

/// What a digest is of.
#[derive(Hash)]
enum Kind {
    Finding,
    Fingerprint,
    Place,
    Subject,
}

impl Baseline {
    /// Reads the earlier report, as JSON or JSON lines.
    ///
    /// # Errors
    /// When it is no report, or not all of one.
    pub fn read(source: impl Read) -> Result<Self, ReadError> {
        let mut baseline = Self {
            at: OffsetDateTime::UNIX_EPOCH,
            keys: RandomState::new(),
            subjects: HashMap::new(),
            findings: HashMap::new(),
            certificates: Vec::new(),
            by_place: HashMap::new(),
            by_fingerprint: HashMap::new(),
        };
        read(source, &mut |part| match part {
            Part::Subject(subject) => {
                baseline.learn(&subject);
                Ok(())
            }
            Part::End(end) => {
                baseline.at = baseline.at.max(end.at);
                match end.shard.filter(|shard| shard.count() > 1) {
                    Some(shard) => Err(ReadError::OneShard { shard }),
                    None => Ok(()),
                }
            }
        })?;
        Ok(baseline)
    }

    /// When it was made.
    pub fn at(&self) -> OffsetDateTime {
        self.at
    }

    fn digest(&self, kind: Kind, names: impl Hash) -> u64 {
        self.keys.hash_one((kind, names))
    }

    fn place(&self, subject: &SubjectReport, certificate: &CertificateReport) -> u64 {
        self.digest(Kind::Place, (&subject.subject, &certificate.name))
    }

    fn fingerprint(&self, subject: &SubjectReport, certificate: &CertificateReport) -> u64 {
        let names = (&subject.subject, &certificate.fingerprint);
        self.digest(Kind::Fingerprint, names)
    }

    fn finding(&self, finding: &Finding) -> u64 {
        self.digest(Kind::Finding, (&finding.id, &finding.subject))
    }

    fn learn(&mut self, subject: &SubjectReport) {
        let key = self.digest(Kind::Subject, &subject.subject);
        self.subjects.insert(key, Met::No);
        for certificate in &subject.certificates {
            let place = self.place(subject, certificate);
            let fingerprint = self.fingerprint(subject, certificate);
            let number = self.certificates.len();
            self.by_place.entry(place).or_insert(number);
            self.by_fingerprint.entry(fingerprint).or_insert(number);
            self.certificates.push(Known {
                fingerprint,
                not_after: certificate.not_after.unix_timestamp(),
                is_met: false,
            });
        }
        for finding in &subject.findings {
            let key = self.finding(finding);
            let [notes, warnings, critical] = self.findings.entry(key).or_default();
            let count = match finding.severity {
                Severity::Note => notes,
                Severity::Warning => warnings,
                Severity::Critical => critical,
            };
            *count = count.saturating_add(1);
        }
    }

    /// Writes into a subject of the new report what became of it and of what it has.
    pub fn compare(&mut self, subject: &mut SubjectReport) {
        let key = self.digest(Kind::Subject, &subject.subject);
        subject.change = match self.subjects.get_mut(&key) {
            None => Some(Change::New),
            Some(met) => {
                *met = match subject.failed {
                    true => Met::Failed,
                    false if *met == Met::Failed => Met::Failed,
                    false => Met::Yes,
                };
                Some(Change::Unchanged)
            }
        };
        // Those that stayed, if in another place, come first, so that one that came in before them renews none of them.
        let stayed = self.stayed(subject);
        let changes = stayed.iter().zip(&subject.certificates);
        let changes: Vec<Change> = changes
            .map(|(stayed, certificate)| match stayed {
                true => Change::Unchanged,
                false => self.replaced(subject, certificate),
            })
            .collect();
        for (certificate, change) in subject.certificates.iter_mut().zip(changes) {
            certificate.change = Some(change);
        }
        for finding in &mut subject.findings {
            finding.change = Some(self.became(finding));
        }
    }

    /// For each certificate, whether the subject had it.
    fn stayed(&mut self, subject: &SubjectReport) -> Vec<bool> {
        let mut stayed = Vec::with_capacity(subject.certificates.len());
        for certificate in &subject.certificates {
            let fingerprint = self.fingerprint(subject, certificate);
            let here = self
                .by_place
                .get(&self.place(subject, certificate))
                .copied();
            let is_here = here
                .and_then(|number| self.certificates.get(number))
                .is_some_and(|known| known.fingerprint == fingerprint);
            let elsewhere = self.by_fingerprint.get(&fingerprint).copied();
            let number = here.filter(|_| is_here).or(elsewhere);
            let known = number.and_then(|number| self.certificates.get_mut(number));
            stayed.push(known.is_some());
            if let Some(known) = known {
                known.is_met = true;
            }
        }
        stayed
    }

    /// What a certificate that the subject did not have is to the one that had its place.
    fn replaced(&mut self, subject: &SubjectReport, certificate: &CertificateReport) -> Change {
        let place = self.place(subject, certificate);
        let number = self.by_place.get(&place).copied();
        let known = number.and_then(|number| self.certificates.get_mut(number));
        match known {
            Some(known) if !known.is_met => {
                known.is_met = true;
                match certificate.not_after.unix_timestamp() > known.not_after {
                    true => Change::Renewed,
                    false => Change::Changed,
                }
            }
            _ => Change::New,
        }
    }

    fn became(&mut self, finding: &Finding) -> Change {
        let key = self.finding(finding);
        let Some([notes, warnings, critical]) = self.findings.get_mut(&key) else {
            return Change::New;
        };
        use Change::{Better, Unchanged, Worse};
        // the same severity first, then the nearest
        let candidates = match finding.severity {
            Severity::Note => [(notes, Unchanged), (warnings, Better), (critical, Better)],
            Severity::Warning => [(warnings, Unchanged), (notes, Worse), (critical, Better)],
            Severity::Critical => [(critical, Unchanged), (warnings, Worse), (notes, Worse)],
        };
        let known = candidates.into_iter().find(|(count, _)| **count > 0);
        known.map_or(Change::New, |(count, change)| {
            *count -= 1;
            change
        })
    }

    /// What was there and was not met again, in the order of the earlier report, which is read once more from its start.
    ///
    /// # Errors
    /// When it cannot be read again, and that of `take`.
    pub fn gone<E: From<ReadError>>(
        mut self,
        source: impl Read,
        take: &mut dyn FnMut(&Gone) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut number = 0;
        read(source, &mut |part| {
            let Part::Subject(subject) = part else {
                return Ok(());
            };
            let first = number;
            number += subject.certificates.len();
            self.gone_of(&subject, first, take)
        })
    }

    /// `first` is the number of its first certificate.
    fn gone_of<E>(
        &mut self,
        subject: &SubjectReport,
        first: usize,
        take: &mut dyn FnMut(&Gone) -> Result<(), E>,
    ) -> Result<(), E> {
        let key = self.digest(Kind::Subject, &subject.subject);
        match self.subjects.get_mut(&key) {
            Some(Met::Yes) => {}
            Some(met @ Met::No) => {
                // told once
                *met = Met::Failed;
                let subject = subject.subject.clone();
                return take(&Gone::Subject { subject });
            }
            // nobody knows
            Some(Met::Failed) | None => return Ok(()),
        }
        for (place, certificate) in subject.certificates.iter().enumerate() {
            let known = self.certificates.get(first + place);
            if known.is_none_or(|known| known.is_met) {
                continue;
            }
            take(&Gone::Certificate {
                subject: subject.subject.clone(),
                name: certificate.name.clone(),
                display_name: certificate.display_name.clone(),
                fingerprint: certificate.fingerprint.clone(),
                not_after: certificate.not_after,
            })?;
        }
        for finding in &subject.findings {
            let key = self.finding(finding);
            let Some([notes, warnings, critical]) = self.findings.get_mut(&key) else {
                continue;
            };
            let left = match finding.severity {
                Severity::Note => notes,
                Severity::Warning => warnings,
                Severity::Critical => critical,
            };
            if *left == 0 {
                continue;
            }
            *left -= 1;
            take(&Gone::Finding {
                subject: finding.subject.clone(),
                id: finding.id.clone().into_owned(),
                severity: finding.severity,
                message: finding.message.clone(),
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
