//! Addresses to which Telegram sends nothing.

use std::net::Ipv4Addr;

/// Whether a Bot API server refuses an address with "IP address … is reserved": the list of its `IPAddress::is_reserved`
/// (`github.com/tdlib/td`, `tdutils/td/utils/port/IPAddress.cpp`), which has private, shared, loopback, link-local,
/// documentation and multicast networks.
pub fn is_reserved(address: Ipv4Addr) -> bool {
    const BLOCKS: [([u8; 4], u32); 14] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 3),
    ];
    BLOCKS.iter().any(|(block, bits)| {
        let mask = u32::MAX << (32 - bits);
        address.to_bits() & mask == u32::from_be_bytes(*block)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_where_they_end() {
        for (text, reserved) in [
            ("10.255.255.255", true),
            ("11.0.0.0", false),
            ("172.31.255.255", true),
            ("172.32.0.0", false),
            ("192.0.2.10", true),
            ("198.19.255.255", true),
            ("198.20.0.0", false),
            ("223.255.255.255", false),
            ("224.0.0.1", true),
            ("255.255.255.255", true),
            ("8.8.8.8", false),
        ] {
            assert_eq!(is_reserved(text.parse().unwrap()), reserved, "{text}");
        }
    }
}
