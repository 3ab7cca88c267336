//! Which servers a call may go to: packed bundles, stores, public roots.

use super::{Ran, World, at};
use crate::support::api::{self, Api};
use crate::support::run;

#[test]
fn a_bundle_is_the_store_of_its_channel() {
    let world = World::new();
    let fabric = Api::tls(
        &world.server(&["192.0.2.10"]),
        std::slice::from_ref(&world.ca.der),
        |_, out| {
            api::json(out, "200 OK", "{\"AccessToken\": \"zzz\"}");
        },
    );
    world.spec("telegram.toml", |text| text);
    std::fs::write(world.path("identity.cer"), &world.server(&["aicc"]).der).unwrap();
    let connect = at("192.0.2.10:28090", &fabric);
    for bundle in ["telegram.zip", "telegram/"] {
        let words = [
            "channel",
            "pack",
            "telegram.toml",
            "--channel",
            "support_bot",
            "-o",
            bundle,
            &connect,
        ];
        run(&mut world.command(&words));
        let words = [
            "aicc",
            "token-check",
            "telegram.toml",
            "--trust",
            bundle,
            &connect,
            "--send",
        ];
        let mut command = world.command(&words);
        command.env("TG_APP_KEY", "k").env("TG_APP_SECRET", "s");
        Ran::from(command.output().unwrap()).ended(0, "tokenByAkSk: yes");
    }
    // another CA
    let other = Api::tls(&World::new().server(&["192.0.2.10"]), &[], |_, out| {
        api::json(out, "200 OK", "{\"AccessToken\": \"zzz\"}");
    });
    let connect = at("192.0.2.10:28090", &other);
    let words = [
        "aicc",
        "token-check",
        "telegram.toml",
        "--trust",
        "telegram.zip",
        &connect,
        "--send",
    ];
    let mut command = world.command(&words);
    command.env("TG_APP_KEY", "k").env("TG_APP_SECRET", "s");
    Ran::from(command.output().unwrap()).ended(1, "critical CALL-TRUST");
    assert_eq!(other.heard().len(), 0);
}

#[test]
fn stores_that_are_none_are_told() {
    let world = World::new();
    world.spec("telegram.toml", |text| text);
    std::fs::write(world.path("empty.zip"), b"PK\x05\x06").unwrap();
    for (store, told) in [
        ("no-such.jks", "no-such.jks"),
        ("telegram.toml", "telegram.toml"),
        ("empty.zip", "empty.zip"),
    ] {
        let ran = world.run(&["aicc", "token-check", "telegram.toml", "--trust", store]);
        ran.ended(2, told);
    }
}

#[test]
fn a_name_that_is_not_in_the_certificate_is_refused() {
    let world = World::new();
    world.spec("telegram.toml", |text| text);
    let api = Api::tls(&world.server(&["other.example.com"]), &[], |_, out| {
        api::json(out, "200 OK", "{}");
    });
    let connect = at("api.telegram.org:443", &api);
    let words = [
        "telegram",
        "status",
        "telegram.toml",
        "--trust",
        "root.pem",
        &connect,
        "--send",
    ];
    world.run(&words).ended(1, "critical CALL-TRUST");
    let late = ["--at", "2099-01-01"];
    let right = Api::tls(&world.server(&["api.telegram.org"]), &[], |_, out| {
        api::json(out, "200 OK", "{}");
    });
    let connect = at("api.telegram.org:443", &right);
    let words = [
        "telegram",
        "status",
        "telegram.toml",
        "--trust",
        "root.pem",
        &connect,
        "--send",
    ];
    world
        .run(&[&words[..], &late].concat())
        .ended(1, "critical CALL-TRUST");
    assert_eq!((api.heard().len(), right.heard().len()), (0, 0));
}
