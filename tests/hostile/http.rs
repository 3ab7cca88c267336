//! Plain HTTP, as on port 80.

use super::kit::{Case, say_and_close, serve};
use super::wire::swallow_hello;

const ANSWER: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n";

pub(crate) fn cases() -> Vec<Case> {
    let server = serve(|client| {
        swallow_hello(client)?;
        say_and_close(client, ANSWER)
    });
    vec![Case::new("https", server).fails("not-tls")]
}

#[test]
fn http_is_recognised() {
    for case in cases() {
        let record = case.holds();
        assert_eq!(record["connections"], 1);
        let message = record["error"]["message"].as_str().unwrap();
        assert!(message.contains("looks like HTTP"), "{message}");
        case.flags(&["--engine", "probe"]).holds();
    }
}
