//! ManageSieve (RFC 5804 section 2.2).

use super::input::{Fault, Input, MAX_LINE};
use super::{Dialogue, Step};

/// Capabilities, STARTTLS.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    tokens: Vec<Token>,
    literal: Option<usize>,
    offered: Vec<String>,
    asked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Atom(String),
    Text(String),
}

impl Dialogue for Sieve {
    fn read(&mut self, input: &mut Input, output: &mut Vec<u8>) -> Result<Step, Fault> {
        let Some(tokens) = self.line(input)? else {
            return Ok(Step::More);
        };
        let words: Vec<&str> = tokens.iter().map(Token::text).collect();
        match tokens.first() {
            Some(Token::Text(capability)) if !self.asked => {
                self.offered.push(capability.clone());
                Ok(Step::Next)
            }
            Some(Token::Atom(word)) => match word.to_ascii_uppercase().as_str() {
                "OK" if self.asked => Ok(Step::Secure),
                "OK" if self.offers_starttls() => {
                    self.asked = true;
                    output.extend_from_slice(b"STARTTLS\r\n");
                    Ok(Step::Asked)
                }
                "OK" => Err(Fault::NotOffered(self.offered.join(", "))),
                "NO" | "BYE" => Err(Fault::Refused(words.join(" "))),
                _ => Err(Fault::Unexpected(words.join(" "))),
            },
            _ => Err(Fault::Unexpected(words.join(" "))),
        }
    }
}

impl Sieve {
    /// The tokens of one line, once all of it is there; a literal may hold line ends.
    fn line(&mut self, input: &mut Input) -> Result<Option<Vec<Token>>, Fault> {
        loop {
            if let Some(length) = self.literal {
                let Some(text) = input.take(length) else {
                    return Ok(None);
                };
                self.literal = None;
                self.tokens
                    .push(Token::Text(String::from_utf8_lossy(&text).into_owned()));
            }
            let Some(line) = input.line()? else {
                return Ok(None);
            };
            let Some(mut tokens) = tokens(&line) else {
                return Err(Fault::Unexpected(line));
            };
            self.literal = tokens.last().and_then(literal);
            if self.literal.is_some() {
                tokens.pop();
            }
            self.tokens.append(&mut tokens);
            match self.literal {
                Some(length) if length > MAX_LINE => return Err(Fault::TooMuch(length)),
                Some(_) => {}
                None => return Ok(Some(std::mem::take(&mut self.tokens))),
            }
        }
    }

    fn offers_starttls(&self) -> bool {
        self.offered
            .iter()
            .any(|one| one.eq_ignore_ascii_case("STARTTLS"))
    }
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Atom(text) | Self::Text(text) => text,
        }
    }
}

/// Atoms and quoted strings of a line (RFC 5804 section 4); `None` when a quote is not closed.
fn tokens(line: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, behind) = unquote(quoted)?;
            tokens.push(Token::Text(text));
            rest = behind.trim_start();
        } else {
            let end = rest.find([' ', '\t', '"']).unwrap_or(rest.len());
            let (atom, behind) = rest.split_at_checked(end)?;
            tokens.push(Token::Atom(atom.to_owned()));
            rest = behind.trim_start();
        }
    }
    Some(tokens)
}

/// What stands before the closing quote, and what stands behind it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut plain = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some((plain, characters.as_str())),
            '\\' => plain.push(characters.next()?),
            character => plain.push(character),
        }
    }
}

/// The length that `{12}` or `{12+}` announces.
fn literal(token: &Token) -> Option<usize> {
    let Token::Atom(atom) = token else {
        return None;
    };
    let (_, length) = atom.strip_suffix('}')?.rsplit_once('{')?;
    length.strip_suffix('+').unwrap_or(length).parse().ok()
}

#[cfg(test)]
mod tests;
