//! Replies with three digits, on one line or many (RFC 5321 section 4.2, RFC 959 section 4.2).

use super::input::{Fault, Input};

/// What a reply says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Its three digits.
    pub(super) code: u16,
    /// Its lines as they came.
    pub(super) lines: Vec<String>,
}

/// Collects the lines of a reply.
#[derive(Debug, Default)]
pub(super) struct Replies {
    code: u16,
    lines: Vec<String>,
}

/// What may stand between the first and the last line of a long reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    /// Lines with the same code (SMTP).
    Coded,
    /// Any lines (FTP).
    Free,
}

impl Replies {
    /// The next reply, once its last line is there.
    pub(super) fn read(
        &mut self,
        input: &mut Input,
        between: Between,
    ) -> Result<Option<Reply>, Fault> {
        while let Some(line) = input.line()? {
            let known = code(&line);
            let code = match known {
                Some((code, _)) if self.lines.is_empty() => code,
                Some((code, _)) if code == self.code => code,
                _ if self.lines.is_empty() || between == Between::Coded => {
                    return Err(Fault::Unexpected(line));
                }
                _ => self.code,
            };
            let last = known.is_some_and(|(own, last)| own == code && last);
            self.code = code;
            self.lines.push(line);
            if last {
                let lines = std::mem::take(&mut self.lines);
                return Ok(Some(Reply { code, lines }));
            }
        }
        Ok(None)
    }
}

impl Reply {
    /// The text of each line, without code.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.lines
            .iter()
            .map(|line| line.get(4..).unwrap_or_default())
    }

    /// A reply that is not the hoped one: a no, or no reply of this protocol at this point.
    pub(super) fn fault(self) -> Fault {
        let refused = self.code >= 400;
        let line = self.lines.into_iter().next().unwrap_or_default();
        match refused {
            true => Fault::Refused(line),
            false => Fault::Unexpected(line),
        }
    }
}

/// The code of a line, and whether it is the last one of its reply.
fn code(line: &str) -> Option<(u16, bool)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let known = digits.bytes().all(|byte| byte.is_ascii_digit());
    let code = digits
        .parse()
        .ok()
        .filter(|code| known && (100..600).contains(code))?;
    match rest.chars().next() {
        None | Some(' ') => Some((code, true)),
        Some('-') => Some((code, false)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, between: Between) -> Result<Option<Reply>, Fault> {
        let mut input = Input::default();
        input.push(text.as_bytes()).unwrap();
        Replies::default().read(&mut input, between)
    }

    #[test]
    fn a_long_reply_ends_with_its_own_code() {
        let ftp = "220-Welcome\r\n 220 not yet\r\n220-nor here\r\n331 nor this\r\n220 now\r\n";
        let reply = read(ftp, Between::Free).unwrap().unwrap();
        assert_eq!((reply.code, reply.lines.len()), (220, 5));
        assert_eq!(read("250-a\r\n250-b\r\n", Between::Coded), Ok(None));
        let reply = read("250-a\r\n250\r\n", Between::Coded).unwrap().unwrap();
        assert_eq!(reply.texts().collect::<Vec<_>>(), ["a", ""]);
    }

    #[test]
    fn other_lines_are_no_reply() {
        for text in [
            "HTTP/1.1 400 Bad\r\n",
            "22\r\n",
            "+20 x\r\n",
            "999 x\r\n",
            "220x\r\n",
            "2ä0\r\n",
            "\r\n",
        ] {
            for between in [Between::Coded, Between::Free] {
                assert!(
                    matches!(read(text, between), Err(Fault::Unexpected(_))),
                    "{text}"
                );
            }
        }
        let mixed = read("250-a\r\n550 b\r\n", Between::Coded);
        assert_eq!(mixed, Err(Fault::Unexpected("550 b".to_owned())));
    }

    #[test]
    fn only_a_negative_code_is_a_refusal() {
        let fault = |text| read(text, Between::Coded).unwrap().unwrap().fault();
        assert_eq!(fault("554 no\r\n"), Fault::Refused("554 no".to_owned()));
        assert_eq!(fault("354 go\r\n"), Fault::Unexpected("354 go".to_owned()));
    }
}
