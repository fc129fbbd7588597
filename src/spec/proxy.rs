//! Numbers of the PROXY protocol with their names (value, name, clause).

/// What version 2 begins with.
pub const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Commands of version 2.
pub static COMMANDS: &[(u64, &str, &str)] = &[
    (0, "LOCAL", "the balancer speaks for itself, to see whether the server lives"),
    (1, "PROXY", "the balancer speaks for the client that is named here"),
];

/// Address families of version 2.
pub static FAMILIES: &[(u64, &str, &str)] = &[
    (0, "unspecified", "no addresses follow that can be read"),
    (1, "IPv4", "two addresses of 4 bytes and two ports follow"),
    (2, "IPv6", "two addresses of 16 bytes and two ports follow"),
    (3, "Unix", "two paths of 108 bytes follow"),
];

/// Transport protocols of version 2.
pub static PROTOCOLS: &[(u64, &str, &str)] = &[
    (0, "unspecified", "the server must not care"),
    (1, "stream", "TCP, or a Unix socket of streams"),
    (2, "datagram", "UDP, or a Unix socket of datagrams"),
];

/// Types of the values that may follow the addresses in version 2.
pub static TLVS: &[(u64, &str, &str)] = &[
    (0x01, "ALPN", "the protocol that the client asked for within TLS"),
    (0x02, "authority", "the host name that the client asked for within TLS"),
    (0x03, "CRC32c", "checksum of the whole header"),
    (0x04, "no-op", "fills space"),
    (0x05, "unique id", "names the connection through all balancers"),
    (0x20, "TLS", "the client came over TLS, which ended at the balancer"),
    (0x21, "TLS version", "as the library names it"),
    (0x22, "TLS CN", "Common Name of the client's certificate"),
    (0x23, "TLS cipher", "as the library names it"),
    (0x24, "TLS signature algorithm", "of the server's certificate"),
    (0x25, "TLS key algorithm", "of the server's certificate"),
    (0x30, "network namespace", "where the connection was taken"),
    (0xea, "AWS", "value of Amazon Web Services"),
    (0xee, "Azure", "value of Microsoft Azure"),
];

/// The type of a value that holds others, behind five bytes of its own.
pub const TLV_SSL: u8 = 0x20;

/// Types of values that hold no secret. The Common Name of a certificate may be the user name of the
/// client, and what others than the protocol's authors define is not known.
pub const HARMLESS_TLVS: &[u8] =
    &[0x01, 0x02, 0x03, 0x04, 0x05, 0x20, 0x21, 0x23, 0x24, 0x25, 0x30];
