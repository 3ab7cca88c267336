//! `trustpack channel watch`: the check of a specification or a bundle, day by day.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use time::OffsetDateTime;
use trustpack_core::bundle::{OpenedBundle, OpenedChannel, SourceRecord, VerifyingKey};
use trustpack_core::channel::{Channel, Spec, hosts, validate_channel};
use trustpack_core::expiry::Subject;
use trustpack_core::report::{Finding, Origin, Severity};
use trustpack_core::source::{Reference, Server};

use super::spec;
use crate::args::ChannelWatch;
use crate::bundle::{self, signature, signature::Signature};
use crate::commands::Outcome;
use crate::commands::check::recorded::Recorded;
use crate::commands::check::run_beside;
use crate::hint::Hinted;
use crate::input::Input;
use crate::render::Talk;

/// Runs the verb.
pub(super) fn run(arguments: ChannelWatch, talk: &Talk) -> Result<Outcome> {
    let read = [
        Some(PathBuf::from(&arguments.input)),
        arguments.bundle.clone(),
    ];
    let read: Vec<Input> = read.into_iter().flatten().map(Input::Path).collect();
    for output in &arguments.written.output {
        Input::refuse_as_output(&read, &output.path)?;
        refuse_in_bundle(&read, &output.path)?;
    }
    let recorded = gather(&arguments, arguments.time.now(), talk)?;
    run_beside(&arguments.into_check(), &recorded, talk)
}

/// A file that nobody packed makes a bundle another one.
fn refuse_in_bundle(read: &[Input], output: &Path) -> Result<()> {
    let folder = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let Ok(folder) = folder.canonicalize() else {
        return Ok(());
    };
    let is_in = |input: &Input| match input {
        Input::Path(path) if path.is_dir() => path
            .canonicalize()
            .is_ok_and(|path| folder.starts_with(path)),
        _ => false,
    };
    match read.iter().any(is_in) {
        true => {
            let message = format!(
                "{}: in the bundle, which would not be as it was packed",
                output.display()
            );
            Err(Hinted::new(message, "name another place for the report").into())
        }
        false => Ok(()),
    }
}

/// All that is known of the channels.
fn gather(arguments: &ChannelWatch, at: OffsetDateTime, talk: &Talk) -> Result<Recorded> {
    let facts = crate::facts::read(&arguments.facts)?;
    let key = arguments.key.as_deref();
    let mut gathered = Gathered {
        names: &arguments.channel,
        key: key.map(signature::read_key).transpose()?,
        at,
        talk,
        recorded: Recorded {
            facts: facts.clone(),
            ..Recorded::default()
        },
    };
    match (is_bundle(&arguments.input), &arguments.bundle) {
        (true, Some(_)) => {
            let hint = "name the specification first, or leave --bundle out";
            let message = format!("{}: a bundle, and --bundle names another", arguments.input);
            return Err(Hinted::new(message, hint).into());
        }
        (true, None) => gathered.bundle(Path::new(&arguments.input), None)?,
        (false, path) => {
            let spec = spec::read(&arguments.input)?;
            let channels = spec::wanted(&spec, &arguments.channel)?;
            gathered.specification(&spec, &channels);
            match path {
                Some(path) => gathered.bundle(path, Some(&channels))?,
                None if key.is_some() => {
                    let message = format!("{}: a specification, which nobody signs", arguments.input);
                    let hint = "name the bundle of --key with --bundle, or leave --key out";
                    return Err(Hinted::new(message, hint).into());
                }
                None => talk.say("note: no bundle, so nothing is compared with what was packed; name one with --bundle"),
            }
        }
    }
    if let Some(old) = facts.age_problem(at) {
        let mut subject = Subject::new(&old.subject);
        subject.findings.push(old);
        gathered.recorded.subjects.push(subject);
    }
    Ok(gathered.recorded)
}

/// A folder, or what begins like a zip. What cannot be opened is told when it is read.
fn is_bundle(input: &str) -> bool {
    let path = Path::new(input);
    path.is_dir() || (path.is_file() && starts_as_zip(path).unwrap_or_default())
}

fn starts_as_zip(path: &Path) -> std::io::Result<bool> {
    let mut start = [0; 2];
    File::open(path)?.read_exact(&mut start)?;
    Ok(start == *b"PK")
}

struct Gathered<'a> {
    /// The channels that are watched; all when there are none.
    names: &'a [String],
    /// The key by which a bundle must be signed.
    key: Option<VerifyingKey>,
    at: OffsetDateTime,
    talk: &'a Talk,
    recorded: Recorded,
}

impl Gathered<'_> {
    /// The channels of a specification: their servers, and the files that it names.
    fn specification(&mut self, spec: &Spec, channels: &[&Channel]) {
        for channel in channels {
            let label = channel.label();
            let file = spec.file_of(channel.place).unwrap_or("specification");
            let name = format!("{file}: {label}");
            self.dated(&name, channel);
            for host in hosts(channel) {
                let endpoint = host.endpoint.to_string();
                match channel.given_file(&host) {
                    Some(given) => {
                        let reference = Reference {
                            name: format!("{name}: trust.files: {endpoint}"),
                            origin: origin(file),
                            path: given.to_owned(),
                            follow: true,
                            password: None,
                        };
                        let folder = spec::folder(spec, channel.place_of("trust.files"));
                        self.recorded.references.push((folder, reference));
                    }
                    None => self.ask(Server {
                        name: format!("{name}: {endpoint}"),
                        endpoint: host.endpoint,
                        connect: channel.connect().and_then(|connect| connect.parse().ok()),
                    }),
                }
            }
            if let Some(identity) = channel.identity_file() {
                let reference = Reference {
                    name: format!("{name}: identity.file"),
                    origin: origin(file),
                    path: identity.to_owned(),
                    follow: true,
                    password: channel.identity_password().cloned(),
                };
                let folder = spec::folder(spec, channel.place_of("identity.file"));
                self.recorded.references.push((folder, reference));
            }
        }
    }

    /// What was packed: of the channels of a specification, or all that there is.
    fn bundle(&mut self, path: &Path, specified: Option<&[&Channel]>) -> Result<()> {
        let name = path.display().to_string();
        let opened = match bundle::open(path)? {
            Ok(opened) => opened,
            Err(findings) => {
                self.recorded.subjects.push(broken(name, findings));
                return Ok(());
            }
        };
        match signature::judge(&opened, self.key.as_ref()) {
            (_, Some(found)) => {
                self.recorded.subjects.push(broken(name, vec![found]));
                return Ok(());
            }
            (Signature::Good, None) => {}
            (_, None) => self.talk.say(signature::unchecked(&name, &opened)),
        }
        let wanted = self.wanted(&name, &opened, specified)?;
        for channel in wanted {
            if specified.is_none() {
                self.dated(
                    &format!("{name}: {}", channel.record.name),
                    &channel.channel,
                );
                self.packed_hosts(&name, channel);
            }
            let store = Some(channel.store());
            // that of a specification is the file which that names
            let identity = channel.identity(&opened, self.at);
            let identity = identity.filter(|_| specified.is_none());
            for mut subject in store.into_iter().chain(identity) {
                subject.name = format!("{name}: {}", subject.name);
                subject.origin = origin(&name);
                self.recorded.subjects.push(subject);
            }
            self.recorded.channels.push(channel.clone());
        }
        Ok(())
    }

    /// The channels of the bundle that are watched. One that is not in it would be watched by half.
    fn wanted<'b>(
        &self,
        name: &str,
        opened: &'b OpenedBundle,
        specified: Option<&[&Channel]>,
    ) -> Result<Vec<&'b OpenedChannel>> {
        let names: Vec<&str> = match specified {
            Some(channels) => channels.iter().map(|one| one.name.as_str()).collect(),
            None if self.names.is_empty() => return Ok(opened.channels.iter().collect()),
            None => self.names.iter().map(String::as_str).collect(),
        };
        let mut wanted = Vec::new();
        for channel in names {
            let found = opened
                .channels
                .iter()
                .find(|one| one.record.name == channel);
            let found = found.ok_or_else(|| {
                let known = opened.channels.iter().map(|one| one.record.name.as_str());
                let known: Vec<&str> = known.collect();
                Hinted::new(
                    format!("{name}: the bundle has no channel {channel:?}"),
                    format!(
                        "it has {}; pack again, or watch with --channel",
                        known.join(", ")
                    ),
                )
            })?;
            wanted.push(found);
        }
        Ok(wanted)
    }

    /// The servers of a packed channel. One whose chain was given as a file is not there to be asked.
    fn packed_hosts(&mut self, bundle: &str, channel: &OpenedChannel) {
        let connect = channel.channel.connect();
        for (record, host) in channel.record.hosts.iter().zip(&channel.hosts) {
            match record.source {
                SourceRecord::Given { .. } => {
                    let mut subject = channel.as_recorded(host, &self.recorded.facts, self.at);
                    subject.origin = origin(bundle);
                    self.recorded.subjects.push(subject);
                }
                _ => self.ask(Server {
                    name: format!("{bundle}: {}: {}", channel.record.name, record.endpoint),
                    endpoint: host.endpoint.clone(),
                    connect: connect.and_then(|connect| connect.parse().ok()),
                }),
            }
        }
    }

    /// Channels may share a server; it is asked once.
    fn ask(&mut self, server: Server) {
        let mut servers = self.recorded.servers.iter();
        if !servers.any(|one| one.endpoint == server.endpoint) {
            self.recorded.servers.push(server);
        }
    }

    /// What of a specification depends on the day, and what leaves a server out.
    fn dated(&mut self, name: &str, channel: &Channel) {
        let mut findings = validate_channel(channel, &self.recorded.facts, self.at);
        findings.retain(|found| {
            found.severity == Severity::Critical || DATED.contains(&found.id.as_ref())
        });
        if findings.is_empty() {
            return;
        }
        let mut subject = Subject::new(name);
        subject.findings = findings;
        self.recorded.subjects.push(subject);
    }
}

/// What becomes worse without anybody touching the specification.
const DATED: [&str; 2] = ["GRAPH-VERSION", "TOKEN-VALIDITY"];

fn origin(file: &str) -> Origin {
    Origin::File {
        path: file.to_owned(),
    }
}

/// A bundle that is not as it was packed says nothing of its channels. It was looked at, and that is the answer.
fn broken(name: String, findings: Vec<Finding>) -> Subject {
    let mut subject = Subject::new(name);
    subject.origin = origin(&subject.name);
    subject.findings = findings;
    subject
}
