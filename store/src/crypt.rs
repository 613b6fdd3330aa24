//! Encrypted fields: AES-256-GCM with a key file of its own, and a blind index to find by.

use crate::{Context, Error};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sm3::Sm3;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// 密钥: never in the database, never in a backup.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    id: String,
    cipher: Aes256Gcm,
    index: [u8; 32],
}

impl Keys {
    /// Reads the key file, or makes one that only its owner can read.
    pub fn load_or_create(path: &Path, context: &Context) -> Result<Keys, Error> {
        if !path.exists() {
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path)?;
            writeln!(file, "{}", hex::encode(context.random::<64>()))?;
            file.sync_all()?;
            // A key that a power cut takes away takes every sealed field with it.
            let folder = path.parent().unwrap_or(Path::new("."));
            std::fs::File::open(folder)?.sync_all()?;
        }
        Keys::load(path)
    }

    /// Reads the key file.
    pub fn load(path: &Path) -> Result<Keys, Error> {
        let text = std::fs::read_to_string(path)?;
        let bytes = hex::decode(text.trim()).map_err(|_| Error::Key("not hexadecimal"))?;
        let [cipher, index] = [bytes.get(..32), bytes.get(32..64)]
            .map(|part| part.and_then(|b| <[u8; 32]>::try_from(b).ok()));
        let (Some(cipher), Some(index)) = (cipher, index) else {
            return Err(Error::Key("not 64 bytes"));
        };
        let mut keys = Inner {
            id: String::new(),
            cipher: Aes256Gcm::new(&cipher.into()),
            index,
        };
        keys.id = mac(&keys.index, b"key id")[..8].to_owned();
        Ok(Keys(Arc::new(keys)))
    }

    /// Names the key without giving it away.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Seals a field for one place (`table/column/row`); it opens at that place only.
    pub fn seal(&self, context: &Context, place: &str, plain: &str) -> Result<String, Error> {
        let (nonce, sealed) = self.seal_raw(context, place, plain.as_bytes())?;
        Ok(format!(
            "{}:{}:{}",
            self.0.id,
            hex::encode(nonce),
            hex::encode(sealed)
        ))
    }

    fn seal_raw(
        &self,
        context: &Context,
        place: &str,
        plain: &[u8],
    ) -> Result<([u8; 12], Vec<u8>), Error> {
        let nonce = context.random::<12>();
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let sealed = self
            .0
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Error::Key("could not seal"))?;
        Ok((nonce, sealed))
    }

    fn open_raw(&self, place: &str, nonce: [u8; 12], body: &[u8]) -> Result<Vec<u8>, Error> {
        let payload = Payload {
            msg: body,
            aad: place.as_bytes(),
        };
        self.0
            .cipher
            .decrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Error::Key("field does not belong here"))
    }

    /// Seals a file for one place: eight characters of the key's name, the nonce, the bytes.
    pub fn seal_bytes(
        &self,
        context: &Context,
        place: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let (nonce, sealed) = self.seal_raw(context, place, plain)?;
        Ok([self.0.id.as_bytes(), &nonce, &sealed].concat())
    }

    /// Opens a file sealed for that place.
    pub fn open_bytes(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let Some((id, rest)) = sealed.split_at_checked(self.0.id.len()) else {
            return Err(Error::Key("malformed file"));
        };
        if id != self.0.id.as_bytes() {
            return Err(Error::Key("sealed with another key"));
        }
        let Some((nonce, body)) = rest.split_first_chunk::<12>() else {
            return Err(Error::Key("malformed file"));
        };
        self.open_raw(place, *nonce, body)
    }

    /// Opens a field sealed for that place.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String, Error> {
        let mut parts = sealed.split(':');
        let (Some(id), Some(nonce), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Error::Key("malformed field"));
        };
        if id != self.0.id {
            return Err(Error::Key("sealed with another key"));
        }
        let nonce = hex::decode(nonce)
            .ok()
            .and_then(|b| <[u8; 12]>::try_from(b.as_slice()).ok());
        let (Some(nonce), Ok(body)) = (nonce, hex::decode(body)) else {
            return Err(Error::Key("malformed field"));
        };
        let plain = self.open_raw(place, nonce, &body)?;
        String::from_utf8(plain).map_err(|_| Error::Key("not text"))
    }

    /// 盲索引: the same for the same value, telling nothing without the key.
    pub fn blind(&self, value: &str) -> String {
        mac(&self.0.index, value.as_bytes())
    }
}

fn mac(key: &[u8; 32], value: &[u8]) -> String {
    // HMAC takes keys of any length, so this cannot fail; an empty index would find nothing.
    let Ok(mut mac) = <Hmac<Sm3> as hmac::KeyInit>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(value);
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clock;

    #[test]
    fn a_field_opens_only_where_it_was_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::seeded(Clock::fixed(kernel::Instant(0)), 1);
        let keys = Keys::load_or_create(&folder.path().join("k"), &context).unwrap();
        let sealed = keys
            .seal(&context, "member/id_number/1", "990000198506150010")
            .unwrap();
        assert!(!sealed.contains("9900001985"));
        assert_eq!(
            keys.open("member/id_number/1", &sealed).unwrap(),
            "990000198506150010"
        );
        assert!(keys.open("member/id_number/2", &sealed).is_err());
        let file = keys.seal_bytes(&context, "import/1", b"PK").unwrap();
        assert_eq!(keys.open_bytes("import/1", &file).unwrap(), b"PK");
        assert!(keys.open_bytes("import/2", &file).is_err());
        assert!(keys.open_bytes("import/1", b"PK").is_err());
        assert_eq!(keys.blind("x"), keys.blind("x"));
        assert_ne!(keys.blind("x"), keys.blind("y"));
    }

    #[test]
    fn the_same_file_gives_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::seeded(Clock::fixed(kernel::Instant(0)), 1);
        let path = folder.path().join("k");
        let first = Keys::load_or_create(&path, &context).unwrap();
        let again = Keys::load_or_create(&path, &context).unwrap();
        assert_eq!(first.id(), again.id());
    }
}
