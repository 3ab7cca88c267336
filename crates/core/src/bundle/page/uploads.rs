//! What is to be uploaded, and where.

use std::fmt::Write as _;

use super::super::record::IdentityRecord;
use super::super::store::TrustFile;
use super::steps::{copy, place_of_secret};
use crate::channel::{CERTIFICATE_FORM, Channel, Section};
use crate::html::{attribute, escaped, named};

/// A card for each certificate record of the product.
pub(super) fn table(
    channel: &Channel,
    trust: &TrustFile,
    identity: Option<&IdentityRecord>,
) -> String {
    let mut html = String::from("<ul class=\"uploads\">\n");
    let file = &trust.path;
    let mut rows = vec![
        ("File", in_this_bundle(file)),
        ("Type", value("type", trust.container.label())),
        ("Name", value("name", &channel.trust_name())),
        ("Password", password(channel.trust_password())),
        ("SHA-256", value("SHA-256", &trust.sha256)),
    ];
    card(&mut html, "Trust certificate", &mut rows);
    if channel.kind.has(Section::Identity) {
        let file = match (identity, channel.identity_file()) {
            (Some(identity), _) => in_this_bundle(identity.file()),
            (None, Some(file)) => format!(
                "{}<small>could not be read when the bundle was packed</small>",
                value("file", file)
            ),
            (None, None) => "of the current system, still to be obtained".to_owned(),
        };
        let mut rows = vec![
            ("File", file),
            ("Name", value("name", &channel.identity_name())),
            ("Password", password(channel.identity_password())),
        ];
        card(&mut html, "Identity certificate", &mut rows);
    }
    html.push_str("</ul>\n");
    html
}

fn in_this_bundle(file: &str) -> String {
    format!(
        "<span><a href=\"{}\" download>{}</a>, in this bundle</span>",
        attribute(file),
        named(file)
    )
}

fn card(html: &mut String, title: &str, rows: &mut Vec<(&str, String)>) {
    rows.push(("Where", escaped(CERTIFICATE_FORM)));
    let _ = writeln!(
        html,
        "<li class=\"card\"><h4>{title}</h4><dl class=\"values\">"
    );
    for (label, value) in rows {
        let _ = writeln!(html, "<div><dt>{label}</dt><dd>{value}</dd></div>");
    }
    html.push_str("</dl></li>\n");
}

fn value(label: &str, text: &str) -> String {
    format!("<code>{}</code>{}", escaped(text), copy(label, text))
}

fn password(secret: Option<&crate::channel::SecretRef>) -> String {
    secret.map_or_else(
        || "none".to_owned(),
        |secret| place_of_secret(&secret.to_string()),
    )
}
