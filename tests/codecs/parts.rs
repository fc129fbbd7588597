//! Strategies for the parts that packets are made of. All of them make legal parts only.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Text without control characters, `+`, `#` and `$`; ASCII, two, three and four bytes long.
pub(crate) fn text() -> impl Strategy<Value = String> {
    "[ -\"%-*,-~¡-߿一-鿿😀-😏]{0,24}"
}

/// A Topic Name.
pub(crate) fn topic() -> impl Strategy<Value = String> {
    "[ -\"%-*,-~¡-߿一-鿿😀-😏]{1,24}"
}

/// A Topic Filter: levels of text or `+`, perhaps `#` behind them, perhaps shared.
pub(crate) fn filter() -> impl Strategy<Value = String> {
    let level = prop_oneof![3 => "[ -\"%-*,-.0-~¡-߿]{1,8}", 1 => Just("+".to_owned())];
    let tail = prop_oneof![2 => Just(""), 1 => Just("/#")];
    let levels = (vec(level, 1..4), tail).prop_map(|(levels, tail)| levels.join("/") + tail);
    prop_oneof![8 => levels, 1 => Just("#".to_owned())]
}

/// Bytes of any kind.
pub(crate) fn data() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..40)
}

/// A payload: mostly short, now and then so long that Remaining Length takes three bytes.
pub(crate) fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![20 => vec(any::<u8>(), 0..200), 1 => Just(vec![7; 20_000])]
}

/// A Client Identifier that every version takes.
pub(crate) fn client_id() -> impl Strategy<Value = String> {
    "[0-9a-zA-Z]{1,23}"
}

/// A Packet Identifier.
pub(crate) fn packet_id() -> std::ops::RangeInclusive<u16> {
    1..=u16::MAX
}

/// User Name and Password: none, the first, or both.
pub(crate) fn credentials() -> impl Strategy<Value = (Option<String>, Option<Vec<u8>>)> {
    prop_oneof![
        Just((None, None)),
        text().prop_map(|name| (Some(name), None)),
        (text(), data()).prop_map(|(name, password)| (Some(name), Some(password))),
    ]
}

/// Name and value of each User Property.
pub(crate) fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    vec((text(), text()), 0..3)
}

/// Every code that `from` knows, one of them.
pub(crate) fn code<T: Clone + std::fmt::Debug + 'static>(
    from: impl Fn(u8) -> Option<T>,
) -> impl Strategy<Value = T> {
    select((0..=u8::MAX).filter_map(from).collect::<Vec<T>>())
}

/// One or a few of the same.
pub(crate) fn some<S: Strategy>(one: S) -> impl Strategy<Value = Vec<S::Value>> {
    vec(one, 1..5)
}

/// Bytes with a few of them changed, for decoders that need not like them.
pub(crate) fn damaged(packet: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let at = 0..packet.len();
    vec((at, any::<u8>()), 1..3).prop_map(move |changes| {
        let mut bytes = packet.clone();
        changes.into_iter().for_each(|(at, byte)| bytes[at] = byte);
        bytes
    })
}
