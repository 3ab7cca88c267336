//! Which part of the work is that of this run.

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use trustpack_core::report::{self, Shard};

use crate::args::ShardChoice;
use crate::hint::Hinted;
use crate::render::Talk;

/// Decides of each thing to be checked whether this run does it, and counts those that it leaves to others.
#[derive(Clone)]
pub(in crate::commands) struct Share {
    /// `None`: all of it.
    pub shard: Option<Shard>,
    elsewhere: Arc<AtomicUsize>,
}

impl Share {
    /// The environment counts only when it is asked for: a variable that happens to be set must not make a check look at
    /// less than it seems to.
    pub(in crate::commands) fn new(choice: Option<ShardChoice>) -> Result<Self> {
        let shard = match choice {
            None => None,
            Some(ShardChoice::One(shard)) => Some(shard),
            Some(ShardChoice::Auto) => Some(from_environment(|name| env::var(name).ok())?),
        };
        Ok(Self {
            shard,
            elsewhere: Arc::default(),
        })
    }

    /// Whether what has this name is checked here.
    pub(super) fn holds(&self, name: impl AsRef<[u8]>) -> bool {
        let is_here = self.shard.is_none_or(|shard| shard.holds(name));
        self.elsewhere
            .fetch_add(usize::from(!is_here), Ordering::Relaxed);
        is_here
    }

    /// Whether something was left to other runs.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.left() > 0
    }

    /// Says how much was left to others: a part must not pass for the whole.
    pub(super) fn tell(&self, talk: &Talk) {
        if let Some(shard) = self.shard {
            let left = report::count(self.left(), "input");
            talk.say(format!("note: shard {shard}: {left} left to the others"));
        }
    }

    fn left(&self) -> usize {
        self.elsewhere.load(Ordering::Relaxed)
    }
}

/// Kubernetes gives each pod of an indexed job its index, but not the number of them.
const INDEX: &str = "JOB_COMPLETION_INDEX";
const COUNTS: [&str; 2] = ["TRUSTPACK_SHARDS", "JOB_COMPLETIONS"];

fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Shard> {
    let missing = |names: &str| {
        let hint = "a job of Kubernetes with `completionMode: Indexed` sets JOB_COMPLETION_INDEX; set TRUSTPACK_SHARDS to \
                    its `completions` yourself";
        Hinted::new(format!("--shard auto: {names} is not set"), hint)
    };
    let index = variable(INDEX).ok_or_else(|| missing(INDEX))?;
    let mut counts = COUNTS.into_iter().filter_map(&variable);
    let count = counts.next().ok_or_else(|| missing(&COUNTS.join(" or ")))?;
    if counts.next().is_some_and(|other| other != count) {
        let message = format!("--shard auto: {} do not agree", COUNTS.join(" and "));
        return Err(Hinted::new(message, "set one of them").into());
    }
    let shard = format!("{index}/{count}").parse::<Shard>();
    shard.with_context(|| format!("--shard auto: {INDEX} and the number of shards"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(variables: &[(&str, &str)]) -> Result<String, String> {
        let find = |name: &str| {
            let mut found = variables.iter().filter(|(its, _)| *its == name);
            found.next().map(|(_, value)| (*value).to_owned())
        };
        let shard = from_environment(find).map_err(|error| format!("{error:#}"))?;
        Ok(shard.to_string())
    }

    #[test]
    fn the_environment_says_both_numbers_or_it_is_an_error() {
        let index = ("JOB_COMPLETION_INDEX", "2");
        assert_eq!(shard(&[index, ("TRUSTPACK_SHARDS", "8")]).unwrap(), "2/8");
        assert_eq!(shard(&[index, ("JOB_COMPLETIONS", "3")]).unwrap(), "2/3");
        let both = [index, ("TRUSTPACK_SHARDS", "8"), ("JOB_COMPLETIONS", "9")];
        assert_eq!(
            shard(&both).unwrap_err(),
            "--shard auto: TRUSTPACK_SHARDS and JOB_COMPLETIONS do not agree"
        );
        assert_eq!(
            shard(&[index]).unwrap_err(),
            "--shard auto: TRUSTPACK_SHARDS or JOB_COMPLETIONS is not set"
        );
        assert_eq!(
            shard(&[("TRUSTPACK_SHARDS", "8")]).unwrap_err(),
            "--shard auto: JOB_COMPLETION_INDEX is not set"
        );
        assert_eq!(
            shard(&[index, ("TRUSTPACK_SHARDS", "2")]).unwrap_err(),
            "--shard auto: JOB_COMPLETION_INDEX and the number of shards: there is no shard 2 of 2: they are counted from 0"
        );
    }
}
