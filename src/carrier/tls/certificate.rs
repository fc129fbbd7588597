//! Whom a certificate is for.

use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// Names of a certificate that are kept; some carry a hundred.
const MAX_NAMES: usize = 4;

/// Whom a certificate is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Certificate {
    /// The subject, in the notation of RFC 4514.
    pub(super) subject: String,
    /// The first names for which it is valid.
    pub(super) names: Vec<String>,
}

impl Certificate {
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let names = match body.get_extension::<SubjectAltName>() {
            Ok(Some((_, names))) => names.0.iter().filter_map(text).take(MAX_NAMES).collect(),
            _ => Vec::new(),
        };
        Some(Self { subject: body.subject().to_string(), names })
    }
}

fn text(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let v4 = <[u8; 4]>::try_from(bytes).map(std::net::IpAddr::from);
            let v6 = <[u8; 16]>::try_from(bytes).map(std::net::IpAddr::from);
            v4.or(v6).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
