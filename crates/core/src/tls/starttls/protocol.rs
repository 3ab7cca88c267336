//! Which protocols can start TLS, and the words and ports they are known by.

use std::fmt;
use std::str::FromStr;

/// A protocol that starts in clear text and switches to TLS on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Protocol {
    /// FTP (RFC 4217).
    Ftp,
    /// IMAP (RFC 9051).
    Imap,
    /// IRC with the `tls` extension (IRCv3).
    Irc,
    /// LDAP (RFC 4511).
    Ldap,
    /// LMTP (RFC 2033), with STARTTLS as in SMTP.
    Lmtp,
    /// Microsoft SQL Server (MS-TDS).
    Mssql,
    /// MySQL and MariaDB.
    Mysql,
    /// NNTP (RFC 4642).
    Nntp,
    /// POP3 (RFC 2595).
    Pop3,
    /// PostgreSQL.
    Postgres,
    /// Remote desktop (MS-RDPBCGR).
    Rdp,
    /// ManageSieve (RFC 5804).
    Sieve,
    /// SMTP (RFC 3207).
    Smtp,
    /// XMPP from client to server (RFC 6120).
    Xmpp,
    /// XMPP between servers (RFC 6120).
    XmppServer,
}

impl Protocol {
    /// Every protocol, in the order of their names.
    pub const ALL: &'static [Self] = &[
        Self::Ftp,
        Self::Imap,
        Self::Irc,
        Self::Ldap,
        Self::Lmtp,
        Self::Mssql,
        Self::Mysql,
        Self::Nntp,
        Self::Pop3,
        Self::Postgres,
        Self::Rdp,
        Self::Sieve,
        Self::Smtp,
        Self::Xmpp,
        Self::XmppServer,
    ];

    /// The word of `--starttls`, which is the URL scheme too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ftp => "ftp",
            Self::Imap => "imap",
            Self::Irc => "irc",
            Self::Ldap => "ldap",
            Self::Lmtp => "lmtp",
            Self::Mssql => "mssql",
            Self::Mysql => "mysql",
            Self::Nntp => "nntp",
            Self::Pop3 => "pop3",
            Self::Postgres => "postgres",
            Self::Rdp => "rdp",
            Self::Sieve => "sieve",
            Self::Smtp => "smtp",
            Self::Xmpp => "xmpp",
            Self::XmppServer => "xmpp-server",
        }
    }

    /// Where its servers listen, as registered with IANA; LMTP and IRC by habit.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Ftp => 21,
            Self::Imap => 143,
            Self::Irc => 6667,
            Self::Ldap => 389,
            Self::Lmtp => 24,
            Self::Mssql => 1433,
            Self::Mysql => 3306,
            Self::Nntp => 119,
            Self::Pop3 => 110,
            Self::Postgres => 5432,
            Self::Rdp => 3389,
            Self::Sieve => 4190,
            Self::Smtp => 25,
            Self::Xmpp => 5222,
            Self::XmppServer => 5269,
        }
    }

    /// The protocol of a well-known port; ports on which TLS comes at once (465, 993, …) have none.
    pub fn for_port(port: u16) -> Option<Self> {
        match port {
            // Submission (RFC 6409), and the port that providers give where 25 and 587 are blocked.
            587 | 2525 => Some(Self::Smtp),
            // The global catalogue of Active Directory.
            3268 => Some(Self::Ldap),
            _ => Self::ALL
                .iter()
                .copied()
                .find(|protocol| protocol.default_port() == port),
        }
    }

    /// The protocol of a URL scheme, in any case, by the names that people write too. Schemes that mean TLS at once
    /// (`smtps`, `imaps`, …) have none.
    pub fn for_scheme(scheme: &str) -> Option<Self> {
        let scheme = scheme.to_ascii_lowercase();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == scheme);
        let mut all = Self::ALL.iter().copied();
        match alias {
            Some((_, protocol)) => Some(*protocol),
            None => all.find(|protocol| protocol.name() == scheme),
        }
    }

    /// Whether the records of the handshake travel inside packets of the protocol: see [`TdsFraming`].
    ///
    /// [`TdsFraming`]: super::TdsFraming
    pub fn wraps_handshake(self) -> bool {
        self == Self::Mssql
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::for_scheme(text).ok_or_else(|| UnknownProtocol(text.to_owned()))
    }
}

/// A word that names no protocol with STARTTLS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no protocol with STARTTLS; known are {known}", known = known())]
pub struct UnknownProtocol(pub String);

fn known() -> String {
    let names: Vec<&str> = Protocol::ALL.iter().map(|one| one.name()).collect();
    names.join(", ")
}

/// Names of services as IANA registers them, and schemes of connection strings.
const ALIASES: &[(&str, Protocol)] = &[
    ("ftpes", Protocol::Ftp),
    ("imap4", Protocol::Imap),
    ("jabber", Protocol::Xmpp),
    ("managesieve", Protocol::Sieve),
    ("mariadb", Protocol::Mysql),
    ("ms-sql-s", Protocol::Mssql),
    ("ms-wbt", Protocol::Rdp),
    ("ms-wbt-server", Protocol::Rdp),
    ("pgsql", Protocol::Postgres),
    ("pop", Protocol::Pop3),
    ("postgresql", Protocol::Postgres),
    ("sqlserver", Protocol::Mssql),
    ("submission", Protocol::Smtp),
    ("tds", Protocol::Mssql),
    ("xmpp-client", Protocol::Xmpp),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_schemes_and_ports_find_their_protocol_again() {
        for &protocol in Protocol::ALL {
            let name = protocol.name();
            assert_eq!(name.parse(), Ok(protocol));
            assert_eq!(name.to_ascii_uppercase().parse(), Ok(protocol));
            assert_eq!(protocol.to_string(), name);
            assert_eq!(Protocol::for_port(protocol.default_port()), Some(protocol));
            assert_eq!(protocol.wraps_handshake(), name == "mssql");
        }
        assert!(Protocol::ALL.is_sorted_by(|a, b| a < b && a.name() < b.name()));
    }

    #[test]
    fn aliases_are_no_second_name_of_another_protocol() {
        for (alias, protocol) in ALIASES {
            assert_eq!(alias.parse(), Ok(*protocol));
            assert!(Protocol::ALL.iter().all(|one| one.name() != *alias));
        }
        assert_eq!(Protocol::for_scheme("PostgreSQL"), Some(Protocol::Postgres));
    }

    #[test]
    fn ports_beyond_the_default_are_known() {
        for (port, protocol) in [
            (587, Some(Protocol::Smtp)),
            (2525, Some(Protocol::Smtp)),
            (3268, Some(Protocol::Ldap)),
            (443, None),
            (465, None),
            (993, None),
            (0, None),
        ] {
            assert_eq!(Protocol::for_port(port), protocol, "{port}");
        }
    }

    #[test]
    fn what_means_tls_at_once_has_no_starttls() {
        for scheme in [
            "smtps", "imaps", "pop3s", "ftps", "ldaps", "https", "tls", "", "smtp ",
        ] {
            assert_eq!(Protocol::for_scheme(scheme), None, "{scheme}");
        }
        let error = "gopher".parse::<Protocol>().unwrap_err().to_string();
        assert!(error.starts_with("\"gopher\" is no protocol with STARTTLS; known are ftp, "));
        assert!(error.ends_with(", xmpp, xmpp-server"));
    }
}
