//! What is known of a session, and the sentences that tell it.

use super::certificate::Certificate;
use super::handshake::{ClientHello, ServerHello};
use super::secrets::{ClientRandom, Label};
use super::suite::{Cipher, Protection, SuiteId};
use crate::spec::Sender;
use crate::text::{Escaped, count};
use std::fmt::{self, Write};

/// What the two hellos agree on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agreed {
    pub(super) version: u16,
    pub(super) protection: Protection,
    pub(super) client_random: ClientRandom,
    pub(super) server_random: [u8; 32],
    pub(super) encrypt_then_mac: bool,
}

/// Whether the server takes early data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Early {
    #[default]
    Unknown,
    Accepted,
    Rejected,
}

/// What is known of a session.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) hello: Option<ClientHello>,
    /// ClientHellos so far: the second one answers a HelloRetryRequest.
    pub(super) hellos: u32,
    pub(super) retry: bool,
    pub(super) agreed: Option<Agreed>,
    /// Version and suite of a ServerHello, also of one that is not read.
    pub(super) chosen: Option<(u16, SuiteId)>,
    /// The protocol that the server took (ALPN).
    pub(super) protocol: Option<Vec<u8>>,
    /// Whether the server's answer to ALPN was seen, be it none.
    pub(super) protocol_known: bool,
    pub(super) certificate: Option<Certificate>,
    pub(super) resumed: bool,
    pub(super) early: Early,
    /// Whether early data was told.
    pub(super) early_told: bool,
    /// Whether early data came that the server refused.
    pub(super) early_refused: bool,
}

/// Why a session stays closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    NoKeyLog,
    NoSecret {
        label: Label,
        random: ClientRandom,
        log: Option<String>,
        others: bool,
    },
    NotRead,
    Compressed,
    NoClientHello,
    NoServerHello,
    /// The secrets are there, and open nothing.
    WrongSecret(ClientRandom),
    /// After a loss the records could not be told apart any more.
    Lost,
    NotTls,
}

impl Session {
    pub(super) fn is_tls13(&self) -> bool {
        self.agreed.is_some_and(|agreed| agreed.version == 0x0304)
    }

    /// Takes what a ServerHello chose. `Err`: why its session is not read.
    pub(super) fn agree(&mut self, hello: ServerHello) -> Result<(), Reason> {
        self.chosen = Some((hello.version, hello.suite));
        self.protocol = hello.protocol.or(self.protocol.take());
        let client = self.hello.as_ref().ok_or(Reason::NoClientHello)?;
        let is_tls13 = hello.version == 0x0304;
        self.protocol_known = !is_tls13;
        // Before 1.3 a server that resumes repeats the session id that the client offered; with a
        // ticket the client makes one up for this (RFC 5077 section 3.4).
        let same_id = !hello.session_id.is_empty() && hello.session_id == client.session_id;
        self.resumed = if is_tls13 { hello.pre_shared_key } else { same_id };
        if hello.is_compressed {
            return Err(Reason::Compressed);
        }
        let protection = hello.suite.info().and_then(|row| row.protection);
        let protection = protection.ok_or(Reason::NotRead)?;
        let is_cbc = protection.cipher.tag_len() == 0;
        let fits = match hello.version {
            0x0304 => hello.suite.is_tls13(),
            0x0303 => !hello.suite.is_tls13(),
            0x0301 | 0x0302 => is_cbc,
            _ => false,
        };
        if !fits {
            return Err(Reason::NotRead);
        }
        self.agreed = Some(Agreed {
            version: hello.version,
            protection,
            client_random: client.random,
            server_random: hello.random,
            encrypt_then_mac: hello.encrypt_then_mac,
        });
        Ok(())
    }

    /// The session in a line: version, suite, names.
    pub(super) fn describe(&self) -> String {
        let mut text = match self.chosen {
            Some((version, suite)) => format!("{}, {}", version_name(version), suite.name()),
            None => "TLS".to_owned(),
        };
        // Writing to a String does not fail.
        if let Some(name) = self.hello.as_ref().and_then(|hello| hello.server_name.as_deref()) {
            let _ = write!(text, ", SNI \"{}\"", Escaped(name));
        }
        match (&self.protocol, &self.hello) {
            (Some(protocol), _) => {
                let _ = write!(text, ", ALPN \"{}\"", Escaped(protocol));
            }
            (None, Some(hello)) if !hello.protocols.is_empty() && !self.protocol_known => {
                let names: Vec<String> =
                    hello.protocols.iter().map(|name| format!("\"{}\"", Escaped(name))).collect();
                let _ = write!(text, ", ALPN offered {}", names.join(" "));
            }
            _ => {}
        }
        if self.resumed {
            text.push_str(", resumed");
        }
        if self.early_refused {
            text.push_str(", early data (0-RTT) refused");
        }
        if let Some(certificate) = &self.certificate {
            let _ = write!(text, ", certificate {certificate}");
        }
        text
    }
}

/// `TLS 1.2` for 0x0303.
pub(super) fn version_name(version: u16) -> String {
    match version {
        0x0300 => "SSL 3.0".to_owned(),
        0x0301..=0x0304 => format!("TLS 1.{}", (version & 0xff).saturating_sub(1)),
        _ => format!("TLS version 0x{version:04x}"),
    }
}

pub(super) fn of(sender: Sender) -> &'static str {
    match sender {
        Sender::Client => "the client",
        Sender::Server => "the server",
    }
}

/// `the client sent 517 bytes, the server 3120`.
pub(super) fn sizes(client: u64, server: u64) -> String {
    format!("the client sent {}, the server {}", count(client, "byte"), count(server, "byte"))
}

/// The sentence for a reason, with the next step where there is one.
pub(super) fn reason_and_step(why: &Reason, session: &Session) -> String {
    let step = match why {
        Reason::NoKeyLog => format!(
            "; start a client with SSLKEYLOGFILE=FILE (or its own option for a key log) and read \
             with -o tls.keylog_file:FILE{}",
            key_hint(session)
        ),
        Reason::NoSecret { others: true, .. } => "; the key log is not whole".to_owned(),
        Reason::NoSecret { .. } => {
            "; was this client started with SSLKEYLOGFILE, and does it write \
             to that file?"
                .to_owned()
        }
        _ => String::new(),
    };
    format!("{}{step}", reason(why, session))
}

/// The sentence for a reason.
pub(super) fn reason(reason: &Reason, session: &Session) -> String {
    match reason {
        Reason::NoKeyLog => "no key log was given".to_owned(),
        Reason::NoSecret { label, random, log, others } => {
            let place = match log {
                Some(name) => format!("in the key log {}", crate::text::safe(name)),
                None => "among the secrets of the capture".to_owned(),
            };
            let what =
                if *others { format!("no {}", label_name(*label)) } else { "no secret".to_owned() };
            format!("{what} for client random {} {place}", short(random))
        }
        Reason::NotRead => match session.chosen {
            Some((version, suite)) => {
                let why = suite.info().map_or("an unknown suite", |row| match row.protection {
                    None => "this suite",
                    Some(Protection { cipher: Cipher::Aes128Cbc | Cipher::Aes256Cbc, .. }) => {
                        "this version"
                    }
                    Some(_) => "this suite in this version",
                });
                format!("{} with {}: {why} is not read", version_name(version), suite.name())
            }
            None => "the version is not read".to_owned(),
        },
        Reason::Compressed => "its records are compressed, which is not read".to_owned(),
        Reason::NoClientHello => "its ClientHello was not captured, which names the secrets: the \
             capture begins in the middle, or lost it"
            .to_owned(),
        Reason::NoServerHello => {
            "its ServerHello was not captured, which the keys depend on".to_owned()
        }
        Reason::WrongSecret(random) => format!(
            "the secrets that the key log has for client random {} do not open its records",
            short(random)
        ),
        Reason::Lost => {
            "after bytes that were not captured no record could be decrypted".to_owned()
        }
        Reason::NotTls => "what follows are no records of TLS".to_owned(),
    }
}

/// A word on the private key, which people try first.
fn key_hint(session: &Session) -> &'static str {
    match session.chosen {
        Some((_, suite)) if suite.info().is_some_and(|row| row.name.starts_with("TLS_RSA_")) => "",
        _ => " (the private key of the server is of no use with this suite)",
    }
}

/// The first bytes of a random, enough to find it in a file.
fn short(random: &ClientRandom) -> String {
    let start = random.get(..8).unwrap_or_default();
    format!("{}...", hex::encode(start))
}

fn label_name(label: Label) -> &'static str {
    match label {
        Label::Master => "CLIENT_RANDOM",
        Label::ClientEarly => "CLIENT_EARLY_TRAFFIC_SECRET",
        Label::ClientHandshake => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        Label::ServerHandshake => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        Label::ClientTraffic => "CLIENT_TRAFFIC_SECRET_0",
        Label::ServerTraffic => "SERVER_TRAFFIC_SECRET_0",
    }
}

/// An alert in words: level and description.
pub(super) fn alert(sender: Sender, level: u8, description: u8) -> String {
    let who = of(sender);
    let does = if level == 1 { "warns" } else { "ends it" };
    match super::alert::describe(description) {
        Some((name, meaning)) => format!("{who} {does}: {name} ({description}): {meaning}"),
        None => format!("{who} {does}: alert {description}, which is not assigned"),
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Escaped(self.subject.as_bytes()))?;
        if !self.names.is_empty() {
            write!(f, " for \"{}\"", Escaped(self.names.join(", ").as_bytes()))?;
        }
        Ok(())
    }
}
