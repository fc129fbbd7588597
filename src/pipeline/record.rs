//! What comes out: one packet with everything that is known of it.

use super::{Lifeline, Notes};
use crate::annotate::{Tape, view};
use crate::capture::{Beside, Frame, FrameRole};
use crate::mqtt::repair::Repair;
use crate::mqtt::{Decoded, Reading, decode};
use crate::mqttsn;
use crate::net::Layers;
use crate::session::sn::Resolved;
use crate::session::{Ended, Facts, How};
use crate::spec::field::Context;
use crate::spec::unit::Unit;
use crate::spec::{Sender, Version};
use std::net::SocketAddr;
use std::ops::ControlFlow;

/// One MQTT packet, or a run of bytes that belongs to none.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// read("40 02 00 07", |record| {
///     assert_eq!((record.number, record.bytes), (1, &[0x40, 2, 0, 7][..]));
///     assert_eq!(record.decoded.unwrap().packet.unwrap().packet_id(), Some(7));
///     assert!(record.tape.findings().is_empty());
/// });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Counts records from 1.
    pub number: u64,
    /// Where the bytes were.
    pub origin: &'a Origin<'a>,
    /// Which end sent them, where that is known.
    pub sender: Option<Sender>,
    /// The version that they are read by.
    pub version: Version,
    /// How the version is known.
    pub version_from: How,
    /// The Client Identifier of the connection.
    pub client_id: Option<&'a [u8]>,
    /// The bytes; with `--redact`, secrets are overwritten with asterisks.
    pub bytes: &'a [u8],
    /// The annotated tree of `bytes`, and the findings. Without the tree where there is no finding and the
    /// consumer [needs none](Consumer::needs_trees).
    pub tape: &'a Tape,
    /// The typed packet; `None` for bytes that belong to no packet, and for MQTT-SN.
    pub decoded: Option<&'a Decoded<'a>>,
    /// What the bytes are, where they are no MQTT but worth a line of the session.
    pub unit: Option<Unit>,
    /// What there is to say of a unit beyond its bytes; it may quote untrusted text.
    pub text: &'a str,
    /// The headers of the carrier's frames that brought the bytes.
    pub headers: &'a [Header],
    /// Of MQTT-SN: the typed message, and what it is about.
    pub sn: Option<SnRecord<'a>>,
    /// What is known of it from the packets before it.
    pub facts: &'a Facts<'a>,
    /// What the packet should have been, where it is broken and one edit makes it legal. It belongs
    /// to the first of its gravest findings.
    pub repair: Option<&'a Repair>,
}

/// What a record of MQTT-SN holds besides.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// use mqttscope::pipeline::PastedProtocol;
///
/// let settings = PastedSettings { protocol: PastedProtocol::MqttSn, ..PastedSettings::default() };
/// let pasted = paste::parse("02 16", &paste::Options::default());
/// read_paste(&pasted, settings, Each(|record: &Record<'_>| {
///     assert_eq!(record.sn.unwrap().decoded.message_type.unwrap().name(), "PINGREQ");
/// }));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SnRecord<'a> {
    /// The typed message.
    pub decoded: mqttsn::Decoded<'a>,
    /// The topic that it is about, where it gives an id or nothing for it, and where that was said.
    pub topic: Option<&'a Resolved>,
}

/// The header of a frame that carries MQTT, with its annotated tree.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// // Bytes that were pasted as they are came without a carrier.
/// read("c0 00", |record| assert!(record.headers.is_empty()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// What it is.
    pub unit: Unit,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their tree.
    pub tape: Tape,
}

impl<'a> Record<'a> {
    /// Whether its tree was left out.
    pub(crate) fn is_bare(&self) -> bool {
        self.decoded.is_some() && self.tape.nodes().is_empty()
    }

    /// The same with its tree, which is made in `room` where it was left out.
    pub(crate) fn with_tree<'b>(&self, room: &'b mut Tape) -> Record<'b>
    where
        'a: 'b,
    {
        if !self.is_bare() {
            return *self;
        }
        room.clear();
        let how = Reading { version: self.version, sender: self.sender };
        decode(self.bytes, how, room);
        Record { tape: room, ..*self }
    }

    /// `CONNECT` and so on; the name of a unit; `UNDECODED` for bytes that belong to nothing.
    ///
    /// ```
    /// # use mqttscope::paste;
    /// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
    /// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
    /// #     let pasted = paste::parse(text, &paste::Options::default());
    /// #     read_paste(&pasted, PastedSettings::default(), Each(each));
    /// # }
    /// read("62 02 00 01", |record| assert_eq!(record.type_name(), "PUBREL"));
    /// ```
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        if let Some(kind) = self.sn.and_then(|sn| sn.decoded.message_type) {
            return kind.name();
        }
        match (&self.decoded, self.unit) {
            (Some(decoded), _) => decoded.header.packet_type.name(),
            (None, Some(unit)) => unit.name(),
            (None, None) => "UNDECODED",
        }
    }

    /// `client`, and `server` or in MQTT-SN `gateway`; `None` where that is not known.
    #[must_use]
    #[doc(hidden)]
    pub fn sender_name(&self) -> Option<&'static str> {
        self.sender.map(|sender| sender.name_in(self.version))
    }

    /// Whether it is a packet or a message, not bytes that are none.
    ///
    /// ```
    /// # use mqttscope::paste;
    /// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
    /// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
    /// #     let pasted = paste::parse(text, &paste::Options::default());
    /// #     read_paste(&pasted, PastedSettings::default(), Each(each));
    /// # }
    /// read("d0 00", |record| assert!(record.is_packet()));
    /// ```
    #[must_use]
    pub fn is_packet(&self) -> bool {
        self.decoded.is_some() || self.sn.is_some_and(|sn| sn.decoded.message_type.is_some())
    }

    /// What the words of the tree depend on.
    ///
    /// ```
    /// # use mqttscope::paste;
    /// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
    /// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
    /// #     let pasted = paste::parse(text, &paste::Options::default());
    /// #     read_paste(&pasted, PastedSettings::default(), Each(each));
    /// # }
    /// # use mqttscope::spec::PacketType;
    /// read("d0 00", |record| assert_eq!(record.context().packet_type(), PacketType::PINGRESP));
    /// ```
    #[must_use]
    pub fn context(&self) -> Context {
        view::context(self.bytes, self.tape, self.version, self.sender)
    }
}

/// Where a packet's bytes were.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// read("\n\n    c0 00", |record| {
///     let place = record.origin.text.unwrap();
///     assert_eq!((place.line, place.column), (3, 5));
///     assert!(record.origin.frames.is_empty());
/// });
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// Numbers of the frames that brought the bytes, in order.
    pub frames: &'a [u64],
    /// Time of the frame that completed the packet, which is the one of `frames` that was captured
    /// last: nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// Time of the frame that brought its first byte, where that is another one.
    pub began: Option<i64>,
    /// Time of the first frame of the capture.
    pub start: Option<i64>,
    /// Time of the frame before the one that completed the packet.
    pub previous: Option<i64>,
    /// Whether they came encrypted.
    pub is_secret: bool,
    /// The connection, counted from 0 over all TCP connections.
    pub stream: Option<u64>,
    /// Sender and receiver.
    pub ends: Option<(SocketAddr, SocketAddr)>,
    /// The headers of the frame that completed the packet.
    pub layers: Option<&'a Layers>,
    /// What the capture says of frames and addresses.
    pub notes: Option<&'a Notes>,
    /// Where in a pasted text the bytes were found.
    pub text: Option<TextOrigin<'a>>,
    /// The bytes of the segment that was last, and where in it these begin.
    pub segment: Option<(&'a [u8], usize)>,
}

/// Where in a pasted text a packet was found.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// read("c0 00", |record| assert_eq!(record.origin.text.unwrap().notation, "hex"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TextOrigin<'a> {
    /// The file, where there are several.
    pub file: Option<&'a str>,
    /// Line of the first byte, from 1; of its file, where there are several.
    pub line: usize,
    /// Column of the first byte in characters, from 1.
    pub column: usize,
    /// Line of the last byte.
    pub end_line: usize,
    /// The notation, as its users call it.
    pub notation: &'a str,
    /// The time that the text gives, as it stands there.
    pub time: Option<&'a str>,
    /// What the text says of the direction: `Send`, `recvline`, ...
    pub direction: Option<&'a str>,
    /// Whether every line is a packet of its own (`--lines`).
    pub alone: bool,
}

/// What of the packets before a packet is used with it: less is faster.
///
/// ```
/// use mqttscope::pipeline::Needs;
///
/// assert!(Needs::Packet < Needs::Aliases && Needs::Aliases < Needs::Session);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing but the version and the Client Identifier of their connection.
    Packet,
    /// The topics that Topic Aliases stand for.
    Aliases,
    /// All: facts, findings on more than one packet, how connections ended.
    Session,
}

/// A function of records, as a consumer that takes all of them.
///
/// ```
/// use mqttscope::paste;
/// use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
///
/// let pasted = paste::parse("c0 00\nd0 00", &paste::Options::default());
/// let mut bytes = 0;
/// let count = Each(|record: &Record<'_>| bytes += record.bytes.len());
/// read_paste(&pasted, PastedSettings::default(), count);
/// assert_eq!(bytes, 4);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Each<F>(pub F);

impl<F: FnMut(&Record<'_>)> Consumer for Each<F> {
    fn needs_frames(&self) -> bool {
        false
    }

    fn needs_lifelines(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        (self.0)(record);
        ControlFlow::Continue(())
    }
}

/// Takes records as they are made.
///
/// ```
/// use mqttscope::pipeline::{Consumer, PastedSettings, Record, read_paste};
/// use mqttscope::paste;
/// use std::ops::ControlFlow;
///
/// /// Stops at the first packet in which something is wrong.
/// struct First(Option<u64>);
///
/// impl Consumer for First {
///     fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
///         if record.tape.findings().is_empty() {
///             return ControlFlow::Continue(());
///         }
///         self.0 = Some(record.number);
///         ControlFlow::Break(())
///     }
/// }
///
/// // A PUBACK, and one for Packet Identifier 0.
/// let pasted = paste::parse("40 02 00 07  40 02 00 00", &paste::Options::default());
/// let first = read_paste(&pasted, PastedSettings::default(), First(None));
/// assert_eq!(first.0, Some(2));
/// ```
pub trait Consumer {
    /// What it uses of what is known of packets from those before them. Nothing else of that is made.
    /// Asked once, at the beginning.
    fn needs(&self) -> Needs {
        Needs::Session
    }

    /// Whether it makes sense to ask [`wants`](Self::wants). Asked once, at the beginning.
    fn is_choosy(&self) -> bool {
        false
    }

    /// Whether a record may be wanted whose tree, findings, headers and facts are not there yet:
    /// nothing of them is made for one that is not. It is counted all the same. A consumer to which
    /// such a record is enough takes it here, and does not want it again.
    fn wants(&mut self, record: &Record<'_>) -> bool {
        let _ = record;
        true
    }

    /// The same, where what is wanted for certain is told: `None` is for a record that has to come to
    /// [`record`](Self::record), with all that is made of it. One that is wanted for certain may come to
    /// [`chosen`](Self::chosen), without its tree if none is [needed](Self::needs_trees).
    #[doc(hidden)]
    fn chooses(&mut self, record: &Record<'_>) -> Option<bool> {
        if self.wants(record) { None } else { Some(false) }
    }

    /// A record that [was wanted](Self::chooses) for certain.
    #[doc(hidden)]
    fn chosen(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.record(record)
    }

    /// Whether it wants no record at all, but for those with comments on their frames. Asked once, at the
    /// beginning, and only where it [is choosy](Self::is_choosy).
    fn wants_nothing(&self) -> bool {
        false
    }

    /// Whether it uses the trees of packets of which nothing is found; else they may be left out. Asked once,
    /// at the beginning.
    fn needs_trees(&self) -> bool {
        true
    }

    /// Whether [`frame`](Self::frame) is of use. Asked once, at the beginning.
    fn needs_frames(&self) -> bool {
        true
    }

    /// A frame, before anything is made of it.
    fn frame(&mut self, frame: &Frame<'_>) {
        let _ = frame;
    }

    /// Whether [`of_stream`](Self::of_stream) is of use. Asked once, at the beginning.
    fn needs_roles(&self) -> bool {
        false
    }

    /// The last frame, and those that brought other parts of its IP packet, are of this TCP
    /// connection, and that is what they are to its later ones.
    fn of_stream(&mut self, frames: &[u64], stream: u64, role: FrameRole) {
        let _ = (frames, stream, role);
    }

    /// What the capture says behind its last frame.
    fn beside(&mut self, beside: &Beside) {
        let _ = beside;
    }

    /// One record. `Break` ends the run.
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()>;

    /// Bytes of a connection were lost, or could not be read: what rests on them is not known any more.
    fn lost(&mut self, stream: Option<u64>) {
        let _ = stream;
    }

    /// A connection of MQTT, or to a port of MQTT, with all that is known of it. Mostly it has just
    /// ended; where its Will or its session waits for something it comes later, at the latest at
    /// the end of the capture.
    fn ended(&mut self, ended: &Ended) {
        let _ = ended;
    }

    /// Whether [`lifeline`](Self::lifeline) is of use. Asked once, at the beginning.
    fn needs_lifelines(&self) -> bool {
        true
    }

    /// A connection began or ended. `Break` ends the run.
    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        let _ = lifeline;
        ControlFlow::Continue(())
    }
}
