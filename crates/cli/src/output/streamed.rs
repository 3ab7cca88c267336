//! A file that is written piece by piece, and appears when it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use tempfile::{NamedTempFile, TempPath};

use super::guard::refuse_without_folder;
use super::temporary::{named, sweep};
use super::{folder_of, follow_links, is_folder, is_stdout, no_file, open_device};
use crate::platform::{is_device, sync_folder};

/// What is written stands beside the old file until [`finish`](Self::finish); dropped before, the old one stays.
pub(crate) struct Streamed {
    path: PathBuf,
    place: Place,
}

enum Place {
    Stdout(BufWriter<io::Stdout>),
    /// A pipe or device, which has no old content.
    Device(BufWriter<File>),
    File {
        target: PathBuf,
        spool: BufWriter<File>,
        name: TempPath,
        begun: Begun,
    },
}

impl Streamed {
    /// Begins to write at `path`, which may be `-`.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let place = match () {
            () if is_stdout(path) => Place::Stdout(BufWriter::new(io::stdout())),
            () if is_folder(path) => return Err(no_file(path)),
            () if is_device(path) => Place::Device(BufWriter::new(open_device(path)?)),
            () => {
                let target = follow_links(path)?;
                refuse_without_folder(path, folder_of(&target))?;
                sweep(folder_of(&target));
                // the umask takes away from it what it does not allow
                let make = || named(folder_of(&target), 0o666);
                let (made, begun) = Begun::begin(make).with_context(|| cannot(path))?;
                // the file alone, whose errors are the system's own
                let (spool, name) = made.into_parts();
                Place::File {
                    target,
                    spool: BufWriter::new(spool),
                    name,
                    begun,
                }
            }
        };
        let path = path.to_owned();
        Ok(Self { path, place })
    }

    /// Puts the new file in the place of the old one, whose mode it gets; a report holds no secret, so a new one is as the
    /// umask allows.
    pub(crate) fn finish(self) -> Result<()> {
        let cannot = || cannot(&self.path);
        let (target, spool, name, begun) = match self.place {
            Place::Stdout(mut out) => return Ok(out.flush()?),
            Place::Device(mut out) => return out.flush().with_context(cannot),
            Place::File {
                target,
                spool,
                name,
                begun,
            } => (target, spool, name, begun),
        };
        let spool = spool.into_inner().map_err(io::IntoInnerError::into_error);
        let spool = spool.with_context(cannot)?;
        match target.metadata() {
            Ok(old) => spool.set_permissions(old.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
        .with_context(cannot)?;
        spool.sync_all().with_context(cannot)?;
        let renamed = name.persist(&target).map_err(|error| error.error);
        renamed.with_context(cannot)?;
        drop(begun);
        sync_folder(folder_of(&target)).with_context(cannot)
    }
}

impl Write for Streamed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out().flush()
    }
}

impl Streamed {
    /// What an error of writing there is about.
    pub(crate) fn cannot(&self) -> String {
        cannot(&self.path)
    }

    fn out(&mut self) -> &mut dyn Write {
        match &mut self.place {
            Place::Stdout(out) => out,
            Place::Device(out) => out,
            Place::File { spool, .. } => spool,
        }
    }
}

fn cannot(path: &Path) -> String {
    format!("cannot write {}", super::name(path))
}

/// The files that are being written.
static BEGUN: Mutex<AllBegun> = Mutex::new(AllBegun {
    is_over: false,
    paths: Vec::new(),
});

struct AllBegun {
    /// Whether none may be begun any more.
    is_over: bool,
    paths: Vec<PathBuf>,
}

/// A temporary file that [`abandon`] knows of, until this is dropped.
struct Begun(PathBuf);

impl Begun {
    fn begin(
        make: impl FnOnce() -> io::Result<NamedTempFile>,
    ) -> io::Result<(NamedTempFile, Self)> {
        let mut all = all_begun();
        if all.is_over {
            return Err(io::Error::other("this program is about to end"));
        }
        let file = make()?;
        let path = file.path().to_owned();
        all.paths.push(path.clone());
        Ok((file, Self(path)))
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        all_begun().paths.retain(|path| *path != self.0);
    }
}

/// Deletes every file that is half written, and lets no other be begun: for a process that ends while its threads still
/// write. What they replace stays as it is.
pub(crate) fn abandon() {
    let mut all = all_begun();
    all.is_over = true;
    for path in all.paths.drain(..) {
        // one that is in its place already has this name no more
        let _ = fs::remove_file(path);
    }
}

fn all_begun() -> MutexGuard<'static, AllBegun> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}
