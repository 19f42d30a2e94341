//! Passwords: the finished document is read again, encrypted, and written once more, by lopdf.
//!
//! Before version 1.6 pdfmake would take RC4, which keeps nothing from anybody: here 1.6 and 1.7, and all before, are
//! AES-128, and 1.7 with extension level 3, the default, is AES-256 as PDF 2.0 has it (revision 6). Keys and salts are
//! random, so that the bytes differ from time to time.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use lopdf::encryption::crypt_filters::{Aes128CryptFilter, Aes256CryptFilter, CryptFilter};
use lopdf::{Document, EncryptionState, EncryptionVersion, Permissions};

use super::settings::{self, Printing, Protection, Version};
use crate::engine::{Code, TaskError};

/// The name of the filter that is there for streams and strings.
const FILTER: &[u8] = b"StdCF";

/// Encrypts a document that is whole, with a classic table. Gives its length.
pub(super) fn encrypt(
    bytes: &[u8],
    protection: &Protection,
    version: Version,
    sink: &mut dyn Write,
) -> Result<u64, TaskError> {
    let failed =
        |cause: &dyn std::fmt::Display| TaskError::new(Code::TaskFailed, format!("Cannot encrypt the PDF: {cause}"));
    let mut document = Document::load_mem(bytes).map_err(|error| failed(&error))?;
    let user_password = protection.user_password.as_deref().unwrap_or_default();
    let owner_password = protection.owner_password.as_deref().unwrap_or(user_password);
    let permissions = permissions(protection.permissions);
    let (stream_filter, string_filter) = (FILTER.to_vec(), FILTER.to_vec());
    let filters = |filter: Arc<dyn CryptFilter>| BTreeMap::from([(FILTER.to_vec(), filter)]);
    let key;
    let requested = if is_strong(version) {
        key = random_key().map_err(|error| failed(&error))?;
        EncryptionVersion::V5 {
            encrypt_metadata: true,
            crypt_filters: filters(Arc::new(Aes256CryptFilter)),
            file_encryption_key: &key,
            stream_filter,
            string_filter,
            owner_password,
            user_password,
            permissions,
        }
    } else {
        EncryptionVersion::V4 {
            document: &document,
            encrypt_metadata: true,
            crypt_filters: filters(Arc::new(Aes128CryptFilter)),
            stream_filter,
            string_filter,
            owner_password,
            user_password,
            permissions,
        }
    };
    let state = EncryptionState::try_from(requested).map_err(|error| failed(&error))?;
    document.encrypt(&state).map_err(|error| failed(&error))?;
    let mut counted = Counted { sink, len: 0 };
    document.save_to(&mut counted).map_err(|error| failed(&error))?;
    Ok(counted.len)
}

/// Whether the document is encrypted with AES-256.
pub(super) fn is_strong(version: Version) -> bool {
    version == Version::V1_7Extension3
}

/// A key of 256 bits that nobody can guess: lopdf starts each encryption with 16 bytes from a generator for secrets.
fn random_key() -> Result<[u8; 32], lopdf::encryption::DecryptionError> {
    let mut key = [0; 32];
    for half in key.chunks_exact_mut(16) {
        let encrypted = Aes256CryptFilter.encrypt(&[0; 32], &[])?;
        half.copy_from_slice(
            encrypted.first_chunk::<16>().ok_or(lopdf::encryption::DecryptionError::InvalidKeyLength)?,
        );
    }
    Ok(key)
}

fn permissions(asked: settings::Permissions) -> Permissions {
    let mut permissions = Permissions::empty();
    permissions.set(Permissions::PRINTABLE, asked.printing != Printing::None);
    permissions.set(Permissions::PRINTABLE_IN_HIGH_QUALITY, asked.printing == Printing::HighResolution);
    permissions.set(Permissions::MODIFIABLE, asked.modifying);
    permissions.set(Permissions::COPYABLE, asked.copying);
    permissions.set(Permissions::ANNOTABLE, asked.annotating);
    permissions.set(Permissions::FILLABLE, asked.filling_forms);
    permissions.set(Permissions::COPYABLE_FOR_ACCESSIBILITY, asked.content_accessibility);
    permissions.set(Permissions::ASSEMBLABLE, asked.document_assembly);
    permissions
}

/// Counts the bytes that go into the sink.
struct Counted<'a> {
    sink: &'a mut dyn Write,
    len: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}
