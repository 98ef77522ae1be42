//! An image: a bitstream with its manifest beside it, which may be signed.

use std::io;
use std::path::{Path, PathBuf};

use tensority_boards::{Manifest, ManifestError};

use crate::signature::{Key, SignatureError};

/// An image that was read.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Image {
    pub manifest: Manifest,
    pub bitstream: Vec<u8>,
    /// Whether a signature of the manifest was checked.
    pub signed: bool,
}

/// An image cannot be read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ImageError {
    /// A file of it cannot be read.
    #[error("cannot read {path}: {source}; an image is NAME.bit with NAME.json beside it")]
    Io { path: PathBuf, source: io::Error },
    /// Its manifest is none.
    #[error("{path}: {source}")]
    Manifest {
        path: PathBuf,
        source: ManifestError,
    },
    /// It is not signed, or not by the key.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

impl Image {
    /// Reads the bitstream `path` (`NAME.bit`) and its manifest `NAME.json`. With a key, the signature
    /// `NAME.json.minisig` must be one of the manifest by that key.
    ///
    /// # Errors
    /// If something is missing or makes no sense, or the signature is wrong. Whether bitstream and
    /// manifest belong together is for [`Plan::new`](crate::Plan::new) to see.
    pub fn read(path: &Path, key: Option<&Key>) -> Result<Self, ImageError> {
        let bitstream = read(path)?;
        let path = path.with_extension("json");
        let text = read(&path)?;
        if let Some(key) = key {
            key.check(&text, &path.with_extension("json.minisig"))?;
        }
        let manifest = Manifest::from_json(&String::from_utf8_lossy(&text));
        Ok(Self {
            manifest: manifest.map_err(|source| ImageError::Manifest { path, source })?,
            bitstream,
            signed: key.is_some(),
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ImageError> {
    std::fs::read(path).map_err(|source| ImageError::Io {
        path: path.into(),
        source,
    })
}
