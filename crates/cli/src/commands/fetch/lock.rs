//! What servers presented before: written with `--lock`, compared with `--locked`.

use anyhow::{Context, Result};
use trustpack_core::fetch::Fetched;
use trustpack_core::lock::{Lock, Locked, compare};
use trustpack_core::record::FetchRecord;
use trustpack_core::report::{Finding, Severity, page};

use crate::args::Fetch;
use crate::input;
use crate::output::{self, Existing, Privacy, Saved};
use crate::render::Talk;

/// The old lock, and what was seen now.
pub(super) struct Locks {
    old: Option<Lock>,
    /// Whether anything is kept: a list of a million servers that nobody locks must not fill the memory.
    is_wanted: bool,
    asked: Vec<String>,
    now: Vec<Locked>,
}

impl Locks {
    pub(super) fn read(arguments: &Fetch) -> Result<Self> {
        let old = match &arguments.trust.locked {
            Some(path) => {
                let name = path.display().to_string();
                let bytes = input::read_file(path).with_context(|| name.clone())?;
                let text = String::from_utf8_lossy(&bytes);
                Some(Lock::from_toml(&text).with_context(|| name)?)
            }
            None => None,
        };
        Ok(Self {
            is_wanted: old.is_some() || arguments.trust.lock.is_some(),
            old,
            asked: Vec::new(),
            now: Vec::new(),
        })
    }

    pub(super) fn see(&mut self, fetched: &Fetched, record: &FetchRecord) {
        if !self.is_wanted {
            return;
        }
        self.asked.push(record.target.clone());
        let chain = fetched.chain.as_ref();
        let Some(mut locked) = chain.and_then(|chain| Locked::new(&record.target, chain)) else {
            return;
        };
        locked.server_name.clone_from(&record.server_name);
        locked.cert_type = record.cert_type.map(str::to_owned);
        self.now.push(locked);
    }

    /// Keeps which address it was, where every address of a name was asked.
    pub(super) fn see_address(&mut self, record: &FetchRecord) {
        if let Some(last) = self.now.last_mut()
            && last.target == record.target
        {
            last.address.clone_from(&record.address);
        }
    }

    /// Tells what changed, writes the new lock; whether something changed that matters.
    pub(super) fn end(&self, arguments: &Fetch, talk: &Talk) -> Result<bool> {
        let asked: Vec<&str> = self.asked.iter().map(String::as_str).collect();
        let findings = match &self.old {
            Some(old) => compare(old, &self.now, &asked),
            None => Vec::new(),
        };
        for finding in &findings {
            talk.warn(page::finding_about(finding).trim());
        }
        if self.old.is_some() && findings.is_empty() {
            talk.say("nothing changed since it was locked");
        }
        if let Some(path) = &arguments.trust.lock {
            let text = Lock::new(self.now.clone()).to_toml();
            let saved = output::save(path, text.as_bytes(), Privacy::Public, Existing::Replace)?;
            let name = output::name(path);
            talk.say(match saved {
                Saved::Unchanged => format!("{name} is unchanged"),
                Saved::Written => format!("wrote {name}: {} servers", self.now.len()),
            });
        }
        let matters = |finding: &Finding| finding.severity >= Severity::Warning;
        Ok(findings.iter().any(matters))
    }
}
