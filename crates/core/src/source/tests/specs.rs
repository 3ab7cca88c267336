//! Channel specifications.

use super::*;
use crate::channel::{INFOBIP, TELEGRAM};

#[test]
fn the_servers_and_files_of_a_specification_are_named() {
    let (opened, lines) = open_all("channels.toml", format!("{TELEGRAM}{INFOBIP}").as_bytes());
    assert_eq!(opened.kind, Kind::ChannelSpec);
    let expected = [
        "channels.toml: support_tg: 192.0.2.10:28090 => 192.0.2.10:28090",
        "channels.toml: support_tg: identity.file -> identity.cer",
        "channels.toml: support_wa: abc123.api-us.infobip.com:443 => abc123.api-us.infobip.com:443",
    ];
    for line in expected {
        assert!(
            lines.iter().any(|there| there == line),
            "{line} in {lines:?}"
        );
    }
}

#[test]
fn a_file_stands_for_its_server() {
    let text = INFOBIP.replace(
        "[channel.trust]\n",
        "[channel.trust]\nconnect = \"192.0.2.11:28090\"\nfiles = { \"abc123.api-us.infobip.com\" = \"certs/wa.pem\" }\n",
    );
    let (_, lines) = open_all("wa.toml", text.as_bytes());
    let file = "wa.toml: support_wa: trust.files: abc123.api-us.infobip.com:443 -> certs/wa.pem";
    assert!(lines.iter().any(|line| line == file), "{lines:?}");
    assert!(
        !lines.iter().any(|line| line.contains("=> abc123")),
        "{lines:?}"
    );
}

#[test]
fn where_to_connect_is_said() {
    let text = INFOBIP.replace(
        "[channel.trust]\n",
        "[channel.trust]\nconnect = \"192.0.2.11:28090\"\n",
    );
    let (_, items) = open_with("wa.toml", text.as_bytes(), &Budget::default());
    let connect = items.iter().find_map(|item| match item {
        Item::Server(server) => server.connect.as_ref().map(ToString::to_string),
        _ => None,
    });
    assert_eq!(connect.as_deref(), Some("192.0.2.11:28090"));
}

#[test]
fn a_broken_specification_is_one_error() {
    let (opened, items) = open_with(
        "x.toml",
        b"[[channel]]\ntype = \"telegrm\"\n",
        &Budget::default(),
    );
    assert!(matches!(opened, Err(SourceError::Spec(_))));
    assert!(items.is_empty());
}
