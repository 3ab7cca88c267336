//! What the documentation says has to run.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use rustls_pki_types::CertificateDer;

use crate::ari;
use crate::store::Desk;
use crate::support::server::Server;
use crate::support::{fixture, require, root, stderr, trustpack};
use crate::watch::Watching;

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

/// Every page, by its path below docs/.
fn pages() -> BTreeSet<String> {
    let docs = root().join("docs");
    let mut pages = BTreeSet::new();
    for folder in ["", "deploy/"] {
        for entry in fs::read_dir(docs.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                pages.insert(format!("{folder}{name}"));
            }
        }
    }
    pages
}

/// What a page links to, but for other sites.
fn links_of(text: &str) -> Vec<&str> {
    let links = text.split("](").skip(1);
    let links = links.filter_map(|rest| rest.split_once(')').map(|(link, _)| link));
    links.filter(|link| !link.contains("://")).collect()
}

/// As GitHub and mdBook make it of a heading.
fn anchor_of(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter => letter
            .is_alphanumeric()
            .then(|| letter.to_ascii_lowercase()),
    });
    kept.collect()
}

#[test]
fn every_page_is_in_the_book_once() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed = links_of(&summary);
    let mut expected = pages();
    expected.remove("SUMMARY.md");
    assert_eq!(listed.len(), expected.len(), "{listed:?}");
    let listed: BTreeSet<String> = listed.into_iter().map(ToOwned::to_owned).collect();
    assert_eq!(listed, expected);
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages().into_iter().map(|page| format!("docs/{page}"));
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(ToOwned::to_owned);
    for page in pages.chain(others) {
        let path = root().join(&page);
        let text = fs::read_to_string(&path).unwrap();
        for link in links_of(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{page}: {link}");
            if anchor.is_empty() {
                continue;
            }
            let text = fs::read_to_string(target).unwrap();
            let headings = text.lines().filter(|line| line.starts_with('#'));
            let mut anchors = headings.map(|line| anchor_of(line.trim_start_matches('#')));
            assert!(anchors.any(|found| found == anchor), "{page}: {link}");
        }
    }
}

/// A page for each command, which `man` lays out without a word of complaint.
#[test]
fn every_command_has_its_manual_page() {
    let desk = Desk::new();
    let output = desk.command(&["man", "--folder", "pages/man1"]).output();
    assert!(output.unwrap().status.success());
    let pages = fs::read_dir(desk.path("pages/man1")).unwrap();
    let pages: BTreeSet<String> = pages
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    for page in [
        "trustpack.1",
        "trustpack-fetch.1",
        "trustpack-store-import.1",
    ] {
        assert!(pages.contains(page), "{page}: {pages:?}");
    }
    assert!(!pages.iter().any(|page| page.contains("help")), "{pages:?}");
    let again = desk.command(&["man", "store", "import"]).output().unwrap();
    let written = fs::read(desk.path("pages/man1/trustpack-store-import.1")).unwrap();
    assert_eq!(again.stdout, written);
    let man = std::process::Command::new("man").arg("--version").output();
    if !require(man.is_ok(), "man") {
        return;
    }
    for page in pages {
        let output = std::process::Command::new("man")
            .args(["--warnings", "--encoding=UTF-8", "--local-file"])
            .arg(desk.path(&format!("pages/man1/{page}")))
            .output()
            .unwrap();
        assert!(output.status.success(), "{page}");
        assert_eq!(stderr(&output), "", "{page}");
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
