//! The alerts: one row each, with IANA's number and name (registry "TLS Alerts", RFC 8446
//! section 6, RFC 5246 section 7.2, RFC 6066, RFC 7301).

/// The alert that ends one direction in good order.
pub(super) const CLOSE_NOTIFY: u8 = 0;

/// One row: number, name, what it says.
type Row = (u8, &'static str, &'static str);

/// The rows, by number.
#[rustfmt::skip]
static ALERTS: &[Row] = &[
    (0, "close_notify", "nothing more is sent"),
    (10, "unexpected_message", "a message came out of turn"),
    (20, "bad_record_mac", "a record could not be authenticated: damaged on the way, or the keys differ"),
    (21, "decryption_failed", "a record could not be decrypted"),
    (22, "record_overflow", "a record was too long"),
    (30, "decompression_failure", "a record could not be decompressed"),
    (40, "handshake_failure", "no set of parameters suits both ends: cipher suites, groups, signatures or a missing certificate"),
    (41, "no_certificate", "there is no certificate to send"),
    (42, "bad_certificate", "the certificate is damaged, or its signature is wrong"),
    (43, "unsupported_certificate", "the certificate is of a kind that is not supported"),
    (44, "certificate_revoked", "the issuer has revoked the certificate"),
    (45, "certificate_expired", "the certificate has expired, is not valid yet, or the clock is wrong"),
    (46, "certificate_unknown", "the certificate is not acceptable for another reason, often its name"),
    (47, "illegal_parameter", "a field of the handshake holds a value that is not allowed"),
    (48, "unknown_ca", "the certificate was issued by an authority that is not trusted"),
    (49, "access_denied", "the certificate is valid, but access is not granted"),
    (50, "decode_error", "a message could not be decoded"),
    (51, "decrypt_error", "a signature or the check of the handshake failed"),
    (52, "too_many_cids_requested", "too many connection ids were asked for"),
    (60, "export_restriction", "export restrictions forbid the parameters"),
    (70, "protocol_version", "the version that the client offers is not supported"),
    (71, "insufficient_security", "the server asks for stronger ciphers than the client offers"),
    (80, "internal_error", "an error that has nothing to do with the other end"),
    (86, "inappropriate_fallback", "the client tries a lower version again, though a higher one is possible"),
    (90, "user_canceled", "the handshake was given up on purpose"),
    (100, "no_renegotiation", "a new handshake is refused"),
    (109, "missing_extension", "an extension that must be there is not"),
    (110, "unsupported_extension", "an extension that was not offered came back"),
    (111, "certificate_unobtainable", "the certificate could not be fetched"),
    (112, "unrecognized_name", "the server does not know the name that the client asks for (SNI)"),
    (113, "bad_certificate_status_response", "the OCSP response is not acceptable"),
    (114, "bad_certificate_hash_value", "the hash of the certificate does not fit"),
    (115, "unknown_psk_identity", "the pre-shared key is not known"),
    (116, "certificate_required", "the server wants a certificate of the client, and none came"),
    (120, "no_application_protocol", "the server speaks none of the protocols that the client offers (ALPN)"),
    (121, "ech_required", "encrypted ClientHello is required"),
];

/// Name and meaning of an alert.
pub(super) fn describe(alert: u8) -> Option<(&'static str, &'static str)> {
    let at = ALERTS.binary_search_by_key(&alert, |row| row.0).ok()?;
    ALERTS.get(at).map(|row| (row.1, row.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_order() {
        assert!(ALERTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(describe(48).unwrap().0, "unknown_ca");
    }
}
