//! Sources that are not UTF-8, as editors of some systems write them. rustc reads nothing else, and its message helps nobody who does not know
//! that his editor has a setting for it.

use encoding_rs::{EUC_KR, GBK, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The source as UTF-8, and what it was; `None` if it is UTF-8 already, or no text.
///
/// Only comments and texts could come out as other letters, where one encoding is taken for another; but a brace after an accent can be half
/// of a Chinese letter. So it is asked first whether accents stand among other letters.
pub(super) fn as_utf8(source: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    // Those that begin with their mark.
    for (encoding, mark) in [(UTF_16LE, b"\xff\xfe"), (UTF_16BE, b"\xfe\xff")] {
        if let Some(rest) = source.strip_prefix(mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest)?;
            return Some((text.into_owned().into_bytes(), encoding.name()));
        }
    }
    if std::str::from_utf8(source).is_ok() || source.contains(&0) {
        return None;
    }
    let accents = are_accents(source).then_some(WINDOWS_1252);
    // The last of them takes whatever there is.
    let others = [GBK, SHIFT_JIS, EUC_KR, WINDOWS_1252];
    accents.into_iter().chain(others).find_map(|encoding| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(source)?;
        Some((text.into_owned().into_bytes(), encoding.name()))
    })
}

/// Whether most of what is not ASCII are single letters of Western Europe. In other encodings most letters have two bytes that are not, or one
/// that is none of theirs.
fn are_accents(source: &[u8]) -> bool {
    let runs = source.split(u8::is_ascii).filter(|run| !run.is_empty());
    let (mut alone, mut all) = (0_usize, 0_usize);
    for run in runs {
        all += 1;
        alone += usize::from(run.len() == 1 && run[0] >= 0xc0);
    }
    alone * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_same_in_every_encoding() {
        let utf16 = |little: bool, text: &str| -> Vec<u8> {
            let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
            let bytes = units.flat_map(|unit| match little {
                true => unit.to_le_bytes(),
                false => unit.to_be_bytes(),
            });
            bytes.collect()
        };
        for (bytes, text, name) in [
            (utf16(true, "// 队列\r\nfn f() {}"), "// 队列\r\nfn f() {}", "UTF-16LE"),
            (utf16(false, "fn f() {}\n"), "fn f() {}\n", "UTF-16BE"),
            (b"// \xb6\xd3\xc1\xd0\nfn f() {}\n".to_vec(), "// 队列\nfn f() {}\n", "GBK"),
            // Half a pair before the line's end is no GBK.
            (b"// \xb7\xad\xb0\nfn f() {}".to_vec(), "// ｷｭｰ\nfn f() {}", "Shift_JIS"),
            (
                b"f!(\"dur\xe9e \xe9{}\"); g(\"cl\xe9\\n\")".to_vec(),
                "f!(\"durée é{}\"); g(\"clé\\n\")",
                "windows-1252",
            ),
            // Half of some letters is a brace.
            (b"// \xb6\xd3\xc1\xd0 \x81\x7b \xb6\xd3".to_vec(), "// 队列 亄 队", "GBK"),
            (b"// na\xefve \xfc\nfn f() {}".to_vec(), "// naïve ü\nfn f() {}", "windows-1252"),
        ] {
            let (utf8, encoding) = as_utf8(&bytes).unwrap();
            assert_eq!((std::str::from_utf8(&utf8), encoding), (Ok(text), name));
        }
        assert_eq!(as_utf8("\u{feff}// 队列".as_bytes()), None);
        // Half a letter, and what is no text.
        assert_eq!(as_utf8(b"\xff\xfea"), None);
        assert_eq!(as_utf8(b"\x7fELF\0\xff"), None);
    }
}
