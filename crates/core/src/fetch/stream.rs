//! A socket whose every read and write ends by the deadline.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use super::dial::Deadline;
use crate::tls::starttls::TdsFraming;

/// A connection, with what has been read from it and belongs to what comes next.
#[derive(Debug)]
pub(super) struct DeadlineStream {
    stream: TcpStream,
    deadline: Deadline,
    /// Ends the wait for the first byte.
    patience: Option<Deadline>,
    /// Read already, not yet used.
    early: Vec<u8>,
    framing: Option<TdsFraming>,
}

impl DeadlineStream {
    pub(super) fn new(stream: TcpStream, deadline: Deadline) -> Self {
        Self {
            stream,
            deadline,
            patience: None,
            early: Vec::new(),
            framing: None,
        }
    }

    /// Ends in at most `wait` from now, never later than before.
    pub(super) fn shorten(&mut self, wait: std::time::Duration) {
        self.deadline.shorten(wait);
    }

    /// Waits for the next byte until then only; what comes after it has all the time that there is.
    pub(super) fn be_impatient(&mut self, until: Deadline) {
        self.patience = Some(until);
    }

    /// Gives back what was read and belongs to what comes next.
    pub(super) fn unread(&mut self, mut bytes: Vec<u8>) {
        bytes.append(&mut self.early);
        self.early = bytes;
    }

    /// From now on every byte travels inside of TDS packets.
    pub(super) fn wrap(&mut self, framing: TdsFraming) {
        self.framing = Some(framing);
    }

    /// At least one byte; the end of the stream is an error.
    pub(super) fn read_some(&mut self) -> io::Result<Vec<u8>> {
        // On the heap: stacks of waiting threads are what many servers cost.
        let mut buffer = vec![0; 8192];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    buffer.truncate(count);
                    return Ok(buffer);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn read_socket(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let deadline = match self.patience {
            Some(patience) => self.deadline.earlier(patience),
            None => self.deadline,
        };
        self.stream.set_read_timeout(Some(deadline.remaining()?))?;
        let count = self.stream.read(buffer)?;
        self.patience = None;
        Ok(count)
    }

    fn take_early(&mut self, buffer: &mut [u8]) -> usize {
        let count = self.early.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(self.early.drain(..count)) {
            *to = from;
        }
        count
    }
}

impl Read for DeadlineStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.early.is_empty() {
            return Ok(self.take_early(buffer));
        }
        if self.framing.is_none() {
            return self.read_socket(buffer);
        }
        let mut packet = vec![0; 4096];
        loop {
            let count = self.read_socket(&mut packet)?;
            let bytes = packet.get(..count).unwrap_or_default();
            let Some(framing) = &mut self.framing else {
                return Ok(0);
            };
            if count == 0 {
                return Ok(0);
            }
            // An empty packet is no end of the stream.
            let inside = framing.unwrap(bytes).map_err(io::Error::other)?;
            if !inside.is_empty() {
                self.early = inside;
                return Ok(self.take_early(buffer));
            }
        }
    }
}

impl Write for DeadlineStream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let left = self.deadline.remaining()?;
        self.stream.set_write_timeout(Some(left))?;
        match &mut self.framing {
            Some(framing) => {
                self.stream.write_all(&framing.wrap(buffer))?;
                Ok(buffer.len())
            }
            None => self.stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Whether the deadline ended a read or write.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
    )
}
