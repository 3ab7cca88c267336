//! A stream that is too long to be held: read and judged piece by piece, on all cores.

use std::fs::Metadata;
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::Result;
use trustpack_core::keystore;
use trustpack_core::report::{Severity, SubjectReport};

use super::judging::Judging;
use super::pieces::{Piece, Pieces};
use super::round::Run;
use super::subject;
use crate::ordered::in_order;

/// A long file of PEM blocks.
pub(super) struct Long {
    pub name: String,
    pub pieces: Pieces<Box<dyn Read + Send>>,
    /// `None` for stdin.
    pub path: Option<PathBuf>,
    pub metadata: Option<Metadata>,
}

impl Long {
    /// Judges all of it.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub(super) fn check(self, judging: &Judging<'_>, run: &mut Run) -> Result<()> {
        let name = self.name.as_str();
        let mut is_empty = true;
        let mut exposed = None;
        let file = self.path.as_deref().zip(self.metadata.as_ref());
        let look = |piece: io::Result<Piece>| {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    let error = error.into();
                    let unreadable = subject::unreadable(name, subject::file(name), &error);
                    return judging.judge.judge(unreadable);
                }
            };
            let contents = keystore::read_pem_part(&piece.text, piece.lines_before);
            let exposed = contents.as_ref().ok().zip(file);
            let exposed = exposed.and_then(|(contents, (path, metadata))| {
                subject::exposed(name, path, contents, metadata)
            });
            let mut subject = subject::of_piece(name, &piece, contents);
            subject.findings.extend(exposed);
            judging.report(subject)
        };
        in_order(self.pieces, 1, &look, &mut |mut report: SubjectReport| {
            tell_once(&mut report, &mut exposed);
            is_empty &= report.certificates.is_empty() && report.findings.is_empty();
            match report.continues || !is_empty {
                true => run.file(&report),
                false => run.file(&judging.judge.judge(subject::without_certificates(name))),
            }
        })
    }
}

/// One file has one mode: that its keys are exposed is told of the first, and again when a later one is worse.
fn tell_once(report: &mut SubjectReport, told: &mut Option<Severity>) {
    report.findings.retain(|finding| {
        let is_news = finding.id != "KEY-EXPOSED" || Some(finding.severity) > *told;
        if is_news && finding.id == "KEY-EXPOSED" {
            *told = Some(finding.severity);
        }
        is_news
    });
}
