//! What comes in: files, folders, stores and servers, in the order of the arguments.

use anyhow::Result;
use trustpack_core::Certificate;
use trustpack_core::keystore::{Contents, Entry, KeyStore};
use trustpack_core::merge::Incoming;
use trustpack_core::report::page;
use trustpack_core::select::{Select, select};
use trustpack_core::trust::TrustAnchors;

use super::Kind;
use crate::args::Merge;
use crate::input::{self, Files, Input, Passwords};
use crate::keys;
use crate::opened::StoreFile;
use crate::password::KeyPasswords;
use crate::render::Talk;
use crate::servers::{self, Doubt, Judging, Plan as FetchPlan, doubt};

/// Everything that comes in, in the order of the arguments, and whether all of it could be read.
pub(super) fn gather(
    arguments: &Merge,
    kind: Kind,
    inputs: &[Input],
    destination: &StoreFile,
    keys: &KeyPasswords,
    talk: &Talk,
) -> Result<(Vec<Incoming>, bool)> {
    let sources = &arguments.input_password.input_password;
    let passwords = Passwords::resolve(sources, destination.password.as_ref(), talk)?;
    let passwords = match kind {
        Kind::Certificates => passwords.asking(),
        Kind::All | Kind::Keys => passwords.asking_for_keys(&arguments.store_password.key_password),
    };
    let fetched = FetchPlan::new(Input::endpoints(inputs), &arguments.reach, talk)?.run(talk);
    let at = arguments.time.now();
    let files: Vec<Files> = inputs
        .iter()
        .map(|one| input::load(std::slice::from_ref(one), &passwords))
        .collect();
    let judging = match fetched.is_empty() {
        true => Judging::blind(at),
        false => Judging::new(&arguments.roots, arguments.reach.timeout, at, talk)?
            .knowing(roots_in(&files))
            .knowing(std::iter::once(roots_of(
                destination.name(),
                &destination.contents,
            ))),
    };
    let to = keys::Destination {
        format: destination.format,
        passwords: keys,
        traditional: false,
    };
    let mut answers = fetched.iter();
    let mut incoming = Vec::new();
    let mut complete = true;
    for (one, files) in inputs.iter().zip(files) {
        if let Input::Endpoint(_) = one {
            let Some(fetched) = answers.next() else {
                continue;
            };
            let Some(analysis) = judging.analyse_telling(fetched, talk) else {
                complete = false;
                servers::tell_failure(fetched, talk);
                continue;
            };
            if let Some(Doubt::Unexpected(error) | Doubt::Unproven(error)) =
                doubt(fetched, &arguments.proof)
            {
                complete = false;
                talk.failure(&fetched.target.endpoint.to_string(), &error.into());
                continue;
            }
            let name = fetched.target.endpoint.to_string();
            let chosen = select(
                &analysis,
                arguments.plan.select.unwrap_or(Select::Issuers),
                &name,
            );
            for finding in analysis.findings.iter().chain(&chosen.findings) {
                talk.say_page(&page::finding(finding));
            }
            complete &= !chosen.certificates.is_empty();
            incoming.extend(
                chosen
                    .certificates
                    .iter()
                    .map(|certificate| Incoming::certificate(&name, certificate)),
            );
            continue;
        }
        complete &= !files.tell_failures(talk);
        for mut loaded in files.loaded {
            complete &= loaded.tell_notes(talk);
            loaded.refuse_locked("--input-password")?;
            loaded.tell_left_out(talk);
            let store = std::mem::take(&mut loaded.contents.store);
            let store = match kind {
                // a root beside its key is a certificate to trust all the same
                Kind::Certificates => store,
                Kind::All | Kind::Keys => keys::open_and_pair(store, &passwords, &to, talk)?,
            };
            incoming.extend(from_file(&loaded.name, store, arguments, talk));
        }
    }
    let incoming = match kind {
        Kind::Certificates => incoming,
        Kind::All | Kind::Keys => keys::pair_across(incoming),
    };
    Ok((incoming, complete))
}

/// The roots that come in beside servers: whoever merges a private CA with the servers below it knows it.
fn roots_in(files: &[Files]) -> impl Iterator<Item = TrustAnchors> {
    let loaded = files.iter().flat_map(|files| &files.loaded);
    loaded.map(|loaded| roots_of(loaded.name.clone(), &loaded.contents))
}

fn roots_of(name: String, contents: &Contents) -> TrustAnchors {
    let all = contents
        .store
        .entries()
        .iter()
        .flat_map(Entry::certificates);
    let read = all.filter_map(|der| Certificate::from_der(der.clone()).ok());
    let roots = read.filter(|one| one.is_ca() && one.is_self_issued());
    TrustAnchors::new(name, roots.collect())
}

fn from_file(name: &str, store: KeyStore, arguments: &Merge, talk: &Talk) -> Vec<Incoming> {
    let wanted = |incoming: &Incoming| match arguments.plan.select {
        None | Some(Select::Chain) => true,
        Some(select) => incoming.entry.certificates().first().is_some_and(|der| {
            Certificate::from_der(der.clone())
                .is_ok_and(|certificate| matches(select, &certificate))
        }),
    };
    let all = Incoming::from_store(name, store);
    let count = all.len();
    let chosen: Vec<Incoming> = all.into_iter().filter(wanted).collect();
    if chosen.len() < count {
        talk.say(format!(
            "note: {name}: {} of {count} left out by --select",
            count - chosen.len()
        ));
    }
    chosen
}

/// What the words of `--select` mean for a certificate in a file, which is no chain.
fn matches(select: Select, certificate: &Certificate) -> bool {
    match select {
        Select::Chain => true,
        Select::Intermediates => certificate.is_ca() && !certificate.is_self_issued(),
        Select::Issuers => certificate.is_ca(),
        Select::Leaf => !certificate.is_ca(),
        Select::Root => certificate.is_ca() && certificate.is_self_issued(),
    }
}
