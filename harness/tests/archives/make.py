"""Makes the archives beside this file, as students' systems write them: `python3 make.py`, with `zip`, `7z` and `tar` installed.

What Windows Explorer, macOS and WinRAR write is made here byte by byte, after what their archives look like. The archives are
checked in, so that no test needs these programs.
"""

import io, os, pathlib, shutil, struct, subprocess, tarfile, tempfile, zipfile, zlib

HERE = pathlib.Path(__file__).parent
COURSE = HERE.parent / "course/chapters/01-tally/assignment"
LIB = (COURSE / "solution/src/lib.rs").read_bytes()
CARGO = b'[package]\nname = "tally"\nversion = "0.1.0"\nedition = "2024"\n'
DATE = (2026, 9, 1, 12, 0, 0)
DOS_TIME, DOS_DATE = 12 << 11, (2026 - 1980) << 9 | 9 << 5 | 1

# The solution in two files, the second a module.
OUTER = b"//! A tally that one can wait for.\n\nmod inner;\npub use inner::Tally;\n"


def raw(name, files, made_by=20, flags=0, extra=b"", method=8, descriptor=False, comment=b"", before=b""):
    """A zip byte by byte. `files` are names as bytes, and contents; folders end with a separator."""
    body, central = bytearray(before), bytearray()
    for path, content in files:
        packed = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = packed.compress(content) + packed.flush() if method == 8 and content else content
        how = method if content else 0
        bits = flags | (8 if descriptor else 0)
        crc, at = zlib.crc32(content), len(body)
        sizes = (0, 0, 0) if descriptor else (crc, len(data), len(content))
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, bits, how, DOS_TIME, DOS_DATE, *sizes, len(path), len(extra))
        body += path + extra + data
        if descriptor:
            body += struct.pack("<IIII", 0x08074B50, crc, len(data), len(content))
        mode = (0o100644 << 16) if made_by >> 8 == 3 else 0
        central += struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, made_by, 20, bits, how, DOS_TIME, DOS_DATE, crc, len(data), len(content),
            len(path), len(extra), 0, 0, 0, mode, at)
        central += path + extra
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(files), len(files), len(central), len(body), len(comment))
    (HERE / name).write_bytes(bytes(body) + bytes(central) + end + comment)


def python(name, files, **how):
    with zipfile.ZipFile(HERE / name, "w", **{"compression": zipfile.ZIP_DEFLATED, **how}) as archive:
        for path, content in files:
            info = zipfile.ZipInfo(path, DATE)
            info.compress_type = archive.compression
            info.external_attr = 0o100644 << 16
            archive.writestr(info, content)


def folder(files):
    """A folder with these files, for programs that pack one."""
    made = pathlib.Path(tempfile.mkdtemp())
    for path, content in files:
        path = made / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for path in [*made.rglob("*")]:
        os.utime(path, (1788264000, 1788264000))
    return made


def packed(name, files, *command):
    made = folder(files)
    (HERE / name).unlink(missing_ok=True)
    subprocess.run([*command], cwd=made, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(made)


def out(name):
    return str(HERE / name)


def tar(name, files, mode, form, owner="ada"):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode, format=form, **({"compresslevel": 9} if "gz" in mode else {})) as archive:
        for path, content in files:
            info = tarfile.TarInfo(path)
            info.size, info.mtime, info.uname = len(content), 1788264000, owner
            archive.addfile(info, io.BytesIO(content))
    (HERE / name).write_bytes(data.getvalue())


for old in HERE.iterdir():
    if old.name != "make.py":
        old.unlink()

tally = [("src/lib.rs", LIB), ("Cargo.toml", CARGO)]
inside = [("tally/" + path, content) for path, content in tally]
as_bytes = [(path.encode(), content) for path, content in inside]
zip_ = ("zip", "-q", "-X", "-r")
seven = ("7z", "a", "-bd")

# `zip` of Linux and macOS's terminal.
packed("zip.zip", tally, *zip_, out("zip.zip"), "src", "Cargo.toml")
packed("zip-folder.zip", inside, *zip_, out("zip-folder.zip"), "tally")
packed("zip-with-dots.zip", tally, *zip_, out("zip-with-dots.zip"), ".")
packed("zip-stored.zip", inside, *zip_, "-0", out("zip-stored.zip"), "tally")
packed("zip-password.zip", inside, *zip_, "-P", "secret", out("zip-password.zip"), "tally")
packed("zip-streamed.zip", inside, "sh", "-c", f"zip -q -X -r - tally | cat > '{out('zip-streamed.zip')}'")
packed("zip-bzip2.zip", inside, *zip_, "-Z", "bzip2", out("zip-bzip2.zip"), "tally")
litter = [("tally/target/debug/tally.d", b"x"), ("tally/target/CACHEDIR.TAG", b"x"), ("tally/.git/HEAD", b"ref: refs/heads/main\n"),
          ("tally/.idea/workspace.xml", b"<x/>"), ("tally/Cargo.lock", b"version = 4\n"), ("tally/.gitignore", b"/target\n")]
packed("zip-with-target.zip", inside + litter, *zip_, out("zip-with-target.zip"), "tally")
packed("zip-deep.zip", [("home/ada/" + path, content) for path, content in inside], *zip_, out("zip-deep.zip"), "home")
packed("zip-in-zip.zip", inside, "sh", "-c", f"zip -q -X -r tally.zip tally && zip -q -X '{out('zip-in-zip.zip')}' tally.zip")
packed("zip-with-report.zip", inside + [("report.pdf", b"%PDF-1.7")], *zip_, out("zip-with-report.zip"), ".")

# 7-Zip.
packed("7z.zip", inside, *seven, "-tzip", out("7z.zip"), "tally")
packed("7z-aes.zip", inside, *seven, "-tzip", "-psecret", "-mem=AES256", out("7z-aes.zip"), "tally")
packed("7z-lzma.zip", inside, *seven, "-tzip", "-mm=LZMA", out("7z-lzma.zip"), "tally")
packed("7z-deflate64.zip", inside, *seven, "-tzip", "-mm=Deflate64", out("7z-deflate64.zip"), "tally")
packed("7z.7z", inside, *seven, out("7z.7z"), "tally")
packed("7z-called-zip.zip", inside, "sh", "-c", f"7z a -bd x.7z tally && mv x.7z '{out('7z-called-zip.zip')}'")
packed("7z-chinese.zip", [("作业/" + path, content) for path, content in tally], *seven, "-tzip", "-mcu=on", out("7z-chinese.zip"), "作业")
packed("7z-xz.tar.xz", inside, "tar", "-cJf", out("7z-xz.tar.xz"), "tally")

# Python.
python("python.zip", inside)
python("python-chinese.zip", [("作业/" + path, content) for path, content in tally])
with zipfile.ZipFile(HERE / "python-zip64.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for path, content in inside:
        with archive.open(zipfile.ZipInfo(path, DATE), "w", force_zip64=True) as file:
            file.write(content)
python("python-twice.zip", inside)
with zipfile.ZipFile(HERE / "python-twice.zip", "a") as archive:
    archive.writestr(zipfile.ZipInfo("tally/src/lib.rs", DATE), b"// an older one\n")
python("python-empty.zip", [])
python("python-empty-lib.zip", [("src/lib.rs", b"")])
python("python-workspace.zip", [(f"course/{name}/src/lib.rs", LIB if name == "01-tally" else b"// another\n") for name in ["01-tally", "02-keeper", "common"]] + [("course/Cargo.toml", b'[workspace]\nmembers = ["*"]\n')])
python("python-two.zip", [("one/src/lib.rs", LIB), ("two/src/lib.rs", b"// another\n")])
python("python-cargo-edited.zip", [("tally/src/lib.rs", LIB), ("tally/Cargo.toml", CARGO + b'\n[dependencies]\nparking_lot = "0.12"\n\n[lib]\npath = "src/lib.rs"\n')])
python("python-build-script.zip", inside + [("tally/build.rs", b"fn main() {}\n")])

# Windows Explorer: names in the code page of the system, no modes, a separator that is right.
gbk = [("作业".encode("gbk") + b"/" + path.encode(), content) for path, content in tally]
raw("explorer.zip", as_bytes)
raw("explorer-gbk.zip", gbk + [("作业/说明 (最终版).txt".encode("gbk"), b"x")])
raw("explorer-shift-jis.zip", [("課題".encode("shift_jis") + b"/" + path.encode(), content) for path, content in tally])
raw("explorer-korean.zip", [("과제".encode("euc_kr") + b"/" + path.encode(), content) for path, content in tally])
raw("explorer-cp437.zip", [("Übung é".encode("cp437") + b"/" + path.encode(), content) for path, content in tally])
raw("explorer-utf8.zip", [("作业/".encode() + path.encode(), content) for path, content in tally], flags=0x800)
raw("dotnet-backslashes.zip", [(path.replace("/", "\\").encode(), content) for path, content in inside])
raw("explorer-case.zip", [(b"Tally/SRC/LIB.RS", LIB), (b"Tally/CARGO.TOML", CARGO)])
raw("explorer-downloaded-twice.zip", [(b"src (1)/lib.rs", LIB)])
raw("explorer-copy.zip", [(b"tally/src/lib (2).rs", OUTER), (b"tally/src/inner.rs", LIB)])
raw("explorer-txt.zip", [(b"src/lib.rs.txt", OUTER), (b"src/inner.rs.txt", LIB)])
raw("explorer-module-case.zip", [(b"src/lib.rs", OUTER), (b"src/Inner.rs", LIB)])
raw("explorer-lib-alone.zip", [(b"lib.rs", LIB)])
raw("explorer-lib-at-top.zip", [(b"lib.rs", OUTER), (b"inner.rs", LIB), (b"Thumbs.db", b"x"), (b"desktop.ini", b"x")])
raw("explorer-crlf.zip", [(b"src/lib.rs", LIB.replace(b"\n", b"\r\n"))])
raw("explorer-bom.zip", [(b"src/lib.rs", b"\xef\xbb\xbf" + LIB.replace(b"\n", b"\r\n"))])
raw("explorer-utf16.zip", [(b"src/lib.rs", b"\xff\xfe" + LIB.decode().encode("utf-16-le"))])
raw("explorer-gbk-source.zip", [(b"src/lib.rs", "// 计数器\n".encode("gbk") + LIB)])
raw("winrar-whole-path.zip", [(b"C:\\Users\\ada\\tally\\src\\lib.rs", LIB)])
raw("winrar-self-extracting.zip", as_bytes, before=b"MZ" + bytes(254))
raw("winrar-comment.zip", as_bytes, comment=b"Packed by WinRAR")
whole = (HERE / "explorer.zip").read_bytes()
(HERE / "cut-off.zip").write_bytes(whole[: len(whole) // 2])
(HERE / "winrar.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(64))

# macOS's Finder: sizes after the data, names decomposed, what a Mac knows besides.
mac = {"made_by": 0x0315, "descriptor": True, "extra": struct.pack("<HHII", 0x5855, 8, 1788264000, 1788264000)}
apple = [(b"tally/.DS_Store", bytes(8)), (b"__MACOSX/tally/._.DS_Store", bytes(8)), (b"__MACOSX/tally/src/._lib.rs", b"\0\5\x16\7\xff")]
raw("finder.zip", [(b"tally/", b""), (b"tally/src/", b"")] + as_bytes + apple, **mac)
raw("finder-folder-decomposed.zip", [("U\u0308bung/".encode() + path.encode(), content) for path, content in tally], **mac)
raw("finder-module-decomposed.zip", [(b"src/lib.rs", OUTER.replace(b"mod inner", "#[path = \"caf\u00e9.rs\"]\nmod inner".encode())), ("src/cafe\u0301.rs".encode(), LIB)], **mac)
raw("finder-copy.zip", [(b"tally/src/lib copy.rs", LIB)], **mac)

# tar.
tar("tar-gnu.tar.gz", inside, "w:gz", tarfile.GNU_FORMAT)
tar("tar-pax.tar.gz", [("作业/" + path, content) for path, content in tally], "w:gz", tarfile.PAX_FORMAT, "李华")
tar("tar-ustar.tar", inside, "w", tarfile.USTAR_FORMAT)
tar("tar-dots.tgz", [("./" + path, content) for path, content in tally] + [("./._src", b"x")], "w:gz", tarfile.GNU_FORMAT)
packed("git-archive.tar.gz", tally, "sh", "-c",
       f"git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -q -m x && git archive --prefix=tally/ --format=tar HEAD | gzip -9n > '{out('git-archive.tar.gz')}'")

# A sparse file whose holes add up to more than there are numbers.
sparse = tarfile.TarInfo("tally/src/lib.rs")
sparse.type = b"S"
header = bytearray(sparse.tobuf(tarfile.GNU_FORMAT))
header[124:136] = b"\x80" + (2**64 - 1024).to_bytes(11, "big")
header[482], header[483:495] = 1, b"\x80" + (2**64 - 1024).to_bytes(11, "big")
header[148:156] = b" " * 8
header[148:156] = b"%06o\0 " % sum(header)
(HERE / "tar-sparse.tar").write_bytes(bytes(header) + bytes(1536))

# No archives.
(HERE / "lone.rs").write_bytes(LIB)
(HERE / "lone.rs.txt").write_bytes(LIB)
(HERE / "lone-utf16.rs").write_bytes(b"\xfe\xff" + LIB.decode().encode("utf-16-be"))
(HERE / "nothing.zip").write_bytes(b"")
(HERE / "page.zip").write_bytes(b"<!DOCTYPE html><title>Log in</title>")
