//! What to do about an error. The libraries tell facts; the advice, which names flags, is given here.

use std::fmt;
use std::io;

use trustpack_core::edit::EditError;
use trustpack_core::endpoint::EndpointError;
use trustpack_core::issue::{AltNameError, IssueError, ProfileError};
use trustpack_core::keystore;
use trustpack_core::name::NameError;
use trustpack_core::source::SourceError;

/// An error of the command itself, with its advice.
#[derive(Debug)]
pub(crate) struct Hinted {
    message: String,
    hint: String,
}

impl Hinted {
    /// `message` says what and where, `hint` what to do.
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

impl fmt::Display for Hinted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Hinted {}

/// An error of the system about a file that a flag names, where no server could stand: `what` says which, `hint` what is
/// meant there.
pub(crate) fn of_file(error: anyhow::Error, what: &str, hint: &str) -> anyhow::Error {
    let system = error.downcast_ref::<io::Error>();
    match system.map(io::Error::kind) {
        Some(io::ErrorKind::NotFound) => {
            Hinted::new(format!("{what}: no such file or folder"), hint).into()
        }
        _ => error.context(what.to_owned()),
    }
}

/// The advice for an error, from the first of its causes that has one.
pub(crate) fn hint_for(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(hinted) = cause.downcast_ref::<Hinted>() {
            return Some(hinted.hint.clone()).filter(|hint| !hint.is_empty());
        }
        if let Some(error) = cause.downcast_ref::<keystore::Error>() {
            return for_keystore(error);
        }
        if let Some(error) = cause.downcast_ref::<EditError>() {
            return Some(error.hint());
        }
        if let Some(error) = cause.downcast_ref::<IssueError>() {
            return for_issue(error);
        }
        if let Some(error) = cause.downcast_ref::<AltNameError>() {
            return Some(for_alt_name(error).to_owned());
        }
        if let Some(ProfileError::Toml { .. } | ProfileError::Value { .. }) = cause.downcast_ref() {
            return Some(
                "docs/issue.md has the keys of a profile, under What a certificate is for"
                    .to_owned(),
            );
        }
        if cause.is::<NameError>() {
            return Some(NAMES.to_owned());
        }
        if cause.is::<EndpointError>() {
            return Some(
                "write host, host:port, https://host, smtp://host, tls://host:port or [v6]:port"
                    .to_owned(),
            );
        }
        if let Some(error) = cause.downcast_ref::<SourceError>() {
            return for_source(error);
        }
        cause.downcast_ref::<io::Error>().and_then(for_io)
    })
}

fn for_keystore(error: &keystore::Error) -> Option<String> {
    use keystore::{Error, Format};
    let text = match error {
        Error::Empty => "whatever wrote it failed, or has not written yet; make it again",
        Error::Recognised { what } if what.contains("HTML") => {
            "the download was answered with an error or login page; open it in a browser, and get the file again"
        }
        Error::Recognised { what } if what.contains("ZIP") => {
            "`trustpack check` looks into it; a bundle of channels is read by `trustpack channel verify-bundle`, too"
        }
        Error::Recognised { .. } => {
            return Some(format!(
                "expected {}; a store of another kind can be turned into PKCS#12 with `keytool -importkeystore`",
                Format::names()
            ));
        }
        Error::Unknown { .. } => {
            return Some(format!(
                "expected {}; `head -c 200 FILE` shows what it is",
                Format::names()
            ));
        }
        Error::Truncated { .. } | Error::Malformed { .. } => {
            "get the file again, in binary mode when it is copied by FTP, and compare sizes"
        }
        Error::PasswordRequired { .. } => {
            "name it as env:NAME, file:PATH, prompt or empty with the password option of the command (--password, --input-password); keytool's usual one is \"changeit\""
        }
        Error::WrongPassword { .. } => {
            "check which password is meant for this file; keytool's usual one is \"changeit\""
        }
        Error::IntegrityFailed { .. } => {
            "where it is the password of a key, name that of the file, too; else get the file again from where it was made (`trustpack merge FILE --input-password none -o NEW` takes what can be read of it unchecked)"
        }
        Error::OverLimit { .. } => "no real store asks for so much; do not trust this file",
        Error::AliasCollision { .. } => "Java compares aliases without case; rename one of the two",
        Error::ExactlyOne { found: 0, .. } | Error::NothingToWrite { .. } => {
            "name a file with a certificate in it; `trustpack inspect` shows what a file holds"
        }
        Error::ExactlyOne { .. } => {
            "write .pem, .p7b or .jks, which hold several, or choose one with `trustpack merge INPUT --select root -o OUT` (or leaf)"
        }
        Error::NotOneChain { .. } => {
            "write .p7b or .pem, which hold any certificates, or name those of one chain only"
        }
        Error::EntryUnfit { what, .. } if what.contains("without its certificate") => {
            "name the key's certificate and its issuers as well, in the same command"
        }
        Error::EntryUnfit { what, .. } if what.contains("secret key") => {
            "secret keys fit into .jceks and .p12"
        }
        Error::EntryUnfit { .. } => "choose a store format (.jks, .p12) or .pem",
        Error::KeySealed { .. } => {
            "name the password that opens it: that of its file, or its own with --key-password ALIAS=SOURCE"
        }
        Error::PasswordUnfit { why, .. } if why.contains("needs one") => {
            "name one with --password (of an export: --output-password) env:NAME, file:PATH or prompt"
        }
        Error::PasswordUnfit { why, .. } if why.contains("has none") => {
            "leave --password out, or choose another --profile"
        }
        Error::PasswordUnfit { .. } => "choose another password with --password",
        _ => return None,
    };
    Some(text.to_owned())
}

fn for_alt_name(error: &AltNameError) -> &'static str {
    match error.kind {
        "constraint" | "network" | "mail host" | "host of a URI" => {
            "write dns:h.example, ip:10.0.0.0/8, email:h.example, uri:h.example or dir:O=b"
        }
        _ => {
            "a kind goes before it where its looks do not tell: dns:h.example, ip:192.0.2.1, email:a@h.example, uri:https://h.example/, dir:CN=a,O=b, rid:1.2.3"
        }
    }
}

const NAMES: &str = "write CN=a,OU=b,O=c or /O=c/OU=b/CN=a; a backslash goes before a comma that belongs to a value";

fn for_issue(error: &IssueError) -> Option<String> {
    let text = match error {
        IssueError::Refused { violations } => {
            let mut words: Vec<&str> = violations.iter().map(|one| one.rule.word()).collect();
            words.dedup();
            let flags = words.join(" --allow ");
            return Some(format!(
                "mend it; where it is meant, as in a test, add --allow {flags}"
            ));
        }
        IssueError::Date { .. } => "name other dates",
        IssueError::Name(_) => NAMES,
        IssueError::KeyOfAnother { .. } => "name the key and the certificate that belong together",
        IssueError::KeyUnsupported { .. } => {
            "make another key, for example with `trustpack new key --type p-256 -o FILE`"
        }
        IssueError::Dates { .. } => "name a later --not-after, or an earlier --not-before",
        IssueError::AltName(error) => for_alt_name(error),
        IssueError::NotCopied { .. } => {
            "leave it out of --copy and of the profile's copy; a CA is made with --profile ca"
        }
        IssueError::Unknown { kind, .. } if kind.contains("key usage") => {
            "digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, keyAgreement, keyCertSign, cRLSign, encipherOnly and decipherOnly are (RFC 5280 section 4.2.1.3)"
        }
        IssueError::Unknown { kind, .. } if kind.contains("hex") => {
            "write the DER of the value, such as 0500"
        }
        IssueError::Unknown { kind, .. } if kind.contains("extension") => {
            "write it as its standard does, such as certificatePolicies, or as an object identifier"
        }
        IssueError::Unknown { .. } => {
            "write it as its standard does, such as serverAuth, or as an object identifier"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn for_source(error: &SourceError) -> Option<String> {
    match error {
        SourceError::NotUnpacked { what: "bzip2" } => {
            Some("unpack it and check what was in it: `bunzip2 --keep FILE`".to_owned())
        }
        _ => None,
    }
}

fn for_io(error: &io::Error) -> Option<String> {
    let text = match error.kind() {
        io::ErrorKind::NotFound => {
            "check the path; where a server can be named, it is host:port or https://host"
        }
        io::ErrorKind::PermissionDenied => "check the permissions of the file and its folder",
        io::ErrorKind::NotADirectory => "a file is where a folder is meant; check the path",
        io::ErrorKind::IsADirectory => "a file is meant; an output that is a folder ends with `/`",
        io::ErrorKind::StorageFull => "make room on the disk, and run this again",
        io::ErrorKind::ReadOnlyFilesystem => {
            "write to another place, or have this one mounted for writing"
        }
        io::ErrorKind::ResourceBusy => {
            "a file that is mounted by itself, as into a container, cannot be replaced: mount its folder"
        }
        _ => return None,
    };
    Some(text.to_owned())
}
