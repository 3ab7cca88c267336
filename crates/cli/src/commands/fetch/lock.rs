//! What servers presented before: written with `--lock`, compared with `--locked`.

use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::fetch::{Fetched, Possession};
use trustpack_core::lock::{Lock, Locked, compare};
use trustpack_core::record::FetchRecord;
use trustpack_core::report::{self, Finding, Severity};

use crate::args::Fetch;
use crate::hint::Hinted;
use crate::input;
use crate::output::{self, Existing, Privacy, Saved};
use crate::render::Talk;

/// The old lock, and what was seen now.
pub(super) struct Locks {
    old: Option<Lock>,
    /// What stands in the file that is to be written.
    replaced: Option<(Vec<u8>, Lock)>,
    /// Whether anything is kept: a list of a million servers that nobody locks must not fill the memory.
    is_wanted: bool,
    asked: Vec<String>,
    now: Vec<Locked>,
    unproven: usize,
    changed: Vec<Finding>,
}

impl Locks {
    pub(super) fn read(arguments: &Fetch) -> Result<Self> {
        let old = match &arguments.trust.locked {
            Some(path) => Some(read(path)?.1),
            None => None,
        };
        let replaced = match &arguments.trust.lock {
            Some(path) if path.exists() => Some(read(path).map_err(|error| {
                let hint = "only a lock is written over; name another file with --lock";
                Hinted::new(crate::render::told(&error), hint)
            })?),
            _ => None,
        };
        Ok(Self {
            is_wanted: old.is_some() || arguments.trust.lock.is_some(),
            old,
            replaced,
            asked: Vec::new(),
            now: Vec::new(),
            unproven: 0,
            changed: Vec::new(),
        })
    }

    /// Keeps what one server presented; what changed since it was locked.
    pub(super) fn see(
        &mut self,
        fetched: &Fetched,
        record: &FetchRecord,
        with_address: bool,
    ) -> Vec<Finding> {
        if !self.is_wanted {
            return Vec::new();
        }
        self.asked.push(record.target.clone());
        let chain = fetched.chain.as_ref();
        let Some(mut locked) = chain.and_then(|chain| Locked::new(&record.target, chain)) else {
            return Vec::new();
        };
        locked.server_name.clone_from(&record.server_name);
        locked.cert_type = record.cert_type.map(str::to_owned);
        if with_address {
            locked.address.clone_from(&record.address);
        }
        if fetched.possession == Possession::Unproven {
            self.unproven += 1;
        }
        let changes = match &self.old {
            Some(old) => {
                let same = |then: &&Locked| then.key() == locked.key();
                let then = old.servers.iter().filter(same).cloned();
                compare(&Lock::new(then), std::slice::from_ref(&locked), &[])
            }
            None => Vec::new(),
        };
        self.changed.extend(changes.iter().cloned());
        self.now.push(locked);
        changes
    }

    /// Tells what changed, writes the new lock where nothing speaks against it; whether something changed that matters.
    pub(super) fn end(&mut self, arguments: &Fetch, is_wanted: bool, talk: &Talk) -> Result<bool> {
        if let Some(old) = &self.old {
            let asked: Vec<&str> = self.asked.iter().map(String::as_str).collect();
            let all = compare(old, &self.now, &asked);
            let is_missing = |finding: &Finding| finding.id == "LOCK-MISSING";
            self.changed.extend(all.into_iter().filter(is_missing));
            if self.changed.is_empty() {
                talk.say("nothing changed since it was locked");
            }
        }
        for finding in &self.changed {
            tell(finding, talk);
        }
        let matters = |finding: &Finding| finding.severity >= Severity::Warning;
        let changed = self.changed.iter().any(matters);
        if let Some(path) = &arguments.trust.lock {
            if changed || !is_wanted {
                let name = output::name(path);
                talk.warn(format!(
                    "{name} was not written: not all is as it was expected"
                ));
            } else {
                self.write(path, talk)?;
            }
        }
        Ok(changed)
    }

    /// A server that presented nothing now keeps what was locked of it.
    fn write(&self, path: &Path, talk: &Talk) -> Result<()> {
        let is_lost = |then: &&Locked| {
            self.asked.contains(&then.target) && !self.now.iter().any(|now| now.key() == then.key())
        };
        let kept = self.replaced.iter().flat_map(|(_, lock)| &lock.servers);
        let kept: Vec<Locked> = kept.filter(is_lost).cloned().collect();
        if !kept.is_empty() {
            let servers = report::count(kept.len(), "server");
            talk.warn(format!(
                "{servers} presented nothing now and stays locked as before"
            ));
        }
        if self.unproven > 0 {
            let servers = report::count(self.unproven, "server");
            talk.warn(format!(
                "{servers} did not prove to hold the key that is locked now"
            ));
        }
        let lock = Lock::new(self.now.iter().cloned().chain(kept));
        // what others locked there meanwhile was not read
        let existing = match &self.replaced {
            Some((bytes, _)) => Existing::Was(bytes),
            None => Existing::Keep,
        };
        let bytes = lock.to_toml().into_bytes();
        let saved = output::save(path, &bytes, Privacy::Public, existing)?;
        let name = output::name(path);
        talk.say(match saved {
            Saved::Unchanged => format!("{name} is unchanged"),
            Saved::Written => {
                format!(
                    "wrote {name}: {}",
                    report::count(lock.servers.len(), "server")
                )
            }
        });
        Ok(())
    }
}

fn read(path: &Path) -> Result<(Vec<u8>, Lock)> {
    let name = path.display().to_string();
    let bytes = input::read_file(path).with_context(|| name.clone())?;
    let lock = Lock::from_toml(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        let hint = "name a file that `trustpack fetch --lock FILE` wrote";
        Hinted::new(format!("{name}: {error}"), hint)
    })?;
    Ok((bytes, lock))
}

fn tell(finding: &Finding, talk: &Talk) {
    let text = format!("{}: {}: {}", finding.subject, finding.id, finding.message);
    match finding.severity {
        Severity::Note => talk.say(format!("note: {text}")),
        _ => talk.warn(text),
    }
    if let Some(hint) = &finding.hint {
        talk.say(format!("hint: {hint}"));
    }
}
