"""Bars as an SVG, in the looks that the pages' pictures share."""
import xml.sax.saxutils

STYLE = ("text{font:12px sans-serif;fill:#1b1f24}.t{font-weight:bold;font-size:15px}.m{text-anchor:middle}"
         ".kept{fill:#2a6db0}.not{fill:#b9c6d6}.more{fill:#dbe2ea}.axis{stroke:#57606a}"
         ".ideal{stroke:#b35900;stroke-width:2}rect.bg{fill:#fff}")


class Bars:
    """Bars stand on the line `bottom`; `kind` is a class of STYLE. All lengths are in pixels."""

    def __init__(self, width, height, bottom, says):
        self.bottom = bottom
        says = xml.sax.saxutils.quoteattr(says)
        self.lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
                      f'aria-label={says}>', f"<style>{STYLE}</style>",
                      f'<rect class="bg" width="{width}" height="{height}"/>']

    def text(self, x, y, text, kind=""):
        kind = f' class="{kind}"' if kind else ""
        self.lines.append(f'<text{kind} x="{x}" y="{y}">{xml.sax.saxutils.escape(text)}</text>')

    def line(self, x, y, length, kind):
        self.lines.append(f'<path class="{kind}" d="M{x} {y}h{length}"/>')

    def panel(self, x, width, title, below):
        self.text(x, 30, title, "t")
        self.text(x, 48, below)
        self.line(x, self.bottom, width, "axis")

    def bar(self, x, high, kind, text, above=None):
        """`above`: how high the text stands at least."""
        self.lines.append(f'<rect class="{kind}" x="{x}" y="{self.bottom - high:.1f}" width="26" '
                          f'height="{high:.1f}"/>')
        self.text(x + 13, f"{self.bottom - max(high, above or 0) - 5:.1f}", text, "m")

    def key(self, x, y, kind, text):
        self.lines.append(f'<rect class="{kind}" x="{x}" y="{y}" width="14" height="14"/>')
        self.text(x + 20, y + 12, text)

    def write(self, file):
        file.write_text("\n".join([*self.lines, "</svg>"]) + "\n", encoding="utf-8")
