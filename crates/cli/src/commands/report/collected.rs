//! The subjects of many reports, kept on disk and given back in the order of their names.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use anyhow::{Context, Result};
use time::OffsetDateTime;
use trustpack_core::expiry::judge_needed;
use trustpack_core::report::{End, Part, SubjectReport, json_line, read, subject_of_line};

use crate::hint::Hinted;

/// Subjects that came, in a file without a name that goes away by itself; in memory is their names, and where they lie.
pub(super) struct Collected {
    spool: BufWriter<File>,
    length: u64,
    groups: Vec<Group>,
    /// What servers need, which decides how bad it is when it ends in a store.
    needs: HashSet<String>,
    /// Whole reports by their time and their content, and where each came from.
    whole: HashMap<(OffsetDateTime, u64), String>,
    /// The ends of the reports, and where each came from.
    pub ends: Vec<(String, End)>,
}

/// A subject with all its parts, a line each.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    name: Box<str>,
    /// Of its lines, so that those with one name come in the same order whichever report came first.
    digest: u64,
    start: u64,
    length: u64,
}

impl Collected {
    /// Nothing yet.
    pub(super) fn new() -> Result<Self> {
        let spool = tempfile::tempfile().with_context(place)?;
        Ok(Self {
            spool: BufWriter::new(spool),
            length: 0,
            groups: Vec::new(),
            needs: HashSet::new(),
            whole: HashMap::new(),
            ends: Vec::new(),
        })
    }

    /// Takes the reports of one source. After an error what came before it is there.
    pub(super) fn add(&mut self, name: &str, source: impl Read) -> Result<()> {
        // the hash of the parts of a subject that has not come to its end
        let mut open: Option<DefaultHasher> = None;
        let mut content: Option<DefaultHasher> = None;
        read(source, &mut |part| match part {
            Part::Subject(subject) => {
                let line = self.put(*subject, &mut open)?;
                content.get_or_insert_default().write(line.as_bytes());
                Ok(())
            }
            Part::End(end) => {
                if let Some(content) = content.take() {
                    self.refuse_twice(name, &end, content.finish())?;
                }
                self.ends.push((name.to_owned(), *end));
                Ok(())
            }
        })
    }

    /// Refuses a report that is there already, whatever its file is called: all in it would count twice. Shards are told
    /// apart by their numbers, and one that is empty counts nothing.
    fn refuse_twice(&mut self, name: &str, end: &End, content: u64) -> Result<()> {
        if end.shard.is_some() {
            return Ok(());
        }
        let name = name.to_owned();
        match self.whole.insert((end.at, content), name.clone()) {
            None => Ok(()),
            Some(earlier) => {
                let message = match earlier == name {
                    true => "the same report twice".to_owned(),
                    false => format!("the same report as {earlier}"),
                };
                Err(Hinted::new(message, "name each report once").into())
            }
        }
    }

    /// The line that it became.
    fn put(
        &mut self,
        mut subject: SubjectReport,
        open: &mut Option<DefaultHasher>,
    ) -> Result<String> {
        // with what it was compared is not known here
        subject.forget_changes();
        self.needs.extend(subject.needs.iter().cloned());
        let line = json_line(&subject);
        self.spool.write_all(line.as_bytes()).with_context(place)?;
        let last = self.groups.last_mut();
        let same = last.filter(|last| open.is_some() && *last.name == *subject.subject);
        let mut hasher = match &same {
            Some(_) => open.take().unwrap_or_default(),
            None => DefaultHasher::new(),
        };
        hasher.write(line.as_bytes());
        let digest = hasher.finish();
        let length = line.len() as u64;
        match same {
            Some(group) => {
                group.length += length;
                group.digest = digest;
            }
            None => self.groups.push(Group {
                name: subject.subject.into(),
                digest,
                start: self.length,
                length,
            }),
        }
        self.length += length;
        *open = subject.continues.then_some(hasher);
        Ok(line)
    }

    /// Gives them back, by name.
    pub(super) fn write(self, take: &mut dyn FnMut(SubjectReport) -> Result<()>) -> Result<()> {
        let mut groups = self.groups;
        groups.sort_unstable();
        let spool = self.spool.into_inner();
        let mut spool = spool
            .map_err(|error| error.into_error())
            .with_context(place)?;
        for group in groups {
            spool
                .seek(SeekFrom::Start(group.start))
                .with_context(place)?;
            let mut left = group.length;
            let mut lines = BufReader::new((&mut spool).take(group.length));
            let mut line = Vec::new();
            while left > 0 {
                line.clear();
                let read = lines.read_until(b'\n', &mut line).with_context(place)?;
                left = left.saturating_sub(read.max(1) as u64);
                let mut subject = subject_of_line(&line).with_context(place)?;
                // of one that was cut short no more will come
                subject.continues = left > 0;
                judge_needed(&mut subject, &self.needs);
                take(subject)?;
            }
        }
        Ok(())
    }
}

/// What an error of keeping the reports is about.
fn place() -> String {
    format!("temporary file in {}", std::env::temp_dir().display())
}

#[cfg(test)]
mod tests;
