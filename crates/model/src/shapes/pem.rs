//! PEM as it occurs in key files: more tolerant of line lengths and spaces than the standard, for the tools are too.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pkcs8::PrivateKeyInfo;
use pkcs8::der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

/// Base64 with or without its padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// One block: its label and what it holds.
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// Decodes base64, line breaks within it ignored.
pub(super) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bare: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    BASE64.decode(bare.as_bytes()).ok().map(Zeroizing::new)
}

/// The blocks of a text; `None` when one of them is broken.
pub(super) fn blocks(text: &str) -> Option<Vec<Block<'_>>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----")?;
        let (body, after) = after.split_once("-----END ")?;
        let (end, after) = after.split_once("-----")?;
        if label != end {
            return None;
        }
        blocks.push(Block { label, der: decode(body)? });
        rest = after;
    }
    Some(blocks)
}

/// Whether a private key in a text is under a passphrase, in the new form or the old one.
pub(super) fn is_encrypted(text: &str) -> bool {
    text.contains("BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED")
}

/// What a private key is.
pub(super) enum PrivateKey {
    /// An RSA key, by its modulus without leading zeros.
    Rsa(Vec<u8>),
    /// A key of another sort.
    Other,
}

impl PrivateKey {
    /// Reads PKCS#8, PKCS#1 and SEC 1; `None` when it is none of them.
    pub(super) fn read(block: &Block<'_>) -> Option<Self> {
        match block.label {
            "PRIVATE KEY" => {
                let key = PrivateKeyInfo::try_from(block.der.as_slice()).ok()?;
                if key.algorithm.oid == RSA { Self::rsa(key.private_key) } else { Some(Self::Other) }
            }
            "RSA PRIVATE KEY" => Self::rsa(&block.der),
            "EC PRIVATE KEY" => Some(Self::Other),
            _ => None,
        }
    }

    fn rsa(der: &[u8]) -> Option<Self> {
        let key = pkcs1::RsaPrivateKey::try_from(der).ok()?;
        Some(Self::Rsa(key.modulus.as_bytes().to_vec()))
    }
}

/// How many bits a number has, given its bytes.
pub(super) fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    (number.len() * 8).saturating_sub(leading)
}
