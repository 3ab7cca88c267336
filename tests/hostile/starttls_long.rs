//! Says a lot before TLS, in pieces, and then speaks TLS; or never stops.

use std::io::{Read, Write};

use super::chain::Pki;
use super::kit::{Case, flood, serve};
use super::wire;

fn answers(scheme: &str, says: Vec<String>) -> Case {
    let pki = Pki::new();
    let config = pki.config(&pki.chain(), rustls::ALL_VERSIONS);
    let server = serve(move |client| {
        for (place, said) in says.iter().enumerate() {
            if place > 0 {
                let _ = client.read(&mut [0; 4096])?;
            }
            for piece in said.as_bytes().chunks(1000) {
                client.write_all(piece)?;
            }
        }
        wire::shake_hands(client, Vec::new(), &config)
    });
    Case::new(scheme, server).presents(&pki.chain())
}

pub(crate) fn cases() -> Vec<Case> {
    let lines = |line: &str| line.repeat(1000);
    let endless = |scheme, line: &'static [u8]| {
        Case::new(scheme, serve(|client| flood(client, line))).fails("starttls")
    };
    vec![
        answers(
            "smtp",
            vec![
                lines("220-welcome to a server with much to say\r\n") + "220 x\r\n",
                format!(
                    "250-x\r\n{}250 STARTTLS\r\n",
                    "250-X-ABILITY\r\n".repeat(400)
                ),
                "220-go\r\n220 ahead\r\n".to_owned(),
            ],
        ),
        answers(
            "ftp",
            vec![
                format!(
                    "220-x\r\n{}220 x\r\n",
                    lines(" 220 files and no end of them\r\n")
                ),
                "234-x\r\n any text\r\n234 go\r\n".to_owned(),
            ],
        ),
        answers(
            "imap",
            vec![
                "* OK x\r\n".to_owned(),
                lines("* OK still here\r\n") + "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK x\r\n",
                lines("* OK wait for it\r\n") + "a2 OK go\r\n",
            ],
        ),
        answers(
            "irc",
            vec![
                String::new(),
                lines(":x NOTICE * :*** looking you up\r\n") + ":x 670 * :go\r\n",
            ],
        ),
        endless("smtp", b"220-welcome\r\n"),
        endless("ftp", b"220-welcome\r\n"),
        endless("imap", b"a line without an end "),
        endless("irc", b":x NOTICE * :*** wait\r\n"),
        endless("xmpp", b"<stream:stream xmlns:stream='x'>"),
    ]
}

#[test]
fn a_long_talk_is_heard_to_its_end_and_an_endless_one_is_not() {
    for case in cases() {
        case.holds();
    }
}
