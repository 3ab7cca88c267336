//! Folders, with all that lies in them, and names however they are spelled.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use super::*;

#[test]
fn a_folder_with_everything_that_is_no_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "a/server.pem", "pki/server.pem");
    put(folder, "b/skip/root.pem", "pki/root.pem");
    fs::write(folder.join("a/notes.txt"), "nothing").unwrap();
    fs::write(folder.join("a/empty.pem"), "").unwrap();
    symlink("server.pem", folder.join("a/1234abcd.0")).unwrap();
    symlink("..", folder.join("b/loop")).unwrap();
    symlink("gone", folder.join("b/broken.pem")).unwrap();
    let _socket = UnixListener::bind(folder.join("b/socket")).unwrap();
    let made = Command::new("mkfifo")
        .arg(folder.join("b/pipe.pem"))
        .status();
    assert!(made.unwrap().success());
    let name = std::ffi::OsString::from("b/caf\u{e9}.pem");
    put(folder, name.to_str().unwrap(), "pki/intermediate.pem");

    let (code, report, told) = check(folder, &["."]);
    assert_eq!(code, Some(2), "{told}");
    let found = subjects(&report);
    let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "./a/empty.pem",
            "./a/server.pem",
            "./b/caf\u{e9}.pem",
            "./b/skip/root.pem"
        ],
        "each file once, under its own name, in name order"
    );
    assert_eq!(found[0].2, ["CHECK-UNREADABLE"]);
    for line in [
        "1 file without certificates passed over: ./a/notes.txt",
        "socket",
        "pipe",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }

    let (code, report, _) = check(
        folder,
        &[
            ".",
            "--include",
            "*.pem",
            "--exclude",
            "skip",
            "--exclude",
            "empty.pem",
        ],
    );
    assert_eq!(code, Some(0));
    let names: Vec<String> = subjects(&report)
        .into_iter()
        .map(|(name, ..)| name)
        .collect();
    assert_eq!(names, ["./a/server.pem", "./b/caf\u{e9}.pem"]);
}

#[test]
fn what_is_no_certificate_file_alarms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "server.pem", "pki/server.pem");
    put(folder, "old.key.pem", "pki/server.key.pem");
    for (name, content) in [
        ("package.json", "{\"name\": \"x\"}"),
        ("web.xml", "<web/>"),
        ("index.html", "<!DOCTYPE html><html></html>"),
        ("php.ini", "[section]\nkey=value\n"),
        (
            "dh.pem",
            "-----BEGIN DH PARAMETERS-----\nMAYCAQsCAQI=\n-----END DH PARAMETERS-----\n",
        ),
        (
            "InRelease",
            "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n",
        ),
        ("make.sh", "echo '-----BEGIN CERTIFICATE-----'\necho body\n"),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
    let (code, report, told) = check(folder, &["."]);
    assert_eq!(code, Some(0), "{report:#} {told}");
    // as a pattern of the shell names them
    let (code, report, _) = check(folder, &["server.pem", "old.key.pem"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        subjects(&report)[1],
        one("old.key.pem", 0, &["CHECK-UNREADABLE"])
    );
    let (code, _, told) = check(folder, &["old.key.pem"]);
    assert_eq!(code, Some(2), "a key alone is nothing that was checked");
    assert!(told.contains("there is no certificate to check"), "{told}");
}

#[test]
fn what_did_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "pki/a.pem", "pki/server-expired.pem");
    put(folder, "pki/b.p12", "keystores/p12/openssl-key.p12");
    let silence = |id: &str, until: &str| {
        format!("[[silence]]\nid = \"{id}\"\npath = \"pki/*\"\nreason = \"r\"\nuntil = {until}\n")
    };
    let policy = [
        silence("CERT-EXPIRED", "2026-11-20"),
        silence("CERT-EXPIRED", "2026-12-31"),
        silence("CERT-WEAK", "2026-12-31"),
    ];
    fs::write(folder.join("policy.toml"), policy.concat()).unwrap();
    let arguments = [
        "pki",
        "--policy",
        "policy.toml",
        "--include",
        "*.p12",
        "--include",
        "*.pem",
        "--include",
        "*.pfx",
        "--password-for",
        "b.p12=pass:changeit",
        "--password-for",
        "*.p12=pass:changeit",
        "--password-for",
        "c.p12=pass:changeit",
    ];
    let (code, report, told) = check(folder, &arguments);
    assert_eq!(code, Some(0), "{report:#}");
    let lines: Vec<&str> = told
        .lines()
        .filter(|line| !line.contains("visible to every user"))
        .collect();
    assert_eq!(
        lines,
        [
            "warning: --include \"*.pfx\" fits no file in a folder",
            "warning: --password-for \"*.p12\" fits no file that is left to it, so its password is not tried",
            "warning: --password-for \"c.p12\" fits no file that is left to it, so its password is not tried",
            "note: silence 1 of the policy ended on 2026-11-20",
            "note: silence 3 of the policy fits nothing that was found",
        ]
    );
}

#[test]
fn what_is_named_twice_is_checked_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "pki/a.pem", "pki/server.pem");
    put(folder, "pki/b.pem", "pki/root.pem");
    symlink("a.pem", folder.join("pki/link.pem")).unwrap();
    fs::hard_link(folder.join("pki/a.pem"), folder.join("hard.pem")).unwrap();
    let names = |arguments: &[&str]| {
        let (_, report, told) = check(folder, arguments);
        assert!(report.is_object(), "{told}");
        let names = subjects(&report).into_iter().map(|(name, ..)| name);
        names.collect::<Vec<_>>()
    };
    let a = "pki/a.pem";
    assert_eq!(names(&[a, a, "./pki/a.pem", "pki/link.pem"]), [a]);
    assert_eq!(names(&["hard.pem", a]), ["hard.pem"]);
    assert_eq!(names(&["pki", "./pki/a.pem"]), ["pki/b.pem", "./pki/a.pem"]);
    assert_eq!(names(&["pki", "pki", "."]), [a, "pki/b.pem", "./hard.pem"]);
    assert_eq!(names(&["gone.pem", "./gone.pem"]), ["gone.pem"]);
}

#[test]
fn names_that_are_no_text_stay_apart() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let pem = fs::read(fixture("pki/server.pem")).unwrap();
    for name in [b"\xfe.pem".as_slice(), b"\xff.pem"] {
        let name = std::ffi::OsStr::from_bytes(name);
        fs::write(folder.path().join(name), &pem).unwrap();
    }
    let (code, report, told) = check(folder.path(), &["."]);
    assert_eq!(code, Some(0), "{told}");
    let expected = [one("./\\xfe.pem", 1, &[]), one("./\\xff.pem", 1, &[])];
    assert_eq!(subjects(&report), expected);
}

#[test]
fn patterns_fit_however_a_path_is_spelled() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    put(folder, "pki/a.p12", "keystores/p12/openssl-key.p12");
    put(folder, "pki/old/b.pem", "pki/server-expired.pem");
    put(folder, "c.pem", "pki/server.pem");
    for rule in ["pki/a.p12", "./pki/a.p12", "pki//a.p12"] {
        for input in ["pki/a.p12", "./pki/a.p12"] {
            let password = format!("{rule}=pass:changeit");
            let (code, report, told) = check(folder, &[input, "--password-for", &password]);
            assert_eq!(code, Some(0), "{rule} {input}: {told}");
            assert_eq!(subjects(&report)[0].1, 2);
            fs::write(
                folder.join("policy.toml"),
                format!("[[rule]]\npath = \"{rule}\"\nwarn = \"90000d\"\ncrit = \"1d\"\n"),
            )
            .unwrap();
            let policy = ["--policy", "policy.toml", "--password-for", &password];
            let (code, ..) = check(folder, &[&[input], policy.as_slice()].concat());
            assert_eq!(code, Some(1), "{rule} {input}");
        }
    }
    let names = |arguments: &[&str]| {
        let (_, report, _) = check(folder, arguments);
        let names = subjects(&report).into_iter().map(|(name, ..)| name);
        names.collect::<Vec<_>>()
    };
    for exclude in ["pki/", "./pki", "./pki/"] {
        assert_eq!(names(&[".", "--exclude", exclude]), ["./c.pem"]);
        assert_eq!(names(&["pki", "c.pem", "--exclude", exclude]), ["c.pem"]);
    }
    for exclude in ["pki/old/", "./pki/old", "old/", "./old"] {
        let found = names(&["./pki", "--exclude", exclude]);
        assert_eq!(found, ["./pki/a.p12"], "{exclude}");
    }
    for include in ["./pki/a.p12", "pki/*.p12", "a.p12", "./a.p12"] {
        let found = names(&["./pki", "--include", include]);
        assert_eq!(found, ["./pki/a.p12"], "{include}");
    }
}
