//! Bad input: one clear error line with a hint, exit 2, no panic, no file left behind, bounded time.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::pki::{ca, pem, server};
use crate::support::server::Server;
use crate::support::{run, stderr, trustpack};

/// What a command that cannot do it must look like.
fn assert_refused(folder: &Path, arguments: &[&str], what: &str) {
    let before = listing(folder);
    let output = trustpack()
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    let errors: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("error: "))
        .collect();
    assert_eq!(
        errors.len(),
        1,
        "{arguments:?}: one error line, not\n{said}"
    );
    assert!(
        errors[0].contains(what),
        "{arguments:?}: {what:?} is not in\n{said}"
    );
    assert!(
        said.contains("\nhint: "),
        "{arguments:?}: no hint in\n{said}"
    );
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(
        listing(folder),
        before,
        "{arguments:?}: a file was left behind"
    );
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A server that does with each client what it is told, as long as the test runs.
fn odd_server(act: impl Fn(std::net::TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().flatten().for_each(act));
    address
}

#[test]
fn files_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("empty.pem"), "").unwrap();
    fs::write(path.join("blank.pem"), " \n\t\n").unwrap();
    fs::write(
        path.join("text.pem"),
        "Dear colleague,\nattached the certificate.\n",
    )
    .unwrap();
    fs::create_dir(path.join("folder")).unwrap();
    for (input, what) in [
        ("empty.pem", "empty.pem: the input is empty"),
        ("blank.pem", "blank.pem: the input is empty"),
        ("text.pem", "text.pem: no certificate"),
        ("missing.pem", "missing.pem"),
    ] {
        assert_refused(path, &["convert", input, "-o", "out.der"], what);
        assert_refused(path, &["inspect", input], what);
        assert_refused(path, &["verify", "localhost:1", "--trust", input], what);
    }
    assert_refused(
        path,
        &["verify", "localhost:1", "--trust", "folder"],
        "folder",
    );
    let certificate = server(&["a.test"], None, |_| {});
    fs::write(path.join("one.pem"), certificate.pem()).unwrap();
    assert_refused(path, &["convert", "one.pem", "-o", "folder"], "folder");
    assert_refused(path, &["convert", "one.pem", "-o", "out"], "extension");
    assert_refused(
        path,
        &["convert", "one.pem", "-o", "no/such/folder/out.der"],
        "out.der",
    );
    assert_refused(
        path,
        &["convert", "one.pem", "-o", "one.pem"],
        "both input and output",
    );
    assert_refused(
        path,
        &[
            "convert",
            "one.pem",
            "-o",
            "out.jks",
            "--password",
            "env:TRUSTPACK_NOT_SET",
        ],
        "TRUSTPACK_NOT_SET",
    );
    assert_refused(
        path,
        &[
            "convert",
            "one.pem",
            "-o",
            "out.jks",
            "--password",
            "file:missing",
        ],
        "missing",
    );
}

#[test]
fn several_certificates_in_one_der_file() {
    let folder = tempfile::tempdir().unwrap();
    let root = ca("Root", None, |_| {});
    let leaf = server(&["a.test"], Some(&root), |_| {});
    fs::write(
        folder.path().join("two.pem"),
        pem(&[leaf.der.clone(), root.der.clone()]),
    )
    .unwrap();
    assert_refused(
        folder.path(),
        &["convert", "two.pem", "-o", "out.cer"],
        "exactly one certificate",
    );
}

#[test]
fn a_jks_cut_at_any_byte_and_a_wrong_password() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let certificate = server(&["a.test"], None, |_| {});
    fs::write(path.join("one.pem"), certificate.pem()).unwrap();
    fs::write(path.join("pass"), "changeit").unwrap();
    fs::write(path.join("wrong"), "changedit").unwrap();
    for store in ["s.jks", "s.p12"] {
        run(trustpack().current_dir(path).args([
            "convert",
            "one.pem",
            "-o",
            store,
            "--password",
            "file:pass",
        ]));
        assert_refused(
            path,
            &["inspect", store, "--input-password", "file:wrong"],
            "wrong password",
        );
        // The library's own tests cut at every byte; here the whole command at a few.
        let whole = fs::read(path.join(store)).unwrap();
        for length in (1..whole.len()).step_by(whole.len() / 7) {
            fs::write(path.join("cut"), &whole[..length]).unwrap();
            assert_refused(
                path,
                &["inspect", "cut", "--input-password", "file:pass"],
                "cut",
            );
        }
        fs::remove_file(path.join("cut")).unwrap();
    }
}

#[test]
fn servers_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let http = odd_server(|mut client| {
        let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let smtp = odd_server(|mut client| {
        let _ = client.write_all(b"220 mail.test ESMTP\r\n");
        let _ = client.read(&mut [0; 1024]);
    });
    let closing = odd_server(drop);
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    for (address, what) in [
        (http, "HTTP"),
        (smtp, "TLS"),
        (closing, "closed"),
        (nobody, "refused"),
    ] {
        let address = address.to_string();
        assert_refused(folder.path(), &["fetch", &address, "-o", "chain.pem"], what);
        assert_refused(
            folder.path(),
            &["fetch", &address, "-o", "chain.pem"],
            &address,
        );
    }
    assert_refused(
        folder.path(),
        &["fetch", "no-such-host.invalid", "-o", "chain.pem"],
        "no-such-host.invalid",
    );
    assert_refused(
        folder.path(),
        &["fetch", "http://a.test", "-o", "chain.pem"],
        "http",
    );
    assert_refused(
        folder.path(),
        &["fetch", "a.test:99999", "-o", "chain.pem"],
        "port",
    );
}

#[test]
fn a_server_that_accepts_and_stays_silent_ends_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let silent = odd_server(std::mem::forget).to_string();
    let start = Instant::now();
    assert_refused(
        folder.path(),
        &["fetch", &silent, "--timeout", "500ms", "-o", "chain.pem"],
        "0.5 s",
    );
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn of_several_servers_the_good_ones_go_through_and_the_bad_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = ca("Root", None, |_| {});
    let leaf = server(&["a.test"], Some(&root), |_| {});
    let good = Server::start(vec![leaf.der.clone(), root.der.clone()], leaf.pkcs8());
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let good_address = good.address.to_string();
    let output = trustpack()
        .current_dir(folder.path())
        .args(["fetch", &nobody, &good_address, "-o", "chains/"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(&nobody), "{}", stderr(&output));
    let written = fs::read_to_string(
        folder
            .path()
            .join("chains")
            .join(format!("{}.pem", good_address.replace(':', "_"))),
    );
    assert_eq!(written.unwrap(), pem(&[leaf.der.clone(), root.der.clone()]));
    assert_eq!(listing(&folder.path().join("chains")).len(), 1);
}

#[test]
fn names_with_line_ends_write_no_lines_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\n::add-mask::1\nerror: disk is broken";
    fs::write(folder.path().join(name), "x").unwrap();
    for arguments in [["inspect", name], ["inspect", "."], ["check", "."]] {
        let mut command = trustpack();
        let output = command.current_dir(folder.path()).args(arguments).output();
        let said = stderr(&output.unwrap());
        let is_ours = |line: &str| !line.starts_with("::") && !line.starts_with("error: disk");
        assert!(said.lines().all(is_ours), "{said}");
    }
}

#[test]
fn a_job_that_names_no_certificate_is_not_fine() {
    let folder = tempfile::tempdir().unwrap();
    let key = crate::support::fixture("pki/server.key.pem");
    let key = key.to_str().unwrap();
    assert_refused(folder.path(), &["lint", key], "no certificate to judge");
    let root = crate::support::fixture("pki/root.pem");
    let root = root.to_str().unwrap();
    let both = ["merge", root, "-o", "-", "--format", "pem", "--json"];
    assert_refused(folder.path(), &both, "would both go to stdout");
}

#[test]
fn a_secret_that_is_empty_or_garbled_makes_no_key() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("line", b"\n"),
        ("nul", b"a\0\n"),
        ("return", b"changeit\r"),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let source = format!("file:{name}");
        let new = [
            "new",
            "key",
            "-o",
            "x.key",
            "--type",
            "p-256",
            "--password",
            &source,
        ];
        assert_refused(folder.path(), &new, name);
    }
    // as editors of Windows write it
    fs::write(folder.path().join("marked"), "\u{feff}changeit\r\n").unwrap();
    for (password, name) in [("file:marked", "x.key"), ("empty", "y.key")] {
        let new = [
            "new",
            "key",
            "-o",
            name,
            "--type",
            "p-256",
            "--password",
            password,
        ];
        run(trustpack().current_dir(folder.path()).args(new));
    }
    let inspect = ["inspect", "x.key", "--password", "pass:changeit"];
    run(trustpack().current_dir(folder.path()).args(inspect));
}
