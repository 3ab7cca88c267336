//! What the documentation says has to run.

mod book;
mod servers;

use std::collections::BTreeSet;
use std::fs;

use rustls_pki_types::CertificateDer;

use crate::store::Desk;
use crate::support::server::Server;
use crate::support::{fixture, root, stderr, trustpack};

/// What stands between backticks and begins with our name.
pub(crate) fn commands_of(text: &str) -> Vec<&str> {
    let spans = text.split('`').skip(1).step_by(2);
    let lines = text.lines().map(str::trim);
    let mut commands: Vec<&str> = spans.chain(lines).collect();
    commands.retain(|command| command.starts_with("trustpack ") && !command.contains('\n'));
    commands
}

/// As a shell does it, for words and single quotes.
pub(crate) fn words_of(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    // what stands between quotes is every second part
    for (place, part) in command.split('\'').enumerate() {
        for letter in part.chars() {
            match (letter, words.last_mut()) {
                (' ', _) if place % 2 == 0 => words.push(String::new()),
                (_, Some(word)) => word.push(letter),
                (_, None) => {}
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words.remove(0);
    words
}

/// Stands for `server.test`.
pub(crate) fn server_test() -> Server {
    let der = |name| CertificateDer::from(fs::read(fixture(name)).unwrap());
    let key = fs::read(fixture("pki/server.key.pem")).unwrap();
    let key = pem::parse(key).unwrap().into_contents();
    Server::start(
        vec![der("der/server.cer"), der("der/intermediate.cer")],
        key,
    )
}

/// Runs each command in a folder of its own.
fn assert_they_run(commands: &[&str]) {
    let server = server_test();
    let at = server.address.to_string();
    let mut failed = Vec::new();
    for command in commands {
        let desk = Desk::new();
        let mut words = words_of(command);
        if command.contains("://") {
            words.extend(["--connect".to_owned(), at.clone()]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = desk.command(&words).output().unwrap();
        if !output.status.success() {
            failed.push(format!("{command}: {}\n{}", output.status, stderr(&output)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_command_for_users_of_portecle_and_keytool_runs() {
    let pages = ["portecle", "keytool", "certificate-ripper"].map(|from| {
        let page = root().join(format!("docs/from-{from}.md"));
        fs::read_to_string(page).unwrap()
    });
    let text = pages.join("\n");
    let commands = commands_of(&text);
    assert!(commands.len() > 60, "{}", commands.len());
    assert_they_run(&commands);
}

#[test]
fn every_command_for_users_of_openssl_runs() {
    let text = fs::read_to_string(root().join("docs/from-openssl.md")).unwrap();
    let mut commands = commands_of(&text);
    // a list of a reader's own
    commands.retain(|command| !command.contains("--targets"));
    assert!(commands.len() > 20, "{commands:?}");
    assert_they_run(&commands);
}

#[test]
fn every_command_about_fetching_runs() {
    let text = fs::read_to_string(root().join("docs/fetch.md")).unwrap();
    let mut commands = commands_of(&text);
    // those for hosts of a reader's own
    commands.retain(|command| command.contains("://server.test"));
    assert!(commands.len() >= 5, "{commands:?}");
    assert_they_run(&commands);
}

#[test]
fn every_command_about_reports_runs() {
    use trustpack_core::report::ReportFormat;
    let text = fs::read_to_string(root().join("docs/reports.md")).unwrap();
    let commands = commands_of(&text);
    assert!(commands.len() >= 7, "{commands:?}");
    assert_they_run(&commands);
    for word in ReportFormat::words() {
        assert!(text.contains(&format!("| `{word}` |")), "{word}");
    }
}

/// In one folder with an archive and a folder, in which nothing is unreadable.
#[test]
fn every_command_about_sources_runs() {
    let text = fs::read_to_string(root().join("docs/sources.md")).unwrap();
    let mut commands = commands_of(&text);
    // those for hosts and files of a reader's own
    commands.retain(|command| !command.contains("--pair"));
    assert!(commands.len() >= 5, "{commands:?}");
    let desk = Desk::new();
    fs::create_dir(desk.path("pki")).unwrap();
    fs::copy(desk.path("root.pem"), desk.path("pki/root.pem")).unwrap();
    let archive = fs::File::create(desk.path("etc.tar.gz")).unwrap();
    let gzip = flate2::write::GzEncoder::new(archive, flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    archive
        .append_path_with_name(desk.path("root.pem"), "tls/root.pem")
        .unwrap();
    archive.into_inner().unwrap().finish().unwrap();
    for command in commands {
        let words = words_of(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = desk.command(&words).output().unwrap();
        assert_ne!(
            output.status.code(),
            Some(2),
            "{command}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn every_command_about_comparing_runs() {
    let text = fs::read_to_string(root().join("docs/compare.md")).unwrap();
    let commands = commands_of(&text);
    assert!(commands.len() >= 8, "{commands:?}");
    assert_they_run_in_order(commands);
}

/// With the policy of the page.
#[test]
fn every_command_about_checking_runs() {
    let text = fs::read_to_string(root().join("docs/check.md")).unwrap();
    let (_, policy) = text.split_once("```toml\n").unwrap();
    let (policy, _) = policy.split_once("```\n").unwrap();
    let commands = commands_of(&text);
    assert!(commands.len() >= 3, "{commands:?}");
    let desk = Desk::new();
    fs::write(desk.path("policy.toml"), policy).unwrap();
    for command in commands {
        let words = words_of(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = desk.command(&words).output().unwrap();
        assert!(output.status.success(), "{command}: {}", stderr(&output));
    }
}

#[test]
fn every_command_about_issuing_runs() {
    use trustpack_core::issue::{KeyKind, Profile, Rule};
    let text = fs::read_to_string(root().join("docs/issue.md")).unwrap();
    let commands = commands_of(&text);
    assert!(commands.len() >= 15, "{commands:?}");
    let exported = text.lines().find_map(|line| line.strip_prefix("export "));
    let passwords: Vec<(&str, &str)> = exported
        .unwrap()
        .split(' ')
        .map(|pair| pair.split_once('=').unwrap())
        .collect();
    // the reader has nothing yet
    let folder = tempfile::tempdir().unwrap();
    let run = |command: &str| {
        let mut program = trustpack();
        program.current_dir(folder.path());
        program.envs(passwords.iter().copied());
        let output = program.args(words_of(command)).output().unwrap();
        assert!(output.status.success(), "{command}: {}", stderr(&output));
    };
    for command in &commands {
        run(command);
    }
    for rule in Rule::ALL {
        let row = format!("| `{}` |", rule.word());
        let line = text.lines().find(|line| line.starts_with(&row)).unwrap();
        assert!(line.ends_with(&format!("| {} |", rule.source())), "{line}");
    }
    for word in KeyKind::WORDS.iter().chain(&Profile::WORDS) {
        assert!(text.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn every_command_about_the_page_runs() {
    let text = fs::read_to_string(root().join("docs/html.md")).unwrap();
    let commands = commands_of(&text);
    assert!(commands.len() >= 3, "{commands:?}");
    assert_they_run_in_order(commands);
}

/// One builds on the other, so all run in one folder.
fn assert_they_run_in_order(commands: Vec<&str>) {
    let desk = Desk::new();
    for command in commands {
        let words = words_of(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = desk.command(&words).output().unwrap();
        assert!(output.status.success(), "{command}: {}", stderr(&output));
    }
}

#[test]
fn the_words_about_fetching_are_those_of_the_program() {
    use trustpack_core::tls::starttls::Protocol;
    let text = fs::read_to_string(root().join("docs/fetch.md")).unwrap();
    for protocol in Protocol::ALL {
        assert!(text.contains(&format!("`{protocol}`")), "{protocol}");
        assert!(
            text.contains(&protocol.default_port().to_string()),
            "{protocol}"
        );
    }
    let source = root().join("crates/core/src/fetch/error.rs");
    let source = fs::read_to_string(source).unwrap();
    let table = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("/// | `"));
    let reasons: Vec<&str> = table.filter_map(|row| row.split('`').next()).collect();
    assert!(reasons.len() > 15, "{reasons:?}");
    for reason in reasons {
        assert!(text.contains(&format!("`{reason}`")), "{reason}");
    }
}

#[test]
fn every_action_of_portecle_has_a_row_and_every_done_one_a_case() {
    let text = fs::read_to_string(root().join("docs/from-portecle.md")).unwrap();
    let cases = fs::read_dir(root().join("tests/cli/cmd/portecle")).unwrap();
    let numbers_of_cases: BTreeSet<u32> = cases
        .map(|case| {
            let name = case.unwrap().file_name().into_string().unwrap();
            name.split('-').next().unwrap().parse().unwrap()
        })
        .collect();
    let mut numbers = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, _, answer, _] = cells.as_slice() else {
            continue;
        };
        let Ok(number) = number.parse() else { continue };
        let is_done = !["Not done: ", "Not yet: ", "No command: "]
            .iter()
            .any(|reason| answer.starts_with(reason));
        assert_eq!(is_done, numbers_of_cases.contains(&number), "{line}");
        assert!(!is_done || answer.contains("`trustpack "), "{line}");
        numbers.push(number);
    }
    assert_eq!(numbers, (1..=36).collect::<Vec<u32>>());
}

#[test]
fn every_command_about_stores_runs() {
    let text = fs::read_to_string(root().join("docs/stores.md")).unwrap();
    let (_, section) = text.split_once("\n## Entry by entry\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let commands = commands_of(section);
    assert!(commands.len() >= 8, "{commands:?}");
    assert_they_run(&commands);
}

#[test]
fn every_command_about_channels_runs() {
    let text = fs::read_to_string(root().join("docs/channel.md")).unwrap();
    let commands = commands_of(&text);
    let commands = commands.iter().filter(|command| {
        let parts = ["docs/examples/", " schema", "channel facts"];
        parts.iter().any(|part| command.contains(part))
    });
    let commands: Vec<_> = commands.collect();
    assert!(commands.len() >= 4, "{commands:?}");
    // where what they write does no harm
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("docs"), folder.path().join("docs")).unwrap();
    for command in commands {
        let (command, written) = match command.split_once(" > ") {
            Some((command, file)) => (command, Some(folder.path().join(file))),
            None => (*command, None),
        };
        let output = trustpack()
            .args(words_of(command))
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}: {}", stderr(&output));
        if let Some(file) = written {
            fs::write(file, output.stdout).unwrap();
        }
    }
}

/// In one folder and in order, where they build on each other; but for those that need a provider or keep running.
#[test]
fn every_job_of_the_readme_runs() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, table) = text.split_once("\n## What do you want to do?\n").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let mut commands = commands_of_rows(rows);
    assert!(commands.len() >= 15, "{commands:?}");
    commands.retain(|command| {
        !["exporter", "channel pack"]
            .iter()
            .any(|verb| command.contains(verb))
    });
    let desk = Desk::new();
    fs::create_dir(desk.path("pki")).unwrap();
    fs::copy(desk.path("root.pem"), desk.path("pki/root.pem")).unwrap();
    fs::copy(desk.path("clear.key"), desk.path("server.key")).unwrap();
    fs::remove_file(desk.path("chain.p7b")).unwrap();
    let server = server_test();
    let at = server.address.to_string();
    for command in commands {
        let own = command.replace("api.infobip.com", "server.test");
        let mut words = words_of(&own);
        if own.contains("server.test") {
            words.extend(["--connect".to_owned(), at.clone()]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = desk.command(&words).output().unwrap();
        // 1 is an answer, too
        assert_ne!(
            output.status.code(),
            Some(2),
            "{command}: {}",
            stderr(&output)
        );
    }
}

/// The commands of a table; none has a backtick or a bar in it.
fn commands_of_rows<'a>(rows: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let rows = rows.filter_map(|row| row.split('`').nth(1));
    rows.filter(|command| command.starts_with("trustpack "))
        .collect()
}
