//! Finds the certificates in what a server sends in clear, up to TLS 1.2 (RFC 5246 section 7.4.2).
//!
//! rustls hands a TLS 1.2 chain to its verifier only with ServerHelloDone. A server that goes away or breaks a
//! rule between the two messages has presented its certificates all the same.

use rustls_pki_types::CertificateDer;

/// Reads along; holds nothing once the Certificate message has come or cannot come any more.
#[derive(Debug, Default)]
pub(super) struct PlainCertificates {
    records: Vec<u8>,
    messages: Vec<u8>,
    chain: Vec<CertificateDer<'static>>,
    done: bool,
}

impl PlainCertificates {
    /// The bytes of the stream, cut anywhere.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if self.done {
            return;
        }
        self.records.extend_from_slice(bytes);
        while let Some((kind, length)) = self.next_record() {
            match kind {
                HANDSHAKE => {
                    let record = self.records.drain(..HEADER + length);
                    self.messages.extend(record.skip(HEADER));
                    self.read_messages();
                }
                // A warning, such as unrecognized_name.
                ALERT => drop(self.records.drain(..HEADER + length)),
                // From here on everything is encrypted; in TLS 1.3 that is right after ServerHello.
                _ => self.done = true,
            }
            if self.done || self.messages.len() > MAX_MESSAGES {
                self.done = true;
                self.records = Vec::new();
                self.messages = Vec::new();
                return;
            }
        }
    }

    /// In the order sent; empty when none came in clear.
    pub(super) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// Type and length of the first record, once all of it is there (RFC 5246 section 6.2.1).
    fn next_record(&self) -> Option<(u8, usize)> {
        let [kind, _, _, high, low, rest @ ..] = self.records.as_slice() else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        (rest.len() >= length).then_some((*kind, length))
    }

    fn read_messages(&mut self) {
        while let Some((&kind, rest)) = self.messages.split_first() {
            let Some((body, rest)) = take_u24(rest) else {
                return;
            };
            if kind == CERTIFICATE {
                self.chain = certificate_list(body);
                self.done = true;
                return;
            }
            let consumed = self.messages.len() - rest.len();
            self.messages.drain(..consumed);
        }
    }
}

/// A list of certificates, each with its length; what follows a lie about a length is left out.
fn certificate_list(body: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut chain = Vec::new();
    let mut list = take_u24(body).map_or(&[][..], |(list, _)| list);
    while let Some((der, rest)) = take_u24(list) {
        chain.push(CertificateDer::from(der.to_vec()));
        list = rest;
    }
    chain
}

/// Three octets of length, then as many octets.
fn take_u24(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [a, b, c, rest @ ..] = bytes else {
        return None;
    };
    rest.split_at_checked(usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).ok()?)
}

const HEADER: usize = 5;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CERTIFICATE: u8 = 11;

/// rustls gives up at 64 KiB per message, so that more never comes.
const MAX_MESSAGES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// ServerHello (of no sense), then Certificate with the entries `one` and `three`.
    fn flight() -> Vec<u8> {
        let mut list = Vec::new();
        for entry in [&b"one"[..], b"three"] {
            list.extend([0, 0, u8::try_from(entry.len()).unwrap()]);
            list.extend(entry);
        }
        let list_length = u8::try_from(list.len()).unwrap();
        let mut messages = vec![2, 0, 0, 2, 3, 3];
        messages.extend([11, 0, 0, list_length + 3, 0, 0, list_length]);
        messages.extend(list);
        messages
    }

    fn record(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut record = vec![kind, 3, 3, 0, u8::try_from(body.len()).unwrap()];
        record.extend(body);
        record
    }

    fn read(stream: &[u8], step: usize) -> Vec<CertificateDer<'static>> {
        let mut plain = PlainCertificates::default();
        stream.chunks(step).for_each(|bytes| plain.feed(bytes));
        plain.chain().to_vec()
    }

    #[test]
    fn messages_may_be_cut_anywhere() {
        let expected = [&b"one"[..], b"three"].map(|der| CertificateDer::from(der.to_vec()));
        let whole = record(HANDSHAKE, &flight());
        let pieces: Vec<u8> = flight()
            .chunks(1)
            .flat_map(|byte| record(HANDSHAKE, byte))
            .collect();
        let warned = [record(ALERT, &[1, 112]), whole.clone()].concat();
        for stream in [whole, pieces, warned] {
            for step in [1, 2, 7, stream.len()] {
                assert_eq!(read(&stream, step), expected);
            }
        }
    }

    #[test]
    fn what_is_encrypted_is_not_read() {
        let stream = [record(23, b"x"), record(HANDSHAKE, &flight())].concat();
        assert!(read(&stream, 3).is_empty());
        let cut = record(HANDSHAKE, &flight()[..12]);
        assert!(read(&cut, 100).is_empty());
    }

    #[test]
    fn a_lie_about_a_length_costs_only_what_follows() {
        let mut flight = flight();
        let last = flight.len() - 6;
        flight[last] = 200;
        assert_eq!(read(&record(HANDSHAKE, &flight), 9).len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_stream_panics(stream in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            read(&stream, 5);
            read(&[&[HANDSHAKE, 3, 3, 0, 200][..], &stream].concat(), 11);
        }
    }
}
