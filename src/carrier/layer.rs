//! The contract between a layer, the bytes below it and what stands above it.

use std::fmt::Debug;

use crate::spec::unit::Unit;
use crate::spec::{Rule, Sender};

/// What comes from one side of the connection, from below.
///
/// Both ends of the contract count alike: the first byte of a side has offset 0, data advances the
/// offset by its length, a gap of a known length by that length, a gap of an unknown one not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The next bytes in order; never empty.
    Data(&'a [u8]),
    /// Bytes that do not come: how many, where that is known.
    Gap(Option<u64>),
    /// The side has ended. It comes once, and nothing after it.
    End,
}

/// What a layer gives for one side. Ranges count the bytes below, of the same side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// The next bytes that are carried; never empty. They came from bytes `from` to `to` below,
    /// which may be more than themselves (a record that had to be whole).
    Data {
        /// The bytes.
        bytes: &'a [u8],
        /// Offset below of the first byte that they came from.
        from: u64,
        /// Offset below behind the last.
        to: u64,
    },
    /// Carried bytes that cannot be had: how many, where that is known.
    Gap(Option<u64>),
    /// The header of a frame whose payload are the carried bytes that follow, up to the next
    /// header. It is shown as a group of its own with the packets that these bytes belong to.
    Header {
        /// What it is.
        unit: Unit,
        /// Its bytes.
        bytes: &'a [u8],
        /// Offset below of its first byte.
        from: u64,
    },
    /// Bytes that carry nothing but are worth a line of the session: a request, a close frame.
    Unit {
        /// What they are.
        unit: Unit,
        /// The bytes, decoded where the layer decodes them.
        bytes: &'a [u8],
        /// Offset below of the first byte that they came from.
        from: u64,
        /// Offset below behind the last.
        to: u64,
    },
    /// A sentence on the session that no single byte carries: what it is protected by, why it
    /// stays closed. It is a line of its own, and may quote untrusted text.
    Note {
        /// What it is about.
        unit: Unit,
        /// The sentence.
        text: &'a str,
        /// The offsets below, of the side that sends, between which stands what it is about; `None`
        /// where that is nowhere.
        at: Option<(u64, u64)>,
    },
    /// Something wrong with how the bytes are carried; it belongs to what this side gives next.
    Finding {
        /// The rule.
        rule: Rule,
        /// First number of its sentence.
        a: u64,
        /// Second number of its sentence.
        b: u64,
    },
    /// The carried stream of this side has ended.
    End,
}

/// Takes what a layer gives, with the side that sent it.
pub type Out<'o> = &'o mut dyn FnMut(Sender, Output<'_>);

/// One layer of one connection.
pub trait Layer: Debug {
    /// What it is called in sentences.
    fn name(&self) -> &'static str;

    /// Takes what comes next from one side, and gives what follows from it, for either side.
    fn push(&mut self, sender: Sender, input: Input<'_>, out: Out<'_>);

    /// The lowest offset below, of one side, that a later output may still name.
    fn needs_from(&self, sender: Sender) -> u64;

    /// Whether the layer's own words say that MQTT is carried: a subprotocol, an ALPN name.
    fn is_for_mqtt(&self) -> bool {
        false
    }

    /// Whether the layer encrypts what it carries.
    fn is_secret(&self) -> bool {
        false
    }

    /// Whether what comes later can be read with what came before alone: ciphers and compression that
    /// go on from one piece to the next.
    fn is_chained(&self) -> bool {
        self.is_secret()
    }

    /// What the layer waits for beside the bytes may be there now.
    fn wake(&mut self, out: Out<'_>) {
        let _ = out;
    }

    /// Nothing more comes of the connection: gives what is left to say.
    fn finish(&mut self, out: Out<'_>) {
        let _ = out;
    }
}
