"""An office worker at Excel: writes rows into a template that was downloaded, reads a sheet back.

    sheet.py fill IN OUT < [{"heading": value, …}, …]
    sheet.py read IN HEADING …    prints the rows below the row that holds these headings
"""

import json
import sys

import openpyxl


def bare(value):
    return str(value or "").replace("*", "").replace("＊", "").strip()


def heading_row(sheet, wanted):
    for row in sheet.iter_rows(min_row=1, max_row=12):
        names = [bare(cell.value) for cell in row]
        if all(name in names for name in wanted):
            return row[0].row, {name: i + 1 for i, name in enumerate(names) if name}
    raise SystemExit(f"no row holds the headings {wanted}")


def fill(source, target):
    rows = json.load(sys.stdin)
    book = openpyxl.load_workbook(source)
    sheet = book.worksheets[0]
    top, at = heading_row(sheet, list(rows[0]))
    for n, values in enumerate(rows, start=top + 1):
        for name, value in values.items():
            sheet.cell(row=n, column=at[name], value=value)
    book.save(target)


def read(source, wanted):
    sheet = openpyxl.load_workbook(source).worksheets[0]
    top, at = heading_row(sheet, wanted)
    found = []
    for row in sheet.iter_rows(min_row=top + 1):
        values = {name: str(row[i - 1].value) for name, i in at.items() if row[i - 1].value is not None}
        if values:
            found.append(values)
    json.dump(found, sys.stdout, ensure_ascii=False)


if sys.argv[1] == "fill":
    fill(sys.argv[2], sys.argv[3])
else:
    read(sys.argv[2], sys.argv[3:])
