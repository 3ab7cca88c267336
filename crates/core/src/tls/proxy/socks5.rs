//! SOCKS 5 (RFC 1928) with user name and password (RFC 1929).
//!
//! | step | we send | the proxy answers |
//! |---|---|---|
//! | greeting (1928, 3) | `05`, count, methods | `05`, method |
//! | password (1929, 2), if chosen | `01`, length, user, length, password | `01`, status |
//! | request (1928, 4 and 6) | `05 01 00`, type, address, port | `05`, reply, `00`, type, address, port |

use std::net::IpAddr;

use zeroize::Zeroizing;

use super::{Credentials, Progress, ProxyError, ProxyTarget, printable};

/// The client's side.
pub(super) struct Socks5 {
    step: Step,
    output: Zeroizing<Vec<u8>>,
    input: Vec<u8>,
    /// The whole message of RFC 1929; `None` without credentials.
    login: Option<Zeroizing<Vec<u8>>>,
    request: Vec<u8>,
}

/// Whose answer is awaited.
#[derive(Clone, Copy)]
enum Step {
    Greeting,
    Login,
    Request,
}

impl Socks5 {
    pub(super) fn new(
        target: &ProxyTarget,
        credentials: Option<&Credentials>,
    ) -> Result<Self, ProxyError> {
        let login = credentials.map(login).transpose()?;
        let methods: &[u8] = match login {
            Some(_) => &[VERSION, 2, NO_LOGIN, LOGIN],
            None => &[VERSION, 1, NO_LOGIN],
        };
        Ok(Self {
            step: Step::Greeting,
            output: Zeroizing::new(methods.to_vec()),
            input: Vec::new(),
            login,
            request: request(target)?,
        })
    }

    pub(super) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut *self.output)
    }

    pub(super) fn receive(&mut self, bytes: &[u8]) -> Result<Progress, ProxyError> {
        self.input.extend_from_slice(bytes);
        loop {
            let (consumed, next) = match (self.step, self.input.as_slice()) {
                (Step::Greeting, [first, ..]) if *first != VERSION => {
                    // Nothing secret has been sent yet that could be echoed.
                    return Err(not_a_proxy(&self.input));
                }
                (Step::Greeting, [_, method, ..]) => (2, Some(self.after_greeting(*method)?)),
                (Step::Login, [version, status, ..]) => {
                    after_login(*version, *status)?;
                    self.output.extend(&self.request);
                    (2, Some(Step::Request))
                }
                (Step::Request, reply) => match reply_length(reply)? {
                    Some(length) => (length, None),
                    None => return Ok(Progress::Talking),
                },
                _ => return Ok(Progress::Talking),
            };
            self.input.drain(..consumed.min(self.input.len()));
            match next {
                Some(step) => self.step = step,
                None => {
                    return Ok(Progress::Connected {
                        early: std::mem::take(&mut self.input),
                    });
                }
            }
        }
    }

    fn after_greeting(&mut self, method: u8) -> Result<Step, ProxyError> {
        match (method, self.login.take()) {
            (NO_LOGIN, _) => {
                self.output.extend(&self.request);
                Ok(Step::Request)
            }
            (LOGIN, Some(login)) => {
                self.output = login;
                Ok(Step::Login)
            }
            (LOGIN | NO_METHOD, None) => Err(ProxyError::AuthenticationRequired),
            (NO_METHOD, Some(_)) => Err(ProxyError::Refused {
                why: "it wants another authentication than a user name and a password".to_owned(),
            }),
            (method, _) => Err(ProxyError::Refused {
                why: format!("it chooses authentication method {method}, which was not offered"),
            }),
        }
    }
}

/// RFC 1929 section 2. Some servers answer with the version of SOCKS.
fn after_login(version: u8, status: u8) -> Result<(), ProxyError> {
    match (version, status) {
        (LOGIN_VERSION | VERSION, 0) => Ok(()),
        (LOGIN_VERSION | VERSION, _) => Err(ProxyError::AuthenticationRefused),
        _ => Err(not_a_proxy(&[version, status])),
    }
}

/// How long the answer to the request is (RFC 1928 section 6); `None` while that is not known or not all is there.
/// A failure is known by the second octet, and some servers send no more than that.
fn reply_length(reply: &[u8]) -> Result<Option<usize>, ProxyError> {
    match reply {
        [first, ..] if *first != VERSION => return Err(not_a_proxy(&[*first])),
        [_, 0, ..] | [_] | [] => {}
        [_, code, ..] => {
            return Err(ProxyError::Unreachable {
                code: *code,
                why: reply_words(*code),
            });
        }
    }
    let length = match reply {
        [_, _, _, IPV4, ..] => HEADER + 4 + PORT,
        [_, _, _, IPV6, ..] => HEADER + 16 + PORT,
        [_, _, _, NAME, length, ..] => HEADER + 1 + usize::from(*length) + PORT,
        [_, _, _, NAME] | [] | [_] | [_, _] | [_, _, _] => return Ok(None),
        [version, code, reserved, kind, ..] => {
            return Err(not_a_proxy(&[*version, *code, *reserved, *kind]));
        }
    };
    Ok((reply.len() >= length).then_some(length))
}

/// The words of RFC 1928 section 6.
fn reply_words(code: u8) -> &'static str {
    match code {
        1 => "general SOCKS server failure",
        2 => "connection not allowed by ruleset",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "TTL expired",
        7 => "command not supported",
        8 => "address type not supported",
        _ => "unassigned reply code",
    }
}

fn login(credentials: &Credentials) -> Result<Zeroizing<Vec<u8>>, ProxyError> {
    // Two lengths of one octet, so that it never grows and leaves a copy behind.
    let mut login = Zeroizing::new(Vec::with_capacity(3 + 2 * 255));
    login.push(LOGIN_VERSION);
    let parts = [
        ("the user name", credentials.user()),
        ("the password", credentials.expose_password()),
    ];
    for (what, text) in parts {
        login.push(octet_length(what, text)?);
        login.extend(text.as_bytes());
    }
    Ok(login)
}

/// RFC 1928 section 4.
fn request(target: &ProxyTarget) -> Result<Vec<u8>, ProxyError> {
    let mut request = vec![VERSION, CONNECT, 0];
    let port = match target {
        ProxyTarget::Address(address) => {
            match address.ip().to_canonical() {
                IpAddr::V4(v4) => {
                    request.push(IPV4);
                    request.extend(v4.octets());
                }
                IpAddr::V6(v6) => {
                    request.push(IPV6);
                    request.extend(v6.octets());
                }
            }
            address.port()
        }
        ProxyTarget::Name(name, port) => {
            request.extend([NAME, octet_length("the name of the server", name)?]);
            request.extend(name.as_bytes());
            *port
        }
    };
    request.extend(port.to_be_bytes());
    Ok(request)
}

fn octet_length(what: &'static str, text: &str) -> Result<u8, ProxyError> {
    u8::try_from(text.len()).map_err(|_| ProxyError::Unfit {
        what,
        why: "it is longer than 255 bytes",
    })
}

fn not_a_proxy(bytes: &[u8]) -> ProxyError {
    ProxyError::NotAProxy {
        expected: "SOCKS5",
        first_bytes: printable(bytes),
    }
}

const VERSION: u8 = 5;
/// RFC 1928 section 3.
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const NO_METHOD: u8 = 0xff;
/// RFC 1929 section 2.
const LOGIN_VERSION: u8 = 1;
/// RFC 1928 section 4.
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;
const HEADER: usize = 4;
const PORT: usize = 2;

#[cfg(test)]
mod tests;
