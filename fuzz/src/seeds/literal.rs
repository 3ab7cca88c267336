//! Seeds that stand in no file.

/// Servers of protocols, by their place in `Protocol::ALL`, as they talk when all goes well.
pub(super) const TALKS: [(u8, &[u8]); 17] = [
    (0, b"220-a\r\n220 FTP\r\n234 AUTH TLS\r\n"),
    (1, b"* OK [CAPABILITY IMAP4rev1 STARTTLS] {3}\r\nabc ready\r\n* CAPABILITY IMAP4rev1 STARTTLS\r\na OK done\r\nb OK begin\r\n"),
    (2, b":a NOTICE * :hi\r\nPING :x\r\n:a 670 * :STARTTLS successful\r\n"),
    (3, b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
    (3, b"\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00"),
    (4, b"220 a LMTP\r\n250-a\r\n250 STARTTLS\r\n220 go\r\n"),
    (5, b"\x04\x01\0\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x10\0\x10\x84\0\0\x01"),
    (6, b"\x41\0\0\0\x0a8.4.3\0\x01\0\0\0scramble\0\xff\xff\x02\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0scramble1234\0caching_sha2\0"),
    (7, b"200 a NNTP\r\n101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n382 go\r\n"),
    (8, b"+OK POP3\r\n+OK\r\nSTLS\r\n.\r\n+OK begin\r\n"),
    (9, b"S"),
    (9, b"E\0\0\0\x34SFATAL\0C53300\0Msorry, too many clients already\0\0"),
    (10, b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x01\x08\0\x02\0\0\0"),
    (11, b"\"IMPLEMENTATION\" \"a\"\r\n\"STARTTLS\"\r\nOK\r\nOK {4+}\r\nabcd\r\n"),
    (12, b"220 a ESMTP\r\n250-a\r\n250-SIZE 1\r\n250 STARTTLS\r\n220 2.0.0 go\r\n"),
    (13, b"<?xml version='1.0'?><stream:stream from='a' id='a>b'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
    (14, b"<stream:stream xmlns='jabber:server'><stream:error><host-unknown/><text>we don&apos;t</text></stream:error>"),
];

/// What an HTTP proxy and a SOCKS proxy say.
pub(super) const PROXIES: [&[u8]; 5] = [
    b"HTTP/1.1 200 OK\r\nVia: a\r\n\r\n",
    b"HTTP/1.1 407 no\r\nProxy-Authenticate: Basic realm=\"a\"\r\n\r\n",
    b"\x05\x02\x01\x00\x05\x00\x00\x01\x7f\0\0\x01\0\x50",
    b"\x05\x00\x05\x00\x00\x03\x06a.test\x01\xbb",
    b"\x05\xff",
];

/// Texts that people type.
pub(super) const TARGETS: [&str; 24] = [
    "a.test",
    "a.test:8443",
    "https://a.test/path?q",
    "smtp://mail.a.test",
    "[2001:db8::1]:443",
    "10.0.0.0/28:443",
    "10.0.0.1-10.0.0.9",
    "m\u{fc}nchen.example",
    "*.a.test",
    "a.test:443:b.test:8443",
    "http://user:p%40ss@proxy:3128",
    "socks5h://[::1]:1080",
    "sha256:00:11:22",
    "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "30d,25%",
    "a.test # a comment\n\n# another\nb.test\n",
    "CN=a\\, b+OU=c,O=\"d, e\",C=DE",
    "/C=DE/O=a\\/b/CN=c+OU=d",
    "1.2.840.113549.1.9.1=#160161,DC=test",
    "DNS:a.test",
    "IP:10.0.0.1",
    "email:a@b.test",
    "ip:10.0.0.0/8",
    "dirName:CN=a",
];

pub(super) const POLICIES: [&str; 2] = [
    "[thresholds]\nwarn = \"30d,25%\"\ncrit = { end-entity = \"21d\", anchor = \"90d\" }\n",
    "[[rule]]\nhost = \"*.internal\"\npath = \"/a/**\"\nissuer = \"CN=a*\"\nwarn = \"10d\"\n\n[[silence]]\nid = \"CERT-EXPIRED\"\nreason = \"CHG-1\"\nuntil = 2027-01-31\n",
];

/// What APIs answer.
pub(super) const ANSWERS: [&str; 6] = [
    r#"{"newNonce":"https://a.test/n","renewalInfo":"https://a.test/ari","meta":{}}"#,
    r#"{"suggestedWindow":{"start":"2025-01-02T04:00:00Z","end":"2025-01-03T04:00:00.5+01:00"},"explanationURL":"https://a.test/x"}"#,
    r#"{"ok":true,"result":true,"description":"Webhook was set"}"#,
    r#"{"ok":true,"result":{"url":"https://a.test/x","has_custom_certificate":false,"pending_update_count":3,"last_error_date":1700000000,"last_error_message":"SSL error {error:0A000086:SSL routines::certificate verify failed}","max_connections":40,"ip_address":"10.0.0.1","allowed_updates":["message"]}}"#,
    r#"{"ok":false,"error_code":401,"description":"Unauthorized","parameters":{"retry_after":5}}"#,
    "<!DOCTYPE html><html><title>login</title></html>",
];

/// An `ObjectData` of BouncyCastle's FIPS key store that holds a certificate of two octets.
pub(super) const BCFKS_ENTRY: &[u8] = b"\x30\x2c\x02\x01\x00\x0c\x01a\
    \x18\x0f20260101000000Z\x18\x0f20260101000000Z\x04\x02\x30\x00";
