//! What has ended, will end soon, or has not begun.

use super::{Page, critical, note, run, step, warning};

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "CERT-EXPIRED",
        title: "a certificate has expired",
        severities: &[
            critical(
                "of a server or client, of an intermediate, or of an anchor through which a server of the same run is trusted",
            ),
            warning(
                "of an anchor in a store that no server of the run needs, or of an entry that is being merged",
            ),
            note("of a certificate that a server sends beside its path, and no client needs"),
        ],
        meaning: "The last second of the certificate's validity (notAfter) has passed. The time that counts is the clock of \
            this machine, or what --at says.\n\n\
            An expired anchor in a trust store usually means that its CA has a successor under the same or a similar name, \
            which the store lacks.",
        consequence: "Browsers, curl, OpenSSL, Java and most others refuse a server with an expired certificate or \
            intermediate at once: users see a full-page warning, programs `certificate has expired` or \
            `CertificateExpiredException`. There is no grace period.\n\n\
            Java does not look at the dates of what is in its trust store, so an expired anchor may go unnoticed there while \
            OpenSSL refuses it (see CERT-LEAF-EXPIRED-TRUSTED).",
        look: &[
            run(
                "See what the server presents now, and until when each certificate is valid:",
                &[
                    "trustpack inspect https://HOST",
                    "openssl s_client -connect HOST:443 -servername HOST </dev/null 2>/dev/null | openssl x509 -noout -dates -subject -issuer",
                ],
            ),
            run(
                "List what else in a store has expired:",
                &["trustpack store find STORE.jks --expires-before 2027-01-01"],
            ),
        ],
        remedy: &[
            step(
                "A server's certificate: renew it with its CA or ACME client, install certificate and intermediates, and reload \
                 the service. If it was renewed already, the service still holds the old one in memory: see CERT-NOT-DEPLOYED.",
            ),
            step(
                "An intermediate: take the current one from the CA, or from the caIssuers address in the certificate.",
            ),
            run(
                "An anchor: put its successor into the store first, then delete the old one.",
                &[
                    "trustpack store import STORE.jks NEW-ROOT.pem --password env:STORE_PASS --backup",
                    "trustpack store delete STORE.jks OLD-ALIAS --password env:STORE_PASS",
                ],
            ),
            run("Check again:", &["trustpack check HOST:443 STORE.jks"]),
        ],
        sources: &["RFC 5280 sections 4.1.2.5 and 6.1.3 (a) (2)"],
        verbs: &[
            "check",
            "merge",
            "store import",
            "fetch --install",
            "channel validate",
            "channel pack",
        ],
    },
    Page {
        id: "CERT-EXPIRING",
        title: "a certificate expires soon",
        severities: &[
            critical(
                "less is left than the critical threshold: by default min(7 days, an eighth of its lifetime) of an end entity, a \
                 sixth if it lives 10 days or less, 30 days of a CA certificate",
            ),
            warning(
                "less is left than the warning threshold: by default min(30 days, a quarter of its lifetime) of an end entity, a \
                 third if it lives 10 days or less, 90 days of a CA certificate",
            ),
            note("of a certificate that a server sends beside its path, and no client needs"),
        ],
        meaning: "The certificate is valid now and has little of its lifetime left. The thresholds follow the lifetime, since a \
            fixed 30 days would alarm for most of the life of a 47-day certificate. A renewal on time (with a third of the \
            lifetime left, half for the shortest) never gives this finding: so when it appears, the renewal is late or has \
            failed.",
        consequence: "Nothing yet. When the date passes, it becomes CERT-EXPIRED, and clients refuse the server. For an anchor \
            or a CA, everything below it is refused on the same day.",
        look: &[
            run(
                "See the dates, and whether the file on disk is newer than what is served:",
                &[
                    "trustpack inspect https://HOST",
                    "trustpack diff /etc/ssl/HOST/fullchain.pem https://HOST",
                ],
            ),
            step(
                "Look at the log of the ACME client (`journalctl -u certbot.service`, the events of cert-manager): a failed renewal stands there with its reason.",
            ),
        ],
        remedy: &[
            step("Renew it now, install it with its intermediates, and reload the service."),
            step(
                "Where the certificate itself is trusted or pinned by somebody, send them the new one before the change.",
            ),
            run(
                "Where these thresholds do not fit, set your own, for a run or in a policy file:",
                &[
                    "trustpack check HOST:443 --warn 21d --crit 7d",
                    "trustpack check /etc/ssl/certs --warn anchor=60d --policy policy.toml",
                ],
            ),
        ],
        sources: &[
            "Baseline Requirements of the CA/Browser Forum, section 6.3.2 (lifetimes)",
            "`trustpack check --help` (default policy)",
        ],
        verbs: &["check", "channel validate", "channel pack"],
    },
    Page {
        id: "CERT-NOT-YET-VALID",
        title: "a certificate is not valid yet",
        severities: &[
            critical(
                "of a server or client, of an intermediate, or of an anchor through which a server of the same run is trusted",
            ),
            warning(
                "of an anchor in a store that no server of the run needs, or of an entry that is being merged",
            ),
            note("of a certificate that a server sends beside its path, and no client needs"),
        ],
        meaning: "The first second of the certificate's validity (notBefore) is still to come, by the clock of this machine or \
            by --at. Either it was installed too early, or a clock is wrong: here, or on the machine of the CA that issued it.",
        consequence: "Clients refuse it just as one that has expired: `certificate is not yet valid`, \
            `CertificateNotYetValidException`. If only the clock of this machine is wrong, other clients accept it.",
        look: &[run(
            "Compare the clock with the certificate:",
            &[
                "date -u",
                "trustpack inspect https://HOST --fields not_before,not_after,name",
            ],
        )],
        remedy: &[
            step(
                "Correct the clock of this machine, if that is it (`timedatectl` tells whether it is synchronised).",
            ),
            step(
                "Otherwise keep the certificate that is valid now until then. A CA that is your own should date back a few minutes.",
            ),
        ],
        sources: &["RFC 5280 sections 4.1.2.5 and 6.1.3 (a) (2)"],
        verbs: &[
            "check",
            "merge",
            "store import",
            "fetch --install",
            "channel validate",
            "channel pack",
        ],
    },
    Page {
        id: "CERT-RENEW",
        title: "the issuer asks for a renewal now",
        severities: &[warning("the window that the issuer suggests has begun")],
        meaning: "With --ari, the ACME server of the issuer was asked when it wants this certificate to be renewed, and its \
            window has begun. Usually that is routine, at about two thirds of the lifetime. It can also be far earlier: a CA \
            that must revoke certificates moves their windows to the present, and this is then the first sign of it.",
        consequence: "None today, if it is routine. If the CA is about to revoke the certificate, clients that check revocation \
            refuse the server within hours or days, long before the certificate expires.",
        look: &[
            run(
                "See how much of the lifetime is left; a window that began with most of it left is no routine:",
                &["trustpack inspect https://HOST"],
            ),
            step(
                "The issuer's answer may name a page that explains (explanationURL); its status page and mails say why.",
            ),
        ],
        remedy: &[
            step(
                "Let the ACME client renew now (`certbot renew`, `lego renew`, `cmctl renew`), and see that it asks by itself: \
                 clients with ARI support do.",
            ),
            step(
                "Install the new certificate and reload the service; CERT-NOT-DEPLOYED tells when that was forgotten.",
            ),
        ],
        sources: &["RFC 9773"],
        verbs: &["check"],
    },
    Page {
        id: "CRL-EXPIRED",
        title: "a revocation list is out of date",
        severities: &[critical("its nextUpdate has passed")],
        meaning: "The issuer promised a newer list by the date in nextUpdate, and this is not it. Either the file is not fetched \
            any more, or the CA has stopped to publish: an offline root whose list was signed for a year is the usual case.",
        consequence: "Clients that must check revocation and find only this list refuse every certificate of the CA, not only \
            revoked ones: VPN gateways, OpenSSL with -crl_check (`CRL has expired`), NGINX with ssl_crl, Java with \
            com.sun.net.ssl.checkRevocation=true, Windows log-on with smart cards. All users are locked out at the same moment.",
        look: &[run(
            "See the dates and the issuer of the list, and where it is published:",
            &[
                "trustpack inspect FILE.crl",
                "openssl crl -in FILE.crl -noout -issuer -lastupdate -nextupdate",
                "trustpack inspect CERTIFICATE.pem",
            ],
        )],
        remedy: &[
            run(
                "Fetch the current list from the address in the certificates (crlDistributionPoints), and check it before it is \
                 installed:",
                &[
                    "curl -fsS -o NEW.crl http://CA.example/issuing.crl",
                    "trustpack check NEW.crl",
                ],
            ),
            step(
                "If that one is old as well, the CA has to sign a new list: call whoever runs it.",
            ),
            step(
                "Install it, reload what reads it, and see that the job that fetches it runs again.",
            ),
        ],
        sources: &["RFC 5280 sections 5.1.2.5 and 6.3.3"],
        verbs: &["check"],
    },
    Page {
        id: "CRL-EXPIRING",
        title: "a revocation list is due for an update",
        severities: &[
            critical("less is left than --crit crl=… says; none by default"),
            warning("less than a quarter of the time from one update to the next is left"),
        ],
        meaning: "The list is in force, and its successor should be here by now: CAs publish a new list well before the old \
            one ends, so that caches have time to follow.",
        consequence: "Nothing yet. When nextUpdate passes it becomes CRL-EXPIRED, and clients that check by it refuse every \
            certificate of this CA.",
        look: &[run(
            "See whether a newer list is published where the certificates point to:",
            &[
                "trustpack inspect FILE.crl",
                "curl -fsS http://CA.example/issuing.crl | trustpack inspect -",
            ],
        )],
        remedy: &[
            step("If there is a newer one: find out why it is not fetched here."),
            step("If there is none: the CA is late; tell whoever runs it before the date."),
        ],
        sources: &["RFC 5280 section 5.1.2.5"],
        verbs: &["check"],
    },
    Page {
        id: "CRL-NOT-YET-VALID",
        title: "a revocation list is not in force yet",
        severities: &[critical("its thisUpdate is in the future")],
        meaning: "The date on which the list was made lies in the future, by the clock of this machine or by --at. One of the \
            two clocks is wrong: that of this machine, or that of the CA.",
        consequence: "Clients that check by it treat it as unusable (OpenSSL: `CRL is not yet valid`), and refuse every \
            certificate of this CA if they insist on a list.",
        look: &[run(
            "Compare the clock with the list:",
            &[
                "date -u",
                "openssl crl -in FILE.crl -noout -lastupdate -nextupdate",
            ],
        )],
        remedy: &[
            step("Correct the clock that is wrong."),
            step("If it is the CA's, keep the list before it until then."),
        ],
        sources: &["RFC 5280 section 5.1.2.4"],
        verbs: &["check"],
    },
];
