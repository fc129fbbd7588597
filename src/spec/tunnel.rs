//! Tunnels: what may stand between the link and the IP packet that carries MQTT.
//!
//! To read a further one, add its row to [`TUNNELS`], its variant to `net::Tunnel` and its reader.

/// What is known of one kind of tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TunnelRow {
    /// Its name, for people.
    pub name: &'static str,
    /// How it is told.
    pub told_by: &'static str,
    /// What it carries.
    pub carries: &'static str,
}

macro_rules! tunnels {
    ($($(#[$doc:meta])* $key:ident: $name:literal, $told_by:literal, $carries:literal;)*) => {
        $($(#[$doc])* pub const $key: TunnelRow = TunnelRow { name: $name, told_by: $told_by, carries: $carries };)*

        /// Every tunnel that is read.
        pub const TUNNELS: &[TunnelRow] = &[$($key),*];
    };
}

// Turns `KEY: name, how it is told, what it carries;` into a constant each and a table of all.
tunnels! {
    /// MPLS.
    MPLS: "MPLS", "EtherTypes 0x8847 and 0x8848, PPP protocols 0x0281 and 0x0283, IP protocol 137", "IP, or Ethernet with and without a control word";
    /// PPPoE.
    PPPOE: "PPPoE", "EtherType 0x8864", "PPP";
    /// An outer IPv4.
    IPV4: "IPv4", "IP protocols 4 (IP in IP) and 41 (6in4)", "IP";
    /// An outer IPv6.
    IPV6: "IPv6", "IP protocols 4 (4in6) and 41", "IP";
    /// GRE.
    GRE: "GRE", "IP protocol 47; versions 0 and 1 (PPTP), with key, checksum, sequence number, routing", "IP, MPLS, PPP, Ethernet (0x6558), ERSPAN";
    /// ERSPAN.
    ERSPAN: "ERSPAN", "GRE protocols 0x88be (versions 1 and 2) and 0x22eb (3)", "Ethernet, IP";
    /// Ethernet in IP.
    ETHERIP: "EtherIP", "IP protocol 97", "Ethernet";
    /// VXLAN.
    VXLAN: "VXLAN", "UDP ports 4789, 8472 and 4790", "Ethernet; with the generic extension also IP and MPLS";
    /// GENEVE.
    GENEVE: "GENEVE", "UDP port 6081", "Ethernet, IP, MPLS";
    /// GTP-U.
    GTP: "GTP-U", "UDP port 2152", "IP";
    /// An inner Ethernet.
    ETHERNET: "Ethernet", "what carries it says so", "IP, VLAN tags, LLC with SNAP, MPLS, PPPoE";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice() {
        for (at, row) in TUNNELS.iter().enumerate() {
            assert!(TUNNELS[..at].iter().all(|other| other.name != row.name), "{}", row.name);
        }
    }
}
