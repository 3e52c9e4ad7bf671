"""Workbooks made by hand: the few parts that a spreadsheet program needs to open one."""

import zipfile
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_LINK_TYPE = "application/vnd.openxmlformats-package.relationships+xml"

CONTENT_TYPES = (
    f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
    f'<Default Extension="rels" ContentType="{_LINK_TYPE}"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_BOOK_TYPE}"/></Types>'
)
ROOT_LINKS = (
    f'<Relationships xmlns="{_LINKS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>'
)


class Raw(str):
    """A cell's XML as it is, with ``{r}`` for its name."""

    __slots__ = ()


def number(value, style=0):
    """Give a numeric cell; style 1 shows a date."""
    return Raw(f'<c r="{{r}}" s="{style}"><v>{value}</v></c>')


def failed(error="#N/A"):
    """Give a cell whose formula failed."""
    return Raw(f'<c r="{{r}}" t="e"><f>VLOOKUP(1,2,3)</f><v>{error}</v></c>')


def formula(text=None):
    """Give a cell with a formula and its cached text, or with none, as libraries write it."""
    if text is None:
        return Raw('<c r="{r}"><f>A1</f><v></v></c>')
    return Raw(f'<c r="{{r}}" t="str"><f>A1</f><v>{escape(text)}</v></c>')


def truth(value):
    """Give a cell with a truth value."""
    return Raw(f'<c r="{{r}}" t="b"><v>{int(value)}</v></c>')


def rows(*cells, first=1, column="A", hidden=()):
    """Give rows of XML; a str is a text cell, None is no cell."""
    return "".join(
        f'<row r="{at}"{hidden_mark(at in hidden)}>'
        + "".join(_cell(one, f"{chr(ord(column) + x)}{at}") for x, one in enumerate(row))
        + "</row>"
        for at, row in enumerate(cells, first)
    )


def hidden_mark(hidden):
    """Give the attribute of a hidden row."""
    return ' hidden="1"' if hidden else ""


def _cell(one, name):
    if one is None:
        return ""
    if isinstance(one, Raw):
        return one.replace("{r}", name)
    text = f'<t xml:space="preserve">{escape(one)}</t>'
    return f'<c r="{name}" t="inlineStr"><is>{text}</is></c>'


def write(path, *cells, parts=None, **sheets):
    """Write a workbook: rows of one sheet, or XML of rows by sheet; ``parts`` replaces parts."""
    sheets = sheets or {"Sheet1": rows(*cells)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in {**_parts(sheets), **(parts or {})}.items():
            book.writestr(name, text)
    return path


def _parts(sheets):
    titles = [(title.rstrip("_"), title.endswith("_")) for title in sheets]
    listed = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{at}" r:id="r{at}"'
        + (' state="hidden"' if hidden else "")
        + "/>"
        for at, (title, hidden) in enumerate(titles, 1)
    )
    links = "".join(
        f'<Relationship Id="r{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    styles = f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    return {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT_LINKS,
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_LINKS}">{links}{styles}</Relationships>'
        ),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
            '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
        ),
        **{
            f"xl/worksheets/sheet{at}.xml": (
                f'<worksheet xmlns="{_MAIN}"><sheetData>{one}</sheetData></worksheet>'
            )
            for at, one in enumerate(sheets.values(), 1)
        },
    }
