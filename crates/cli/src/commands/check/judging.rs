//! Files that were read, judged.

use time::OffsetDateTime;
use trustpack_core::expiry::{Judge, Subject};
use trustpack_core::report::SubjectReport;
use trustpack_core::source::Member;

use super::ari::Renewals;
use super::pairs::Pairs;
use super::passwords::{FilePasswords, Read};
use super::reading::Opened;
use super::{keys, subject};

/// All that a judgement needs beside the file.
pub(super) struct Judging<'a> {
    pub judge: &'a Judge,
    pub pairs: &'a Pairs,
    pub renewals: Option<&'a Renewals>,
    /// The time that counts as now.
    pub at: OffsetDateTime,
}

impl Judging<'_> {
    /// A file, with the key that lies beside it and with who can read its own.
    pub(super) fn file(
        &self,
        file: &Opened<'_>,
        read: &Read,
        passwords: &FilePasswords,
    ) -> SubjectReport {
        let name = &file.name;
        let mut subject = subject::of_contents(name, subject::file(name), read, self.at);
        if let Some(path) = file.path {
            keys::match_neighbour(&mut subject, path, passwords);
        }
        let exposed = file
            .path
            .zip(file.metadata.as_ref())
            .and_then(|(path, metadata)| subject::exposed(name, path, &read.contents, metadata));
        if file.is_named && subject.items.is_empty() && subject.findings.is_empty() {
            subject = subject::with_others_only(name);
        }
        subject.findings.extend(exposed);
        self.pairs.judge(&mut subject, &read.contents, self.at);
        self.report(subject)
    }

    /// Something within a file; nothing when there is nothing to say of it, such as of a request.
    pub(super) fn member(
        &self,
        member: &Member,
        read: Read,
        secret: &mut keys::Secret,
    ) -> Option<Subject> {
        let Member { name, origin, .. } = member;
        let mut subject = subject::of_contents(name, origin.clone(), &read, self.at);
        self.pairs.judge(&mut subject, &read.contents, self.at);
        secret.add(&mut subject, read.contents, self.at);
        let is_empty = subject.items.is_empty() && subject.findings.is_empty();
        (!is_empty).then_some(subject)
    }

    /// The judgement, with what issuers say of the time of renewal.
    pub(super) fn report(&self, mut subject: Subject) -> SubjectReport {
        if let Some(renewals) = self.renewals {
            renewals.ask(&mut subject);
        }
        self.judge.judge(subject)
    }
}
