//! What could not be looked at.

use super::{Page, critical, note, run, step, warning};

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "CHECK-UNREACHABLE",
        title: "no certificate was obtained from a server",
        severities: &[
            critical("the server, or one of its addresses, presented nothing"),
            note(
                "one of each type of certificate was asked for (--cert-type all), and it has none of this type",
            ),
        ],
        meaning: "The name was not found, nobody answered in time, the connection was refused or broken, the proxy said no, or \
            the server does not speak TLS there. The message says which. A server that cannot be looked at is never left out \
            of a report: its certificate may have expired for all that is known.",
        consequence: "If clients have the same experience, the service is down. If only this machine has it (firewall, proxy, \
            DNS), the certificate goes unwatched.",
        look: &[
            run(
                "Ask again with more time, without a proxy, and another tool:",
                &[
                    "trustpack fetch HOST:443 --timeout 30s --retries 3",
                    "trustpack fetch HOST:443 --proxy none -4",
                    "openssl s_client -connect HOST:443 -servername HOST </dev/null",
                ],
            ),
            run(
                "Where TLS begins after a talk in clear, say so:",
                &[
                    "trustpack fetch smtp://HOST:587",
                    "trustpack fetch HOST:5432 --starttls postgres",
                ],
            ),
        ],
        remedy: &[
            step("Repair the server or the way to it."),
            step("If the name is wrong or the server is gone, take it off the list."),
            run(
                "If it is down on purpose, silence the finding with a reason and an end in a policy file:",
                &["trustpack check HOST:443 --policy policy.toml"],
            ),
        ],
        sources: &["`docs/fetch.md`"],
        verbs: &["check"],
    },
    Page {
        id: "CHECK-UNREADABLE",
        title: "a file, or a part of it, cannot be read",
        severities: &[
            critical(
                "nothing of it was read, a part was left out, or a line of a list names no server",
            ),
            warning(
                "the password that was named does not fit, and its certificates were read without it",
            ),
            note(
                "it was named and holds a key or request only, a script or text quotes PEM that is none, or a kubeconfig \
                 names a file that is not here",
            ),
        ],
        meaning: "No access, no certificate in it although it was named, a password that does not open it, or content that is \
            damaged or of no known kind. The message says which. Everything else of the run was looked at.",
        consequence: "What expires in there goes unwatched. If a service reads the same file, it may fail at its next start.",
        look: &[run(
            "See what it is, and what can be read of it:",
            &["ls -l FILE", "head -c 200 FILE", "trustpack inspect FILE"],
        )],
        remedy: &[
            step(
                "No access: let the check run as a user who may read it. Do not make a file with a key readable for all.",
            ),
            run(
                "A password: name it, for one store or by pattern:",
                &[
                    "trustpack check STORE.p12 --password env:STORE_PASS",
                    "trustpack check /srv --password-for '*.p12=file:store.pass' --password-for '*.jks=env:STORE_PASS'",
                ],
            ),
            step(
                "A damaged file: get it again from where it was made, in binary mode, and compare SHA-256.",
            ),
            step(
                "A file that need not hold a certificate: take it off the arguments, or leave it out with --exclude.",
            ),
            step("A line of a list: write host, host:port or a URL."),
        ],
        sources: &["`trustpack inspect --help` (formats)"],
        verbs: &["check"],
    },
];
