//! What the user names as input, turned into contents: files, folders, stdin, servers.
//!
//! A bad input never hides its neighbours: what could not be read is a [`Failure`] beside what was.

mod bytes;
mod files;
mod loaded;
mod passed_over;
mod passwords;
mod path;

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use trustpack_core::endpoint::Endpoint;

use crate::hint::Hinted;
use crate::output::is_one_place;
use crate::platform::Identity;

pub(crate) use bytes::{open_file, read_file, read_rest, read_stdin};
pub(crate) use files::{Failure, Files, load};
pub(crate) use loaded::{
    Loaded, load_as, load_chain, load_one, locked_store, needs_password, visible,
};
pub(crate) use passed_over::PassedOver;
pub(crate) use passwords::Passwords;
use path::looks_like_path;
pub(crate) use path::{is_named_as_one, name_of};

/// One input, as meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Endpoint(Endpoint),
    Path(PathBuf),
    Stdin,
}

impl Input {
    /// What an argument means: `-`, an existing path, a server, or a path that will be reported as missing.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if text == "-" {
            return Ok(Self::Stdin);
        }
        if !text.contains("://") && Path::new(text).exists() || !Endpoint::looks_like(text) {
            return Ok(Self::Path(text.into()));
        }
        text.parse()
            .map(Self::Endpoint)
            .map_err(anyhow::Error::from)
    }

    /// All arguments; stdin may be named once.
    pub(crate) fn parse_all(texts: &[String]) -> Result<Vec<Self>> {
        let inputs = texts
            .iter()
            .map(|text| Self::parse(text))
            .collect::<Result<Vec<_>>>()?;
        if inputs.iter().filter(|input| **input == Self::Stdin).count() > 1 {
            return Err(Hinted::new("stdin can be read once only", "name `-` once").into());
        }
        Ok(inputs)
    }

    /// What an argument means where a bare host name is a server: an existing path, else a server.
    pub(crate) fn parse_subject(text: &str) -> Result<Self> {
        if text == "-" || Path::new(text).exists() || looks_like_path(text) {
            return Ok(if text == "-" {
                Self::Stdin
            } else {
                Self::Path(text.into())
            });
        }
        text.parse()
            .map(Self::Endpoint)
            .map_err(anyhow::Error::from)
    }

    /// Each of them once: a file or folder that is named again, also by a link, is the one that was named first.
    pub(crate) fn once(inputs: Vec<Self>) -> Vec<Self> {
        let mut there = HashSet::new();
        let mut missing = HashSet::new();
        let mut is_new = |input: &Self| match input {
            Self::Path(path) => match Identity::of(path) {
                Some(identity) => there.insert(identity),
                None => {
                    let parts = path.components();
                    missing.insert(
                        parts
                            .filter(|part| *part != Component::CurDir)
                            .collect::<PathBuf>(),
                    )
                }
            },
            Self::Endpoint(_) | Self::Stdin => true,
        };
        inputs.into_iter().filter(&mut is_new).collect()
    }

    /// Refuses an output that takes the place of a certificate file in a folder among the inputs.
    pub(crate) fn refuse_within(inputs: &[Self], output: &Path) -> Result<()> {
        let Ok(file) = output.canonicalize() else {
            return Ok(());
        };
        let mut folders = inputs.iter().filter_map(|input| match input {
            Self::Path(path) if path.is_dir() => path.canonicalize().ok(),
            Self::Path(_) | Self::Endpoint(_) | Self::Stdin => None,
        });
        if !is_named_as_one(&file) || !folders.any(|folder| file.starts_with(folder)) {
            return Ok(());
        }
        let output = output.display();
        let message = format!("{output} is named as a certificate file, in a folder that is read");
        Err(Hinted::new(message, "name another file for the output").into())
    }

    /// The servers among the inputs, in order.
    pub(crate) fn endpoints(inputs: &[Self]) -> impl Iterator<Item = Endpoint> + '_ {
        inputs.iter().filter_map(|input| match input {
            Self::Endpoint(endpoint) => Some(endpoint.clone()),
            Self::Path(_) | Self::Stdin => None,
        })
    }

    /// Refuses an output that is one of the inputs.
    pub(crate) fn refuse_as_output(inputs: &[Self], output: &Path) -> Result<()> {
        for input in inputs {
            if let Self::Path(path) = input
                && is_one_place(path, output)
            {
                return Err(Hinted::new(
                    format!("{} is both input and output", path.display()),
                    "name another output file",
                )
                .into());
            }
        }
        Ok(())
    }
}
