//! Whether files changed, by what the file system says of them. It is asked again and again: events would miss what lies on a
//! network, and volumes of Kubernetes, which change by a link that points elsewhere.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::args::Sources;
use crate::input::Input;
use crate::platform;
use crate::walk::{Filter, Step, Walk};

/// Files and folders that are watched.
pub(super) struct Watched {
    paths: Vec<PathBuf>,
    filter: Option<Filter>,
    /// How long the last look took.
    took: Duration,
}

/// Stands for the state of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State(u64);

impl Watched {
    /// What a round reads.
    pub(super) fn of_sources(sources: &Sources) -> Self {
        let inputs = Input::parse_all(&sources.inputs).unwrap_or_default();
        let mut paths: Vec<PathBuf> = inputs
            .into_iter()
            .filter_map(|input| match input {
                Input::Path(path) => Some(path),
                Input::Endpoint(_) | Input::Stdin => None,
            })
            .collect();
        paths.extend(sources.pair.iter().map(|pair| PathBuf::from(&pair.file)));
        paths.extend(sources.listed.targets.clone());
        paths.extend(sources.limits.policy.clone());
        paths.extend(sources.roots.files.iter().map(PathBuf::from));
        Self {
            paths,
            // one that is wrong is told by the round
            filter: Filter::new(&sources.include, &sources.exclude).ok(),
            took: Duration::ZERO,
        }
    }

    pub(super) fn of_files(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            filter: None,
            took: Duration::ZERO,
        }
    }

    /// Watches these files instead; whether they are others.
    pub(super) fn watch(&mut self, paths: &[PathBuf]) -> bool {
        let is_other = self.paths != paths;
        self.paths = paths.to_vec();
        is_other
    }

    /// As they are now. What is missing has a state, too.
    pub(super) fn state(&mut self) -> State {
        let begun = Instant::now();
        let mut hasher = DefaultHasher::new();
        for path in &self.paths {
            match &self.filter {
                Some(filter) if path.is_dir() => {
                    for step in Walk::of(path, filter.clone()) {
                        let (Step::File(path)
                        | Step::Failed { path, .. }
                        | Step::Skipped { path, .. }) = &step;
                        add(path, &mut hasher);
                    }
                }
                _ => add(path, &mut hasher),
            }
        }
        self.took = begun.elapsed();
        State(hasher.finish())
    }

    /// As they are when nobody writes to them any more, as far as a moment of rest shows it: a file that is half written is
    /// no news.
    pub(super) fn settled(&mut self) -> State {
        let mut state = self.state();
        for _ in 0..SETTLING {
            thread::sleep(REST);
            let next = self.state();
            if next == state {
                break;
            }
            state = next;
        }
        state
    }

    /// How long to wait before the next look: large folders are looked at less often, so that it costs a hundredth of a core
    /// at most.
    pub(super) fn pause(&self) -> Duration {
        PAUSE.max(self.took * 100)
    }
}

fn add(path: &Path, hasher: &mut DefaultHasher) {
    path.hash(hasher);
    let metadata = fs::metadata(path).ok();
    metadata.as_ref().map(platform::stamp).hash(hasher);
}

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// So long nothing changes in a file that is written.
const REST: Duration = Duration::from_millis(200);

/// So often it is waited for; what is written all the time is looked at all the same.
const SETTLING: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_and_none_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.pem");
        let mut watched = Watched {
            paths: vec![folder.path().to_owned(), folder.path().join("absent")],
            filter: Filter::new(&[], &[]).ok(),
            took: Duration::ZERO,
        };
        let empty = watched.state();
        assert_eq!(empty, watched.state());
        fs::write(&file, "1").unwrap();
        let one = watched.state();
        assert_ne!(empty, one);
        fs::write(&file, "22").unwrap();
        let two = watched.settled();
        assert_ne!(one, two);
        fs::write(folder.path().join("absent"), "").unwrap();
        assert_ne!(two, watched.state());
    }

    #[test]
    fn a_link_that_points_elsewhere_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for version in ["1", "2"] {
            fs::create_dir(path(version)).unwrap();
            fs::write(path(version).join("tls.crt"), "same").unwrap();
        }
        platform::testing::symlink("1", path("data")).unwrap();
        let mut watched = Watched::of_files(vec![path("data").join("tls.crt")]);
        let before = watched.state();
        platform::testing::symlink("2", path("new")).unwrap();
        fs::rename(path("new"), path("data")).unwrap();
        assert_ne!(before, watched.state());
    }
}
