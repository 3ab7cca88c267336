//! Bundles that `channel pack` wrote, as a zip or as a folder.

pub(crate) mod signature;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use trustpack_core::bundle::{self, OpenedBundle};
use trustpack_core::report::{Finding, Severity};
use walkdir::{DirEntry, WalkDir};

use crate::hint::Hinted;
use crate::input;
use crate::output::folder::with_slashes;
use crate::platform;

/// More than any bundle has; the same as in a zip.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
const MAX_FILES: usize = 10_000;

/// Opens a zip or a folder. The findings are why it is not believed; an error is why it cannot be looked at.
pub(crate) fn open(path: &Path) -> Result<Result<OpenedBundle, Vec<Finding>>> {
    let name = path.display().to_string();
    if path.is_dir() {
        return open_folder(path, &name);
    }
    let bytes = match path == Path::new("-") {
        true => input::read_stdin()?,
        false => input::read_file(path).with_context(|| name.clone())?,
    };
    if !bytes.starts_with(b"PK") {
        let hint = "name the zip or the folder that `trustpack channel pack` wrote";
        return Err(Hinted::new(format!("{name}: neither a zip nor a folder"), hint).into());
    }
    Ok(bundle::open_zip(&bytes).map_err(|error| error.findings(&name)))
}

fn open_folder(path: &Path, name: &str) -> Result<Result<OpenedBundle, Vec<Finding>>> {
    let (files, mut odd) = read_folder(path)?;
    let opened = bundle::open(files);
    if let Err(error) = &opened {
        odd.extend(error.findings(name));
    }
    Ok(match opened {
        Ok(opened) if odd.is_empty() => Ok(opened),
        _ => Err(odd),
    })
}

/// By their paths in the bundle.
type Files = Vec<(String, Vec<u8>)>;

/// Every file below a folder, by its path in it with `/`; and what is there that is no file.
fn read_folder(folder: &Path) -> Result<(Files, Vec<Finding>)> {
    let mut files = Vec::new();
    let mut odd = Vec::new();
    let mut left = MAX_BYTES;
    let walk = WalkDir::new(folder).min_depth(1).sort_by_file_name();
    for entry in walk {
        let entry = entry?;
        if entry.file_type().is_dir() {
            continue;
        }
        let (path, is_text) = name_within(folder, &entry);
        if !entry.file_type().is_file() || !is_text {
            let why = match is_text {
                true => "it is a link or a device, and a bundle has files only",
                false => "its name is no UTF-8",
            };
            odd.push(Finding::new("BUNDLE-EXTRA", Severity::Critical, path, why));
            continue;
        }
        let size = entry.metadata()?.len();
        left = left.checked_sub(size).ok_or_else(|| too_much(folder))?;
        if files.len() == MAX_FILES {
            return Err(too_much(folder));
        }
        let bytes = input::read_file(entry.path());
        let bytes = bytes.with_context(|| entry.path().display().to_string())?;
        files.push((path, bytes));
    }
    Ok((files, odd))
}

/// The path within the folder, and whether it could be written as text.
fn name_within(folder: &Path, entry: &DirEntry) -> (String, bool) {
    let path = entry.path();
    let path = path.strip_prefix(folder).unwrap_or(path);
    (with_slashes(path), path.to_str().is_some())
}

fn too_much(folder: &Path) -> anyhow::Error {
    let message = format!("{}: more in it than any bundle has", folder.display());
    Hinted::new(
        message,
        "name the folder that `trustpack channel pack` wrote",
    )
    .into()
}

/// The files with a key in a folder that others than their owner may read.
pub(crate) fn exposed(folder: &Path, opened: &OpenedBundle) -> Vec<String> {
    let private = opened.manifest.files.iter().filter(|file| file.private);
    let is_exposed = |path: &String| {
        let metadata = fs::metadata(folder.join(path));
        let mode = metadata.ok().as_ref().and_then(platform::mode);
        mode.is_some_and(|mode| mode & 0o077 != 0)
    };
    let paths = private.map(|file| file.path.clone());
    paths
        .filter(|path| folder.is_dir() && is_exposed(path))
        .collect()
}
