//! `trustpack inspect`: what is inside. Judges nothing.

mod lines;
mod pem;

use anyhow::Result;
use serde::Serialize;
use time::OffsetDateTime;
use trustpack_core::fetch::Fetched;
use trustpack_core::record::{CertificateRecord, ContentsRecord, FetchRecord};
use trustpack_core::report::page::{self, Form};

use super::Outcome;
use crate::args::Inspect;
use crate::input::{self, Files, Input, Passwords};
use crate::render::{Talk, print, print_json, stdout_style};
use crate::servers::{self, Judging, Plan};

#[derive(Serialize)]
struct Inspection {
    files: Vec<ContentsRecord>,
    servers: Vec<FetchRecord>,
    #[serde(skip)]
    sent: Vec<Sent>,
}

/// The certificates of a server as they were sent: also those that are in no path, and the root.
struct Sent {
    target: String,
    certificates: Vec<CertificateRecord>,
}

/// Runs the command.
pub(super) fn run(arguments: &Inspect, talk: &Talk) -> Result<Outcome> {
    let at = arguments.time.now();
    let inputs = Input::parse_all(&arguments.inputs)?;
    let passwords =
        Passwords::resolve(&arguments.input_password.input_password, None, talk)?.asking();
    let files = input::load(&inputs, &passwords);
    let fetched = Plan::new(Input::endpoints(&inputs), &arguments.reach, talk)?.run(talk);
    let inspection = Inspection {
        files: files
            .loaded
            .iter()
            .map(|loaded| ContentsRecord::new(&loaded.name, &loaded.contents, at))
            .collect(),
        // One that presented nothing is told on stderr; for a script it is in the JSON all the same.
        servers: fetched
            .iter()
            .filter(|fetched| fetched.chain.is_some() || arguments.json.json)
            .map(|fetched| server(fetched, at))
            .collect(),
        sent: fetched
            .iter()
            .filter_map(|fetched| Sent::new(fetched, at))
            .collect(),
    };
    if arguments.json.json {
        print_json(&inspection)?;
    } else if arguments.pem {
        pem::print_all(&files, &fetched, &inspection, talk)?;
    } else if !arguments.fields.is_empty() {
        lines::print_all(&files, &inspection, &arguments.fields, talk)?;
    } else {
        inspection.print_pages(arguments.full)?;
    }
    Ok(match tell_unread(&files, &fetched, &inspection, talk) {
        true => Outcome::Incomplete,
        false => Outcome::Fine,
    })
}

fn server(fetched: &Fetched, at: OffsetDateTime) -> FetchRecord {
    let (analysis, _) = Judging::blind(at).analyse(fetched);
    FetchRecord::new(fetched, analysis.as_ref(), at).with_details(analysis.as_ref(), at)
}

impl Sent {
    fn new(fetched: &Fetched, at: OffsetDateTime) -> Option<Self> {
        let certificates = fetched.chain.as_ref()?.certificates.iter();
        Some(Self {
            target: fetched.target.endpoint.to_string(),
            certificates: certificates
                .map(|certificate| CertificateRecord::full(certificate, at))
                .collect(),
        })
    }
}

impl Inspection {
    /// One certificate alone gets its page, since a table of one row would say less; keys alone have nothing to put
    /// into the columns.
    fn print_pages(&self, full: bool) -> Result<()> {
        let certificates: usize = self
            .files
            .iter()
            .map(|file| file.certificates().count())
            .sum();
        let form = Form {
            pages: full || certificates <= 1 && self.servers.is_empty(),
            style: stdout_style(),
        };
        let files = self.files.iter().map(|file| page::contents(file, &form));
        let servers = self.servers.iter().zip(&self.sent).map(|(server, sent)| {
            let mut text = page::fetched(server);
            if full {
                text.push_str(&page::certificates(&sent.certificates));
            }
            text
        });
        let pages: Vec<String> = files.chain(servers).collect();
        if !pages.is_empty() {
            print(&pages.join("\n"))?;
        }
        Ok(())
    }
}

/// Says on stderr what could not be read; whether there was anything.
fn tell_unread(files: &Files, fetched: &[Fetched], inspection: &Inspection, talk: &Talk) -> bool {
    let mut failed = files.tell_failures(talk);
    for fetched in fetched.iter().filter(|fetched| fetched.chain.is_none()) {
        servers::tell_failure(fetched, talk);
        failed = true;
    }
    for loaded in files.loaded.iter().filter(|loaded| !loaded.is_whole()) {
        let name = &loaded.name;
        talk.warn(format!(
            "{name}: a part of it could not be read; its notes say which"
        ));
        failed = true;
    }
    let unreadable = inspection.files.iter().filter(|file| file.has_unreadable());
    for file in unreadable {
        let what = match file.unreadable.is_empty() {
            true => "a certificate",
            false => "a request or revocation list",
        };
        talk.warn(format!("{}: {what} in it cannot be read", file.name));
        failed = true;
    }
    failed
}
