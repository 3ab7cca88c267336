//! What is found out before anything is made.

use std::path::Path;

use anyhow::Result;
use trustpack_core::keystore::Format;

use crate::args::Issued;
use crate::hint::Hinted;
use crate::output;
use crate::platform;
use crate::store::format_of;

/// stdout is for one of them.
pub(in super::super) fn refuse_two_on_stdout(
    json: bool,
    output: Option<&Path>,
    store: Option<&Path>,
) -> Result<()> {
    if json && store.is_none() && output.is_none_or(output::is_stdout) {
        let message = "--json and what is made would both go to stdout";
        return Err(Hinted::new(message, "name a file with -o").into());
    }
    Ok(())
}

/// Found out before anything is made.
pub(in super::super) fn refuse_existing(paths: &[Option<&Path>], force: bool) -> Result<()> {
    for (place, path) in paths.iter().enumerate() {
        let Some(path) = path.filter(|path| !output::is_stdout(path) && !platform::is_device(path))
        else {
            continue;
        };
        if output::is_folder(path) {
            let message = format!(
                "{} is a folder, and a file is to be written",
                path.display()
            );
            return Err(Hinted::new(message, "name a file in it").into());
        }
        if path.exists() && !force {
            let message = format!("{} exists", path.display());
            let hint = "name another file, or overwrite it with --force";
            return Err(Hinted::new(message, hint).into());
        }
        output::require_folder_of(path)?;
        let mut before = paths.iter().take(place).flatten();
        if before.any(|other| output::is_one_place(other, path)) {
            let message = format!("{} is to be written twice", path.display());
            return Err(Hinted::new(message, "name two files").into());
        }
    }
    Ok(())
}

/// What is read is not written over, `--force` or not: that is for what an earlier run made.
pub(in super::super) fn refuse_inputs<'a>(
    outputs: &[Option<&Path>],
    inputs: impl IntoIterator<Item = &'a Path>,
) -> Result<()> {
    for input in inputs {
        let mut written = outputs.iter().flatten();
        if let Some(path) = written.find(|path| output::is_same_file(path, input)) {
            let message = format!("{} is read, and would be written over", path.display());
            return Err(Hinted::new(message, "name another file").into());
        }
    }
    Ok(())
}

/// What is issued goes into a file; stores have `--store`.
pub(in super::super) fn refuse_store(output: &Issued) -> Result<()> {
    let path = output.output.as_deref().unwrap_or_else(|| Path::new("-"));
    refuse_aliases(path, format_of(path, output.format, Some(Format::Pem))?)
}

/// The issuers do not fit beside the certificate into a file that holds one.
pub(in super::super) fn refuse_single(output: &Issued) -> Result<()> {
    let path = output.output.as_deref().unwrap_or_else(|| Path::new("-"));
    if format_of(path, output.format, Some(Format::Pem))? != Format::Der {
        return Ok(());
    }
    let message = format!(
        "{}: DER holds one certificate, and --chain writes several",
        output::name(path)
    );
    let hint = "name a .pem or .p7b file, or leave --chain out";
    Err(Hinted::new(message, hint).into())
}

pub(super) fn refuse_aliases(path: &Path, format: Format) -> Result<()> {
    if !format.has_aliases() {
        return Ok(());
    }
    let message = format!(
        "{}: {format} is a store, and a file is meant",
        output::name(path)
    );
    Err(Hinted::new(message, "name a .pem file; a key and its certificate go into a store with --store, where the command has it, or with `trustpack store import-key`").into())
}
