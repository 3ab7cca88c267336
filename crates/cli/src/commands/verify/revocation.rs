//! What tells whether certificates are revoked: files, the handshake, and who publishes it.

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::fetch::revocation::RevocationFetcher;
use trustpack_core::record::{RevocationRecord, RevocationRequestRecord};
use trustpack_core::revocation::{Evidence, RevocationMode, check};
use trustpack_core::verify::Verdict;

use crate::args::{FailWord, RevocationFlags, RevocationWord};
use crate::hint::Hinted;
use crate::input::{self, Passwords};
use crate::render::Talk;

/// How revocation is checked, for every server of a run.
pub(super) struct Revoking {
    is_off: bool,
    given: Evidence,
    fetcher: Option<RevocationFetcher>,
    mode: RevocationMode,
}

impl Revoking {
    /// Reads the lists; a file without any is an error.
    pub(super) fn load(flags: &RevocationFlags, talk: &Talk) -> Result<Self> {
        let is_off = flags.revocation == RevocationWord::Off;
        if is_off && !flags.crl.is_empty() {
            let message = "--revocation off looks at no list, and --crl names one";
            return Err(Hinted::new(message, "leave one of the two out").into());
        }
        let mut given = Evidence::default();
        for path in &flags.crl {
            add_file(&mut given, path, talk)?;
        }
        let is_asked = !flags.crl.is_empty() || flags.revocation == RevocationWord::Fetch;
        let fetches = flags.revocation == RevocationWord::Fetch;
        Ok(Self {
            is_off,
            given,
            fetcher: fetches.then(|| RevocationFetcher::new(flags.revocation_timeout)),
            mode: match flags.revocation_fail {
                FailWord::Hard => RevocationMode::HardFail,
                FailWord::Soft if is_asked => RevocationMode::SoftFail,
                FailWord::Soft => RevocationMode::Passive,
            },
        })
    }

    /// What is known of the path of a verdict. `stapled` is what the server sent, empty when it sent nothing. `None` when
    /// nobody asked and nothing was sent, and where there is no path.
    pub(super) fn ask(
        &self,
        verdict: &Verdict,
        stapled: &[u8],
        at: OffsetDateTime,
        subject: &str,
    ) -> Option<RevocationRecord> {
        let nothing_to_look_at = stapled.is_empty() && self.mode == RevocationMode::Passive;
        if self.is_off || nothing_to_look_at {
            return None;
        }
        let path = verdict.outcome.as_ref().ok()?;
        let mut evidence = self.given.clone();
        if let Some(end_entity) = path.end_entity().filter(|_| !stapled.is_empty()) {
            evidence.add_stapled(end_entity, stapled);
        }
        let path = path.certificates();
        let requests = match &self.fetcher {
            Some(fetcher) => fetcher.gather(path, &mut evidence, at),
            None => Vec::new(),
        };
        let revocation = check(path, &evidence, at, self.mode, subject);
        Some(RevocationRecord::new(&revocation, &requests))
    }
}

/// Nothing is asked of strangers without a line.
pub(super) fn tell(record: &RevocationRecord, talk: &Talk) {
    for request in &record.requests {
        tell_request(request, talk);
    }
}

fn tell_request(request: &RevocationRequestRecord, talk: &Talk) {
    let what = match request.kind {
        "crl" => "its revocation list",
        _ => "an OCSP response",
    };
    let outcome = match &request.error {
        None => "it came".to_owned(),
        Some(error) => format!("nothing: {error}"),
    };
    let again = if request.cached { ", asked before" } else { "" };
    let (url, took) = (&request.url, request.elapsed_ms);
    talk.say(format!(
        "asked {url} for {what}{again}: {outcome} ({took} ms)"
    ));
}

fn add_file(evidence: &mut Evidence, path: &str, talk: &Talk) -> Result<()> {
    let loaded = input::load_one(path, &Passwords::default())?;
    loaded.tell_notes(talk);
    let name = &loaded.name;
    for der in &loaded.contents.others.crls {
        let added = evidence.add_list(name, der);
        added.map_err(|error| {
            let hint =
                "get the list anew from its issuer; `trustpack inspect` shows what a file holds";
            Hinted::new(format!("{name}: {error}"), hint)
        })?;
    }
    if loaded.contents.others.crls.is_empty() {
        let message = format!("{name}: no revocation list in it");
        let hint =
            "name a file with a CRL in DER or PEM; `trustpack inspect` shows what a file holds";
        return Err(Hinted::new(message, hint).into());
    }
    Ok(())
}
