//! Signatures of manifests, as minisign makes them.

use std::io;
use std::path::{Path, PathBuf};

use minisign_verify::{PublicKey, Signature};

/// A key that signatures are checked with.
#[derive(Clone, Debug)]
pub struct Key {
    path: PathBuf,
    key: PublicKey,
}

/// A signature is missing or wrong, or there is no key to check it with.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum SignatureError {
    /// A file cannot be read.
    #[error(
        "cannot read {path}: {source}; a key is set, so the manifest must be signed: minisign -S"
    )]
    Io { path: PathBuf, source: io::Error },
    /// The key is none.
    #[error("expected a public key of minisign in {path}, found {found}; name the .pub file")]
    Key {
        path: PathBuf,
        found: minisign_verify::Error,
    },
    /// The signature is not that of the manifest by this key.
    #[error("expected a signature by {key} in {path}, found {found}; do not trust the image")]
    Signature {
        key: PathBuf,
        path: PathBuf,
        found: minisign_verify::Error,
    },
}

impl Key {
    /// Reads a public key of minisign.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self, SignatureError> {
        let text = read(path)?;
        let failed = |found| SignatureError::Key {
            path: path.into(),
            found,
        };
        Ok(Self {
            path: path.into(),
            key: PublicKey::decode(&text).map_err(failed)?,
        })
    }

    /// Checks the signature in the file `signature` of these bytes.
    ///
    /// # Errors
    /// If it cannot be read, or is not a signature of them by this key.
    pub fn check(&self, bytes: &[u8], signature: &Path) -> Result<(), SignatureError> {
        let text = read(signature)?;
        let checked = Signature::decode(&text)
            .and_then(|signature| self.key.verify(bytes, &signature, false));
        checked.map_err(|found| SignatureError::Signature {
            key: self.path.clone(),
            path: signature.into(),
            found,
        })
    }
}

fn read(path: &Path) -> Result<String, SignatureError> {
    std::fs::read_to_string(path).map_err(|source| SignatureError::Io {
        path: path.into(),
        source,
    })
}
