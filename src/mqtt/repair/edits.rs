//! The edits, the likeliest first.

use super::{Broken, Tries, body, connect, header, property};
use crate::spec::Rule;

/// Rules on a value that is where it should be: what moves the bytes about it would hide the fault,
/// not mend it.
pub(super) const OF_VALUES: &[Rule] = &[
    Rule::WRONG_SENDER,
    Rule::AUTH_BEFORE_V5,
    Rule::QOS_3,
    Rule::TOPIC_WILDCARD,
    Rule::PROPERTY_RANGE,
    Rule::PROPERTY_SENDER,
    Rule::REASON_CODE_SENDER,
    Rule::AUTHENTICATION_METHOD_MISSING,
    Rule::AUTHENTICATION_DATA_ALONE,
    Rule::PAYLOAD_NOT_UTF8,
    Rule::CLIENT_ID_LONG_V31,
    Rule::SHARE_NAME,
    Rule::SHARE_FILTER,
];

/// One kind of edit.
pub(super) struct Edit {
    /// How much it changes: one of less is taken where both are legal.
    pub(super) cost: u8,
    /// Makes the candidates.
    pub(super) make: fn(&Broken<'_>, &mut Tries),
}

const fn edit(cost: u8, make: fn(&Broken<'_>, &mut Tries)) -> Edit {
    Edit { cost, make }
}

/// In the order of what they cost.
pub(super) static EDITS: &[Edit] = &[
    // One byte or one bit that can have but one value.
    edit(1, header::flags),
    edit(1, header::remaining_length),
    edit(1, header::swallowed),
    edit(1, header::second_byte_lost),
    edit(1, header::swapped_bytes),
    edit(1, connect::level_of_name),
    edit(1, body::qos_as_text),
    edit(1, body::reserved_bits),
    edit(1, body::packet_id_zero),
    edit(1, property::length_forgotten),
    // What has a choice, or moves what is behind it.
    edit(2, connect::level_of_layout),
    edit(2, connect::name_of_level),
    edit(2, connect::flags),
    edit(2, connect::keep_alive_forgotten),
    edit(2, connect::client_id_length),
    edit(2, header::two_byte_length),
    edit(2, body::one_byte_number),
    edit(2, body::swapped_length),
    edit(2, body::counted_nul),
    edit(2, body::packet_id_forgotten),
    edit(2, body::options_forgotten),
    edit(2, body::code_forgotten),
    edit(2, property::left_out),
    edit(2, header::qos_without_id),
    // A number of many.
    edit(3, connect::will_flag),
    edit(3, body::counted_nul_before_id),
    edit(3, body::wrong_length),
    edit(3, property::wrong_length),
    edit(4, body::left_over),
];
