"""Where the ink of a rendered official document stands, as JSON in millimetres from the page's
top left corner. Characters are measured by their em box on the baseline (0.88 over, 0.12 under
it), lines and bars by their drawing: neither depends on which font the renderer had at hand."""
import json
import sys

import pdfplumber

MM = 25.4 / 72


def mm(points):
    return round(points * MM, 2)


def lines_of(page):
    """Lines of text from top to bottom: baselines that agree within a point."""
    rows = {}
    for c in page.chars:
        if c["text"].strip():
            base = float(page.height) - c["matrix"][5]
            key = next((k for k in rows if abs(k - base) < 1), base)
            rows.setdefault(key, []).append((c["matrix"][4], c))
    for base in sorted(rows):
        row = sorted(rows[base], key=lambda pair: pair[0])
        size = max(c["size"] for _, c in row)
        last_x, last = row[-1]
        yield {
            "text": "".join(c["text"] for _, c in row),
            "size": round(size, 1),
            "left": mm(row[0][0]),
            # Of the last character its own width; letter spacing after it is no ink.
            "right": mm(last_x + min(last["size"], last["x1"] - last["x0"])),
            "top": mm(base - 0.88 * size),
            "bottom": mm(base + 0.12 * size),
            "count": len(row),
            "pitch": mm((last_x - row[0][0]) / (len(row) - 1)) if len(row) > 1 else 0,
            "red": row[0][1]["non_stroking_color"] in [(1, 0, 0), [1, 0, 0]],
        }


def strokes_of(page):
    """Drawn rules and bars: left, right, top, bottom and colour."""
    shapes = [(o, "fill") for o in page.rects] + [(o, "line") for o in page.lines]
    shapes += [(o, "fill" if o.get("fill") else "line") for o in page.curves]
    for o, how in shapes:
        colour = o["non_stroking_color"] if how == "fill" else o["stroking_color"]
        colour = [round(float(x), 2) for x in colour] if isinstance(colour, (list, tuple)) else colour
        yield {"left": mm(o["x0"]), "right": mm(o["x1"]), "top": mm(o["top"]), "bottom": mm(o["bottom"]), "colour": colour}


with pdfplumber.open(sys.argv[1]) as pdf:
    pages = [
        {
            "width": mm(float(p.width)),
            "height": mm(float(p.height)),
            "lines": list(lines_of(p)),
            "strokes": list(strokes_of(p)),
        }
        for p in pdf.pages
    ]
print(json.dumps(pages, ensure_ascii=False))
