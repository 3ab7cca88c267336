//! The bundle on its way to the disk: whole, or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use trustpack_core::bundle::{Bundle, MANIFEST, SIGNATURE, listed};

use crate::args::ChannelPack;
use crate::hint::Hinted;
use crate::output::{self, Existing, Privacy, Saved, folder};
use crate::platform;

/// Refuses a place where no bundle can be written, whatever it will hold: before a server is asked for it.
pub(super) fn refuse(arguments: &ChannelPack) -> Result<()> {
    let Some(path) = &arguments.output else {
        return Ok(());
    };
    if output::is_stdout(path) {
        return match arguments.json.json {
            true => Err(Hinted::new(
                "the bundle and the JSON would both go to stdout",
                "name a file with -o, or leave --json out",
            )
            .into()),
            false => Ok(()),
        };
    }
    match output::is_folder(path) {
        true => folder::refuse(path, files_of_bundle),
        false => {
            refuse_no_zip(path)?;
            output::refuse(path)
        }
    }
}

/// One zip, or the files in a folder when the path ends with `/`. Returns what is to be told.
pub(super) fn save(path: &Path, bundle: &Bundle, arguments: &ChannelPack) -> Result<String> {
    let existing = match arguments.force {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    let saved = match output::is_stdout(path) || !output::is_folder(path) {
        true => {
            // again: the servers took their time
            refuse_no_zip(path)?;
            let privacy = privacy(bundle.is_private());
            output::save(path, &bundle.to_zip()?, privacy, existing)?
        }
        false => save_folder(path, bundle, existing)?,
    };
    let (name, files) = (output::name(path), bundle.files().len());
    Ok(match saved {
        Saved::Unchanged => format!("{name} is unchanged: {files} files"),
        Saved::Written => format!("wrote {name}: {files} files"),
    })
}

/// `--force` is for an earlier bundle, and not for the specification or a key whose name was typed in its place.
fn refuse_no_zip(path: &Path) -> Result<()> {
    // APPNOTE.TXT section 4.3.7: of every zip with a file in it
    const LOCAL_FILE_HEADER: &[u8] = b"PK\x03\x04";
    if output::is_stdout(path) || platform::is_device(path) {
        return Ok(());
    }
    let mut start = Vec::new();
    let opened = fs::File::open(path);
    if let Ok(file) = opened {
        file.take(4).read_to_end(&mut start)?;
    }
    if start.is_empty() || start == LOCAL_FILE_HEADER {
        return Ok(());
    }
    let message = format!("{} is there and is no bundle", path.display());
    let hint = "name another file; an earlier bundle is all that --force overwrites";
    Err(Hinted::new(message, hint).into())
}

fn privacy(is_private: bool) -> Privacy {
    match is_private {
        true => Privacy::Private,
        false => Privacy::Public,
    }
}

fn save_folder(path: &Path, bundle: &Bundle, existing: Existing<'_>) -> Result<Saved> {
    let files = bundle.files().iter();
    let members: Vec<_> = files
        .map(|file| folder::Member {
            path: &file.path,
            bytes: &file.bytes,
            privacy: privacy(file.private),
        })
        .collect();
    folder::save(path, &members, existing, files_of_bundle)
}

/// What an earlier bundle left in a folder: what its manifest lists, and the manifest. Whoever was killed while it moved one out
/// and another in has left a part of either; the manifests are in its own folders then.
fn files_of_bundle(path: &Path) -> BTreeSet<String> {
    let mut places = folder::left_behind(path);
    places.push(PathBuf::new());
    let manifests = places
        .iter()
        .filter_map(|place| fs::read(path.join(place).join(MANIFEST)).ok());
    let listed: BTreeSet<String> = manifests.flat_map(|bytes| listed(&bytes)).collect();
    match listed.is_empty() {
        true => listed,
        false => {
            let own = [MANIFEST, SIGNATURE].map(str::to_owned);
            listed.into_iter().chain(own).collect()
        }
    }
}
