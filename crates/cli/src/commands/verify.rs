//! `trustpack verify`: would this client accept this server with this store.

mod one;
mod revocation;
mod targets;
pub(crate) mod trust;

use anyhow::Result;
use trustpack_core::verify::{Client, ServerName};

use super::Outcome;
use crate::args::{ClientWord, Verify};
use crate::render::Talk;
use crate::servers;

use revocation::Revoking;
use trust::Trust;

/// Runs the command.
pub(super) fn run(arguments: &Verify, talk: &Talk) -> Result<Outcome> {
    let trust = Trust::load(arguments, talk)?;
    let revoking = Revoking::load(&arguments.revocation, talk)?;
    match (&arguments.subject, &arguments.targets) {
        (Some(subject), _) => one::run(arguments, subject, &trust, &revoking, talk),
        (None, Some(list)) => targets::run(arguments, list, &trust, &revoking, talk),
        // clap asks for one of the two
        (None, None) => Ok(Outcome::Incomplete),
    }
}

/// The client of a word.
fn client(word: ClientWord) -> Client {
    match word {
        ClientWord::Java => Client::Java,
        ClientWord::Java21 => Client::Java21,
        ClientWord::OpenSsl => Client::OpenSsl,
        ClientWord::OpenSslPartialChain => Client::OpenSslPartialChain,
        ClientWord::Browser => Client::Browser,
    }
}

/// The name of `--host`, where there is one.
fn host(arguments: &Verify) -> Result<Option<ServerName<'static>>> {
    let host = arguments.host.as_deref();
    host.map(servers::parse_server_name).transpose()
}
