//! Meta's verification of a callback URL, from Meta's side.
//!
//! `developers.facebook.com/docs/graph-api/webhooks/getting-started`: a GET with `hub.mode=subscribe`, `hub.challenge` and
//! `hub.verify_token`; the answer is the challenge, and nothing else.

use super::callback::{NoCall, secret, url, with_path};
use super::judge::{Judge, critical};
use super::{Call, Encoding, Judgement, Response, Slot, Template};
use crate::channel::Channel;

const DOCUMENT: &str = "https://developers.facebook.com/docs/graph-api/webhooks/getting-started";

/// The verification of a callback URL, which has neither query nor fragment. `challenge` is a number that nobody can know
/// before.
pub fn challenge(url: &str, verify_token: &Slot, challenge: u32) -> Call {
    let challenge = challenge.to_string();
    let template = Template::plain(format!(
        "{url}?hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token="
    ))
    .secret(verify_token, Encoding::Form);
    Call::get("challenge", url.to_owned(), template, Echo { challenge })
        .header("accept", Template::plain("*/*"))
        .document(DOCUMENT)
}

/// Where the callback URL of a channel that Meta verifies stands, and where its verify token.
pub fn paths(channel: &Channel) -> Option<(&'static str, &'static str)> {
    let kind = channel.kind;
    match (kind.word("type"), kind.word("provider")) {
        (Some("instagram"), _) => Some(("outputs.message_url", "outputs.verify_token")),
        (_, Some("cloud-api")) => Some(("outputs.url", "outputs.verification_code")),
        _ => None,
    }
}

/// The verification of a channel's callback URL, with the path of that URL; with this token, else with its own.
///
/// # Errors
/// When Meta does not call such a channel, or a value is not there.
pub fn of_channel(
    channel: &Channel,
    token: Option<&Slot>,
    number: u32,
) -> Result<(String, Call), NoCall> {
    let (path, code) = paths(channel).ok_or_else(|| NoCall::NotPublished {
        kind: channel.kind.title(),
    })?;
    let url = url(channel, path)?;
    let token = match token {
        Some(token) => token.clone(),
        None => secret(channel, code)?,
    };
    Ok(with_path(channel, path, challenge(&url, &token, number)))
}

/// Expects the challenge.
#[derive(Debug)]
struct Echo {
    challenge: String,
}

impl Judge for Echo {
    fn judge(&self, subject: &str, response: &Response) -> Judgement {
        let body = String::from_utf8_lossy(&response.body);
        let status = response.status;
        if response.is_good() && body == self.challenge {
            return Judgement::yes().fact("challenge", "echoed as it was sent");
        }
        if response.is_good() && body.trim_matches(is_around) == self.challenge {
            return Judgement::no(critical(
                "CALL-ECHO",
                subject,
                "the challenge comes back with quotes or blanks around it; Meta takes it alone",
                "something before the product changes the answer, such as a gateway that makes JSON of it: have it pass on text as it is",
            ));
        }
        if response.is_good() && !response.is_page() {
            return Judgement::no(response.strange(
                subject,
                "the challenge, and nothing else",
                "see that the URL is the one of the Channel Integration page, and that the channel is saved",
            ));
        }
        match status {
            401 | 403 => Judgement::no(critical(
                "CALL-CREDENTIALS",
                subject,
                format!(
                    "HTTP status {status}: the verify token is not the one that the product has, or something before it refuses \
                     ({})",
                    response.described()
                ),
                "copy Verification Code again from the Channel Integration page into the place of the reference",
            )),
            _ => super::callback::not_taken(subject, response, "200 and the challenge"),
        }
    }
}

fn is_around(letter: char) -> bool {
    letter.is_whitespace() || letter == '"'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::testing::answer;
    use crate::call::{Answer, Secrets};

    fn call() -> Call {
        let slot = Slot::new("outputs.verification_code", "env:CODE");
        challenge(
            "https://aicc.example.com/social/on/facebook/1",
            &slot,
            1158201444,
        )
    }

    fn judged(status: u16, body: &str) -> (Answer, String) {
        let judgement = call().judge(&answer(status, body), &Secrets::default());
        let id = judgement.findings.first();
        (
            judgement.answer,
            id.map_or_else(String::new, |one| one.id.to_string()),
        )
    }

    #[test]
    fn the_call_is_the_one_of_the_document() {
        insta::assert_snapshot!(call().shown(), @r"
        GET https://aicc.example.com/social/on/facebook/1?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=<env:CODE>
        accept: */*
        ");
    }

    #[test]
    fn only_the_challenge_alone_is_right() {
        assert_eq!(judged(200, "1158201444"), (Answer::Yes, String::new()));
        for (status, body, id) in [
            (200, "\"1158201444\"", "CALL-ECHO"),
            (200, "1158201444\n", "CALL-ECHO"),
            (200, "1158201445", "CALL-ANSWER"),
            (200, "", "CALL-ANSWER"),
            (200, "<html><title>Sign in</title>1158201444", "CALL-ANSWER"),
            (403, "Forbidden", "CALL-CREDENTIALS"),
            (404, "", "CALL-NOT-FOUND"),
            (500, "", "CALL-SERVER"),
        ] {
            assert_eq!(
                judged(status, body),
                (Answer::No, id.to_owned()),
                "{status} {body}"
            );
        }
    }
}
