"""One step of a lesson as a card: what to do, what must come true, and the buttons. Imports Qt."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from explorer.guide.checks import Fact
from explorer.guide.lesson import Step
from explorer.ui.look import theme

LOWEST = 170
"""Pixels that a card has at least, so that a short step leaves the docks round it where they are."""
MOST_WORDS = 320
"""Pixels of words that a card grows for: very large type is scrolled instead of taking the window."""
NOTHING_TO_SHOW = "There is nothing to do at this step; press Next"


class LessonCard(QWidget):
    show_me = Signal()
    next = Signal()
    back = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: Sequence[Fact] = (Fact("", False),)
        self._title, self._count = QLabel(), QLabel()
        self._name, self._text, self._tick = QLabel(), QLabel(), QLabel()
        self._show, self._next = QPushButton("Show me"), QPushButton("Next")
        self._back, self._close = QPushButton("Back"), QPushButton("Close")
        for label, role in (
            (self._title, "muted"), (self._count, "muted"), (self._name, "heading"), (self._tick, "caption"),
        ):  # fmt: skip
            label.setProperty("role", role)
        for label in (self._name, self._text, self._tick):
            label.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._tick.setTextFormat(Qt.TextFormat.RichText)
        self._tick.setContentsMargins(14, 4, 14, 2)
        self._tick.setObjectName("guide.tick")
        self._lay_out()
        for name, button, role, tip, signal in (
            ("show_me", self._show, "primary", "Watch it being done in this window", self.show_me),
            ("back", self._back, "quiet", "To the step before", self.back),
            ("next", self._next, "link", "To the next step, done or not", self.next),
            ("close", self._close, "quiet", "Leave the lesson; it can be begun again", self.close_wanted),
        ):
            button.setObjectName(f"guide.{name}")
            button.setProperty("role", role)
            button.setToolTip(tip)
            button.clicked.connect(signal)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 14, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        self._words = QWidget()
        column = QVBoxLayout(self._words)
        column.setContentsMargins(14, 6, 14, 2)
        column.setSpacing(6)
        column.addWidget(self._name)
        column.addWidget(self._text)
        column.addStretch()
        self._scroll = scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._words)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(14, 4, 8, 10)
        buttons.setSpacing(4)
        buttons.addWidget(self._show)
        buttons.addStretch()
        for button in (self._back, self._next, self._close):
            buttons.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(head)
        rows.addWidget(scroll, 1)
        rows.addWidget(self._tick)
        rows.addLayout(buttons)

    def show_step(self, lesson: str, step: Step, index: int, count: int) -> None:
        self._title.setText(lesson)
        self._count.setText(f"{index + 1} / {count}")
        self._name.setText(step.name)
        paragraphs = [f'<p style="margin:0 0 5px 0">{html.escape(each)}</p>' for each in step.sentences]
        self._text.setText("".join(paragraphs))
        self._show.setEnabled(bool(step.gestures))
        self._show.setToolTip("Watch it being done in this window" if step.gestures else NOTHING_TO_SHOW)
        self._back.setEnabled(index > 0)
        self._back.setToolTip("To the step before" if index else "This is the first step")
        self._next.setText("Next" if index + 1 < count else "Done")
        theme.set_style(self._show, "role", "primary" if step.gestures else "quiet")
        theme.set_style(self._next, "role", "link" if step.gestures else "primary")
        self._fit()

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """What must come true: the first that is still to come, or the first when all have."""
        if list(facts) != list(self._facts):
            self._facts = facts
            self.repaint_facts()

    def repaint_facts(self) -> None:
        """Also needed when the colours are others."""
        colours, missing = theme.current(), [fact for fact in self._facts if not fact.holds]
        ticks = "✓" * (len(self._facts) - len(missing))
        colour, fact = (colours.muted, missing[0]) if missing else (colours.ok, self._facts[0])
        mark = f'<span style="color:{colours.ok}">{ticks}</span>{"○" * len(missing)}'
        self._tick.setText(f'{mark}&nbsp; <span style="color:{colour}">{html.escape(fact.text)}</span>')
        self._tick.setToolTip("\n".join(f"{'✓' if f.holds else '○'} {f.text}" for f in self._facts))
        self._fit()

    def _fit(self) -> None:
        """Have as much height as all words need at this width, so that none has to be scrolled for."""
        wanted = self._words.heightForWidth(self.width())
        self._scroll.setMinimumHeight(min(max(wanted, 0), MOST_WORDS))
        self._tick.setMinimumHeight(0)  # what a label asks for is never less
        self._tick.setMinimumHeight(max(self._tick.heightForWidth(self.width()), 0))

    def set_playing(self, playing: bool) -> None:
        self._show.setText("Stop" if playing else "Show me")

    def sizeHint(self) -> QSize:
        return QSize(360, 260)

    def minimumSizeHint(self) -> QSize:
        needed = super().minimumSizeHint()
        return QSize(needed.width(), max(needed.height(), LOWEST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
