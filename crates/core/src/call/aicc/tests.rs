use super::*;
use crate::call::testing::answer;
use crate::call::{Answer, Secrets};
use crate::channel::{Spec, TELEGRAM};

fn call() -> Call {
    let spec = Spec::read(TELEGRAM).unwrap();
    token_check(&spec.channels[0], None).unwrap()
}

#[test]
fn no_part_of_the_answer_is_told_that_could_be_a_token() {
    let good =
        r#"{"AccessToken": "zzzzzz", "ApplyType": "Bearer", "Expires": "600", "AppKey": "xxx"}"#;
    let judgement = call().judge(&answer(200, good), &Secrets::default());
    assert_eq!(judgement.answer, Answer::Yes);
    let told = format!("{judgement:?}");
    assert!(
        told.contains("600 s") && !told.contains("zzz") && !told.contains("xxx"),
        "{told}"
    );
}

#[test]
fn bad_answers_are_told_apart() {
    for (status, body, expected, id, words) in [
        (
            200,
            r#"{"resultCode": "0300001", "resultDesc": "sk is wrong"}"#,
            Answer::No,
            "CALL-CREDENTIALS",
            "0300001, sk is wrong",
        ),
        (
            401,
            r#"{"error": {"code": 7, "message": "bad"}}"#,
            Answer::No,
            "CALL-CREDENTIALS",
            "7, bad",
        ),
        (
            200,
            r#"{"AccessToken": ""}"#,
            Answer::No,
            "CALL-CREDENTIALS",
            "[elided]",
        ),
        (
            403,
            "<html><title>403 Forbidden</title>",
            Answer::No,
            "CALL-CREDENTIALS",
            "403 Forbidden",
        ),
        (404, "", Answer::Unusable, "CALL-NOT-FOUND", "404"),
        (500, "", Answer::Unusable, "CALL-SERVER", "500"),
        (
            200,
            "<html><title>Sign in</title>",
            Answer::Unusable,
            "CALL-ANSWER",
            "Sign in",
        ),
        (200, "", Answer::Unusable, "CALL-ANSWER", "nothing"),
    ] {
        let judgement = call().judge(&answer(status, body), &Secrets::default());
        let finding = &judgement.findings[0];
        assert_eq!(
            (judgement.answer, &*finding.id),
            (expected, id),
            "{status} {body}"
        );
        assert!(finding.message.contains(words), "{}", finding.message);
    }
}
