//! Which archive a file is: by its first bytes, whatever it is called. Somebody renames what his system has packed, and a browser adds an ending.

use crate::grading::intake::{IntakeError, refused};
use std::path::Path;

/// The endings of a source file that is handed in alone. The longer one comes from an editor for texts, on a system that shows no endings.
const SOURCES: [&str; 2] = [".rs", ".rs.txt"];

/// What a file may be called that is meant as a submission, the longer endings first.
const ENDINGS: [&str; 19] = [
    ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tar.lz", ".tgz", ".txz", ".tbz2", ".tbz",
    ".tzst", ".zip", ".zipx", ".tar", ".7z", ".rar", ".gz", ".xz", SOURCES[0], SOURCES[1],
];

/// The ending of this file's name, if it is one of a submission.
pub fn ending_of(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    ENDINGS.into_iter().find(|ending| name.len() > ending.len() && name.ends_with(ending))
}

/// Whether what ends so is a source file.
pub fn is_source(ending: &str) -> bool {
    SOURCES.contains(&ending)
}

/// An archive's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Zip,
    Tar,
    TarGz,
    /// One that cannot be read here, and its name.
    Other(&'static str),
}

/// The form of what begins so.
pub(super) fn form_of(start: &[u8]) -> Option<Form> {
    const OTHERS: [(&[u8], &str); 6] = [
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07", "rar"),
        (b"\xfd7zXZ\0", "xz"),
        (b"BZh", "bzip2"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"LZIP", "lzip"),
    ];
    if [&b"PK\x03\x04"[..], b"PK\x05\x06"].iter().any(|zip| start.starts_with(zip)) {
        return Some(Form::Zip);
    }
    if start.starts_with(b"\x1f\x8b") {
        return Some(Form::TarGz);
    }
    if start.get(257..262) == Some(b"ustar") {
        return Some(Form::Tar);
    }
    OTHERS.iter().find(|(bytes, _)| start.starts_with(bytes)).map(|(_, name)| Form::Other(name))
}

/// That nobody here reads such an archive.
pub(super) fn unread(form: &str) -> IntakeError {
    let article = if form == "xz" { "an" } else { "a" };
    refused(format!(
        "it is {article} {form} archive, which is not read here; a .zip or a .tar.gz is"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_so_is_it_whatever_it_is_called() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (start, form) in [
            (&b"PK\x03\x04"[..], Form::Zip),
            (b"PK\x05\x06", Form::Zip),
            (b"\x1f\x8b\x08", Form::TarGz),
            (&tar, Form::Tar),
            (b"7z\xbc\xaf\x27\x1c", Form::Other("7z")),
            (b"\x28\xb5\x2f\xfd", Form::Other("zstd")),
        ] {
            assert_eq!(form_of(start), Some(form));
        }
        assert_eq!(form_of(b""), None);
        assert_eq!(form_of(b"PK"), None);
        for (name, ending) in [
            ("a.TAR.GZ", ".tar.gz"),
            ("a.tar", ".tar"),
            ("课.7z", ".7z"),
            ("A.RS", ".rs"),
            ("a.rs.txt", ".rs.txt"),
        ] {
            assert_eq!(ending_of(Path::new(name)), Some(ending), "{name}");
        }
        assert_eq!((ending_of(Path::new(".zip")), ending_of(Path::new("a.pdf"))), (None, None));
    }
}
