//! The policy of a run: a file, and the thresholds of the command line before it.

use std::fs;
use std::path::Path;

use anyhow::Result;
use trustpack_core::catalogue;
use trustpack_core::expiry::Policy;

use crate::args::Sources;
use crate::hint::{Hinted, of_file};

/// Reads it; what makes no sense is an error before anything is looked at.
pub(in crate::commands) fn read(sources: &Sources) -> Result<Policy> {
    let mut policy = match &sources.limits.policy {
        Some(path) => {
            let name = path.display().to_string();
            let text = fs::read_to_string(path).map_err(|error| {
                let hint = "check the path of --policy; `trustpack check --help` shows a policy";
                of_file(error.into(), &name, hint)
            })?;
            Policy::from_toml(&text).map_err(|error| {
                let hint = "`trustpack check --help` shows a policy";
                Hinted::new(format!("{name}: {error}"), hint)
            })?
        }
        None => Policy::default(),
    };
    for id in policy
        .silences
        .iter()
        .filter_map(|silence| silence.id.as_deref())
    {
        if catalogue::find(id).is_none() {
            let nearest = catalogue::nearest(id).join(", ");
            let hint = match nearest.is_empty() {
                true => "`trustpack explain --list` shows all of them".to_owned(),
                false => format!("perhaps it is {nearest}"),
            };
            let path = sources
                .limits
                .policy
                .as_deref()
                .unwrap_or_else(|| Path::new(""));
            let message = format!(
                "{}: no finding is called {id:?}, so nothing is silenced by it",
                path.display()
            );
            return Err(Hinted::new(message, hint).into());
        }
    }
    for one in &sources.limits.warn {
        policy.thresholds.warn.set(one.role, one.threshold);
    }
    for one in &sources.limits.crit {
        policy.thresholds.crit.set(one.role, one.threshold);
    }
    policy.facts = crate::facts::read(&sources.facts)?;
    policy
        .thresholds
        .check()
        .map_err(|why| Hinted::new(why, "give --warn more time than --crit"))?;
    Ok(policy)
}
