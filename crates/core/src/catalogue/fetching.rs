//! How a chain was obtained, and what changed since it was locked.

use super::{Page, critical, note, run, step, warning};

/// What to do when a change is as it should be.
const WRITE_AGAIN: super::Step = run(
    "When the change is meant, write the lock again, and read the difference:",
    &[
        "trustpack fetch --targets hosts.txt --lock hosts.lock",
        "git diff hosts.lock",
    ],
);

const COMPARE: super::Step = run(
    "Compare the lock with what is there now:",
    &[
        "trustpack diff hosts.lock https://HOST",
        "trustpack fetch HOST:443 --locked hosts.lock",
    ],
);

const LOCKED: &[&str] = &["fetch --locked"];

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "CLIENT-JAVA-21-REFUSES",
        title: "a newer Java would refuse what Java 8 to 17 accepts",
        severities: &[warning("--as java accepts and --as java21 refuses")],
        meaning: "JDK 21 and later read wildcards and names that cannot be parsed more strictly than JDK 8 to 17 do. The \
            message has the reason.",
        consequence: "The connection works until the Java below the application is updated, and fails from the first start \
            after that, with nothing changed in the store or at the server.",
        look: &[run(
            "The whole answer of the newer Java:",
            &["trustpack verify https://HOST --trust STORE.jks --as java21"],
        )],
        remedy: &[step(
            "Have the server's certificate issued with plain names: each host by its own name, a wildcard as the whole first \
             label only.",
        )],
        sources: &[
            "sun.security.util.HostnameChecker and sun.security.x509 of JDK 17 and 21",
            "RFC 9525 section 6.3",
        ],
        verbs: &["verify", "check --pair", "channel pack"],
    },
    Page {
        id: "FETCH-BACKENDS-DISAGREE",
        title: "the addresses of a name present different certificates",
        severities: &[warning(
            "with --all-addresses, for each address that presented one",
        )],
        meaning: "The name has several addresses, and not all of the machines behind them have the same certificate. Most \
            often one of them missed a renewal. It can be meant, where each site has its own.",
        consequence: "Clients see one or the other, by chance. When the older certificate expires, a part of all connections \
            fails, which looks like a network that is not quite well.",
        look: &[run(
            "See them side by side:",
            &[
                "trustpack fetch HOST:443 --all-addresses",
                "trustpack fetch HOST:443 --connect ADDRESS:443",
            ],
        )],
        remedy: &[
            step("Install the current certificate on every backend, and reload each."),
            run(
                "Check again:",
                &["trustpack fetch HOST:443 --all-addresses"],
            ),
        ],
        sources: &["`docs/fetch.md`"],
        verbs: &["check", "fetch"],
    },
    Page {
        id: "FETCH-NAME-REFUSED",
        title: "a server answers only when its name is not sent",
        severities: &[note("always")],
        meaning: "With the name in the handshake (SNI) the server refused, without it answered. It does not know itself by \
            this name, or its TLS is too old for the extension.",
        consequence: "Clients send the name, all of them; those that do not try again without it are refused.",
        look: &[run(
            "With and without the name:",
            &[
                "openssl s_client -connect HOST:443 -servername HOST </dev/null",
                "openssl s_client -connect HOST:443 -noservername </dev/null",
            ],
        )],
        remedy: &[step(
            "Add the name to the server's configuration (virtual host, server_name, SNI map), and reload.",
        )],
        sources: &["RFC 6066 section 3"],
        verbs: &["fetch", "inspect"],
    },
    Page {
        id: "FETCH-STARTTLS-GUESSED",
        title: "the port said which protocol to speak before TLS",
        severities: &[note(
            "the endpoint was named without a scheme and without --starttls",
        )],
        meaning: "The port is the usual one of a protocol that begins in clear and switches to TLS, such as 25, 143 or 5432, so \
            that protocol was spoken.",
        consequence: "None where the guess is right. Where something else listens there, the fetch fails or shows another \
            service's certificate.",
        look: &[],
        remedy: &[run(
            "Name the protocol, or TLS at once:",
            &[
                "trustpack fetch smtp://HOST:25",
                "trustpack fetch tls://HOST:5432",
            ],
        )],
        sources: &[
            "`docs/fetch.md`",
            "RFC 3207 (SMTP), RFC 9051 (IMAP) and others",
        ],
        verbs: &["fetch", "inspect"],
    },
    Page {
        id: "FETCH-UNEXPECTED",
        title: "a server presents another certificate or key than was expected",
        severities: &[critical(
            "none of --expect-fingerprint and --expect-spki fits",
        )],
        meaning: "You said which certificate or key the server must have, and it has another. Either it was renewed, or \
            something between you and the server answered in its place: the two look the same from here.",
        consequence: "Nothing was installed from it. Clients that pin the old certificate or key refuse the server now. If it \
            is an attacker, those without pins hand over what they send.",
        look: &[
            run(
                "See what is presented, also over another network:",
                &[
                    "trustpack fetch HOST:443",
                    "trustpack fetch HOST:443 --proxy none",
                ],
            ),
            step(
                "For a public certificate, its logs tell whether and when the CA issued it: crt.sh, by the SHA-256.",
            ),
        ],
        remedy: &[
            step(
                "Ask whoever runs the server, by telephone or a ticket, not over the same connection, whether it was renewed.",
            ),
            step("If so, expect the new one; --expect-spki survives a renewal with the same key."),
            step("If not, trust nothing of it, and tell your security team."),
        ],
        sources: &["RFC 7469 section 2.4 (hash of the key)"],
        verbs: &["fetch"],
    },
    Page {
        id: "FETCH-UNPROVEN",
        title: "a server did not prove that it holds the key of its certificate",
        severities: &[
            warning("a chain was read, and no handshake was finished"),
            note("the same in `check`, where nothing is trusted for it"),
        ],
        meaning: "Certificates are public: anybody can show one. Only a finished handshake proves that the server has the key. \
            Here the probe read the certificates and left, the handshake broke off, or its signature is of a kind that cannot \
            be checked here. The message says which.",
        consequence: "To look at dates it is good enough. To trust it is not: an impostor could present the same chain. So a \
            store takes it only with --accept-unproven or --expect-fingerprint.",
        look: &[run(
            "Ask for a whole handshake, and see why it fails:",
            &[
                "trustpack fetch HOST:443 --engine tls",
                "openssl s_client -connect HOST:443 -servername HOST </dev/null",
            ],
        )],
        remedy: &[
            run(
                "Where the server wants a client certificate, show one:",
                &[
                    "trustpack fetch HOST:443 --client-cert CLIENT.p12 --client-password env:CLIENT_PASS",
                ],
            ),
            step(
                "Where the server is old: get the fingerprint of its certificate over another way, and name it with \
                 --expect-fingerprint sha256:HEX.",
            ),
        ],
        sources: &[
            "RFC 8446 section 4.4.3",
            "RFC 5246 sections 7.4.3 and 7.4.9",
        ],
        verbs: &["check", "fetch", "inspect"],
    },
    Page {
        id: "LOCK-CHAIN-CHANGED",
        title: "other certificates come with a server's own than were locked",
        severities: &[warning(
            "the issuer has the same name, and the rest of the chain differs, or its order",
        )],
        meaning: "The server's issuer is as before by name, and what is sent beside it is not: another intermediate with the \
            same name, a cross certificate more or less, another order.",
        consequence: "Stores that hold the former intermediate only may refuse the server, even though its own certificate looks \
            familiar.",
        look: &[
            COMPARE,
            run(
                "See whether your store still does:",
                &["trustpack verify https://HOST --trust STORE.jks --after-renewal"],
            ),
        ],
        remedy: &[WRITE_AGAIN],
        sources: &["`docs/fetch.md` (locks)"],
        verbs: LOCKED,
    },
    Page {
        id: "LOCK-ISSUER-CHANGED",
        title: "a server's certificate is by another issuer than was locked",
        severities: &[warning("the issuer's name differs")],
        meaning: "The server moved to another CA, or its CA to another intermediate. Or the answer comes from somebody else: a \
            proxy that inspects TLS issues certificates by its own CA.",
        consequence: "Stores that hold the former CA refuse the server.",
        look: &[
            COMPARE,
            run(
                "See whether your store still does:",
                &["trustpack verify https://HOST --trust STORE.jks"],
            ),
        ],
        remedy: &[
            step("Ask the operator whether that is meant, unless you know it."),
            run(
                "Put the new issuers into the stores:",
                &["trustpack fetch HOST:443 --install STORE.jks --password env:STORE_PASS"],
            ),
            WRITE_AGAIN,
        ],
        sources: &["`docs/fetch.md` (locks)"],
        verbs: LOCKED,
    },
    Page {
        id: "LOCK-KEY-CHANGED",
        title: "a server has another key than was locked",
        severities: &[critical("the public key differs")],
        meaning: "The certificate is for another public key. Many ACME clients make a new key at each renewal, so it may be \
            routine; an attacker in between cannot have the old key, so it may be that, too.",
        consequence: "Whoever pins the key (mobile apps, DANE, partner systems) refuses the server from now on.",
        look: &[
            COMPARE,
            step(
                "For a public certificate, its logs tell whether and when the CA issued it: crt.sh, by the SHA-256.",
            ),
        ],
        remedy: &[
            step("Ask the operator, not over the same connection, whether the key was changed."),
            step("Renew pins of the old key."),
            WRITE_AGAIN,
        ],
        sources: &[
            "`docs/fetch.md` (locks)",
            "RFC 7671 section 8.1 (DANE: publish before the change)",
        ],
        verbs: LOCKED,
    },
    Page {
        id: "LOCK-LEAF-CHANGED",
        title: "a server was renewed with the same key",
        severities: &[warning("another certificate for the same public key")],
        meaning: "The server has a new certificate, and still the key that was locked: a renewal, and nobody without that key \
            could have answered.",
        consequence: "Pins of the key hold. Stores that trust the certificate itself refuse the server: see CERT-LEAF-ONLY.",
        look: &[COMPARE],
        remedy: &[WRITE_AGAIN],
        sources: &["`docs/fetch.md` (locks)"],
        verbs: LOCKED,
    },
    Page {
        id: "LOCK-MISSING",
        title: "a server of the lock presents nothing now",
        severities: &[
            warning("it was asked, and presented no certificate that can be read"),
            note("it was not asked in this run"),
        ],
        meaning: "The lock holds a server of which this run has nothing.",
        consequence: "Whether it changed is not known.",
        look: &[run("See why:", &["trustpack fetch HOST:443"])],
        remedy: &[
            step("If it is down, bring it back; if it was forgotten, name it too."),
            run(
                "If it is gone for good, write the lock again without it:",
                &["trustpack fetch --targets hosts.txt --lock hosts.lock"],
            ),
        ],
        sources: &["`docs/fetch.md` (locks)"],
        verbs: LOCKED,
    },
    Page {
        id: "LOCK-NEW",
        title: "the lock does not hold this server",
        severities: &[warning("a server was asked that is not in the lock")],
        meaning: "There is nothing to compare with: the server was added to the list, or the lock was made for another name, \
            address or type of certificate.",
        consequence: "None yet; a change of this server would go unnoticed.",
        look: &[run("See what it presents:", &["trustpack fetch HOST:443"])],
        remedy: &[WRITE_AGAIN],
        sources: &["`docs/fetch.md` (locks)"],
        verbs: LOCKED,
    },
];
