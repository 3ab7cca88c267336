//! What servers say before TLS, up to and with the go-ahead: after each of these they wait for the client.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// One protocol's side of the server.
pub(crate) struct Talk {
    pub scheme: &'static str,
    /// The first one may be empty: then the client begins.
    pub says: Vec<Vec<u8>>,
}

impl Talk {
    fn new(scheme: &'static str, says: &[&[u8]]) -> Self {
        Self {
            scheme,
            says: says.iter().map(|said| said.to_vec()).collect(),
        }
    }

    /// Says all of it.
    pub(crate) fn play(&self, client: &mut TcpStream) -> io::Result<()> {
        for (place, said) in self.says.iter().enumerate() {
            if place > 0 {
                let _ = client.read(&mut [0; 4096])?;
            }
            client.write_all(said)?;
        }
        Ok(())
    }
}

/// Every protocol, up to its go-ahead.
pub(crate) fn agreeing() -> Vec<Talk> {
    vec![
        Talk::new("ftp", &[b"220 x\r\n", b"234 go\r\n"]),
        Talk::new(
            "imap",
            &[
                b"* OK x\r\n",
                b"* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK x\r\n",
                b"a2 OK go\r\n",
            ],
        ),
        Talk::new("irc", &[b"", b":x 670 * :go\r\n"]),
        Talk::new(
            "ldap",
            &[b"", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0"],
        ),
        Talk::new("lmtp", MAIL),
        Talk::new("mssql", &[b"", &prelogin(1)]),
        Talk::new("mysql", &[&greeting(0xffff)]),
        Talk::new("nntp", &[b"200 x\r\n", b"382 go\r\n"]),
        Talk::new("pop3", &[b"+OK x\r\n", b"+OK go\r\n"]),
        Talk::new("postgres", &[b"", b"S"]),
        Talk::new("rdp", &[b"", &confirm(2, 1)]),
        Talk::new("sieve", &[b"\"STARTTLS\"\r\nOK x\r\n", b"OK go\r\n"]),
        Talk::new("smtp", MAIL),
        Talk::new("xmpp", &[b"", &features("<starttls/>"), b"<proceed/>"]),
        Talk::new(
            "xmpp-server",
            &[b"", &features("<starttls/>"), b"<proceed/>"],
        ),
    ]
}

/// Every protocol in which there is a no, and each of them.
pub(crate) fn refusing() -> Vec<Talk> {
    vec![
        Talk::new("ftp", &[b"421 too many users\r\n"]),
        Talk::new("ftp", &[b"220 x\r\n", b"502 what?\r\n"]),
        Talk::new(
            "imap",
            &[b"* OK x\r\n", b"* CAPABILITY IMAP4rev1\r\na1 OK x\r\n"],
        ),
        Talk::new("imap", &[b"* PREAUTH x\r\n"]),
        Talk::new("irc", &[b"", b":x 691 * :no\r\n"]),
        Talk::new(
            "ldap",
            &[
                b"",
                b"\x30\x13\x02\x01\x01\x78\x0e\x0a\x01\x34\x04\0\x04\x07no cert",
            ],
        ),
        Talk::new("lmtp", &[b"220 x\r\n", b"250 x\r\n"]),
        Talk::new("mssql", &[b"", &prelogin(2)]),
        Talk::new("mysql", &[&greeting(0xf7ff)]),
        Talk::new("mysql", &[b"\x0e\0\0\0\xff\x10\x04#08004too many"]),
        Talk::new("nntp", &[b"200 x\r\n", b"580 no\r\n"]),
        Talk::new("pop3", &[b"+OK x\r\n", b"-ERR no\r\n"]),
        Talk::new("postgres", &[b"", b"N"]),
        Talk::new("postgres", &[b"", b"E\0\0\0\x0cMno\0\0\0\0\0"]),
        Talk::new("rdp", &[b"", &confirm(3, 2)]),
        Talk::new("rdp", &[b"", &confirm(2, 0)]),
        Talk::new("sieve", &[b"\"SASL\" \"PLAIN\"\r\nOK x\r\n"]),
        Talk::new("smtp", &[b"554 go away\r\n"]),
        Talk::new("smtp", &[b"220 x\r\n", b"250-x\r\n250 SIZE\r\n"]),
        Talk::new(
            "smtp",
            &[b"220 x\r\n", b"250 STARTTLS\r\n", b"454 not now\r\n"],
        ),
        Talk::new("xmpp", &[b"", &features("<bind/>")]),
        Talk::new("xmpp", &[b"", &features("<starttls/>"), b"<failure/>"]),
        Talk::new("xmpp-server", &[b"", &features("")]),
    ]
}

const MAIL: &[&[u8]] = &[b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n"];

fn features(features: &str) -> Vec<u8> {
    format!(
        "<?xml version='1.0'?><stream:stream version='1.0' xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams'><stream:features>{features}\
         </stream:features>"
    )
    .into_bytes()
}

/// A response to PRELOGIN whose only option is ENCRYPTION (MS-TDS section 2.2.6.5).
fn prelogin(encryption: u8) -> Vec<u8> {
    let head = b"\x04\x01\0\x0f\0\0\x01\0\x01\0\x06\0\x01\xff";
    [&head[..], &[encryption]].concat()
}

/// MySQL's first packet, with these capabilities.
fn greeting(capabilities: u16) -> Vec<u8> {
    let body = [
        &b"\x0a8.4.3\0\x01\0\0\0scramble\0"[..],
        &capabilities.to_le_bytes(),
        b"\xff\x02\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0scramble1234\0",
    ]
    .concat();
    [&[u8::try_from(body.len()).unwrap(), 0, 0, 0], &body[..]].concat()
}

/// X.224 Connection Confirm with a negotiation of this type and value (MS-RDPBCGR section 2.2.1.2).
fn confirm(kind: u8, value: u8) -> Vec<u8> {
    let head = b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0";
    [&head[..], &[kind, 0, 8, 0, value, 0, 0, 0]].concat()
}
