"""The package of the copy, part by part: no dates, no names of people or programs."""

from __future__ import annotations

from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlbudget.exchange.values.xml import HEAD, relations_xml

__all__ = ["IMAGE_TYPES", "Pack"]

IMAGE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "emf": "image/x-emf",
    "wmf": "image/x-wmf",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_SHEET = f"{_OFFICE}spreadsheetml."
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_CORE_LINK = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_APP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_DATE = (1980, 1, 1, 0, 0, 0)


class Pack:
    """Parts by name with their content types, in the order in which they are added."""

    def __init__(self) -> None:
        self._parts: dict[str, bytes] = {}
        self._types: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._book_links: list[tuple[str, str, str]] = []
        self._count = {"chart": 0, "image": 0, "drawing": 0}

    def _add(self, name: str, data: bytes, kind: str) -> None:
        self._parts[name] = data
        if kind:
            self._types[name] = kind

    def _link(self, part: str, entries: list[tuple[str, str, str]]) -> None:
        if entries:
            folder, _, name = part.rpartition("/")
            self._parts[f"{folder}/_rels/{name}.rels"] = relations_xml(entries)

    def sheet(self, number: int, data: bytes, relations: list[tuple[str, str, str]]) -> None:
        """The ``number``-th worksheet."""
        name = f"xl/worksheets/sheet{number}.xml"
        self._add(name, data, f"{_SHEET}worksheet+xml")
        self._link(name, relations)
        self._book_links.append((f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))

    def drawing(self, data: bytes, relations: list[tuple[str, str, str]]) -> str:
        """A drawing with what it shows; how a sheet refers to it."""
        self._count["drawing"] += 1
        name = f"drawings/drawing{self._count['drawing']}.xml"
        self._add(f"xl/{name}", data, f"{_OFFICE}drawing+xml")
        self._link(f"xl/{name}", relations)
        return f"../{name}"

    def shown(self, kind: str, source: str, data: bytes) -> str:
        """A chart or picture, once however often it is shown; how a drawing refers to it."""
        if source not in self._places:
            self._count[kind] += 1
            number = self._count[kind]
            suffix = source.rpartition(".")[2].lower()
            name = (
                f"charts/chart{number}.xml" if kind == "chart" else f"media/image{number}.{suffix}"
            )
            content = f"{_OFFICE}drawingml.chart+xml" if kind == "chart" else ""
            self._add(f"xl/{name}", data, content)
            self._places[source] = f"../{name}"
        return self._places[source]

    def theme(self, data: bytes) -> None:
        """Colours and fonts."""
        self._beside("theme", "theme/theme1.xml", data, f"{_OFFICE}theme+xml")

    def styles(self, data: bytes) -> None:
        """The looks of cells."""
        self._beside("styles", "styles.xml", data, f"{_SHEET}styles+xml")

    def strings(self, data: bytes) -> None:
        """The texts of cells."""
        self._beside("sharedStrings", "sharedStrings.xml", data, f"{_SHEET}sharedStrings+xml")

    def _beside(self, kind: str, place: str, data: bytes, content: str) -> None:
        self._add(f"xl/{place}", data, content)
        self._book_links.append((f"rId{len(self._book_links) + 1}", kind, place))

    def program(self, application: str, version: str) -> None:
        """For which program the looks were made: readers fill in what is not said accordingly."""
        text = f'<Properties xmlns="{_APP}">'
        text += f"<Application>{escape(application)}</Application>"
        text += f"<AppVersion>{escape(version)}</AppVersion></Properties>"
        self._add("docProps/app.xml", HEAD + text.encode(), f"{_OFFICE}extended-properties+xml")

    def finish(self, book: bytes, title: str) -> bytes:
        """The package as bytes; ``title`` is all that its properties say of the content."""
        self._add("xl/workbook.xml", book, f"{_SHEET}sheet.main+xml")
        self._link("xl/workbook.xml", self._book_links)
        core = f'<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        core += f"<dc:title>{escape(title)}</dc:title></cp:coreProperties>"
        kind = "application/vnd.openxmlformats-package.core-properties+xml"
        self._add("docProps/core.xml", HEAD + core.encode(), kind)
        top = [
            ("rId1", "officeDocument", "xl/workbook.xml"),
            ("rId2", _CORE_LINK, "docProps/core.xml"),
        ]
        if "docProps/app.xml" in self._parts:
            top.append(("rId3", "extended-properties", "docProps/app.xml"))
        parts = {
            "[Content_Types].xml": self._content_types(),
            "_rels/.rels": relations_xml(top),
            **self._parts,
        }
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                info = ZipInfo(name, _DATE)
                info.compress_type = ZIP_DEFLATED
                archive.writestr(info, data)
        return packed.getvalue()

    def _content_types(self) -> bytes:
        suffixes = {name.rpartition(".")[2] for name in self._parts}
        defaults = {
            "rels": "application/vnd.openxmlformats-package.relationships+xml",
            "xml": "application/xml",
        } | {suffix: kind for suffix, kind in IMAGE_TYPES.items() if suffix in suffixes}
        lines = [
            f"<Default Extension={quoteattr(suffix)} ContentType={quoteattr(kind)}/>"
            for suffix, kind in defaults.items()
        ]
        lines += [
            f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
            for name, kind in self._types.items()
        ]
        space = "http://schemas.openxmlformats.org/package/2006/content-types"
        return HEAD + f'<Types xmlns="{space}">{"".join(lines)}</Types>'.encode()
