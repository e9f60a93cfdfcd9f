"""Files for the tests, each made by a library that is not ours, and compound files."""

import gzip
import struct
import tarfile
import zipfile
from io import BytesIO

import pytest

from fakes.mail.attached import AttachmentPart
from fakes.mail.inside.limits import Limits, installed
from fakes.mail.inside.tree import unfold

GUID = "3c8f1b52-9d07-4e6a-8b21-5f0c7e9a1d34"
OTHER = "b1d6f0e3-2a4c-4b8e-9f75-60d1c2e3a4b5"
LIMITS = Limits()
CUSTOM_SET = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")


def files(payload, name="a", declared="", *, limits=LIMITS, **more):
    part = AttachmentPart(name, declared, payload)
    return unfold([part], limits, more.pop("libraries", installed()), **more)


def saved(document):
    packed = BytesIO()
    document.save(packed)
    return packed.getvalue()


def docx(text="the secret plan"):
    document = pytest.importorskip("docx").Document()
    document.add_paragraph(text)
    document.core_properties.title = "Merger"
    return saved(document)


def pdf(*, info=None, xmp=None, password=None, text=None):
    pypdf = pytest.importorskip("pypdf")
    generic = pypdf.generic
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    if text:
        stream = generic.DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
        font = generic.DictionaryObject()
        for key, name in (("Type", "Font"), ("Subtype", "Type1")):
            font[generic.NameObject(f"/{key}")] = generic.NameObject(f"/{name}")
        font[generic.NameObject("/BaseFont")] = generic.NameObject("/Helvetica")
        fonts = generic.DictionaryObject({generic.NameObject("/F1"): font})
        page[generic.NameObject("/Resources")] = generic.DictionaryObject(
            {generic.NameObject("/Font"): fonts}
        )
        page[generic.NameObject("/Contents")] = writer._add_object(stream)
    if info:
        writer.add_metadata({f"/{key}": value for key, value in info.items()})
    if xmp is not None:
        writer.xmp_metadata = xmp
    if password is not None:
        writer.encrypt(password, "owner")
    packed = BytesIO()
    writer.write(packed)
    return packed.getvalue()


def xmp(*, elements="", attributes=""):
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" '
        f'xmlns:pdfx="http://ns.adobe.com/pdfx/1.3/" {attributes}>'
        f"{elements}</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()


def zipped(**entries):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, octets in entries.items():
            archive.writestr(name.replace("__", "/"), octets)
    return packed.getvalue()


def locked(payload):
    """Say in both headers of each entry that a password is needed."""
    flagged = bytearray(payload)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = flagged.find(magic)
        while start >= 0:
            flagged[start + offset] |= 1
            start = flagged.find(magic, start + 1)
    return bytes(flagged)


def tarred(**entries):
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(_directory("docs"))
        for name, octets in entries.items():
            info = tarfile.TarInfo(f"docs/{name}")
            info.size = len(octets)
            archive.addfile(info, BytesIO(octets))
    return packed.getvalue()


def _directory(name):
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE
    return info


def gzipped(octets):
    return gzip.compress(octets, mtime=0)


def compound(tmp_path, streams):
    """Write a compound file; a slash in a name is a storage."""
    cfbwrite = pytest.importorskip("cfbwrite")
    entries = []
    for name, octets in streams.items():
        *storages, last = name.split("/")
        entry = cfbwrite.Entry(
            name=last, is_storage=False, size=len(octets), read=lambda o=octets: o
        )
        for storage in reversed(storages):
            entry = cfbwrite.Entry(
                name=storage, is_storage=True, size=0, read=None, children=[entry]
            )
        entries.append(entry)
    file = tmp_path / "compound"
    cfbwrite.write_ole(file, entries)
    return file.read_bytes()


def property_stream(pairs, *, page=65001, sets=2):
    """Write a document's summary as [MS-OLEPS] has it; values are typed by Python."""
    wide = page == 1200
    codec = "utf-16-le" if wide else "utf-8"
    dictionary = struct.pack("<I", len(pairs))
    values = [(1, struct.pack("<HHHH", 2, 0, page, 0))]
    for key, (name, value) in enumerate(pairs, 2):
        octets = (name + "\0").encode(codec)
        length = len(octets) // 2 if wide else len(octets)
        dictionary += struct.pack("<II", key, length) + octets
        dictionary += b"\0" * (-len(octets) % 4 if wide else 0)
        values.append((key, typed(value, codec, wide=wide)))
    values.insert(0, (0, dictionary + b"\0" * (-len(dictionary) % 4)))
    offset = 8 + 8 * len(values)
    table, data = b"", b""
    for key, octets in values:
        table += struct.pack("<II", key, offset + len(data))
        data += octets
    body = struct.pack("<II", offset + len(data), len(values)) + table + data
    head = struct.pack("<HHI", 0xFFFE, 0, 0) + b"\0" * 16 + struct.pack("<I", sets)
    first = bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae")
    empty = struct.pack("<II", 8, 0)
    start = 28 + 20 * sets
    named = [(CUSTOM_SET, start)]
    if sets > 1:
        named = [(first, start), (CUSTOM_SET, start + len(empty))]
    listed = b"".join(struct.pack("<16sI", *entry) for entry in named)
    return head + listed + (empty if sets > 1 else b"") + body


def typed(value, codec, *, wide):
    if isinstance(value, bool):
        return struct.pack("<HHhH", 11, 0, -int(value), 0)
    if isinstance(value, int):
        return struct.pack("<HHi", 3, 0, value)
    if value is None:
        return struct.pack("<HHQ", 64, 0, 0)
    octets = (value + "\0").encode(codec)
    length = len(octets) // 2 if wide else len(octets)
    kind = 31 if wide else 30
    return struct.pack("<HHI", kind, 0, length) + octets + b"\0" * (-len(octets) % 4)
