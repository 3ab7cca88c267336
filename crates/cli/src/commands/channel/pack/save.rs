//! The bundle on its way to the disk: whole, or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::Result;
use trustpack_core::bundle::{Bundle, MANIFEST, SIGNATURE, listed};

use crate::args::ChannelPack;
use crate::hint::Hinted;
use crate::output::{self, Existing, Privacy, Saved, folder};
use crate::render::Talk;

/// One zip, or the files in a folder when the path ends with `/`.
pub(super) fn save(
    path: &Path,
    bundle: &Bundle,
    arguments: &ChannelPack,
    talk: &Talk,
) -> Result<()> {
    let existing = match arguments.force {
        true => Existing::Replace,
        false => Existing::Keep,
    };
    let saved = match output::is_stdout(path) || !output::is_folder(path) {
        true => {
            refuse_no_zip(path)?;
            let privacy = privacy(bundle.is_private());
            output::save(path, &bundle.to_zip()?, privacy, existing)?
        }
        false => save_folder(path, bundle, existing)?,
    };
    let (name, files) = (path.display(), bundle.files().len());
    talk.say(match saved {
        Saved::Unchanged => format!("{name} is unchanged: {files} files"),
        Saved::Written => format!("wrote {name}: {files} files"),
    });
    Ok(())
}

/// `--force` is for an earlier bundle, and not for the specification or a key whose name was typed in its place.
fn refuse_no_zip(path: &Path) -> Result<()> {
    // APPNOTE.TXT section 4.3.7: of every zip with a file in it
    const LOCAL_FILE_HEADER: &[u8] = b"PK\x03\x04";
    if output::is_stdout(path) || output::is_device(path) {
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
    Err(Hinted::new(
        message,
        "name another file; --force overwrites an earlier bundle only",
    )
    .into())
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

/// What the manifest in a folder lists, and the manifest: what an earlier bundle left there.
fn files_of_bundle(path: &Path) -> BTreeSet<String> {
    let listed = fs::read(path.join(MANIFEST)).map(|bytes| listed(&bytes));
    let listed = listed.unwrap_or_default();
    if listed.is_empty() {
        return BTreeSet::new();
    }
    let own = [MANIFEST, SIGNATURE].map(str::to_owned);
    listed.into_iter().chain(own).collect()
}
