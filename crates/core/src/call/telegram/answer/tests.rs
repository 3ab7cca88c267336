use time::Duration;
use time::macros::datetime;

use super::*;
use crate::call::testing::answer;

const NOW: OffsetDateTime = datetime!(2026-11-28 10:00 UTC);
const URL: &str = "https://aicc.example.com/apiaccess/api/telegram/message/1";

fn judged(judge: &dyn Judge, status: u16, body: &str) -> (Answer, Vec<String>) {
    let judgement = judge.judge("bot", &answer(status, body));
    let findings = judgement.findings.iter();
    let told = findings.map(|one| format!("{} {}", one.id, one.message));
    (judgement.answer, told.collect())
}

fn info(body: &Value) -> (Answer, Vec<String>) {
    let expected = Expected {
        url: URL.to_owned(),
        at: NOW,
        recent: Duration::HOUR,
    };
    let body = serde_json::json!({ "ok": true, "result": body });
    judged(&Info { expected }, 200, &body.to_string())
}

#[test]
fn what_is_set_is_compared_with_what_is_recorded() {
    let (answer, told) = info(&serde_json::json!({"url": URL, "pending_update_count": 0}));
    assert_eq!((answer, told), (Answer::Yes, vec![]));
    for url in ["", "https://other.example/"] {
        let (answer, told) = info(&serde_json::json!({ "url": url }));
        assert_eq!(answer, Answer::No);
        assert!(told[0].starts_with("TG-WEBHOOK"), "{told:?}");
    }
    let (answer, _) = info(&serde_json::json!({}));
    assert_eq!(answer, Answer::Unusable);
}

#[test]
fn an_old_error_is_a_note_and_a_new_one_is_not() {
    let error = |at: OffsetDateTime| {
        info(&serde_json::json!({
            "url": URL,
            "last_error_date": at.unix_timestamp(),
            "last_error_message": "Wrong response from the webhook: 502 Bad Gateway",
        }))
    };
    let (answer, told) = error(NOW - Duration::minutes(7));
    assert_eq!(answer, Answer::No);
    assert!(
        told[0].contains("7 minutes ago") && told[0].contains("gateway"),
        "{told:?}"
    );
    let (answer, told) = error(NOW - Duration::hours(2));
    assert_eq!(answer, Answer::Yes);
    assert!(told[0].starts_with("TG-LAST-ERROR"), "{told:?}");
}

#[test]
fn refusals_are_told_apart() {
    let refusal = |code: u16, said: &str| {
        let body = serde_json::json!({
            "ok": false, "error_code": code, "description": said,
            "parameters": { "retry_after": 5 },
        });
        let (answer, told) = judged(&Done, code, &body.to_string());
        (answer, told[0].clone())
    };
    for (code, said, expected) in [
        (401, "Unauthorized", "CALL-CREDENTIALS"),
        (404, "Not Found", "CALL-CREDENTIALS"),
        (
            409,
            "Conflict: terminated by other setWebhook",
            "TG-CONFLICT",
        ),
        (429, "Too Many Requests: retry after 5", "CALL-LIMIT"),
        (
            400,
            "Bad Request: bad webhook: IP address 10.0.0.1 is reserved",
            "TG-REFUSED",
        ),
        (400, "Bad Request: something new", "TG-REFUSED"),
    ] {
        let (answer, told) = refusal(code, said);
        assert_eq!(answer, Answer::No);
        assert!(told.starts_with(expected), "{told}");
    }
    assert_eq!(refusal(500, "Internal Server Error").0, Answer::Unusable);
}

#[test]
fn what_is_no_answer_of_the_api_is_none() {
    for (status, body) in [
        (200, "<html><title>Sign in</title>"),
        (200, "{}"),
        (200, "[true]"),
        (200, ""),
        (502, "<html>"),
        (200, "{\"ok\": true"),
    ] {
        assert_eq!(judged(&Done, status, body).0, Answer::Unusable, "{body}");
    }
    let (answer, _) = judged(
        &Done,
        200,
        r#"{"ok":true,"result":true,"description":"Webhook was set"}"#,
    );
    assert_eq!(answer, Answer::Yes);
}
