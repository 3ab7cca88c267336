//! The configuration: TLS, users, targets and modules, read whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::sign::SingleCertAndKey;
use serde::Deserialize;
use toml::Table;
use trustpack_core::fetch::Fence;

use super::allow::{AllowList, Allowed};
use super::auth::Users;
use super::module::Modules;
use crate::args::Serving;
use crate::hint::Hinted;
use crate::identity;
use crate::render::Talk;

/// What is in force.
#[derive(Debug)]
pub(super) struct Configuration {
    pub allow: AllowList,
    pub fence: Option<Arc<Fence>>,
    pub modules: Modules,
    /// `None`: HTTP without TLS.
    pub tls: Option<Arc<ServerConfig>>,
    pub users: Arc<Users>,
    /// The files that it was read from.
    pub files: Vec<PathBuf>,
}

/// As it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    allow: Vec<String>,
    basic_auth: BTreeMap<String, String>,
    modules: BTreeMap<String, Table>,
    tls: Option<WrittenTls>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTls {
    certificate: PathBuf,
    key: Option<PathBuf>,
    password: Option<String>,
}

const KEYS: [&str; 4] = ["allow", "basic_auth", "modules", "tls"];
const TLS_KEYS: [&str; 3] = ["certificate", "key", "password"];

impl Configuration {
    /// Reads the file, if one is named, and what it names.
    pub(super) fn read(serving: &Serving, talk: &Talk) -> Result<Self> {
        let Some(path) = &serving.config else {
            return Self::new(Written::default(), Path::new(""), serving, talk);
        };
        let name = path.display().to_string();
        // a pipe would be waited for, and can be read once
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            let hint = "name a file: it is read again when it changes";
            return Err(Hinted::new(format!("{name}: this is no file"), hint).into());
        }
        let text = fs::read_to_string(path).with_context(|| name.clone())?;
        let table: Table = toml::from_str(&text).map_err(|error| wrong(&name, &error))?;
        refuse_unknown(&table, &KEYS, "").context(name.clone())?;
        if let Some(tls) = table.get("tls").and_then(toml::Value::as_table) {
            refuse_unknown(tls, &TLS_KEYS, "tls.").context(name.clone())?;
        }
        let users = table.get("basic_auth").and_then(toml::Value::as_table);
        if users.is_some_and(Table::is_empty) {
            let hint = "name one, `NAME = \"HASH\"`, or leave the section out";
            return Err(Hinted::new(format!("{name}: basic_auth names nobody"), hint).into());
        }
        let written: Written = toml::from_str(&text).map_err(|error| wrong(&name, &error))?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let mut read = Self::new(written, folder, serving, talk).context(name)?;
        read.files.push(path.clone());
        Ok(read)
    }

    /// Paths are relative to `folder`.
    fn new(written: Written, folder: &Path, serving: &Serving, talk: &Talk) -> Result<Self> {
        let mut files = Vec::new();
        let mut entries = serving.allow.clone();
        for text in &written.allow {
            let entry = text.parse::<Allowed>();
            entries.push(entry.map_err(|why| Hinted::new(format!("allow: {why}"), ""))?);
        }
        let allow = AllowList::new(entries);
        let users = Users::new(written.basic_auth).map_err(|name| {
            Hinted::new(
                format!("basic_auth.{name}: this is no hash of bcrypt, or no name"),
                "`htpasswd -nB NAME` makes one",
            )
        })?;
        let tls = match &written.tls {
            Some(tls) => Some(server_config(tls, folder, &mut files, talk).context("tls")?),
            None => None,
        };
        let modules = Modules::new(written.modules, folder, &mut files, talk)?;
        Ok(Self {
            fence: allow.fence().map(Arc::new),
            allow,
            modules,
            tls,
            users,
            files,
        })
    }
}

const IN_THE_FILE: identity::Names = identity::Names {
    certificate: "`certificate`",
    key: "`key`",
    password: "`password`, as env:NAME or file:PATH",
};

/// The certificate and the key of this server, from any container.
fn server_config(
    tls: &WrittenTls,
    folder: &Path,
    files: &mut Vec<PathBuf>,
    talk: &Talk,
) -> Result<Arc<ServerConfig>> {
    let in_folder = |path: &PathBuf| folder.join(path).display().to_string();
    let certificate = in_folder(&tls.certificate);
    let key = tls.key.as_ref().map(in_folder);
    let password = tls.password.as_deref().map(stored_password).transpose()?;
    files.push(certificate.clone().into());
    files.extend(key.as_ref().map(PathBuf::from));
    let password = password.as_slice();
    let identity = identity::read(&certificate, key.as_deref(), password, &IN_THE_FILE, talk)
        .with_context(|| {
            let files: Vec<_> = std::iter::once(&certificate).chain(&key).cloned().collect();
            format!("{}: it cannot be shown to clients", files.join(", "))
        })?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified_key())));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// A password that can be read again.
fn stored_password(text: &str) -> Result<crate::password::PasswordSource> {
    let hint = "write env:NAME, file:PATH, none or empty";
    let source: crate::password::PasswordSource = text
        .parse()
        .map_err(|why: String| Hinted::new(format!("password: {why}"), hint))?;
    match source.is_stored() {
        true => Ok(source),
        false => Err(Hinted::new("password: it is read again and again", hint).into()),
    }
}

/// Where in the file it is, and what.
fn wrong(name: &str, error: &toml::de::Error) -> Hinted {
    let told = error.to_string();
    // without the picture of the line, which may be one with a hash
    let place = told.lines().next().unwrap_or_default();
    let message = error.message().replace('\n', " ");
    let place = place
        .strip_prefix("TOML parse error ")
        .map_or(String::new(), |place| format!(" {place}"));
    Hinted::new(
        format!("{name}{place}: {message}"),
        "`trustpack exporter --help` shows a configuration",
    )
}

/// A key that nobody knows is a mistake, never something that is left out.
pub(super) fn refuse_unknown(table: &Table, known: &[&str], before: &str) -> Result<()> {
    let Some(key) = table.keys().find(|key| !known.contains(&key.as_str())) else {
        return Ok(());
    };
    let nearest = known
        .iter()
        .max_by(|a, b| strsim::jaro(key, a).total_cmp(&strsim::jaro(key, b)))
        .filter(|nearest| strsim::jaro(key, nearest) > 0.7);
    let hint = match nearest {
        Some(nearest) => format!("perhaps it is {before}{nearest}"),
        None => format!("known are {}", known.join(", ")),
    };
    Err(Hinted::new(format!("there is no key {before}{key}"), hint).into())
}
