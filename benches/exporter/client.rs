//! A scrape, as Prometheus does it, without a look at what came.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Bytes of the answer.
pub(crate) fn scrape(address: SocketAddr, gzip: bool) -> io::Result<usize> {
    let mut stream = TcpStream::connect(address)?;
    let coding = if gzip {
        "Accept-Encoding: gzip\r\n"
    } else {
        ""
    };
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{coding}\r\n"
    )?;
    let mut piece = vec![0; 64 << 10];
    let mut bytes = 0;
    loop {
        match stream.read(&mut piece)? {
            0 => break,
            count => {
                if bytes == 0 && !piece.starts_with(b"HTTP/1.1 200 ") {
                    return Err(io::Error::other("this is no report"));
                }
                bytes += count;
            }
        }
    }
    Ok(bytes)
}
