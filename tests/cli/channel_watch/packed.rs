//! What else of a bundle is watched: its identity certificates, and who signed it.

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::{Authority, Desk, connect, days, specification};
use crate::support::{fixture, pki, run, stderr, stdout};

#[test]
fn the_packed_identity_is_watched() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);
    let identity = pki::server(&["aicc.example"], Some(&own.issuing), |params| {
        days(params, 5)
    });
    desk.write("identity.pem", &identity.pem());
    let spec = specification("") + "[channel.identity]\nfile = \"identity.pem\"\n";
    desk.write("channel.toml", &spec);
    let mut pack = desk.command(&[
        "channel",
        "pack",
        "channel.toml",
        "-o",
        "bundle/",
        "--force",
    ]);
    // when it was not about to end
    let then = (OffsetDateTime::now_utc() - Duration::days(40))
        .date()
        .to_string();
    run(pack.args(["--roots", "root.pem", "--at", &then, &connect(&server)]));
    for (input, name) in [
        (&["bundle/"][..], "bundle/: wa_twilio/identity/identity.cer"),
        (&["channel.toml", "--bundle", "bundle/"], "identity.pem"),
    ] {
        let output = desk.watch(&[input, &["--json", &connect(&server)]].concat());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let subjects = report["subjects"].as_array().unwrap().iter();
        let told: Vec<&str> = subjects
            .filter(|subject| subject["subject"].as_str().unwrap().contains("identity"))
            .inspect(|subject| assert_eq!(subject["findings"][0]["id"], "CERT-EXPIRING"))
            .map(|subject| subject["subject"].as_str().unwrap())
            .collect();
        assert_eq!(told, [name], "{report}");
    }
}

#[test]
fn the_bundle_is_that_of_the_key_that_was_named() {
    let own = Authority::new("Own");
    let server = own.server(30);
    let desk = Desk::packed("", &own, &server);
    let key = fixture("pki/self-signed-ed25519.pem").display().to_string();
    let dial = connect(&server);
    let output = desk.watch(&["bundle/", "--json", "--key", &key, &dial]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let subjects = report["subjects"].as_array().unwrap();
    assert_eq!(subjects.len(), 1, "{report}");
    assert_eq!(subjects[0]["findings"][0]["id"], "BUNDLE-SIGNATURE");
    let output = desk.watch(&["bundle/", &dial]);
    let note = "note: bundle/ is not signed: nothing tells who packed it";
    assert!(stderr(&output).contains(note), "{output:?}");
    let secret = fixture("pki/self-signed-ed25519.key.pem")
        .display()
        .to_string();
    let mut pack = desk.command(&[
        "channel",
        "pack",
        "channel.toml",
        "-o",
        "bundle/",
        "--force",
    ]);
    run(pack.args(["--roots", "root.pem", "--sign", &secret, &dial]));
    let output = desk.watch(&["bundle/", "--key", &key, &dial]);
    assert!(!stderr(&output).contains("signed"), "{output:?}");
    assert!(stdout(&output).contains("trust.cer"), "{output:?}");
    let output = desk.watch(&["channel.toml", "--key", &key, &dial]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = "channel.toml: a specification, which nobody signs\nhint: name the bundle of --key with --bundle";
    assert!(stderr(&output).contains(told), "{output:?}");
}
