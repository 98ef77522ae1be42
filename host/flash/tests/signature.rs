//! With a key, only signed manifests are taken.

mod support;

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use minisign::KeyPair;
use support::BOARD;
use tempfile::TempDir;
use tensority_boards::Manifest;
use tensority_flash::{Image, ImageError, Key, SignatureError};

/// Writes an image, and a signature of its manifest.
fn written(folder: &Path, keys: &KeyPair) -> PathBuf {
    let manifest = Manifest::new(&BOARD, "0000abcd", 1, 1, b"bitstream").to_json();
    fs::write(folder.join("image.bit"), b"bitstream").unwrap();
    fs::write(folder.join("image.json"), &manifest).unwrap();
    let signature = minisign::sign(None, &keys.sk, Cursor::new(manifest), None, None).unwrap();
    let path = folder.join("image.json.minisig");
    fs::write(path, signature.into_string()).unwrap();
    folder.join("image.bit")
}

fn key(folder: &Path, keys: &KeyPair) -> Key {
    let path = folder.join("key.pub");
    fs::write(&path, keys.pk.to_box().unwrap().into_string()).unwrap();
    Key::read(&path).unwrap()
}

#[test]
fn a_signature_by_the_key_is_taken_and_one_by_another_is_not() {
    let folder = TempDir::new().unwrap();
    let keys = KeyPair::generate_unencrypted_keypair().unwrap();
    let image = written(folder.path(), &keys);
    let read = Image::read(&image, Some(&key(folder.path(), &keys))).unwrap();
    assert!(read.signed);

    let others = KeyPair::generate_unencrypted_keypair().unwrap();
    let error = Image::read(&image, Some(&key(folder.path(), &others))).unwrap_err();
    assert!(
        error.to_string().contains("do not trust the image"),
        "{error}"
    );
}

#[test]
fn a_changed_manifest_is_no_longer_signed() {
    let folder = TempDir::new().unwrap();
    let keys = KeyPair::generate_unencrypted_keypair().unwrap();
    let image = written(folder.path(), &keys);
    let manifest = Manifest::new(&BOARD, "0000abcd", 2, 1, b"bitstream").to_json();
    fs::write(folder.path().join("image.json"), manifest).unwrap();
    let error = Image::read(&image, Some(&key(folder.path(), &keys))).unwrap_err();
    let signature = ImageError::Signature(SignatureError::Signature {
        key: folder.path().join("key.pub"),
        path: folder.path().join("image.json.minisig"),
        found: minisign_verify::Error::InvalidSignature,
    });
    assert_eq!(error.to_string(), signature.to_string());
    // Who has no key takes it as it is.
    assert!(!Image::read(&image, None).unwrap().signed);
}

#[test]
fn a_missing_signature_or_key_is_told_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let keys = KeyPair::generate_unencrypted_keypair().unwrap();
    let image = written(folder.path(), &keys);
    let key = key(folder.path(), &keys);
    fs::remove_file(folder.path().join("image.json.minisig")).unwrap();
    let error = Image::read(&image, Some(&key)).unwrap_err().to_string();
    assert!(
        error.contains("image.json.minisig") && error.contains("minisign -S"),
        "{error}"
    );

    let error = Key::read(&image).unwrap_err().to_string();
    assert!(
        error.contains("expected a public key of minisign"),
        "{error}"
    );
}
