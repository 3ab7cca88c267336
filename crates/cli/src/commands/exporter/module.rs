//! Modules: ways to probe. Each is written with the names of the flags of `check`, and read by their parser.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use toml::{Table, Value};
use trustpack_core::expiry::Policy;
use trustpack_core::report::{Metrics, Wanted};
use trustpack_core::tls::proxy::ProxyRules;
use trustpack_core::trust::TrustAnchors;

use super::config::refuse_unknown;
use crate::args::Sources;
use crate::commands::check::policy;
use crate::commands::check::watch::refuse::what_can_be_read_once;
use crate::hint::Hinted;
use crate::render::Talk;
use crate::servers::{Asking, common_root_sets, root_sets};

/// By name.
#[derive(Debug)]
pub(super) struct Modules(BTreeMap<String, Arc<Module>>);

/// One way to probe, with everything read that it takes.
pub(super) struct Module {
    pub asking: Asking,
    pub wanted: Wanted,
    pub metrics: Metrics,
    pub policy: Policy,
    pub roots: Arc<Vec<TrustAnchors>>,
}

impl std::fmt::Debug for Module {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Module").finish_non_exhaustive()
    }
}

/// Those that are there without being written, by the names of blackbox_exporter's own configuration.
const BUILT_IN: [(&str, &str); 5] = [
    ("http_2xx", "prober = \"http\""),
    ("imap_starttls", "prober = \"tcp\"\nstarttls = \"imap\""),
    ("smtp_starttls", "prober = \"tcp\"\nstarttls = \"smtp\""),
    ("tcp_connect", "prober = \"tcp\"\ntls = false"),
    ("tcp_tls", "prober = \"tcp\""),
];

/// What blackbox_exporter takes when no module is asked for.
pub(super) const DEFAULT: &str = "http_2xx";

/// Keys that are no flags.
const OWN: [&str; 4] = ["metrics", "prober", "tls", "verify"];

/// Keys that are flags of `check`. None of them lets a probe reach anything but its target.
const FLAGS: [&str; 17] = [
    "alpn",
    "client_cert",
    "client_key",
    "client_password",
    "crit",
    "engine",
    "ipv4",
    "ipv6",
    "policy",
    "proxy",
    "retries",
    "roots",
    "server_name",
    "starttls",
    "timeout",
    "tls_version",
    "warn",
];

/// Flags whose values are paths, relative to the configuration.
const PATHS: [&str; 4] = ["client_cert", "client_key", "policy", "roots"];

#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Flags {
    #[command(flatten)]
    sources: Sources,
}

impl Modules {
    /// The written ones, and those that are built in where they are not written.
    pub(super) fn new(
        written: BTreeMap<String, Table>,
        folder: &Path,
        files: &mut Vec<PathBuf>,
        talk: &Talk,
    ) -> Result<Self> {
        let common = Arc::new(common_root_sets(talk));
        let mut modules = BTreeMap::new();
        for (name, text) in BUILT_IN {
            modules.insert(name.to_owned(), toml::from_str(text)?);
        }
        modules.extend(written);
        let read = modules.into_iter().map(|(name, table)| {
            let module = Module::new(&table, folder, files, &common, talk);
            let module = module.with_context(|| format!("modules.{name}"))?;
            Ok((name, Arc::new(module)))
        });
        read.collect::<Result<_>>().map(Self)
    }

    pub(super) fn find(&self, name: &str) -> Option<Arc<Module>> {
        self.0.get(name).cloned()
    }

    /// All names.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        names.join(", ")
    }
}

impl Module {
    fn new(
        table: &Table,
        folder: &Path,
        files: &mut Vec<PathBuf>,
        common: &Arc<Vec<TrustAnchors>>,
        talk: &Talk,
    ) -> Result<Self> {
        refuse_unknown(table, &[&OWN[..], &FLAGS].concat(), "")?;
        match table.get("prober").and_then(Value::as_str) {
            Some("http" | "tcp") => {}
            _ => {
                return Err(Hinted::new(
                    "there is no prober",
                    "write prober = \"tcp\" or prober = \"http\"; both look at the certificates",
                )
                .into());
            }
        }
        let is_true = |key: &str| match table.get(key) {
            None => Ok(true),
            Some(value) => value.as_bool().ok_or_else(|| not(key, "true or false")),
        };
        let wanted = match (is_true("tls")?, is_true("verify")?) {
            (false, _) => Wanted::Connected,
            (true, true) => Wanted::Accepted,
            (true, false) => Wanted::Presented,
        };
        let metrics = match table.get("metrics").map(|value| (value, value.as_str())) {
            None => Metrics::Blackbox,
            Some((_, Some("native"))) => Metrics::Native,
            Some((_, Some(word))) => word
                .parse()
                .map_err(|_| not("metrics", "native, blackbox, ssl_exporter or x509"))?,
            Some((_, None)) => return Err(not("metrics", "a word")),
        };
        let mut words = Vec::new();
        for (key, value) in table
            .iter()
            .filter(|(key, _)| FLAGS.contains(&key.as_str()))
        {
            let texts = texts(key, value, folder)?;
            if PATHS.contains(&key.as_str()) {
                files.extend(texts.iter().map(PathBuf::from));
            }
            let flag = key.replace('_', "-");
            words.extend(match value {
                Value::Boolean(true) => vec![format!("--{flag}")],
                Value::Boolean(false) => Vec::new(),
                _ => texts
                    .iter()
                    .map(|text| format!("--{flag}={text}"))
                    .collect(),
            });
        }
        let sources = Flags::try_parse_from(words)
            .map_err(|error| told(&error))?
            .sources;
        what_can_be_read_once(&sources, "the exporter", "`trustpack check`")?;
        let mut asking = Asking::new(&sources.reach, talk)?;
        // the environment's proxy reaches what the list of allowed targets knows nothing of
        if sources.reach.proxy.is_none() {
            asking.options.proxies = ProxyRules::none();
        }
        let roots = match sources.roots.files.is_empty() {
            true => Arc::clone(common),
            false => Arc::new(root_sets(&sources.roots, talk)?),
        };
        Ok(Self {
            asking,
            wanted,
            metrics,
            policy: policy::read(&sources)?,
            roots,
        })
    }
}

/// What a key says, as a flag takes it.
fn texts(key: &str, value: &Value, folder: &Path) -> Result<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) if PATHS.contains(&key) => Ok(folder.join(text).display().to_string()),
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        _ => Err(not(key, "a text, a number or a list of texts")),
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        Value::Boolean(_) => Ok(Vec::new()),
        value => Ok(vec![text(value)?]),
    }
}

fn not(key: &str, what: &str) -> anyhow::Error {
    anyhow!("{key}: expected {what}")
}

/// What the parser of flags says, of the key.
fn told(error: &clap::Error) -> anyhow::Error {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    anyhow!("{}", line.trim_start_matches("error: "))
}
