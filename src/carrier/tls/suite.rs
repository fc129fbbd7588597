//! The cipher suites: one row each, with IANA's number and name (registry "TLS Cipher Suites").
//!
//! To read one more: give its row a cipher and a hash. A row without them only has a name.

/// A cipher suite: an index on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SuiteId(pub u16);

/// One row of the table.
#[derive(Debug)]
pub struct Suite {
    /// The number on the wire.
    pub id: SuiteId,
    /// IANA's name.
    pub name: &'static str,
    /// What protects the records; `None` where this is not read.
    pub protection: Option<Protection>,
}

/// What a suite protects records with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// The cipher.
    pub cipher: Cipher,
    /// The hash: that of the MAC with CBC, else that of the key derivation.
    pub hash: Hash,
}

/// A cipher with its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Cipher {
    Aes128Gcm,
    Aes256Gcm,
    Aes128Ccm,
    Aes256Ccm,
    Aes128Ccm8,
    Aes256Ccm8,
    ChaCha20Poly1305,
    Aes128Cbc,
    Aes256Cbc,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha384,
}

/// How a cipher is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// AEAD whose nonce is, in TLS 1.2, a salt and eight bytes that the record carries.
    ExplicitNonce,
    /// AEAD whose nonce is made of the sequence number.
    ImplicitNonce,
    /// CBC with a MAC.
    Cbc,
}

impl SuiteId {
    /// The row of the table.
    #[must_use]
    pub fn info(self) -> Option<&'static Suite> {
        let at = SUITES.binary_search_by_key(&self.0, |row| row.id.0).ok()?;
        SUITES.get(at)
    }

    /// IANA's name, or the number.
    #[must_use]
    pub fn name(self) -> String {
        match self.info() {
            Some(row) => row.name.to_owned(),
            None => format!("cipher suite 0x{:04x}", self.0),
        }
    }

    /// Whether the number is one of TLS 1.3's own, which no earlier version has.
    #[must_use]
    pub fn is_tls13(self) -> bool {
        self.0 >> 8 == 0x13
    }
}

impl Cipher {
    /// Bytes of the key.
    #[must_use]
    pub fn key_len(self) -> usize {
        use Cipher::{Aes128Cbc, Aes128Ccm, Aes128Ccm8, Aes128Gcm};
        if matches!(self, Aes128Gcm | Aes128Ccm | Aes128Ccm8 | Aes128Cbc) { 16 } else { 32 }
    }

    /// Bytes of the tag at the end of a record; 0 with CBC, whose MAC depends on the suite.
    #[must_use]
    pub fn tag_len(self) -> usize {
        match self {
            Self::Aes128Cbc | Self::Aes256Cbc => 0,
            Self::Aes128Ccm8 | Self::Aes256Ccm8 => 8,
            _ => 16,
        }
    }

    pub(super) fn mode(self) -> Mode {
        match self {
            Self::Aes128Cbc | Self::Aes256Cbc => Mode::Cbc,
            Self::ChaCha20Poly1305 => Mode::ImplicitNonce,
            _ => Mode::ExplicitNonce,
        }
    }
}

impl Hash {
    /// Bytes of the result.
    #[must_use]
    pub fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

// Turns   0x1301 Aes128Gcm Sha256 "NAME";   into a row that is read, and
//         0x0001 - - "NAME";   into one that only has a name.
macro_rules! suites {
    ($($id:literal $cipher:tt $hash:tt $name:literal;)*) => {
        /// The rows, by number.
        pub static SUITES: &[Suite] = &[$(Suite {
            id: SuiteId($id),
            name: $name,
            protection: suites!(@ $cipher $hash),
        }),*];
    };
    (@ - -) => { None };
    (@ $cipher:ident $hash:ident) => {
        Some(Protection { cipher: Cipher::$cipher, hash: Hash::$hash })
    };
}

#[rustfmt::skip]
suites! {
    0x0001 - - "TLS_RSA_WITH_NULL_MD5";
    0x0002 - - "TLS_RSA_WITH_NULL_SHA";
    0x0003 - - "TLS_RSA_EXPORT_WITH_RC4_40_MD5";
    0x0004 - - "TLS_RSA_WITH_RC4_128_MD5";
    0x0005 - - "TLS_RSA_WITH_RC4_128_SHA";
    0x0006 - - "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5";
    0x0007 - - "TLS_RSA_WITH_IDEA_CBC_SHA";
    0x0008 - - "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA";
    0x0009 - - "TLS_RSA_WITH_DES_CBC_SHA";
    0x000a - - "TLS_RSA_WITH_3DES_EDE_CBC_SHA";
    0x000b - - "TLS_DH_DSS_EXPORT_WITH_DES40_CBC_SHA";
    0x000c - - "TLS_DH_DSS_WITH_DES_CBC_SHA";
    0x000d - - "TLS_DH_DSS_WITH_3DES_EDE_CBC_SHA";
    0x000e - - "TLS_DH_RSA_EXPORT_WITH_DES40_CBC_SHA";
    0x000f - - "TLS_DH_RSA_WITH_DES_CBC_SHA";
    0x0010 - - "TLS_DH_RSA_WITH_3DES_EDE_CBC_SHA";
    0x0011 - - "TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA";
    0x0012 - - "TLS_DHE_DSS_WITH_DES_CBC_SHA";
    0x0013 - - "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA";
    0x0014 - - "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA";
    0x0015 - - "TLS_DHE_RSA_WITH_DES_CBC_SHA";
    0x0016 - - "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA";
    0x0017 - - "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5";
    0x0018 - - "TLS_DH_anon_WITH_RC4_128_MD5";
    0x0019 - - "TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA";
    0x001a - - "TLS_DH_anon_WITH_DES_CBC_SHA";
    0x001b - - "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA";
    0x001e - - "TLS_KRB5_WITH_DES_CBC_SHA";
    0x001f - - "TLS_KRB5_WITH_3DES_EDE_CBC_SHA";
    0x0020 - - "TLS_KRB5_WITH_RC4_128_SHA";
    0x0021 - - "TLS_KRB5_WITH_IDEA_CBC_SHA";
    0x0022 - - "TLS_KRB5_WITH_DES_CBC_MD5";
    0x0023 - - "TLS_KRB5_WITH_3DES_EDE_CBC_MD5";
    0x0024 - - "TLS_KRB5_WITH_RC4_128_MD5";
    0x0025 - - "TLS_KRB5_WITH_IDEA_CBC_MD5";
    0x0026 - - "TLS_KRB5_EXPORT_WITH_DES_CBC_40_SHA";
    0x0027 - - "TLS_KRB5_EXPORT_WITH_RC2_CBC_40_SHA";
    0x0028 - - "TLS_KRB5_EXPORT_WITH_RC4_40_SHA";
    0x0029 - - "TLS_KRB5_EXPORT_WITH_DES_CBC_40_MD5";
    0x002a - - "TLS_KRB5_EXPORT_WITH_RC2_CBC_40_MD5";
    0x002b - - "TLS_KRB5_EXPORT_WITH_RC4_40_MD5";
    0x002c - - "TLS_PSK_WITH_NULL_SHA";
    0x002d - - "TLS_DHE_PSK_WITH_NULL_SHA";
    0x002e - - "TLS_RSA_PSK_WITH_NULL_SHA";
    0x002f Aes128Cbc Sha1 "TLS_RSA_WITH_AES_128_CBC_SHA";
    0x0030 Aes128Cbc Sha1 "TLS_DH_DSS_WITH_AES_128_CBC_SHA";
    0x0031 Aes128Cbc Sha1 "TLS_DH_RSA_WITH_AES_128_CBC_SHA";
    0x0032 Aes128Cbc Sha1 "TLS_DHE_DSS_WITH_AES_128_CBC_SHA";
    0x0033 Aes128Cbc Sha1 "TLS_DHE_RSA_WITH_AES_128_CBC_SHA";
    0x0034 Aes128Cbc Sha1 "TLS_DH_anon_WITH_AES_128_CBC_SHA";
    0x0035 Aes256Cbc Sha1 "TLS_RSA_WITH_AES_256_CBC_SHA";
    0x0036 Aes256Cbc Sha1 "TLS_DH_DSS_WITH_AES_256_CBC_SHA";
    0x0037 Aes256Cbc Sha1 "TLS_DH_RSA_WITH_AES_256_CBC_SHA";
    0x0038 Aes256Cbc Sha1 "TLS_DHE_DSS_WITH_AES_256_CBC_SHA";
    0x0039 Aes256Cbc Sha1 "TLS_DHE_RSA_WITH_AES_256_CBC_SHA";
    0x003a Aes256Cbc Sha1 "TLS_DH_anon_WITH_AES_256_CBC_SHA";
    0x003b - - "TLS_RSA_WITH_NULL_SHA256";
    0x003c Aes128Cbc Sha256 "TLS_RSA_WITH_AES_128_CBC_SHA256";
    0x003d Aes256Cbc Sha256 "TLS_RSA_WITH_AES_256_CBC_SHA256";
    0x003e Aes128Cbc Sha256 "TLS_DH_DSS_WITH_AES_128_CBC_SHA256";
    0x003f Aes128Cbc Sha256 "TLS_DH_RSA_WITH_AES_128_CBC_SHA256";
    0x0040 Aes128Cbc Sha256 "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256";
    0x0041 - - "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA";
    0x0042 - - "TLS_DH_DSS_WITH_CAMELLIA_128_CBC_SHA";
    0x0043 - - "TLS_DH_RSA_WITH_CAMELLIA_128_CBC_SHA";
    0x0044 - - "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA";
    0x0045 - - "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA";
    0x0046 - - "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA";
    0x0067 Aes128Cbc Sha256 "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256";
    0x0068 Aes256Cbc Sha256 "TLS_DH_DSS_WITH_AES_256_CBC_SHA256";
    0x0069 Aes256Cbc Sha256 "TLS_DH_RSA_WITH_AES_256_CBC_SHA256";
    0x006a Aes256Cbc Sha256 "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256";
    0x006b Aes256Cbc Sha256 "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256";
    0x006c Aes128Cbc Sha256 "TLS_DH_anon_WITH_AES_128_CBC_SHA256";
    0x006d Aes256Cbc Sha256 "TLS_DH_anon_WITH_AES_256_CBC_SHA256";
    0x0080 - - "TLS_GOSTR341094_WITH_28147_CNT_IMIT";
    0x0081 - - "TLS_GOSTR341001_WITH_28147_CNT_IMIT";
    0x0082 - - "TLS_GOSTR341094_WITH_NULL_GOSTR3411";
    0x0083 - - "TLS_GOSTR341001_WITH_NULL_GOSTR3411";
    0x0084 - - "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA";
    0x0085 - - "TLS_DH_DSS_WITH_CAMELLIA_256_CBC_SHA";
    0x0086 - - "TLS_DH_RSA_WITH_CAMELLIA_256_CBC_SHA";
    0x0087 - - "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA";
    0x0088 - - "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA";
    0x0089 - - "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA";
    0x008a - - "TLS_PSK_WITH_RC4_128_SHA";
    0x008b - - "TLS_PSK_WITH_3DES_EDE_CBC_SHA";
    0x008c Aes128Cbc Sha1 "TLS_PSK_WITH_AES_128_CBC_SHA";
    0x008d Aes256Cbc Sha1 "TLS_PSK_WITH_AES_256_CBC_SHA";
    0x008e - - "TLS_DHE_PSK_WITH_RC4_128_SHA";
    0x008f - - "TLS_DHE_PSK_WITH_3DES_EDE_CBC_SHA";
    0x0090 Aes128Cbc Sha1 "TLS_DHE_PSK_WITH_AES_128_CBC_SHA";
    0x0091 Aes256Cbc Sha1 "TLS_DHE_PSK_WITH_AES_256_CBC_SHA";
    0x0092 - - "TLS_RSA_PSK_WITH_RC4_128_SHA";
    0x0093 - - "TLS_RSA_PSK_WITH_3DES_EDE_CBC_SHA";
    0x0094 Aes128Cbc Sha1 "TLS_RSA_PSK_WITH_AES_128_CBC_SHA";
    0x0095 Aes256Cbc Sha1 "TLS_RSA_PSK_WITH_AES_256_CBC_SHA";
    0x0096 - - "TLS_RSA_WITH_SEED_CBC_SHA";
    0x0097 - - "TLS_DH_DSS_WITH_SEED_CBC_SHA";
    0x0098 - - "TLS_DH_RSA_WITH_SEED_CBC_SHA";
    0x0099 - - "TLS_DHE_DSS_WITH_SEED_CBC_SHA";
    0x009a - - "TLS_DHE_RSA_WITH_SEED_CBC_SHA";
    0x009b - - "TLS_DH_anon_WITH_SEED_CBC_SHA";
    0x009c Aes128Gcm Sha256 "TLS_RSA_WITH_AES_128_GCM_SHA256";
    0x009d Aes256Gcm Sha384 "TLS_RSA_WITH_AES_256_GCM_SHA384";
    0x009e Aes128Gcm Sha256 "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256";
    0x009f Aes256Gcm Sha384 "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384";
    0x00a0 Aes128Gcm Sha256 "TLS_DH_RSA_WITH_AES_128_GCM_SHA256";
    0x00a1 Aes256Gcm Sha384 "TLS_DH_RSA_WITH_AES_256_GCM_SHA384";
    0x00a2 Aes128Gcm Sha256 "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256";
    0x00a3 Aes256Gcm Sha384 "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384";
    0x00a4 Aes128Gcm Sha256 "TLS_DH_DSS_WITH_AES_128_GCM_SHA256";
    0x00a5 Aes256Gcm Sha384 "TLS_DH_DSS_WITH_AES_256_GCM_SHA384";
    0x00a6 Aes128Gcm Sha256 "TLS_DH_anon_WITH_AES_128_GCM_SHA256";
    0x00a7 Aes256Gcm Sha384 "TLS_DH_anon_WITH_AES_256_GCM_SHA384";
    0x00a8 Aes128Gcm Sha256 "TLS_PSK_WITH_AES_128_GCM_SHA256";
    0x00a9 Aes256Gcm Sha384 "TLS_PSK_WITH_AES_256_GCM_SHA384";
    0x00aa Aes128Gcm Sha256 "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256";
    0x00ab Aes256Gcm Sha384 "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384";
    0x00ac Aes128Gcm Sha256 "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256";
    0x00ad Aes256Gcm Sha384 "TLS_RSA_PSK_WITH_AES_256_GCM_SHA384";
    0x00ae Aes128Cbc Sha256 "TLS_PSK_WITH_AES_128_CBC_SHA256";
    0x00af Aes256Cbc Sha384 "TLS_PSK_WITH_AES_256_CBC_SHA384";
    0x00b0 - - "TLS_PSK_WITH_NULL_SHA256";
    0x00b1 - - "TLS_PSK_WITH_NULL_SHA384";
    0x00b2 Aes128Cbc Sha256 "TLS_DHE_PSK_WITH_AES_128_CBC_SHA256";
    0x00b3 Aes256Cbc Sha384 "TLS_DHE_PSK_WITH_AES_256_CBC_SHA384";
    0x00b4 - - "TLS_DHE_PSK_WITH_NULL_SHA256";
    0x00b5 - - "TLS_DHE_PSK_WITH_NULL_SHA384";
    0x00b6 Aes128Cbc Sha256 "TLS_RSA_PSK_WITH_AES_128_CBC_SHA256";
    0x00b7 Aes256Cbc Sha384 "TLS_RSA_PSK_WITH_AES_256_CBC_SHA384";
    0x00b8 - - "TLS_RSA_PSK_WITH_NULL_SHA256";
    0x00b9 - - "TLS_RSA_PSK_WITH_NULL_SHA384";
    0x00ba - - "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256";
    0x00bb - - "TLS_DH_DSS_WITH_CAMELLIA_128_CBC_SHA256";
    0x00bc - - "TLS_DH_RSA_WITH_CAMELLIA_128_CBC_SHA256";
    0x00bd - - "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256";
    0x00be - - "TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256";
    0x00bf - - "TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256";
    0x00c0 - - "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256";
    0x00c1 - - "TLS_DH_DSS_WITH_CAMELLIA_256_CBC_SHA256";
    0x00c2 - - "TLS_DH_RSA_WITH_CAMELLIA_256_CBC_SHA256";
    0x00c3 - - "TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256";
    0x00c4 - - "TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256";
    0x00c5 - - "TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256";
    0x00c6 - - "TLS_SM4_GCM_SM3";
    0x00c7 - - "TLS_SM4_CCM_SM3";
    0x1301 Aes128Gcm Sha256 "TLS_AES_128_GCM_SHA256";
    0x1302 Aes256Gcm Sha384 "TLS_AES_256_GCM_SHA384";
    0x1303 ChaCha20Poly1305 Sha256 "TLS_CHACHA20_POLY1305_SHA256";
    0x1304 Aes128Ccm Sha256 "TLS_AES_128_CCM_SHA256";
    0x1305 Aes128Ccm8 Sha256 "TLS_AES_128_CCM_8_SHA256";
    0xc001 - - "TLS_ECDH_ECDSA_WITH_NULL_SHA";
    0xc002 - - "TLS_ECDH_ECDSA_WITH_RC4_128_SHA";
    0xc003 - - "TLS_ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA";
    0xc004 Aes128Cbc Sha1 "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA";
    0xc005 Aes256Cbc Sha1 "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA";
    0xc006 - - "TLS_ECDHE_ECDSA_WITH_NULL_SHA";
    0xc007 - - "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA";
    0xc008 - - "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA";
    0xc009 Aes128Cbc Sha1 "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";
    0xc00a Aes256Cbc Sha1 "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA";
    0xc00b - - "TLS_ECDH_RSA_WITH_NULL_SHA";
    0xc00c - - "TLS_ECDH_RSA_WITH_RC4_128_SHA";
    0xc00d - - "TLS_ECDH_RSA_WITH_3DES_EDE_CBC_SHA";
    0xc00e Aes128Cbc Sha1 "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA";
    0xc00f Aes256Cbc Sha1 "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA";
    0xc010 - - "TLS_ECDHE_RSA_WITH_NULL_SHA";
    0xc011 - - "TLS_ECDHE_RSA_WITH_RC4_128_SHA";
    0xc012 - - "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA";
    0xc013 Aes128Cbc Sha1 "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
    0xc014 Aes256Cbc Sha1 "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA";
    0xc015 - - "TLS_ECDH_anon_WITH_NULL_SHA";
    0xc016 - - "TLS_ECDH_anon_WITH_RC4_128_SHA";
    0xc017 - - "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA";
    0xc018 Aes128Cbc Sha1 "TLS_ECDH_anon_WITH_AES_128_CBC_SHA";
    0xc019 Aes256Cbc Sha1 "TLS_ECDH_anon_WITH_AES_256_CBC_SHA";
    0xc01a - - "TLS_SRP_SHA_WITH_3DES_EDE_CBC_SHA";
    0xc01b - - "TLS_SRP_SHA_RSA_WITH_3DES_EDE_CBC_SHA";
    0xc01c - - "TLS_SRP_SHA_DSS_WITH_3DES_EDE_CBC_SHA";
    0xc01d Aes128Cbc Sha1 "TLS_SRP_SHA_WITH_AES_128_CBC_SHA";
    0xc01e Aes128Cbc Sha1 "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA";
    0xc01f Aes128Cbc Sha1 "TLS_SRP_SHA_DSS_WITH_AES_128_CBC_SHA";
    0xc020 Aes256Cbc Sha1 "TLS_SRP_SHA_WITH_AES_256_CBC_SHA";
    0xc021 Aes256Cbc Sha1 "TLS_SRP_SHA_RSA_WITH_AES_256_CBC_SHA";
    0xc022 Aes256Cbc Sha1 "TLS_SRP_SHA_DSS_WITH_AES_256_CBC_SHA";
    0xc023 Aes128Cbc Sha256 "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256";
    0xc024 Aes256Cbc Sha384 "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384";
    0xc025 Aes128Cbc Sha256 "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256";
    0xc026 Aes256Cbc Sha384 "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA384";
    0xc027 Aes128Cbc Sha256 "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256";
    0xc028 Aes256Cbc Sha384 "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384";
    0xc029 Aes128Cbc Sha256 "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA256";
    0xc02a Aes256Cbc Sha384 "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA384";
    0xc02b Aes128Gcm Sha256 "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    0xc02c Aes256Gcm Sha384 "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
    0xc02d Aes128Gcm Sha256 "TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256";
    0xc02e Aes256Gcm Sha384 "TLS_ECDH_ECDSA_WITH_AES_256_GCM_SHA384";
    0xc02f Aes128Gcm Sha256 "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    0xc030 Aes256Gcm Sha384 "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    0xc031 Aes128Gcm Sha256 "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256";
    0xc032 Aes256Gcm Sha384 "TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384";
    0xc033 - - "TLS_ECDHE_PSK_WITH_RC4_128_SHA";
    0xc034 - - "TLS_ECDHE_PSK_WITH_3DES_EDE_CBC_SHA";
    0xc035 Aes128Cbc Sha1 "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA";
    0xc036 Aes256Cbc Sha1 "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA";
    0xc037 Aes128Cbc Sha256 "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256";
    0xc038 Aes256Cbc Sha384 "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384";
    0xc039 - - "TLS_ECDHE_PSK_WITH_NULL_SHA";
    0xc03a - - "TLS_ECDHE_PSK_WITH_NULL_SHA256";
    0xc03b - - "TLS_ECDHE_PSK_WITH_NULL_SHA384";
    0xc03c - - "TLS_RSA_WITH_ARIA_128_CBC_SHA256";
    0xc03d - - "TLS_RSA_WITH_ARIA_256_CBC_SHA384";
    0xc03e - - "TLS_DH_DSS_WITH_ARIA_128_CBC_SHA256";
    0xc03f - - "TLS_DH_DSS_WITH_ARIA_256_CBC_SHA384";
    0xc040 - - "TLS_DH_RSA_WITH_ARIA_128_CBC_SHA256";
    0xc041 - - "TLS_DH_RSA_WITH_ARIA_256_CBC_SHA384";
    0xc042 - - "TLS_DHE_DSS_WITH_ARIA_128_CBC_SHA256";
    0xc043 - - "TLS_DHE_DSS_WITH_ARIA_256_CBC_SHA384";
    0xc044 - - "TLS_DHE_RSA_WITH_ARIA_128_CBC_SHA256";
    0xc045 - - "TLS_DHE_RSA_WITH_ARIA_256_CBC_SHA384";
    0xc046 - - "TLS_DH_anon_WITH_ARIA_128_CBC_SHA256";
    0xc047 - - "TLS_DH_anon_WITH_ARIA_256_CBC_SHA384";
    0xc048 - - "TLS_ECDHE_ECDSA_WITH_ARIA_128_CBC_SHA256";
    0xc049 - - "TLS_ECDHE_ECDSA_WITH_ARIA_256_CBC_SHA384";
    0xc04a - - "TLS_ECDH_ECDSA_WITH_ARIA_128_CBC_SHA256";
    0xc04b - - "TLS_ECDH_ECDSA_WITH_ARIA_256_CBC_SHA384";
    0xc04c - - "TLS_ECDHE_RSA_WITH_ARIA_128_CBC_SHA256";
    0xc04d - - "TLS_ECDHE_RSA_WITH_ARIA_256_CBC_SHA384";
    0xc04e - - "TLS_ECDH_RSA_WITH_ARIA_128_CBC_SHA256";
    0xc04f - - "TLS_ECDH_RSA_WITH_ARIA_256_CBC_SHA384";
    0xc050 - - "TLS_RSA_WITH_ARIA_128_GCM_SHA256";
    0xc051 - - "TLS_RSA_WITH_ARIA_256_GCM_SHA384";
    0xc052 - - "TLS_DHE_RSA_WITH_ARIA_128_GCM_SHA256";
    0xc053 - - "TLS_DHE_RSA_WITH_ARIA_256_GCM_SHA384";
    0xc054 - - "TLS_DH_RSA_WITH_ARIA_128_GCM_SHA256";
    0xc055 - - "TLS_DH_RSA_WITH_ARIA_256_GCM_SHA384";
    0xc056 - - "TLS_DHE_DSS_WITH_ARIA_128_GCM_SHA256";
    0xc057 - - "TLS_DHE_DSS_WITH_ARIA_256_GCM_SHA384";
    0xc058 - - "TLS_DH_DSS_WITH_ARIA_128_GCM_SHA256";
    0xc059 - - "TLS_DH_DSS_WITH_ARIA_256_GCM_SHA384";
    0xc05a - - "TLS_DH_anon_WITH_ARIA_128_GCM_SHA256";
    0xc05b - - "TLS_DH_anon_WITH_ARIA_256_GCM_SHA384";
    0xc05c - - "TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256";
    0xc05d - - "TLS_ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384";
    0xc05e - - "TLS_ECDH_ECDSA_WITH_ARIA_128_GCM_SHA256";
    0xc05f - - "TLS_ECDH_ECDSA_WITH_ARIA_256_GCM_SHA384";
    0xc060 - - "TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256";
    0xc061 - - "TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384";
    0xc062 - - "TLS_ECDH_RSA_WITH_ARIA_128_GCM_SHA256";
    0xc063 - - "TLS_ECDH_RSA_WITH_ARIA_256_GCM_SHA384";
    0xc064 - - "TLS_PSK_WITH_ARIA_128_CBC_SHA256";
    0xc065 - - "TLS_PSK_WITH_ARIA_256_CBC_SHA384";
    0xc066 - - "TLS_DHE_PSK_WITH_ARIA_128_CBC_SHA256";
    0xc067 - - "TLS_DHE_PSK_WITH_ARIA_256_CBC_SHA384";
    0xc068 - - "TLS_RSA_PSK_WITH_ARIA_128_CBC_SHA256";
    0xc069 - - "TLS_RSA_PSK_WITH_ARIA_256_CBC_SHA384";
    0xc06a - - "TLS_PSK_WITH_ARIA_128_GCM_SHA256";
    0xc06b - - "TLS_PSK_WITH_ARIA_256_GCM_SHA384";
    0xc06c - - "TLS_DHE_PSK_WITH_ARIA_128_GCM_SHA256";
    0xc06d - - "TLS_DHE_PSK_WITH_ARIA_256_GCM_SHA384";
    0xc06e - - "TLS_RSA_PSK_WITH_ARIA_128_GCM_SHA256";
    0xc06f - - "TLS_RSA_PSK_WITH_ARIA_256_GCM_SHA384";
    0xc070 - - "TLS_ECDHE_PSK_WITH_ARIA_128_CBC_SHA256";
    0xc071 - - "TLS_ECDHE_PSK_WITH_ARIA_256_CBC_SHA384";
    0xc072 - - "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256";
    0xc073 - - "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384";
    0xc074 - - "TLS_ECDH_ECDSA_WITH_CAMELLIA_128_CBC_SHA256";
    0xc075 - - "TLS_ECDH_ECDSA_WITH_CAMELLIA_256_CBC_SHA384";
    0xc076 - - "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256";
    0xc077 - - "TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384";
    0xc078 - - "TLS_ECDH_RSA_WITH_CAMELLIA_128_CBC_SHA256";
    0xc079 - - "TLS_ECDH_RSA_WITH_CAMELLIA_256_CBC_SHA384";
    0xc07a - - "TLS_RSA_WITH_CAMELLIA_128_GCM_SHA256";
    0xc07b - - "TLS_RSA_WITH_CAMELLIA_256_GCM_SHA384";
    0xc07c - - "TLS_DHE_RSA_WITH_CAMELLIA_128_GCM_SHA256";
    0xc07d - - "TLS_DHE_RSA_WITH_CAMELLIA_256_GCM_SHA384";
    0xc07e - - "TLS_DH_RSA_WITH_CAMELLIA_128_GCM_SHA256";
    0xc07f - - "TLS_DH_RSA_WITH_CAMELLIA_256_GCM_SHA384";
    0xc080 - - "TLS_DHE_DSS_WITH_CAMELLIA_128_GCM_SHA256";
    0xc081 - - "TLS_DHE_DSS_WITH_CAMELLIA_256_GCM_SHA384";
    0xc082 - - "TLS_DH_DSS_WITH_CAMELLIA_128_GCM_SHA256";
    0xc083 - - "TLS_DH_DSS_WITH_CAMELLIA_256_GCM_SHA384";
    0xc084 - - "TLS_DH_anon_WITH_CAMELLIA_128_GCM_SHA256";
    0xc085 - - "TLS_DH_anon_WITH_CAMELLIA_256_GCM_SHA384";
    0xc086 - - "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_GCM_SHA256";
    0xc087 - - "TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384";
    0xc088 - - "TLS_ECDH_ECDSA_WITH_CAMELLIA_128_GCM_SHA256";
    0xc089 - - "TLS_ECDH_ECDSA_WITH_CAMELLIA_256_GCM_SHA384";
    0xc08a - - "TLS_ECDHE_RSA_WITH_CAMELLIA_128_GCM_SHA256";
    0xc08b - - "TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384";
    0xc08c - - "TLS_ECDH_RSA_WITH_CAMELLIA_128_GCM_SHA256";
    0xc08d - - "TLS_ECDH_RSA_WITH_CAMELLIA_256_GCM_SHA384";
    0xc08e - - "TLS_PSK_WITH_CAMELLIA_128_GCM_SHA256";
    0xc08f - - "TLS_PSK_WITH_CAMELLIA_256_GCM_SHA384";
    0xc090 - - "TLS_DHE_PSK_WITH_CAMELLIA_128_GCM_SHA256";
    0xc091 - - "TLS_DHE_PSK_WITH_CAMELLIA_256_GCM_SHA384";
    0xc092 - - "TLS_RSA_PSK_WITH_CAMELLIA_128_GCM_SHA256";
    0xc093 - - "TLS_RSA_PSK_WITH_CAMELLIA_256_GCM_SHA384";
    0xc094 - - "TLS_PSK_WITH_CAMELLIA_128_CBC_SHA256";
    0xc095 - - "TLS_PSK_WITH_CAMELLIA_256_CBC_SHA384";
    0xc096 - - "TLS_DHE_PSK_WITH_CAMELLIA_128_CBC_SHA256";
    0xc097 - - "TLS_DHE_PSK_WITH_CAMELLIA_256_CBC_SHA384";
    0xc098 - - "TLS_RSA_PSK_WITH_CAMELLIA_128_CBC_SHA256";
    0xc099 - - "TLS_RSA_PSK_WITH_CAMELLIA_256_CBC_SHA384";
    0xc09a - - "TLS_ECDHE_PSK_WITH_CAMELLIA_128_CBC_SHA256";
    0xc09b - - "TLS_ECDHE_PSK_WITH_CAMELLIA_256_CBC_SHA384";
    0xc09c Aes128Ccm Sha256 "TLS_RSA_WITH_AES_128_CCM";
    0xc09d Aes256Ccm Sha256 "TLS_RSA_WITH_AES_256_CCM";
    0xc09e Aes128Ccm Sha256 "TLS_DHE_RSA_WITH_AES_128_CCM";
    0xc09f Aes256Ccm Sha256 "TLS_DHE_RSA_WITH_AES_256_CCM";
    0xc0a0 Aes128Ccm8 Sha256 "TLS_RSA_WITH_AES_128_CCM_8";
    0xc0a1 Aes256Ccm8 Sha256 "TLS_RSA_WITH_AES_256_CCM_8";
    0xc0a2 Aes128Ccm8 Sha256 "TLS_DHE_RSA_WITH_AES_128_CCM_8";
    0xc0a3 Aes256Ccm8 Sha256 "TLS_DHE_RSA_WITH_AES_256_CCM_8";
    0xc0a4 Aes128Ccm Sha256 "TLS_PSK_WITH_AES_128_CCM";
    0xc0a5 Aes256Ccm Sha256 "TLS_PSK_WITH_AES_256_CCM";
    0xc0a6 Aes128Ccm Sha256 "TLS_DHE_PSK_WITH_AES_128_CCM";
    0xc0a7 Aes256Ccm Sha256 "TLS_DHE_PSK_WITH_AES_256_CCM";
    0xc0a8 Aes128Ccm8 Sha256 "TLS_PSK_WITH_AES_128_CCM_8";
    0xc0a9 Aes256Ccm8 Sha256 "TLS_PSK_WITH_AES_256_CCM_8";
    0xc0aa Aes128Ccm8 Sha256 "TLS_PSK_DHE_WITH_AES_128_CCM_8";
    0xc0ab Aes256Ccm8 Sha256 "TLS_PSK_DHE_WITH_AES_256_CCM_8";
    0xc0ac Aes128Ccm Sha256 "TLS_ECDHE_ECDSA_WITH_AES_128_CCM";
    0xc0ad Aes256Ccm Sha256 "TLS_ECDHE_ECDSA_WITH_AES_256_CCM";
    0xc0ae Aes128Ccm8 Sha256 "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8";
    0xc0af Aes256Ccm8 Sha256 "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8";
    0xc0b0 Aes128Gcm Sha256 "TLS_ECCPWD_WITH_AES_128_GCM_SHA256";
    0xc0b1 Aes256Gcm Sha384 "TLS_ECCPWD_WITH_AES_256_GCM_SHA384";
    0xc0b2 Aes128Ccm Sha256 "TLS_ECCPWD_WITH_AES_128_CCM_SHA256";
    0xc0b3 Aes256Ccm Sha384 "TLS_ECCPWD_WITH_AES_256_CCM_SHA384";
    0xc0b4 - - "TLS_SHA256_SHA256";
    0xc0b5 - - "TLS_SHA384_SHA384";
    0xc0ff Aes128Ccm8 Sha256 "TLS_ECJPAKE_WITH_AES_128_CCM_8";
    0xc100 - - "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC";
    0xc101 - - "TLS_GOSTR341112_256_WITH_MAGMA_CTR_OMAC";
    0xc102 - - "TLS_GOSTR341112_256_WITH_28147_CNT_IMIT";
    0xc103 - - "TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM_L";
    0xc104 - - "TLS_GOSTR341112_256_WITH_MAGMA_MGM_L";
    0xc105 - - "TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM_S";
    0xc106 - - "TLS_GOSTR341112_256_WITH_MAGMA_MGM_S";
    0xcca8 ChaCha20Poly1305 Sha256 "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    0xcca9 ChaCha20Poly1305 Sha256 "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";
    0xccaa ChaCha20Poly1305 Sha256 "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    0xccab ChaCha20Poly1305 Sha256 "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256";
    0xccac ChaCha20Poly1305 Sha256 "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256";
    0xccad ChaCha20Poly1305 Sha256 "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256";
    0xccae ChaCha20Poly1305 Sha256 "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256";
    0xd001 Aes128Gcm Sha256 "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256";
    0xd002 Aes256Gcm Sha384 "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384";
    0xd003 Aes128Ccm8 Sha256 "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256";
    0xd005 Aes128Ccm Sha256 "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_order_and_each_number_stands_once() {
        assert!(SUITES.windows(2).all(|pair| pair[0].id.0 < pair[1].id.0));
        let mut names: Vec<_> = SUITES.iter().map(|row| row.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    /// The name of a suite says what it is made of: the other columns must agree.
    #[test]
    fn the_columns_say_what_the_name_says() {
        for row in SUITES {
            let of_name = [
                ("AES_128_GCM", Cipher::Aes128Gcm),
                ("AES_256_GCM", Cipher::Aes256Gcm),
                ("AES_128_CCM_8", Cipher::Aes128Ccm8),
                ("AES_256_CCM_8", Cipher::Aes256Ccm8),
                ("AES_128_CCM", Cipher::Aes128Ccm),
                ("AES_256_CCM", Cipher::Aes256Ccm),
                ("CHACHA20_POLY1305", Cipher::ChaCha20Poly1305),
                ("AES_128_CBC", Cipher::Aes128Cbc),
                ("AES_256_CBC", Cipher::Aes256Cbc),
            ];
            let cipher = of_name.into_iter().find(|(part, _)| row.name.contains(part));
            assert_eq!(row.protection.map(|p| p.cipher), cipher.map(|c| c.1), "{}", row.name);
            let hash = match row.name.rsplit('_').next() {
                Some("SHA384") => Hash::Sha384,
                Some("SHA") => Hash::Sha1,
                _ => Hash::Sha256,
            };
            assert!(row.protection.is_none_or(|p| p.hash == hash), "{}", row.name);
        }
    }

    #[test]
    fn a_number_finds_its_name() {
        assert_eq!(SuiteId(0xc02f).name(), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assert_eq!(SuiteId(0xfafa).name(), "cipher suite 0xfafa");
    }
}
