//! The files below folders, one by one and in name order, each under one name.
//!
//! A file counts under its own name. What a link leads to is read once, under the name of the link, and only when it is not
//! met under its own: the hash links of an openssl folder name every certificate once more. So links wait until everything
//! else was met. A folder is known by device and inode, so a loop of links or mounts ends.

mod filter;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::output::is_temporary;
use crate::platform::{self, Identity};
use walkdir::{DirEntry, IntoIter, WalkDir};

pub(crate) use filter::Filter;

/// Deeper than any certificate folder.
const MAX_DEPTH: usize = 32;

/// What a walk meets.
#[derive(Debug)]
pub(crate) enum Step {
    /// A regular file.
    File(PathBuf),
    /// What could not be looked at.
    Failed { path: PathBuf, error: anyhow::Error },
    /// What is no file, and is passed over.
    Skipped { path: PathBuf, what: &'static str },
}

/// An iterator over everything below some folders. It holds the names of one folder per level, the links, and what was seen.
pub(crate) struct Walk {
    filter: Filter,
    current: Option<Below>,
    folders: HashSet<Identity>,
    files: HashSet<Identity>,
    /// Files that are known by another name.
    left_out: HashSet<Identity>,
    /// Links to folders that were not followed yet.
    folder_links: VecDeque<Below>,
    /// Links to files, as they were met.
    file_links: Vec<(PathBuf, Identity)>,
    /// Those of them that a file is read by.
    linked: VecDeque<PathBuf>,
    /// Whether no folder is to come, so that links can be followed.
    is_last: bool,
}

/// What is below a folder, or below a link to one.
struct Below {
    /// The folder that was named.
    named: PathBuf,
    path: PathBuf,
    /// How far it is below the one that was named.
    depth: usize,
    entries: Option<IntoIter>,
}

impl Walk {
    pub(crate) fn new(filter: Filter) -> Self {
        Self {
            filter,
            current: None,
            folders: HashSet::new(),
            files: HashSet::new(),
            left_out: HashSet::new(),
            folder_links: VecDeque::new(),
            file_links: Vec::new(),
            linked: VecDeque::new(),
            is_last: false,
        }
    }

    /// Everything below one folder.
    pub(crate) fn of(folder: &Path, filter: Filter) -> Self {
        let mut walk = Self::new(filter);
        walk.enter(folder);
        walk.follow_links();
        walk
    }

    /// Passes a file over, whatever its name or links are.
    pub(crate) fn leave_out(&mut self, file: Identity) {
        self.left_out.insert(file);
    }

    /// Goes on with another folder, when what is below the one before has come.
    pub(crate) fn enter(&mut self, folder: &Path) {
        if self.filter.excludes_named(folder) {
            return;
        }
        self.current = self.open(Below {
            named: folder.to_owned(),
            path: folder.to_owned(),
            depth: 0,
            entries: None,
        });
    }

    /// Goes on with what only links lead to, after the last folder.
    pub(crate) fn follow_links(&mut self) {
        self.is_last = true;
    }

    /// `None` when it was seen.
    fn open(&mut self, below: Below) -> Option<Below> {
        // What is wrong with it is told as the first of its entries.
        if Identity::of(&below.path).is_some_and(|identity| !self.folders.insert(identity)) {
            return None;
        }
        let walk = WalkDir::new(&below.path).min_depth(1).sort_by_file_name();
        Some(Below {
            entries: Some(walk.into_iter()),
            ..below
        })
    }

    /// `None`: nothing to say of it, as yet.
    fn step(&mut self, below: &mut Below, entry: &DirEntry) -> Option<Step> {
        let mut skip = || {
            if let (true, Some(entries)) = (entry.file_type().is_dir(), &mut below.entries) {
                entries.skip_current_dir();
            }
        };
        let path = entry.path();
        // a report that is being written, perhaps by this very run
        if is_temporary(entry.file_name()) {
            return None;
        }
        if self.filter.excludes(&below.named, path) {
            skip();
            return None;
        }
        // Of a link, what it leads to.
        let metadata = match entry.path_is_symlink() {
            true => fs::metadata(path),
            false => entry.metadata().map_err(into_io),
        };
        let is_folder = metadata.as_ref().is_ok_and(Metadata::is_dir);
        if !is_folder && !self.filter.includes(&below.named, path) {
            return None;
        }
        let known = metadata.and_then(|there| Ok((platform::identity(path, &there)?, there)));
        let path = path.to_owned();
        let (identity, metadata) = match known {
            Ok(known) => known,
            Err(error) => return Some(failed(path, error)),
        };
        let depth = below.depth + entry.depth();
        match metadata.file_type() {
            kind if kind.is_file() && self.left_out.contains(&identity) => None,
            kind if kind.is_file() && entry.path_is_symlink() => {
                self.file_links.push((path, identity));
                None
            }
            kind if kind.is_file() => {
                self.files.insert(identity);
                Some(Step::File(path))
            }
            kind if !kind.is_dir() => {
                // Opening a pipe would wait for a writer, and a device has no end.
                let what = platform::kind(kind);
                Some(Step::Skipped { path, what })
            }
            _ if depth >= MAX_DEPTH && !self.folders.contains(&identity) => {
                skip();
                let error = anyhow::anyhow!("folders nested deeper than {MAX_DEPTH}");
                Some(Step::Failed { path, error })
            }
            _ if entry.path_is_symlink() => {
                self.folder_links.push_back(Below {
                    named: below.named.clone(),
                    path,
                    depth,
                    entries: None,
                });
                None
            }
            _ => {
                if !self.folders.insert(identity) {
                    skip();
                }
                None
            }
        }
    }

    /// The next of the folder that is walked.
    fn below(&mut self) -> Option<Step> {
        let mut below = self.current.take()?;
        while let Some(entry) = below.entries.as_mut().and_then(Iterator::next) {
            let step = match entry {
                Ok(entry) => self.step(&mut below, &entry),
                Err(error) => {
                    let path = error.path().map(Path::to_owned).unwrap_or_default();
                    Some(failed(path, into_io(error)))
                }
            };
            if step.is_some() {
                self.current = Some(below);
                return step;
            }
        }
        None
    }

    /// The most telling link of every file that was not met under its own name.
    fn only_linked(&mut self) -> VecDeque<PathBuf> {
        let links = std::mem::take(&mut self.file_links);
        let mut best: HashMap<Identity, usize> = HashMap::new();
        for (place, (path, identity)) in links.iter().enumerate() {
            let best = best.entry(*identity).or_insert(place);
            if links
                .get(*best)
                .is_some_and(|(other, _)| is_hash_name(other))
                && !is_hash_name(path)
            {
                *best = place;
            }
        }
        let files = &mut self.files;
        let links = links.into_iter().enumerate();
        links
            .filter(|(place, (_, identity))| best.get(identity) == Some(place))
            .filter_map(|(_, (path, identity))| files.insert(identity).then_some(path))
            .collect()
    }
}

impl Iterator for Walk {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.below() {
                return Some(step);
            }
            if !self.is_last {
                return None;
            }
            match self.folder_links.pop_front() {
                Some(link) => self.current = self.open(link),
                None => break,
            }
        }
        if !self.file_links.is_empty() {
            self.linked = self.only_linked();
        }
        self.linked.pop_front().map(Step::File)
    }
}

/// Whether a link has the name that openssl and others look certificates and revocation lists up by: `a94d09e5.0`,
/// `5a3f0ff8.r1` (openssl-rehash(1)).
fn is_hash_name(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.split_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
            && is_number(number.strip_prefix('r').unwrap_or(number))
    })
}

fn failed(path: PathBuf, error: io::Error) -> Step {
    let is_link = path.is_symlink();
    let what = match error.kind() {
        io::ErrorKind::NotFound if is_link => "a link to nothing",
        _ if is_link && platform::is_loop(&error) => "a link to itself",
        _ => {
            let error = error.into();
            return Step::Failed { path, error };
        }
    };
    Step::Skipped { path, what }
}

/// Without the path, which stands before it.
fn into_io(error: walkdir::Error) -> io::Error {
    match error.io_error().and_then(io::Error::raw_os_error) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.into(),
    }
}
