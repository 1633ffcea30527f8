//! AES-256 in CBC mode, as sprig writes it: the password's first 32 bytes are the key, and the
//! initialisation vector comes before the text, all of it in base64.

use aws_lc_rs::cipher::{
    AES_256, AES_256_KEY_LEN, DecryptingKey, DecryptionContext, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::arguments::{bytes, string};
use super::{Answer, Function, Param};
use crate::Value;
use crate::run::Context;

const BLOCK: usize = 16;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("encryptAES", &[Param::Text, Param::Text], encrypt),
    Function::new("decryptAES", &[Param::Text, Param::Text], decrypt),
];

/// The key a password is, filled up with zeros.
fn key(password: &[u8]) -> Result<UnboundCipherKey, String> {
    let mut key = [0; AES_256_KEY_LEN];
    for (to, from) in key.iter_mut().zip(password) {
        *to = *from;
    }
    UnboundCipherKey::new(&AES_256, &key).map_err(|_| "the key cannot be used".to_owned())
}

fn encrypt(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let text = bytes(args, 1);
    context.charge(text.len())?;
    if text.is_empty() {
        return Ok("".into());
    }
    let failed = |_| "the text cannot be encrypted".to_owned();
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(key(bytes(args, 0))?).map_err(failed)?;
    let mut content = text.to_vec();
    let used = cipher.encrypt(&mut content).map_err(failed)?;
    let vector: &[u8] = (&used).try_into().map_err(failed)?;
    string(context, STANDARD.encode([vector, &content].concat()))
}

fn decrypt(context: &mut Context<'_>, args: &[Value]) -> Answer {
    let encoded = bytes(args, 1);
    context.charge(encoded.len())?;
    if encoded.is_empty() {
        return Ok("".into());
    }
    let failed = || "the text cannot be decrypted".to_owned();
    let whole = STANDARD.decode(encoded).map_err(|_| failed())?;
    let (vector, content) = whole.split_first_chunk::<BLOCK>().ok_or_else(failed)?;
    let mut content = content.to_vec();
    let cipher = DecryptingKey::cbc(key(bytes(args, 0))?).map_err(|_| failed())?;
    let used = DecryptionContext::Iv128(FixedLength::from(*vector));
    let plain = cipher.decrypt(&mut content, used).map_err(|_| failed())?;
    // As in sprig the last byte counts, whatever stands before it.
    let padding = plain
        .last()
        .map(|byte| usize::from(*byte))
        .ok_or_else(failed)?;
    let length = plain.len().checked_sub(padding).ok_or_else(failed)?;
    let text = plain.get(..length).ok_or_else(failed)?.to_vec();
    string(context, text)
}
