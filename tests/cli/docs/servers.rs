//! Commands that ask servers and providers, or run until they are told to stop.

use std::process::Stdio;

use super::*;
use crate::ari;
use crate::watch::Watching;

#[test]
fn every_command_about_watching_runs_until_it_is_told_to_stop() {
    let text = fs::read_to_string(root().join("docs/watch.md")).unwrap();
    let mut commands = commands_of(&text);
    commands.retain(|command| command.contains(" --watch "));
    assert!(commands.len() >= 3, "{commands:?}");
    for command in commands {
        let desk = Desk::new();
        let words = words_of(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = desk.command(&words);
        let mut watching = Watching::start(command.stdout(Stdio::null()));
        watching.line("; next round at ");
        watching.stop();
    }
}

#[test]
fn every_command_about_the_exporter_runs_until_it_is_told_to_stop() {
    let text = fs::read_to_string(root().join("docs/exporter.md")).unwrap();
    let other = fs::read_to_string(root().join("docs/from-blackbox-exporter.md")).unwrap();
    let mut commands = commands_of(&text);
    commands.extend(commands_of(&other));
    commands.retain(|command| command.starts_with("trustpack exporter "));
    assert!(commands.len() >= 8, "{commands:?}");
    let configuration = text.split("```toml\n").nth(1).unwrap();
    let configuration = configuration.split("```").next().unwrap();
    for command in commands {
        let desk = Desk::new();
        let put = |name: &str, text: &[u8]| fs::write(desk.path(name), text).unwrap();
        put("exporter.toml", configuration.as_bytes());
        put("appliances.toml", b"");
        put("server.pass", b"secret");
        put(
            "server.key",
            &fs::read(fixture("pki/server.key.pem")).unwrap(),
        );
        put(
            "internal-root.pem",
            &fs::read(fixture("pki/root.pem")).unwrap(),
        );
        let mut words = words_of(command);
        if !command.contains("--listen") {
            words.extend(["--listen".to_owned(), "127.0.0.1:0".to_owned()]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = desk.command(&words);
        let mut exporting = Watching::start(command.stdout(Stdio::null()));
        exporting.line("listening on http");
        exporting.stop();
    }
}

#[test]
fn every_command_about_renewal_information_runs() {
    let text = fs::read_to_string(root().join("docs/ari.md")).unwrap();
    let server = ari::acme(5, 6);
    let own = format!("http://{}", server.address);
    let mut commands = commands_of(&text);
    commands.retain(|command| command.contains("//acme.test"));
    assert!(commands.len() >= 2, "{commands:?}");
    let commands: Vec<_> = commands
        .iter()
        .map(|command| command.replace("https://acme.test", &own))
        .collect();
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    assert_they_run(&commands);
    assert!(!server.heard().is_empty());
    // every public CA that is asked is named
    let list = root().join("crates/core/src/ari/directories.toml");
    let list = fs::read_to_string(list).unwrap();
    for line in list.lines() {
        if let Some(name) = line.strip_prefix("organization = ") {
            assert!(text.contains(name.trim_matches('"')), "{name}");
        }
    }
}

#[test]
fn every_command_about_revocation_runs() {
    let text = fs::read_to_string(root().join("docs/revocation.md")).unwrap();
    let mut commands = commands_of(&text);
    commands.retain(|command| command.contains("://server.test"));
    assert!(commands.len() >= 5, "{commands:?}");
    assert_they_run(&commands);
    let source = root().join("crates/core/src/revocation/findings.rs");
    let source = fs::read_to_string(source).unwrap();
    let ids = source
        .split('"')
        .filter(|word| word.starts_with("REVOCATION-"));
    for id in ids {
        assert!(text.contains(&format!("`{id}`")), "{id}");
    }
}

/// Without `--send`, so that nobody is called, and without the bundle that another command makes.
#[test]
fn every_command_about_calls_runs() {
    let text = fs::read_to_string(root().join("docs/calls.md")).unwrap();
    let mut commands = commands_of(&text);
    commands.retain(|command| command.contains(".toml") || command.contains("://"));
    assert!(commands.len() >= 11, "{commands:?}");
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root().join("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let own = fixture("der/root.cer");
    fs::copy(own, folder.path().join("private-root.cer")).unwrap();
    for command in commands {
        let mut words = words_of(command);
        words.retain(|word| word != "--send");
        let words = words.iter().map(|word| match word.as_str() {
            "telegram.zip" => "mozilla",
            word => word,
        });
        let mut program = trustpack();
        let output = program.args(words).current_dir(folder.path()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{command}: {}", stderr(&output));
    }
}
