#!/usr/bin/env python3
"""Writes the reader's test corpus: thirty invented documents and what a person reads in each.

    python3 -m venv VENV && VENV/bin/pip install python-docx openpyxl opencc-python-reimplemented pypinyin
    VENV/bin/python make.py [tune|held]

Odd numbers are for tuning, even numbers are held out: their misses are never looked at, only
their totals. Each half keeps its documents beside its files, in `documents.py`; this file only
knows how to build them. Places, people and numbers are invented. See README.md for the keys of
the expected JSON.
"""

import datetime
import importlib.util
import io
import json
import pathlib
import re
import sys
import zipfile

import docx
import openpyxl
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from openpyxl.styles import Alignment

HERE = pathlib.Path(__file__).parent

# Numbering schemes for automatic Word numbering: (number format, level text) per level.
OFFICIAL = [
    ("chineseCounting", "%1、"),
    ("chineseCounting", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "（%4）"),
    ("decimalEnclosedCircle", "%5"),
]
PLAIN = [("decimal", "%1."), ("decimal", "（%2）"), ("decimalEnclosedCircleChinese", "%3")]
COUNTING = [
    ("chineseCountingThousand", "%1、"),
    ("decimal", "%2、"),
    ("decimal", "（%3）"),
]


def wide(value):
    """`value` with the full-width punctuation of print: the sources here are typed half-width.
    Commas and colons between digits stay."""
    if isinstance(value, (list, tuple)):
        return type(value)(wide(item) for item in value)
    if not isinstance(value, str):
        return value
    value = re.sub(r"(?<!\d)[,:]|[,:](?!\d)", lambda m: {",": "\uff0c", ":": "\uff1a"}[m[0]], value)
    return value.translate(str.maketrans("();!", "\uff08\uff09\uff1b\uff01"))


# ---- blocks of a Word document -------------------------------------------------------------

def centred(text):
    """A centred paragraph: titles."""
    return ("centred", text)


def right(text):
    """A paragraph set to the right: signature and date."""
    return ("right", text)


def heading(level, text):
    """A paragraph in the style Heading <level>."""
    return ("heading", level, text)


def numbered(level, text):
    """A paragraph whose number Word prints; `level` counts from 0."""
    return ("numbered", level, text)


def table(*rows):
    """A table. `"^"` continues the cell above, `"<"` continues the cell to the left."""
    return ("table", rows)


def extents(rows):
    """(row, column, rows, columns, value) of each cell that stands in a grid with ^ and <."""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value in ("^", "<"):
                continue
            columns = 1
            while c + columns < len(row) and row[c + columns] == "<":
                columns += 1
            height = 1
            while r + height < len(rows) and rows[r + height][c] == "^":
                height += 1
            yield r, c, height, columns, value


def install_numbering(document, scheme):
    """Adds an abstract numbering for `scheme` to the document and returns its number."""
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{fmt}"/>'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
        for i, (fmt, text) in enumerate(scheme)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    numbering.insert(0, abstract)
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>')
    )
    return 90


def split_runs(paragraph, text):
    """Types `text` in uneven runs, as Word leaves it after editing."""
    at, step = 0, 5
    while at < len(text):
        paragraph.add_run(text[at:at + step])
        at, step = at + step, step % 11 + 4


def word(blocks, scheme=OFFICIAL, footer=None, narrow=False):
    """The bytes of a .docx; `narrow` keeps half-width punctuation."""
    blocks = blocks if narrow else wide(blocks)
    document = docx.Document()
    number = None
    if footer:
        document.sections[0].footer.paragraphs[0].text = footer
    for block in blocks:
        if isinstance(block, str):
            split_runs(document.add_paragraph(), block)
        elif block[0] in ("centred", "right"):
            paragraph = document.add_paragraph()
            split_runs(paragraph, block[1])
            paragraph.alignment = (
                WD_ALIGN_PARAGRAPH.CENTER if block[0] == "centred" else WD_ALIGN_PARAGRAPH.RIGHT
            )
        elif block[0] == "heading":
            split_runs(document.add_heading(level=block[1]), block[2])
        elif block[0] == "numbered":
            number = number or install_numbering(document, scheme)
            paragraph = document.add_paragraph()
            split_runs(paragraph, block[2])
            paragraph._p.get_or_add_pPr().append(parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{block[1]}"/><w:numId w:val="{number}"/></w:numPr>'
            ))
        else:
            add_table(document, block[1])
    out = io.BytesIO()
    document.save(out)
    return frozen(out.getvalue())


def add_table(document, rows):
    grid = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for r, c, height, columns, value in extents(rows):
        cell = grid.cell(r, c)
        if height > 1 or columns > 1:
            cell = cell.merge(grid.cell(r + height - 1, c + columns - 1))
        lines = str(value).split("\n")
        cell.paragraphs[0].text = lines[0]
        for line in lines[1:]:
            cell.add_paragraph(line)
        for extra in list(cell._tc.findall(qn("w:p")))[len(lines):]:
            cell._tc.remove(extra)


# ---- workbooks -----------------------------------------------------------------------------

def workbook(*sheets):
    """The bytes of an .xlsx. A sheet is (name, rows) in the notation of `table`; a
    `datetime.date` becomes a real date cell shown as yyyy年m月d日 or yyyy/m/d by turns."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator = "corpus"
    for name, rows in wide(sheets):
        sheet = book.create_sheet(name)
        dates = 0
        for r, c, height, columns, value in extents(rows):
            cell = sheet.cell(r + 1, c + 1, value if value != "" else None)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            if isinstance(value, datetime.date):
                cell.number_format = ('yyyy"年"m"月"d"日"', "yyyy/m/d")[dates % 2]
                dates += 1
            if height > 1 or columns > 1:
                sheet.merge_cells(
                    start_row=r + 1, start_column=c + 1, end_row=r + height, end_column=c + columns
                )
    out = io.BytesIO()
    book.save(out)
    return frozen(out.getvalue())


def frozen(data):
    """The same zip with no clock in it, so that a second run writes the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            body = old.read(info)
            if info.filename == "docProps/core.xml":
                body = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2020-01-01T00:00:00Z", body)
            new.writestr(zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---- text, whole and damaged ---------------------------------------------------------------

def text(lines, encoding="utf-8", newline="\n", narrow=False):
    """The bytes of a .txt; `narrow` keeps half-width punctuation."""
    return newline.join(lines if narrow else wide(lines)).encode(encoding)


def web_copy(lines, every=3, losses=()):
    """What a careless site makes of a text: traditional characters, a pinyin gloss after some of
    them, and `losses`: pairs (spelling in `lines`, what is left of it), each in its one place."""
    import opencc
    import pypinyin

    convert = opencc.OpenCC("s2t").convert
    whole = "\n".join(lines)
    for intact, left in losses:
        assert whole.count(intact) == 1, (intact, whole.count(intact))
        whole = whole.replace(intact, left)
    damaged = ""
    for plain, traditional in zip(whole, convert(whole)):
        damaged += traditional
        if plain != traditional and ord(traditional) % every == 0:
            damaged += "(" + pypinyin.pinyin(plain)[0][0] + ")"
    return damaged.encode("utf-8")


# ---- what a person reads -------------------------------------------------------------------

def task(title, due=None, **keys):
    """An expected task. Without `due=...` in the call site's intent, pass `room=True` to leave the
    date unchecked."""
    room = keys.pop("room", False)
    out = {"title": title}
    if not room:
        out["due"] = due
    out.update(keys)
    return out


def figure(label, value, unit, **keys):
    """An expected figure."""
    return {"label": label, "value": value, "unit": unit, **keys}


def identity(expr, holds=True):
    """An expected stated sum."""
    return {"expr": expr, "holds": holds}


def main():
    for half in sys.argv[1:] or ["tune", "held"]:
        folder = HERE / half
        if not (folder / "documents.py").exists():
            continue
        sys.modules.setdefault("make", sys.modules["__main__"])
        spec = importlib.util.spec_from_file_location(f"{half}_documents", folder / "documents.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, (data, expected) in module.DOCUMENTS.items():
            (folder / name).write_bytes(data)
            stem = name.rsplit(".", 1)[0]
            body = json.dumps(expected, ensure_ascii=False, indent=1)
            (folder / f"{stem}.expected.json").write_text(body + "\n", encoding="utf-8")
            print(half, name, len(data), "bytes,", len(expected.get("tasks", [])), "tasks")


if __name__ == "__main__":
    main()
