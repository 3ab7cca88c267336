//! Entries that come in: a merge into the store of certificates only, or of keys only.

use anyhow::Result;

use crate::args::store::{Import, ImportKey, Incoming};
use crate::args::{Merge, MergedOutput};
use crate::commands::Outcome;
use crate::commands::merge::{Choice, Kind, into_store};
use crate::render::Talk;

pub(super) fn certificates(arguments: Import, talk: &Talk) -> Result<Outcome> {
    import(arguments.incoming, Kind::Certificates, talk)
}

pub(super) fn keys(arguments: ImportKey, talk: &Talk) -> Result<Outcome> {
    import(arguments.incoming, Kind::Keys, talk)
}

fn import(incoming: Incoming, kind: Kind, talk: &Talk) -> Result<Outcome> {
    let choice = Choice {
        kind,
        alias: incoming.alias,
    };
    let merge = Merge {
        inputs: incoming.inputs,
        plan: incoming.plan,
        output: MergedOutput {
            output: incoming.store,
            format: incoming.format,
        },
        store_password: incoming.store_password,
        input_password: incoming.input_password,
        proof: incoming.proof,
        reach: incoming.reach,
        roots: incoming.roots,
        time: incoming.time,
        json: incoming.json,
    };
    into_store(&merge, &choice, talk)
}
