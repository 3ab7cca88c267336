//! Which file belongs to which server.

use std::collections::HashMap;
use std::path::PathBuf;

use time::OffsetDateTime;
use trustpack_core::endpoint::Endpoint;
use trustpack_core::expiry::{Served, ServedIndex, Subject};
use trustpack_core::keystore::Contents;

use crate::args::Sources;
use crate::input::Input;

/// Pairs that were named, and servers that files are compared with by their names.
#[derive(Default)]
pub(super) struct Pairs {
    /// The servers of a file, which may have another name among the inputs.
    of_file: HashMap<PathBuf, Vec<Endpoint>>,
    /// What those presented that are in a pair.
    served: Vec<(Endpoint, Served)>,
    by_names: ServedIndex,
    /// Whether there is a file at all.
    has_files: bool,
}

impl Pairs {
    /// Those of the command line. What is in one becomes an input.
    pub(super) fn new(
        sources: &Sources,
        inputs: &mut Vec<Input>,
        endpoints: &mut Vec<String>,
    ) -> Self {
        let mut pairs = Self::default();
        for pair in &sources.pair {
            inputs.push(Input::Path(pair.file.as_str().into()));
            // The argument parser has read it before.
            let Ok(endpoint) = pair.endpoint.parse::<Endpoint>() else {
                continue;
            };
            let is_asked =
                |text: &String| text.parse::<Endpoint>().is_ok_and(|one| one == endpoint);
            if !endpoints.iter().any(is_asked) {
                endpoints.push(pair.endpoint.clone());
            }
            let servers = pairs.of_file.entry(real(&pair.file)).or_default();
            servers.push(endpoint);
        }
        pairs.has_files = inputs
            .iter()
            .any(|input| !matches!(input, Input::Endpoint(_)));
        pairs
    }

    /// Remembers what a server presented, as far as files are to be compared with it.
    pub(super) fn add(&mut self, endpoint: &Endpoint, served: Served) {
        if !self.has_files {
            return;
        }
        self.by_names.add(&served);
        if self.of_file.values().flatten().any(|one| one == endpoint) {
            self.served.push((endpoint.clone(), served));
        }
    }

    /// Adds to a file what there is to say of it and its servers.
    pub(super) fn judge(&self, subject: &mut Subject, contents: &Contents, at: OffsetDateTime) {
        let paired = match self.of_file.is_empty() {
            true => None,
            false => self.of_file.get(&real(&subject.name)),
        };
        let Some(endpoints) = paired else {
            let findings = self.by_names.judge_file(subject, at);
            subject.findings.extend(findings);
            return;
        };
        for (_, served) in self
            .served
            .iter()
            .filter(|(one, _)| endpoints.contains(one))
        {
            let findings = served.judge_file(subject, contents, at);
            subject.findings.extend(findings);
        }
    }
}

/// One path for all names of a file; what is no file stays what it is called.
fn real(name: &str) -> PathBuf {
    let path = PathBuf::from(name);
    path.canonicalize().unwrap_or(path)
}
