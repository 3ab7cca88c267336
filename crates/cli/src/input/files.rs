//! Files, folders and stdin, read in order: what was read, and beside it what was not.

use std::path::Path;

use anyhow::Result;
use trustpack_core::keystore;

use super::bytes::{read_file, read_stdin};
use super::path::{is_named_as_one, name_of};
use super::{Input, Loaded, PassedOver, Passwords};
use crate::render::Talk;
use crate::walk::{Filter, Step, Walk};

/// What came of all file inputs.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub loaded: Vec<Loaded>,
    pub failures: Vec<Failure>,
    /// Files in folders that are no certificate files.
    pub passed_over: PassedOver,
}

/// An input that could not be read.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Its name in messages.
    pub name: String,
    pub error: anyhow::Error,
}

/// Reads files, folders and stdin in order; endpoints are not for this function and are passed over.
pub(crate) fn load(inputs: &[Input], passwords: &Passwords) -> Files {
    let mut files = Files::default();
    for input in inputs {
        match input {
            Input::Endpoint(_) => {}
            Input::Path(path) if path.is_dir() => load_folder(path, passwords, &mut files),
            Input::Path(path) => {
                let name = name_of(path);
                let bytes = read_file(path);
                files.add(name, bytes, passwords);
            }
            Input::Stdin => files.add("stdin".to_owned(), read_stdin(), passwords),
        }
    }
    files
}

/// Every regular file below a folder, in name order. A file that is no certificate file at all is passed over, since
/// folders hold other things too; one that is damaged or locked, or named as a store and none, is a failure.
fn load_folder(folder: &Path, passwords: &Passwords, files: &mut Files) {
    for step in Walk::of(folder, Filter::default()) {
        let path = match step {
            Step::File(path) => path,
            Step::Failed { path, error } => {
                let name = name_of(&path);
                files.failures.push(Failure { name, error });
                continue;
            }
            Step::Skipped { path, what } => {
                let name = name_of(&path);
                files.passed_over.add_other(format!("{name} is {what}"));
                continue;
            }
        };
        let name = name_of(&path);
        match read_file(&path).map(|bytes| passwords.read(&bytes)) {
            Ok(Ok(contents)) => files.loaded.push(Loaded { name, contents }),
            Ok(Err(keystore::Error::Unknown { .. } | keystore::Error::Empty))
                if !is_named_as_one(&path) =>
            {
                files.passed_over.add(name);
            }
            Ok(Err(error)) => files.failures.push(Failure {
                name,
                error: error.into(),
            }),
            Err(error) => files.failures.push(Failure { name, error }),
        }
    }
}

impl Files {
    /// Names each failure on stderr; whether there was one.
    pub(crate) fn tell_failures(&self, talk: &Talk) -> bool {
        for failure in &self.failures {
            talk.failure(&failure.name, &failure.error);
        }
        self.passed_over.tell(talk);
        !self.failures.is_empty()
    }

    fn add(&mut self, name: String, bytes: Result<Vec<u8>>, passwords: &Passwords) {
        let read = bytes.and_then(|bytes| passwords.read_named(&name, &bytes));
        match read {
            Ok(contents) => self.loaded.push(Loaded { name, contents }),
            Err(error) => self.failures.push(Failure { name, error }),
        }
    }
}
