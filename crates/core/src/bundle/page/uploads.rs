//! What is to be uploaded, and where.

use std::fmt::Write as _;

use super::super::store::TrustFile;
use super::steps::{copy, place_of_secret};
use crate::channel::{CERTIFICATE_FORM, Channel, Section};
use crate::html::{attribute, escaped, named};

/// A card for each certificate record of the product.
pub(super) fn table(channel: &Channel, trust: &TrustFile) -> String {
    let mut html = String::from("<ul class=\"uploads\">\n");
    let file = &trust.path;
    let link = format!(
        "<a href=\"{}\" download>{}</a>",
        attribute(file),
        named(file)
    );
    let mut rows = vec![
        ("File", format!("<span>{link}, in this bundle</span>")),
        ("Type", value("type", trust.container.label())),
        ("Name", value("name", &channel.trust_name())),
        ("Password", password(channel.trust_password())),
        ("SHA-256", value("SHA-256", &trust.sha256)),
    ];
    card(&mut html, "Trust certificate", &mut rows);
    if channel.kind.has(Section::Identity) {
        let file = match channel.identity_file() {
            Some(file) => format!(
                "{}<small>in no bundle, for it may hold a private key</small>",
                value("file", file)
            ),
            None => "of the current system, still to be obtained".to_owned(),
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
