//! What a certificate is, beside its dates, that stops it from being accepted, and what is served of it.

use super::{Page, critical, note, run, step, warning};

pub(super) const PAGES: &[Page] = &[
    Page {
        id: "CERT-CLIENT-AUTH",
        title: "the next renewal of this certificate will not do as a client certificate",
        severities: &[note(
            "a public server certificate with its key, which is also good for clients (extendedKeyUsage clientAuth)",
        )],
        meaning: "Public CAs used to issue server certificates that were also good for clients. Chrome's root program ends \
            that: from a day on, public CAs issue certificates for servers only, and many CAs stopped earlier. The message names the \
            day.",
        consequence: "Where this certificate proves to another server who you are (mutual TLS: partner interfaces, SMTP between \
            servers, messaging gateways), the other side refuses its successor: `unsupported certificate purpose`, \
            `tlsv1 alert unsupported certificate`. The renewal itself succeeds, so nothing warns before.",
        look: &[
            run(
                "See what the certificate is good for, and what is known of public CAs:",
                &[
                    "trustpack inspect FILE",
                    "openssl x509 -in FILE -noout -ext extendedKeyUsage",
                    "trustpack channel facts client-auth-end",
                ],
            ),
            step(
                "Look through the configuration of clients for this file or its key (ssl_certificate_key, keyStore, smtp_tls_cert_file).",
            ),
        ],
        remedy: &[
            step("If it is shown to no other server, nothing is to be done."),
            step(
                "If it is: get a certificate for clients from a private CA, give the root of that CA to the other side, and \
                 change before the next renewal.",
            ),
        ],
        sources: &[
            "Chrome Root Program Policy 1.8",
            "RFC 5280 section 4.2.1.12",
        ],
        verbs: &["check", "channel validate", "channel pack"],
    },
    Page {
        id: "CERT-HOST",
        title: "a certificate does not cover the host that was asked",
        severities: &[
            critical("none of its names fits the host"),
            warning(
                "only browsers refuse it: the name stands in the CN and there is no alternative name",
            ),
            note("the server was asked by its address, as its users seldom do"),
        ],
        meaning: "The certificate that the server presents is for other names. The alternative names count \
            (subjectAltName); browsers never look at the CN, Java does where there are none. A wildcard stands for one label \
            (`*.example.com` fits a.example.com, not example.com and not a.b.example.com), and an address must be there as an \
            address.\n\n\
            Often it is the default certificate of a server that does not know the name that was sent (SNI).",
        consequence: "Every client that checks names refuses: `no alternative certificate subject name matches`, \
            `No subject alternative DNS name matching HOST found`, NET::ERR_CERT_COMMON_NAME_INVALID.",
        look: &[run(
            "See the names, and what is presented when another name or none is sent:",
            &[
                "trustpack fetch HOST:443 --server-name HOST",
                "openssl s_client -connect HOST:443 -noservername </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName",
            ],
        )],
        remedy: &[
            step(
                "If you ask by an address or an internal alias: ask by a name that the certificate has, or add yours to it.",
            ),
            step(
                "If the server shows its default certificate: configure a virtual host for the name, and reload.",
            ),
            step(
                "Otherwise have the certificate issued again with this name among the alternative names.",
            ),
        ],
        sources: &[
            "RFC 9525 section 6",
            "RFC 5280 section 4.2.1.6",
            "RFC 6066 section 3 (SNI)",
        ],
        verbs: &["check"],
    },
    Page {
        id: "CERT-KEY-MISMATCH",
        title: "a private key does not belong to its certificate",
        severities: &[critical(
            "a key lies beside certificates, and is the key of none of them",
        )],
        meaning: "The public half of the private key is not the public key of the certificate beside it. Usually the \
            certificate was renewed with a new key and only one of the two files was copied. Keys sealed by a password are not \
            unlocked for this.",
        consequence: "NGINX, Apache and HAProxy do not start or do not reload with them (`key values mismatch`), so the next \
            restart takes the service down. Java does load such a store, and every handshake fails.",
        look: &[run(
            "Compare the public keys:",
            &[
                "trustpack inspect CERTIFICATE.pem KEY.pem",
                "openssl x509 -in CERTIFICATE.pem -noout -pubkey | openssl sha256",
                "openssl pkey -in KEY.pem -pubout | openssl sha256",
            ],
        )],
        remedy: &[
            step(
                "Find the key that was made with the request of this certificate, and put it there, mode 0600.",
            ),
            step("If it is lost, request the certificate again from the key that is there."),
            run(
                "In a store, put key and chain in together, which refuses a wrong pair:",
                &[
                    "trustpack store import-key STORE.p12 KEY.pem FULLCHAIN.pem --alias server --password env:STORE_PASS",
                ],
            ),
        ],
        sources: &["RFC 5280 section 4.1.2.7"],
        verbs: &["check", "channel validate"],
    },
    Page {
        id: "CERT-LIFETIME",
        title: "a public server certificate lives longer than was allowed",
        severities: &[warning(
            "the lifetime exceeds the limit of the day on which it was issued",
        )],
        meaning: "The certificate says by its policies that it is a public server certificate under the Baseline \
            Requirements. These limit its lifetime by the day of issue, and the limits become shorter every year or two. This one \
            has more.",
        consequence: "Browsers and Apple's systems refuse it (NET::ERR_CERT_VALIDITY_TOO_LONG). Public CAs do not issue such \
            certificates any more, so it may be a forgery, or a private CA that copied the policies of a public one.",
        look: &[run(
            "See the dates, the policies and the limits:",
            &[
                "trustpack inspect https://HOST",
                "openssl x509 -in FILE -noout -dates -ext certificatePolicies",
                "trustpack channel facts leaf-200-days leaf-100-days leaf-47-days",
            ],
        )],
        remedy: &[
            step("From a public CA: have it issued again, and report it to the CA."),
            step(
                "From a CA of your own: leave out the policies 2.23.140.1.1 and 2.23.140.1.2.x, which are the Forum's. Stay \
                 below 825 days for Apple's systems all the same.",
            ),
        ],
        sources: &[
            "Baseline Requirements of the CA/Browser Forum, sections 6.3.2 and 7.1.6.1",
            "ballots 193, SC-31 and SC-081v3",
        ],
        verbs: &["check", "channel pack"],
    },
    Page {
        id: "CERT-NOT-DEPLOYED",
        title: "a renewed certificate lies in a file, and the server still presents the old one",
        severities: &[
            warning(
                "the file holds a newer certificate for the same names than the server presents",
            ),
            note("the file of a --pair holds an older one"),
        ],
        meaning: "The renewal has worked and the service has not been told: it read its certificate when it was started, and \
            keeps it in memory. Or the file is not the one that the service is configured with, or another machine answers \
            (a load balancer, a second backend). Files and servers are matched by \
            their names, or by --pair FILE=HOST:443.\n\n\
            As a note it is the other way round: the file is the older one, and maybe nobody uses it.",
        consequence: "Clients go on seeing the old certificate. Everything looks fine until it expires; then the service fails \
            although the renewal was reported as a success.",
        look: &[
            run(
                "Compare what is served with the file, and ask every backend:",
                &[
                    "trustpack diff FULLCHAIN.pem https://HOST",
                    "trustpack fetch HOST:443 --all-addresses",
                ],
            ),
            run(
                "Look for the file in the configuration that is in use:",
                &[
                    "nginx -T | grep ssl_certificate",
                    "grep -r SSLCertificateFile /etc/apache2",
                ],
            ),
        ],
        remedy: &[
            run(
                "Test the configuration and reload:",
                &[
                    "nginx -t && systemctl reload nginx",
                    "systemctl reload apache2",
                ],
            ),
            step(
                "Java servers and many appliances read it at start only: restart them, or switch reloading on.",
            ),
            step(
                "Make the reload part of the renewal (certbot --deploy-hook, cert-manager with a reloader), so that it is not forgotten again.",
            ),
        ],
        sources: &["the manual of your server and of your ACME client"],
        verbs: &["check"],
    },
    Page {
        id: "CERT-WEAK",
        title: "a key or a signature is too weak",
        severities: &[warning(
            "an RSA or DSA key below 2048 bits, an elliptic curve below 224 bits, or a signature with MD2, MD5 or SHA-1 of a \
             certificate that is no root",
        )],
        meaning: "The key gives less than 112 bits of security, or the signature uses a digest for which forgeries are \
            possible. The signature of a root does not count, since nobody checks it: it is trusted by being in a store.",
        consequence: "Browsers refuse both. OpenSSL refuses them at security level 2, which is the default of Debian, Ubuntu and \
            OpenSSL 3.2 (`ee key too small`, `ca md too weak`). Java refuses MD5, SHA-1 below the roots of its cacerts, and keys \
            below 1024 bits; what it still takes falls with some later update.",
        look: &[
            run(
                "See key and signature of each certificate, and what a client says:",
                &[
                    "trustpack inspect https://HOST --fields key,signature_algorithm,name",
                    "trustpack verify https://HOST --trust system --as openssl",
                ],
            ),
            run(
                "Java's limits:",
                &[
                    "grep -A3 '^jdk.certpath.disabledAlgorithms' \"$JAVA_HOME/conf/security/java.security\"",
                ],
            ),
        ],
        remedy: &[
            run(
                "Make a new key (EC P-256, or RSA of 3072 bits) and have the certificate issued for it:",
                &[
                    "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout KEY.pem -out REQUEST.pem -subj /CN=HOST -addext subjectAltName=DNS:HOST",
                ],
            ),
            step("An intermediate or an anchor: take the current one from the CA."),
        ],
        sources: &[
            "NIST SP 800-57 part 1, table 2",
            "Baseline Requirements, sections 6.1.5 and 7.1.3.2",
            "jdk.certpath.disabledAlgorithms of the JDK",
            "SSL_CTX_set_security_level(3)",
        ],
        verbs: &["check", "channel validate", "channel pack"],
    },
];
