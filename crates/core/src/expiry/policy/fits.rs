//! Which certificates a rule or a silence is about.

use glob::{MatchOptions, Pattern};

use crate::path::PathPattern;

/// Every pattern that is there has to match. `*` stands for anything, also for `/` and `.`; case does not count.
#[derive(Clone, Debug, Default)]
pub struct Fits {
    /// The file, or what a subject is called that is none.
    pub path: Option<PathPattern>,
    /// The host of a server.
    pub host: Option<Pattern>,
    /// The issuer, RFC 4514.
    pub issuer: Option<Pattern>,
    /// The subject, RFC 4514.
    pub subject: Option<Pattern>,
}

/// What patterns are matched with.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The name of the subject: `store.jks`, `host:443`.
    pub name: &'a str,
    /// Whether that is a server.
    pub is_endpoint: bool,
    /// Issuer and subject of the certificate; `None` for a finding about none.
    pub names: Option<(&'a str, &'a str)>,
}

impl Fits {
    /// Whether every pattern matches; one of names never matches what has none.
    pub fn matches(&self, about: &About<'_>) -> bool {
        let host = about.is_endpoint.then(|| host_of(about.name));
        let (issuer, subject) = about.names.unzip();
        self.path
            .as_ref()
            .is_none_or(|pattern| pattern.fits(about.name, OPTIONS))
            && matches(self.host.as_ref(), host)
            && matches(self.issuer.as_ref(), issuer)
            && matches(self.subject.as_ref(), subject)
    }
}

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: false,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

fn matches(pattern: Option<&Pattern>, text: Option<&str>) -> bool {
    let Some(pattern) = pattern else {
        return true;
    };
    text.is_some_and(|text| pattern.matches_with(text, OPTIONS))
}

/// Of `host:443`, `[::1]:443`.
fn host_of(endpoint: &str) -> &str {
    let host = endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_has_to_match() {
        let pattern = |text: &str| Some(Pattern::new(text).unwrap());
        let fits = Fits {
            host: pattern("*.Internal"),
            issuer: pattern("CN=Example*"),
            ..Fits::default()
        };
        let about = About {
            name: "a.b.internal:443",
            is_endpoint: true,
            names: Some(("CN=Example CA,O=x/y", "CN=a")),
        };
        assert!(fits.matches(&about));
        for other in [
            About {
                is_endpoint: false,
                ..about
            },
            About {
                name: "a.b.example:443",
                ..about
            },
            About {
                names: Some(("CN=Other", "CN=a")),
                ..about
            },
            About {
                names: None,
                ..about
            },
        ] {
            assert!(!fits.matches(&other), "{other:?}");
        }
        assert_eq!(host_of("[::1]:443"), "::1");
    }
}
