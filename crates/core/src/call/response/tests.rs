use crate::call::testing::answer;

#[test]
fn tokens_are_not_shown() {
    let told = answer(
        200,
        r#"{"access_token": "x", "AppKey": 7, "a": ["error for 0123456789abcdef0123"], "b": 1}"#,
    )
    .described();
    assert_eq!(
        told,
        r#"{"AppKey":"[elided]","a":["error for [elided]"],"access_token":"[elided]","b":1}"#
    );
    let told = answer(
        200,
        "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkw ok",
    )
    .described();
    assert_eq!(told, "Bearer [elided].[elided] ok");
    let response = answer(200, "hunter2");
    assert_eq!(format!("{response:?}"), "Response(200, 7 bytes elided)");
}

#[test]
fn pages_are_told_by_their_title() {
    let mut page = answer(200, "<HTML><Title> Sign in \u{1b}[2J </title>");
    assert_eq!(
        page.described(),
        "an HTML page with the title \"Sign in \\u{1b}[2J\""
    );
    page.body = b"not found".to_vec();
    page.content_type = Some("text/html; charset=utf-8".to_owned());
    assert_eq!(page.described(), "not found");
    page.body = b"<p>not found".to_vec();
    assert_eq!(page.described(), "an HTML page");
    page.body = vec![0xff, 0xfe];
    page.content_type = None;
    assert_eq!(page.described(), "2 bytes that are no text");
}

#[test]
fn the_header_says_how_long_to_wait() {
    let mut response = answer(429, "");
    assert_eq!(response.wait(), "wait a minute, and try again");
    response.retry_after = Some("7".to_owned());
    assert_eq!(response.wait(), "wait 7 s, and try again");
    response.retry_after = Some("Fri, 31 Dec 1999 23:59:59 GMT".to_owned());
    assert_eq!(response.wait(), "wait a minute, and try again");
}

#[test]
fn json_by_another_name_is_seen() {
    let mut response = answer(200, "{}");
    assert!(!response.is_misnamed());
    response.content_type = Some("text/plain".to_owned());
    assert!(response.is_misnamed());
    response.content_type = Some("application/problem+JSON".to_owned());
    assert!(!response.is_misnamed());
    response.body = b"7".to_vec();
    response.content_type = Some("text/plain".to_owned());
    assert!(!response.is_misnamed());
}

#[test]
fn where_it_points_is_told_without_its_query() {
    let pointing = |place: Option<&str>| {
        let mut response = answer(302, "");
        response.location = place.map(str::to_owned);
        response.pointing("x").unwrap().message
    };
    assert!(pointing(Some("http://a.example/x?t=1")).contains("in clear: refused"));
    assert!(!pointing(Some("https://a.example/x?t=1")).contains("t=1"));
    assert!(pointing(None).contains("does not say where"));
    assert!(answer(200, "").pointing("x").is_none());
}
