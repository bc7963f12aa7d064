"""Workbooks made by hand for tests, decent and hostile ones."""

import io
import zipfile
from collections.abc import Mapping

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of the named parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def xlsx_parts(
    rows: str, *, shared: str = "", sheet_target: str = "worksheets/sheet1.xml"
) -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet; ``rows`` is the XML inside ``sheetData``."""
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
        '<sheet name="Codes" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="r1" Type="{_DOCUMENT}/worksheet" Target="{sheet_target}"/>'
        f'<Relationship Id="r2" Type="{_DOCUMENT}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        f"xl/{sheet_target}": f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'{_XML}<sst xmlns="{_MAIN}">{shared}</sst>',
    }


def xlsx(rows: str, *, shared: str = "") -> bytes:
    """A workbook with one sheet ``Codes``."""
    return zipped(xlsx_parts(rows, shared=shared))


def ods(tables: str, *, manifest: str = "") -> bytes:
    """An OpenDocument workbook; ``tables`` is the XML inside ``office:spreadsheet``."""
    names = "".join(f' xmlns:{name}="{_OPEN}:{name}:1.0"' for name in ("office", "table", "text"))
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"{_XML}<office:document-content{names}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": f'{_XML}<manifest:manifest xmlns:manifest="{_OPEN}:manifest:1.0">{manifest}'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        }
    )


def ods_cell(text: str, *, repeated: int = 1) -> str:
    """A text cell of an OpenDocument sheet."""
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )
