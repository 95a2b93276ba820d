"""All lessons, each with a button that begins it. Imports Qt."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from explorer.guide.lesson import Lesson


class LessonList(QWidget):
    chosen = Signal(str)
    """Stem of a lesson."""

    def __init__(self, lessons: Sequence[Lesson], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(14)
        for lesson in lessons:
            column.addLayout(self._row(lesson))
        if not lessons:
            column.addWidget(QLabel("No lesson could be read."))
        column.addStretch()
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(scroll)

    def _row(self, lesson: Lesson) -> QHBoxLayout:
        title, about = QLabel(lesson.title), QLabel(lesson.about)
        title.setProperty("role", "title")
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        begin = QPushButton("Begin")
        begin.setObjectName(f"guide.begin.{lesson.stem}")
        begin.setToolTip(f"{len(lesson.steps)} steps; each can be shown to you")
        begin.clicked.connect(lambda: self.chosen.emit(lesson.stem))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(about)
        row = QHBoxLayout()
        row.addLayout(words, 1)
        row.addWidget(begin, 0, Qt.AlignmentFlag.AlignTop)
        return row
