//! The files below a folder, one by one and in name order.
//!
//! Links are followed, and what they lead to is read once: the hash links of an openssl folder name every certificate
//! twice. A folder is known by device and inode, so a loop of links or mounts ends.

use std::collections::HashSet;
use std::fs::{FileType, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::Result;
use glob::{MatchOptions, Pattern};
use walkdir::{DirEntry, IntoIter, WalkDir};

use crate::hint::Hinted;

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

/// Device and inode.
type Identity = (u64, u64);

/// An iterator over everything below a folder. It holds the names of one folder per level, and what was seen.
pub(crate) struct Walk {
    folder: PathBuf,
    filter: Filter,
    entries: IntoIter,
    seen: HashSet<Identity>,
    /// What of it was reached by a link. A hard link is a file of its own.
    linked: HashSet<Identity>,
}

impl Walk {
    pub(crate) fn new(folder: &Path, filter: Filter) -> Self {
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name();
        Self {
            folder: folder.to_owned(),
            filter,
            entries: walk.into_iter(),
            seen: HashSet::new(),
            linked: HashSet::new(),
        }
    }

    /// `None`: nothing to say of it.
    fn step(&mut self, entry: &DirEntry) -> Option<Step> {
        let kind = entry.file_type();
        let relative = entry.path().strip_prefix(&self.folder);
        let relative = relative.unwrap_or_else(|_| entry.path()).to_string_lossy();
        let name = entry.file_name().to_string_lossy();
        if entry.depth() > 0 && self.filter.excludes(&relative, &name) {
            if kind.is_dir() {
                self.entries.skip_current_dir();
            }
            return None;
        }
        if !kind.is_dir() && !self.filter.includes(&relative, &name) {
            return None;
        }
        if !kind.is_dir() && !kind.is_file() {
            // Opening a pipe would wait for a writer, and a device has no end.
            let what = what(kind);
            let path = entry.path().to_owned();
            return Some(Step::Skipped { path, what });
        }
        let path = entry.path();
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => {
                return Some(Step::Failed {
                    path: path.to_owned(),
                    error: into_io(error).into(),
                });
            }
        };
        if kind.is_file() {
            return self
                .is_new_file(&metadata, entry.path_is_symlink())
                .then(|| Step::File(path.to_owned()));
        }
        if !self.seen.insert(identity(&metadata)) {
            self.entries.skip_current_dir();
        } else if entry.depth() >= MAX_DEPTH {
            self.entries.skip_current_dir();
            return Some(Step::Failed {
                path: path.to_owned(),
                error: anyhow::anyhow!("folders nested deeper than {MAX_DEPTH}"),
            });
        }
        None
    }

    fn is_new_file(&mut self, metadata: &Metadata, by_link: bool) -> bool {
        let identity = identity(metadata);
        let is_new = self.seen.insert(identity);
        if by_link && is_new {
            self.linked.insert(identity);
        }
        is_new || !by_link && !self.linked.contains(&identity)
    }
}

impl Iterator for Walk {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            let step = match self.entries.next()? {
                Ok(entry) => self.step(&entry),
                Err(error) => failed(error),
            };
            if step.is_some() {
                return step;
            }
        }
    }
}

/// A loop of folders is no error: they were seen.
fn failed(error: walkdir::Error) -> Option<Step> {
    if error.loop_ancestor().is_some() {
        return None;
    }
    let path = error.path().map(Path::to_owned).unwrap_or_default();
    let is_link = path.is_symlink();
    let error = into_io(error);
    let what = match error.kind() {
        io::ErrorKind::NotFound if is_link => "a link to nothing",
        _ if is_link && is_loop(&error) => "a link to itself",
        _ => {
            let error = error.into();
            return Some(Step::Failed { path, error });
        }
    };
    Some(Step::Skipped { path, what })
}

/// Without the path, which stands before it.
fn into_io(error: walkdir::Error) -> io::Error {
    match error.io_error().and_then(io::Error::raw_os_error) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.into(),
    }
}

fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

fn identity(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

fn what(kind: FileType) -> &'static str {
    match kind {
        _ if kind.is_fifo() => "a pipe",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

/// Which files of a folder are meant, by patterns (`*`, `?`, `[…]`, `**` for any folders) over the path below the folder, or
/// over the name alone. Without patterns all are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl Filter {
    /// Any pattern of `include` takes a file in, any of `exclude` leaves it out, or a folder with all that is in it.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self> {
        Ok(Self {
            include: patterns(include)?,
            exclude: patterns(exclude)?,
        })
    }

    fn includes(&self, relative: &str, name: &str) -> bool {
        self.include.is_empty() || fits(&self.include, relative, name)
    }

    fn excludes(&self, relative: &str, name: &str) -> bool {
        fits(&self.exclude, relative, name)
    }
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>> {
    let pattern = |text: &String| {
        let bare = text.strip_prefix("./").unwrap_or(text);
        Pattern::new(bare.trim_end_matches('/')).map_err(|error| {
            let message = format!("{text:?} is no pattern: {}", error.msg);
            Hinted::new(message, "write `*`, `?`, `[a-z]`, or `**` between slashes").into()
        })
    };
    texts.iter().map(pattern).collect()
}

fn fits(patterns: &[Pattern], relative: &str, name: &str) -> bool {
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: false,
    };
    patterns.iter().any(|pattern| {
        pattern.matches_with(relative, options) || pattern.matches_with(name, options)
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use tempfile::TempDir;

    use super::*;

    fn folder(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    /// Paths below the folder, with what was said of those that are no files.
    fn walked(folder: &Path, filter: Filter) -> Vec<String> {
        let below = |path: &Path| {
            let path = path.strip_prefix(folder).unwrap_or(path);
            path.display().to_string()
        };
        Walk::new(folder, filter)
            .map(|step| match step {
                Step::File(path) => below(&path),
                Step::Failed { path, error } => format!("{} ! {error}", below(&path)),
                Step::Skipped { path, what } => format!("{} is {what}", below(&path)),
            })
            .collect()
    }

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let texts = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        Filter::new(&texts(include), &texts(exclude)).unwrap()
    }

    #[test]
    fn files_come_in_name_order_whatever_their_depth() {
        let folder = folder(&["b.pem", "a/z.pem", "a/b/c.pem", "a.pem", "c"]);
        let expected = ["a/b/c.pem", "a/z.pem", "a.pem", "b.pem", "c"];
        assert_eq!(walked(folder.path(), Filter::default()), expected);
    }

    #[test]
    fn patterns_fit_paths_and_names() {
        let folder = folder(&["a.pem", "a.txt", "in/b.pem", "in/deep/c.pem", "out/d.pem"]);
        let path = folder.path();
        assert_eq!(
            walked(path, filter(&["*.pem"], &[])),
            ["a.pem", "in/b.pem", "in/deep/c.pem", "out/d.pem"]
        );
        assert_eq!(walked(path, filter(&["in/*.pem"], &[])), ["in/b.pem"]);
        assert_eq!(
            walked(path, filter(&["in/**"], &[])),
            ["in/b.pem", "in/deep/c.pem"]
        );
        assert_eq!(
            walked(path, filter(&["**/*.pem"], &["deep"])),
            ["a.pem", "in/b.pem", "out/d.pem"]
        );
        assert_eq!(
            walked(path, filter(&[], &["./in/", "out/**", "*.txt"])),
            ["a.pem"]
        );
        assert!(Filter::new(&["a**".to_owned()], &[]).is_err());
    }

    #[test]
    fn a_link_is_followed_and_its_file_read_once() {
        let folder = folder(&["b.pem", "in/c.pem"]);
        let path = folder.path();
        symlink("b.pem", path.join("1234.0")).unwrap();
        symlink("in/c.pem", path.join("z.pem")).unwrap();
        fs::hard_link(path.join("b.pem"), path.join("hard.pem")).unwrap();
        // the first name counts; the second name of a file that a link has named is that file
        assert_eq!(walked(path, Filter::default()), ["1234.0", "in/c.pem"]);
        // a link that is left out names nothing
        assert_eq!(
            walked(path, filter(&[], &["*.0"])),
            ["b.pem", "hard.pem", "in/c.pem"]
        );
    }

    #[test]
    fn loops_and_links_to_nothing_end() {
        let folder = folder(&["a/b.pem"]);
        let path = folder.path();
        symlink("..", path.join("a/up")).unwrap();
        symlink(".", path.join("here")).unwrap();
        symlink("nothing", path.join("lost")).unwrap();
        symlink("self", path.join("self")).unwrap();
        symlink("a", path.join("z")).unwrap();
        assert_eq!(
            walked(path, Filter::default()),
            [
                "a/b.pem",
                "lost is a link to nothing",
                "self is a link to itself"
            ]
        );
    }

    #[test]
    fn what_is_no_file_is_told() {
        let folder = folder(&["a.pem"]);
        let _listener = UnixListener::bind(folder.path().join("socket")).unwrap();
        symlink("/dev/zero", folder.path().join("zero")).unwrap();
        assert_eq!(
            walked(folder.path(), Filter::default()),
            ["a.pem", "socket is a socket", "zero is a device"]
        );
    }

    #[test]
    fn names_that_are_no_text_are_read_and_patterns_fit_them() {
        let folder = folder(&[]);
        let name = OsStr::from_bytes(b"\xff\xfe.pem");
        fs::write(folder.path().join(name), "x").unwrap();
        let steps: Vec<Step> = Walk::new(folder.path(), filter(&["*.pem"], &[])).collect();
        let [Step::File(path)] = steps.as_slice() else {
            panic!("{steps:?}")
        };
        assert_eq!(path.file_name(), Some(name));
        assert_eq!(fs::read(path).unwrap(), b"x");
    }

    #[test]
    fn a_folder_that_is_missing_is_a_failure() {
        let folder = folder(&[]);
        let steps = walked(&folder.path().join("missing"), Filter::default());
        assert_eq!(steps.len(), 1);
        assert!(steps[0].contains(" ! No such file"), "{steps:?}");
    }

    #[test]
    fn depth_ends_and_the_neighbours_are_read() {
        let deep = format!("{}c.pem", "a/".repeat(40));
        let folder = folder(&[&deep, "b.pem"]);
        let steps = walked(folder.path(), Filter::default());
        let error = format!("{} ! folders nested deeper than 32", ["a"; 32].join("/"));
        assert_eq!(steps, [error.as_str(), "b.pem"]);
    }
}
