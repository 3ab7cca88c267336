use super::*;

#[test]
fn messages_of_the_server_are_explained() {
    for (message, words) in [
        (
            "SSL error {error:0A000086:SSL routines::certificate verify failed}",
            "does not trust",
        ),
        (
            "SSL error {error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed}",
            "does not trust",
        ),
        (
            "SSL error {error:0A00010B:SSL routines::wrong version number}",
            "does not speak TLS",
        ),
        (
            "SSL error {error:0A000410:SSL routines::sslv3 alert handshake failure}",
            "refuses",
        ),
        ("Connection refused", "nothing listens"),
        ("Connection timed out", "lost"),
        ("Connection timeout expired", "lost"),
        ("Read timeout expired", "does not answer in time"),
        (
            "Wrong response from the webhook: 404 Not Found",
            "nobody serves",
        ),
        (
            "Wrong response from the webhook: 502 Bad Gateway",
            "gateway",
        ),
        ("Wrong response from the webhook: 302 Found", "elsewhere"),
        (
            "Wrong response from the webhook: 500 Internal Server Error",
            "the product fails",
        ),
        (
            "Wrong response from the webhook: 418 I'm a teapot",
            "200 to 299",
        ),
        (
            "Bad Request: bad webhook: IP address 192.168.0.7 is reserved",
            "private",
        ),
        (
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
            "four ports",
        ),
        (
            "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
            "https://",
        ),
        (
            "Bad Request: bad webhook: Failed to resolve host: Name or service not known",
            "resolve",
        ),
        (
            "Bad Request: bad webhook: IPv6-only addresses are not allowed",
            "IPv4",
        ),
        ("Bad Request: invalid webhook URL specified", "cannot read"),
        (
            "Bad Request: secret token contains unallowed characters",
            "256",
        ),
        ("Webhook connection closed", "closes"),
        ("Connection reset by peer", "breaks off"),
        ("Can't create an SSL context: …", "PEM"),
    ] {
        let explained = explain(message).unwrap_or_else(|| panic!("{message}"));
        assert!(
            explained.meaning.contains(words),
            "{message}: {}",
            explained.meaning
        );
    }
    assert_eq!(explain("Something new"), None);
}
