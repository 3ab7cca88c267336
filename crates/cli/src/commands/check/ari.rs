//! What issuers say of the time of renewal: which are asked, and that they are.

use std::str::FromStr;
use std::sync::Arc;

use anyhow::Result;
use glob::Pattern;
use time::OffsetDateTime;
use trustpack_core::ari::{AcmeDirectories, NamedDirectory};
use trustpack_core::expiry::{Item, Subject};
use trustpack_core::fetch::ari::AriFetcher;
use trustpack_core::report::Role;

use crate::args::Sources;
use crate::render::Talk;
use crate::servers::{proxy_rules, root_sets};

pub(in crate::commands) use trustpack_core::fetch::ari::AriCache;
use trustpack_core::fetch::ari::AriRequest;

/// `[ISSUER-GLOB=]URL`.
#[derive(Clone, Debug)]
pub(crate) struct AcmeDirectory(NamedDirectory);

impl FromStr for AcmeDirectory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_url = |text: &str| {
            ["https://", "http://"]
                .iter()
                .any(|scheme| text.starts_with(scheme))
        };
        // an issuer has equals signs, as a URL may have
        let split = text
            .match_indices('=')
            .map(|(at, _)| (&text[..at], &text[at + 1..]))
            .find(|(issuer, url)| !issuer.is_empty() && is_url(url));
        let (issuer, url) = match split {
            _ if is_url(text) => (None, text),
            Some((issuer, url)) => (Some(issuer), url),
            None => {
                return Err("it is written [ISSUER-GLOB=]URL, such as '*O=Example*=https://acme.example/directory'".to_owned());
            }
        };
        let issuer = issuer.map(|issuer| {
            Pattern::new(issuer).map_err(|error| format!("{issuer:?}: {}", error.msg))
        });
        Ok(Self(NamedDirectory {
            issuer: issuer.transpose()?,
            url: url.to_owned(),
        }))
    }
}

/// Asks for the certificates of subjects.
pub(super) struct Renewals {
    fetcher: AriFetcher,
    at: OffsetDateTime,
    talk: Talk,
}

impl Renewals {
    /// `None` without `--ari`.
    pub(super) fn new(
        sources: &Sources,
        answers: &Arc<AriCache>,
        at: OffsetDateTime,
        talk: &Talk,
    ) -> Result<Option<Arc<Self>>> {
        if !sources.ari.ari {
            return Ok(None);
        }
        let named = sources.ari.acme_directory.iter();
        let directories = AcmeDirectories::new(named.map(|one| one.0.clone()).collect());
        let sets = root_sets(&sources.roots, talk)?;
        let roots = sets
            .iter()
            .flat_map(|set| set.certificates().iter().cloned());
        let roots: Vec<_> = roots.collect();
        let fetcher = AriFetcher::new(
            directories,
            &roots,
            proxy_rules(sources.reach.proxy.as_deref())?,
            sources.reach.timeout,
            Arc::clone(answers),
        );
        Ok(Some(Arc::new(Self {
            fetcher,
            at,
            talk: *talk,
        })))
    }

    /// Adds the window to every end entity that counts.
    pub(super) fn ask(&self, subject: &mut Subject) {
        let counts = |item: &&mut Item| item.role == Role::EndEntity && !item.extra;
        for item in subject.items.iter_mut().filter(counts) {
            let Some(certificate) = item.certificate() else {
                continue;
            };
            let (window, requests) = self.fetcher.window(certificate, self.at);
            item.renewal = window;
            for request in &requests {
                self.tell(request);
            }
        }
    }

    /// Nothing is asked of strangers without a line.
    fn tell(&self, request: &AriRequest) {
        let outcome = match &request.outcome {
            Ok(()) => "told",
            Err(error) => &format!("nothing: {error}"),
        };
        let url = &request.url;
        self.talk
            .say(format!("asked {url} for renewal information: {outcome}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_a_url_with_or_without_an_issuer() {
        let read = |text: &str| {
            let AcmeDirectory(named) = text.parse().unwrap();
            (named.issuer.map(|one| one.as_str().to_owned()), named.url)
        };
        let url = "https://acme.example/directory?ca=http://x";
        assert_eq!(read(url), (None, url.to_owned()));
        let issuer = "*O=Example=Corp*".to_owned();
        assert_eq!(
            read(&format!("{issuer}={url}")),
            (Some(issuer), url.to_owned())
        );
        for wrong in ["", "acme.example", "=https://a", "ftp://a", "[=https://a"] {
            assert!(wrong.parse::<AcmeDirectory>().is_err(), "{wrong}");
        }
    }
}
