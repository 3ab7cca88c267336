//! The rehearsal's bundle is accepted by keytool and by a Java client, after the servers have renewed.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::support::java::ask;
use crate::support::{judge, run, stdout, trustpack};

const PASSWORD: &str = "rehearsal-only";

#[test]
fn keytool_and_java_accept_the_bundle_of_the_rehearsal() {
    let (Some(mut java), Some(mut keytool)) = (judge("java"), judge("keytool")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("rehearsal");
    let mut demo = trustpack()
        .args(["demo", "--hold", "--dir"])
        .arg(&dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let played: Vec<String> = lines
        .by_ref()
        .take_while(|line| !line.starts_with("=== Done"))
        .collect();
    assert!(
        !played.iter().any(|line| line.starts_with("UNEXPECTED")),
        "{played:#?}"
    );

    let bundle = dir.join("bundle");
    let store = bundle.join("wa_infobip/trust/trust.jks");
    let list = keytool
        .args([
            "-list",
            "-storetype",
            "JKS",
            "-storepass",
            PASSWORD,
            "-keystore",
        ])
        .arg(&store);
    let listed = stdout(&run(list));
    assert_eq!(listed.matches("trustedCertEntry").count(), 2, "{listed}");

    // The servers have renewed by now, and are held for whoever wants to repeat the commands.
    let port = |host: &str| {
        let flag = format!("--connect={host}:443=127.0.0.1:");
        let line = played.iter().find(|line| line.contains(&flag)).unwrap();
        let rest = line.split(&flag).nth(1).unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    };
    let (api, account, twilio) = (
        "api.infobip.com",
        "demo.api-us.infobip.com",
        "api.twilio.com",
    );
    let specification = std::fs::read_to_string(dir.join("channels.toml")).unwrap();
    let front_end = specification.split("https://127.0.0.1:").nth(1).unwrap();
    let front_end = front_end.split('"').next().unwrap();
    let telegram = bundle.join("tg_support/trust/trust.cer");
    let moved = bundle.join("wa_twilio/trust/trust.cer");
    let by_hand = dir.join("by-hand.jks");
    let (store, telegram, moved, by_hand) = (
        store.display(),
        telegram.display(),
        moved.display(),
        by_hand.display(),
    );
    let questions = [
        format!("{store}\tJKS\t{PASSWORD}\t{api}\t{}", port(api)),
        format!("{store}\tJKS\t{PASSWORD}\t{account}\t{}", port(account)),
        format!("{telegram}\tDER\t\t127.0.0.1\t{front_end}"),
        format!("{moved}\tDER\t\t{twilio}\t{}", port(twilio)),
        format!("{by_hand}\tJKS\t{PASSWORD}\t{api}\t{}", port(api)),
    ];
    let answers = ask(&mut java, &(questions.join("\n") + "\n"));
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(&answers[..4], ["accepted"; 4], "{questions:#?}");
    assert!(
        answers[4].starts_with("refused"),
        "the store made by hand holds: {}",
        answers[4]
    );

    demo.stdin.take().unwrap().write_all(b"\n").unwrap();
    lines.for_each(drop);
    assert!(demo.wait().unwrap().success());
}
