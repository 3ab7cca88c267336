//! What Telegram's messages about webhooks mean, and what to do.
//!
//! The texts are those of the Bot API server (`github.com/tdlib/telegram-bot-api`, `WebhookActor.cpp` and `Client.cpp`), of
//! the network layer below it (`github.com/tdlib/td`), of OpenSSL and of the system. The same come in two places: as
//! `last_error_message`, and after `Bad Request: bad webhook: `.

/// A message, explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Explains a message; `None` when it is none that is known.
pub fn explain(message: &str) -> Option<Explained> {
    let message = message.to_ascii_lowercase();
    let status = wrong_response(&message).map(of_status);
    status.or_else(|| {
        let mut known = KNOWN.iter();
        let found = known.find(|(words, ..)| words.iter().all(|word| message.contains(word)));
        found.map(|(_, meaning, remedy)| Explained { meaning, remedy })
    })
}

/// The status in `Wrong response from the webhook: 404 Not Found`.
fn wrong_response(message: &str) -> Option<u16> {
    let (_, after) = message.split_once("wrong response from the webhook: ")?;
    after.split_whitespace().next()?.parse().ok()
}

fn of_status(status: u16) -> Explained {
    let (meaning, remedy) = match status {
        300..=399 => (
            "the server sends Telegram elsewhere, and Telegram does not follow",
            "record the address that answers itself; a page to sign in may be in between",
        ),
        400 => (
            "the product does not take the update",
            "look into the product's log for this time; see that the channel is saved and is a Telegram channel",
        ),
        401 | 403 => (
            "the server asks for credentials or refuses Telegram's network; Telegram sends no credentials",
            "let 149.154.160.0/20 and 91.108.4.0/22 pass without any, at the gateway and the firewall before the product",
        ),
        404 | 405 => (
            "nobody serves this URL",
            "copy the URL again from the Channel Integration page; the channel may have been deleted, or a gateway does not pass /apiaccess/ on",
        ),
        410 => (
            "the server says that the URL is gone for good; Telegram removes a webhook that says so for some hours",
            "copy the URL again from the Channel Integration page, and set the webhook again",
        ),
        413 | 414 => (
            "the gateway before the product takes no update of this size",
            "raise its limit for the size of requests",
        ),
        429 => (
            "the server takes no more updates at the moment",
            "see the limits of the gateway; --max-connections lets Telegram call less at a time",
        ),
        502..=504 => (
            "the gateway before the product does not reach it",
            "see that the product runs, and where the gateway passes /apiaccess/ on to",
        ),
        500..=599 => (
            "the product fails on the update",
            "look into the product's log for this time; see that the channel is saved",
        ),
        _ => (
            "the server answers what Telegram does not take for a success: a status from 200 to 299",
            "run `trustpack channel callback-test` against the URL, and look into the product's log",
        ),
    };
    Explained { meaning, remedy }
}

type Known = (&'static [&'static str], &'static str, &'static str);

/// The first that fits counts: the particular before the general.
const KNOWN: &[Known] = &[
    (
        &["certificate verify failed"],
        "Telegram does not trust the server's certificate: a private root that was not uploaded, an intermediate that is not sent, an expired certificate, or another name",
        "`trustpack channel record --check` says which; upload the root with `trustpack telegram set-webhook --certificate`, or have the server send its intermediates",
    ),
    (
        &["self", "signed certificate"],
        "the server's chain ends in a certificate that Telegram does not know",
        "upload it with `trustpack telegram set-webhook --certificate`",
    ),
    (
        &["can't create an ssl context"],
        "the certificate that was uploaded cannot be read: it must be one certificate as PEM",
        "set the webhook again; `trustpack telegram set-webhook` sends PEM, whatever the file is",
    ),
    (
        &["ssl error", "wrong version number"],
        "what answers on that port does not speak TLS",
        "see which service listens there; a webhook needs TLS on each of the four ports",
    ),
    (
        &["ssl error", "unsupported protocol"],
        "the server speaks no TLS 1.2 or later",
        "enable TLS 1.2 or 1.3 at the server; `trustpack fetch` shows what it speaks",
    ),
    (
        &["ssl error", "handshake failure"],
        "the server refuses Telegram's TLS: no cipher suite in common, no certificate for that name, or it wants a client certificate",
        "let the server speak TLS 1.2 or 1.3 with usual suites, and ask for no client certificate on this path",
    ),
    (
        &["ssl error"],
        "the TLS handshake between Telegram and the server fails",
        "`trustpack fetch` against the host and port of the URL shows what the server presents",
    ),
    (
        &["can't create an ssl connection"],
        "the TLS connection between Telegram and the server cannot be set up",
        "see that the host of the URL is a plain host name or an IPv4 address",
    ),
    (
        &["is reserved"],
        "the host of the URL has a private or reserved address, to which nobody on the internet can connect",
        "give the host a public IPv4 address, or name it with --ip-address, and have AICC show that URL",
    ),
    (
        &["ports 80, 88, 443 or 8443"],
        "Telegram calls these four ports only",
        "expose the address on port 443 or 8443 and have AICC show that URL",
    ),
    (
        &["https url must be provided"],
        "Telegram calls https:// only",
        "have AICC show a URL that begins with https://",
    ),
    (
        &["ipv6-only addresses"],
        "the host of the URL has no IPv4 address, and Telegram calls over IPv4 only",
        "give the host an IPv4 address",
    ),
    (
        &["invalid ip address specified"],
        "the address of --ip-address is none that Telegram can call",
        "write the public IPv4 address of the host",
    ),
    (
        &["failed to resolve host"],
        "Telegram cannot resolve the host of the URL",
        "see that the name is in the public DNS, with an A record; a name that only your network knows is not enough",
    ),
    (
        &["invalid webhook url"],
        "Telegram cannot read the URL",
        "copy the URL again from the Channel Integration page",
    ),
    (
        &["secret token"],
        "a secret token has 1 to 256 letters, digits, hyphens and underscores",
        "choose another one",
    ),
    (
        &["certificate size is too big"],
        "the certificate that is uploaded is too large",
        "upload one certificate, not a store",
    ),
    (
        &["connection refused"],
        "nothing listens on that port, or a firewall refuses Telegram",
        "see that the service runs, and let 149.154.160.0/20 and 91.108.4.0/22 reach the port",
    ),
    (
        &["connection", "timed out"],
        "Telegram's packets are lost: a firewall drops them, or the address is not reachable from the internet",
        "let 149.154.160.0/20 and 91.108.4.0/22 reach the port, and see that the address is public",
    ),
    (
        &["connection timeout expired"],
        "Telegram's packets are lost: a firewall drops them, or the address is not reachable from the internet",
        "let 149.154.160.0/20 and 91.108.4.0/22 reach the port, and see that the address is public",
    ),
    (
        &["read timeout expired"],
        "the server takes the connection and does not answer in time",
        "see that the product runs, and look into its log for this time",
    ),
    (
        &["network is unreachable"],
        "there is no route from Telegram to the address",
        "see that the host has a public IPv4 address",
    ),
    (
        &["no route to host"],
        "there is no route from Telegram to the address, or a firewall says so",
        "see that the host has a public IPv4 address, and let 149.154.160.0/20 and 91.108.4.0/22 reach the port",
    ),
    (
        &["connection reset"],
        "the server, or a firewall before it, breaks off the connection",
        "let 149.154.160.0/20 and 91.108.4.0/22 reach the port; see that it speaks TLS at once",
    ),
    (
        &["connection closed"],
        "the server closes the connection before it has answered",
        "see that the product runs, and look into its log for this time",
    ),
    (
        &["can't connect to the webhook"],
        "Telegram cannot connect to the server",
        "let 149.154.160.0/20 and 91.108.4.0/22 reach the port, and see that the address is public",
    ),
    (
        &["wrong response from the webhook"],
        "the server does not answer with HTTP",
        "see which service listens there",
    ),
];

#[cfg(test)]
mod tests;
