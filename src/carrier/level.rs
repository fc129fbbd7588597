//! One layer with the frames that its bytes came from, and the way up through several of them.

use super::layer::{Input, Layer, Out, Output};
use crate::net::Layers;
use crate::spec::unit::Unit;
use crate::spec::{Rule, Sender};
use crate::stream::{Origins, Side, Stamp};

/// What comes out of a layer, with the frames that it came from.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// The next bytes of a side.
    Data {
        /// The bytes; never empty.
        bytes: &'a [u8],
        /// The frames that brought them, in order.
        stamps: &'a [Stamp],
    },
    /// Bytes that cannot be had: how many, where that is known.
    Gap(Option<u64>),
    /// The side has ended.
    End,
    /// The header of a frame whose payload follows.
    Header {
        /// What it is.
        unit: Unit,
        /// Its bytes.
        bytes: &'a [u8],
    },
    /// Bytes that carry nothing but are worth a line.
    Unit {
        /// What they are.
        unit: Unit,
        /// The bytes.
        bytes: &'a [u8],
        /// The frames that brought them, in order.
        stamps: &'a [Stamp],
    },
    /// A sentence that is worth a line.
    Note {
        /// What it is about.
        unit: Unit,
        /// The sentence; it may quote untrusted text.
        text: &'a str,
        /// The frames that brought what it is about.
        stamps: &'a [Stamp],
    },
    /// Something wrong with how the bytes are carried.
    Finding {
        /// The rule.
        rule: Rule,
        /// First number of its sentence.
        a: u64,
        /// Second number of its sentence.
        b: u64,
    },
}

impl Item<'_> {
    /// Whether it is a line of the session, which no layer above has anything to do with.
    #[must_use]
    pub const fn is_line(&self) -> bool {
        matches!(self, Self::Unit { .. } | Self::Note { .. })
    }
}

/// Takes what comes out at the top.
pub trait Top {
    /// The next of one side; the headers are those of the frame that brought it.
    fn item(&mut self, sender: Sender, item: Item<'_>, layers: Option<&Layers>);

    /// It is known now which side is the client, and whether a packet begins with the next byte.
    fn settled(&mut self, client: Side, is_aligned: bool);
}

/// One layer of a connection.
#[derive(Debug)]
pub(super) struct Level {
    layer: Box<dyn Layer>,
    /// Whether what it carries begins with the first byte that it gives.
    pub(super) is_aligned: bool,
    client: Below,
    server: Below,
}

/// The bytes of one side below a layer.
#[derive(Debug, Default)]
struct Below {
    offset: u64,
    origins: Origins,
}

impl Level {
    pub(super) fn new(layer: Box<dyn Layer>, is_aligned: bool) -> Self {
        Self { layer, is_aligned, client: Below::default(), server: Below::default() }
    }

    /// What the layer is called.
    pub(super) fn name(&self) -> &'static str {
        self.layer.name()
    }

    /// Whether the layer itself says that it carries MQTT.
    pub(super) fn is_for_mqtt(&self) -> bool {
        self.layer.is_for_mqtt()
    }

    /// Whether the layer encrypts.
    pub(super) fn is_secret(&self) -> bool {
        self.layer.is_secret()
    }

    /// Whether what comes later rests on all that came before.
    pub(super) fn is_chained(&self) -> bool {
        self.layer.is_chained()
    }

    /// Lets the layer do something without new bytes: [`Layer::wake`] or [`Layer::finish`].
    pub(super) fn act(
        &mut self,
        act: fn(&mut dyn Layer, Out<'_>),
        above: &mut [Level],
        top: &mut dyn Top,
    ) {
        let Self { layer, client, server, .. } = self;
        act(&mut **layer, &mut |sender, output| {
            let below = if sender == Sender::Client { &*client } else { &*server };
            give(below, above, sender, output, None, top);
        });
        for (sender, below) in [(Sender::Client, client), (Sender::Server, server)] {
            below.origins.forget_before(layer.needs_from(sender));
        }
    }
}

/// Sends an item through layers, the lowest first, to the top.
pub(super) fn through(
    levels: &mut [Level],
    sender: Sender,
    item: Item<'_>,
    layers: Option<&Layers>,
    top: &mut dyn Top,
) {
    let Some((level, above)) = levels.split_first_mut() else {
        return top.item(sender, item, layers);
    };
    let Level { layer, client, server, .. } = level;
    let own = if sender == Sender::Client { &mut *client } else { &mut *server };
    let input = match item {
        Item::Data { bytes, stamps } => {
            own.take(bytes.len(), stamps);
            Input::Data(bytes)
        }
        Item::Gap(missing) => {
            own.offset = own.offset.saturating_add(missing.unwrap_or(0));
            Input::Gap(missing)
        }
        Item::End => Input::End,
        line => return through(above, sender, line, layers, top),
    };
    layer.push(sender, input, &mut |sender, output| {
        let below = if sender == Sender::Client { &*client } else { &*server };
        give(below, above, sender, output, layers, top);
    });
    for (sender, below) in [(Sender::Client, client), (Sender::Server, server)] {
        below.origins.forget_before(layer.needs_from(sender));
    }
}

/// Hands an output of a layer to those above it.
fn give(
    below: &Below,
    above: &mut [Level],
    sender: Sender,
    output: Output<'_>,
    layers: Option<&Layers>,
    top: &mut dyn Top,
) {
    match output {
        Output::Data { bytes, from, to } => {
            let stamps = below.stamps(from, to);
            through(above, sender, Item::Data { bytes, stamps: &stamps }, layers, top);
        }
        Output::Unit { unit, bytes, from, to } => {
            let stamps = below.stamps(from, to);
            through(above, sender, Item::Unit { unit, bytes, stamps: &stamps }, layers, top);
        }
        Output::Gap(missing) => through(above, sender, Item::Gap(missing), layers, top),
        Output::Header { unit, bytes, .. } => {
            through(above, sender, Item::Header { unit, bytes }, layers, top);
        }
        Output::Note { unit, text, at } => {
            let stamps = at.map(|(from, to)| below.stamps(from, to)).unwrap_or_default();
            through(above, sender, Item::Note { unit, text, stamps: &stamps }, layers, top);
        }
        Output::Finding { rule, a, b } => {
            through(above, sender, Item::Finding { rule, a, b }, layers, top);
        }
        Output::End => through(above, sender, Item::End, layers, top),
    }
}

impl Below {
    fn take(&mut self, len: usize, stamps: &[Stamp]) {
        self.origins.push_all(self.offset, len, stamps);
        self.offset = self.offset.saturating_add(len as u64);
    }

    fn stamps(&self, from: u64, to: u64) -> Vec<Stamp> {
        let mut stamps: Vec<Stamp> = self.origins.frames(from..to).collect();
        stamps.dedup();
        stamps
    }
}
