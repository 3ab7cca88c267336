//! A file that is written piece by piece, and appears when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use super::{folder_of, follow_links, is_device, is_folder, is_stdout, no_file};

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
        spool: BufWriter<NamedTempFile>,
    },
}

impl Streamed {
    /// Begins to write at `path`, which may be `-`.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let place = match () {
            () if is_stdout(path) => Place::Stdout(BufWriter::new(io::stdout())),
            () if is_folder(path) => return Err(no_file(path)),
            () if is_device(path) => {
                let device = File::options().write(true).open(path);
                Place::Device(BufWriter::new(device.with_context(|| cannot(path))?))
            }
            () => {
                let target = follow_links(path)?;
                // the umask takes away from it what it does not allow
                let mode = std::fs::Permissions::from_mode(0o666);
                let spool = tempfile::Builder::new()
                    .permissions(mode)
                    .tempfile_in(folder_of(&target));
                let spool = BufWriter::new(spool.with_context(|| cannot(path))?);
                Place::File { target, spool }
            }
        };
        let path = path.to_owned();
        Ok(Self { path, place })
    }

    /// Puts the new file in the place of the old one, whose mode it gets; a report holds no secret, so a new one is as the
    /// umask allows.
    pub(crate) fn finish(self) -> Result<()> {
        let cannot = || cannot(&self.path);
        let (target, spool) = match self.place {
            Place::Stdout(mut out) => return Ok(out.flush()?),
            Place::Device(mut out) => return out.flush().with_context(cannot),
            Place::File { target, spool } => (target, spool),
        };
        let spool = spool.into_inner().map_err(io::IntoInnerError::into_error);
        let spool = spool.with_context(cannot)?;
        if let Ok(old) = target.metadata() {
            let set = spool.as_file().set_permissions(old.permissions());
            set.with_context(cannot)?;
        }
        spool.as_file().sync_all().with_context(cannot)?;
        let renamed = spool.persist(&target).map_err(|error| error.error);
        renamed.with_context(cannot)?;
        // the name is safe when the folder is
        File::open(folder_of(&target))
            .and_then(|folder| folder.sync_all())
            .with_context(cannot)
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
