"""A model's card as a page: sections of label and value, and the layers as a table. Part of the card view.

Qt's rich text knows tables and colours by attribute; the colours are those of the theme at the time.
"""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QTextDocument

from explorer.runs.figure_words import Row
from explorer.runs.model_card import ModelCard, shape_words
from explorer.ui.look import theme

PAGE, MARGIN, SHARPNESS = 860, 28, 2
"""Width of a saved picture before it is enlarged, its margin, and how much it is enlarged."""


def page(card: ModelCard) -> str:
    """The card in Qt's rich text."""
    parts = [f"<h2>{escape(card.name)}</h2>", _muted(card.title)]
    for section in card.about:
        parts.append(_section(section.title, section.rows))
    parts.append(_section("Measured on held-out images", card.measured))
    parts.append(f"<h3>Layers, {card.weights:,} weights in all</h3>")
    parts.append(_layers(card))
    parts += [f"<p>{_muted(remark)}</p>" for remark in card.remarks]
    return "".join(parts)


def picture(card: ModelCard) -> NDArray[np.uint8]:
    """The whole page as a picture (H, W, 3)."""
    document = QTextDocument()
    document.setHtml(page(card))
    document.setTextWidth(PAGE)
    room = QSizeF(PAGE + 2 * MARGIN, document.size().height() + 2 * MARGIN)
    image = QImage((room * SHARPNESS).toSize(), QImage.Format.Format_RGB888)
    image.fill(QColor(theme.current().panel))
    painter = QPainter(image)
    painter.scale(SHARPNESS, SHARPNESS)
    painter.translate(MARGIN, MARGIN)
    document.drawContents(painter, QRectF(0, 0, PAGE, document.size().height()))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    # A line of Qt's picture is filled up to four bytes.
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def _section(title: str, rows: tuple[Row, ...]) -> str:
    lines = []
    for row in rows:
        note = f"<br>{_muted(row.note)}" if row.note else ""
        lines.append(
            f'<tr><td width="210" valign="top">{_muted(row.label)}</td>'
            f'<td style="padding-bottom: 5px">{_text(row.value)}{note}</td></tr>'
        )
    table = f'<table width="100%" cellspacing="0" cellpadding="2">{"".join(lines)}</table>'
    return f"<h3>{escape(title)}</h3>{table}"


def _layers(card: ModelCard) -> str:
    """One row a layer; the network and the block are named where they begin."""
    lines, before, stripe = [], "", theme.current().field
    heads = "".join(f'<td align="{side}">{_muted(words)}</td>' for words, side in HEADS)
    for number, layer in enumerate(card.layers):
        place = f"{layer.network} {layer.block}".strip()
        ground = f' bgcolor="{stripe}"' if number % 2 else ""
        cells = (
            ("" if place == before else f"<b>{escape(place)}</b>", "left"),
            (_text(layer.kind), "left"),
            (_text(shape_words(layer.input)), "left"),
            (_text(shape_words(layer.output)), "left"),
            (f"{layer.weights:,}" if layer.weights else "", "right"),
        )
        row = "".join(f'<td align="{side}">{words}</td>' for words, side in cells)
        lines.append(f"<tr{ground}>{row}</tr>")
        before = place
    return f'<table width="100%" cellspacing="0" cellpadding="3"><tr>{heads}</tr>{"".join(lines)}</table>'


HEADS = (("", "left"), ("layer", "left"), ("from", "left"), ("to", "left"), ("weights", "right"))


def _text(words: str) -> str:
    return f'<span style="color: {theme.current().text}">{escape(words)}</span>'


def _muted(words: str) -> str:
    return f'<span style="color: {theme.current().muted}">{escape(words)}</span>'
