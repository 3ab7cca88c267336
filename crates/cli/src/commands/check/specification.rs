//! Channel specifications among the inputs: the servers that they name are asked with the others.

use std::fs;
use std::path::Path;

use trustpack_core::source::{self, Budget, Item, Server};

use crate::input::{Input, name_of};

/// No specification comes near it.
const MAX_BYTES: u64 = 1 << 20;

/// The servers of all specifications that were named. What is wrong with one is told when it is looked at as a file.
pub(super) fn servers(inputs: &[Input]) -> Vec<Server> {
    let mut servers = Vec::new();
    for input in inputs {
        if let Input::Path(path) = input
            && may_be_one(path)
            && let Ok(bytes) = fs::read(path)
        {
            let name = name_of(path);
            // An error is found again then.
            let _ = source::open(&name, &bytes, &Budget::default(), &mut |item| {
                if let Item::Server(server) = item {
                    servers.push(server);
                }
            });
        }
    }
    servers
}

/// Specifications are TOML files; others are not read twice.
fn may_be_one(path: &Path) -> bool {
    let is_toml = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let metadata = fs::metadata(path);
    is_toml && metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_BYTES)
}
