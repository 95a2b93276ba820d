"""What a data set looks like: its first images, its size, its notes, or why it isn't there.

Part of the data dialog; knows the session. Asks before it fetches anything.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from explorer.data.image_set import DataSet
from explorer.data.progress import DownloadProgress, ReadProgress
from explorer.session.learning.data_choice import Missing
from explorer.session.session import Session
from explorer.ui.look.wording import are_glyphs
from explorer.ui.widgets.pictures.picture_grid import PictureGrid

COLUMNS, ROWS = 8, 4
NOTES_HEIGHT = 84


def data_words(data: DataSet) -> str:
    """How many images of what size."""
    height, width, channels = data.train.shape
    parts = [f"{len(data.train):,} images to learn from and {len(data.test):,} held out"]
    parts.append(f"{width} × {height} pixels, {'grey' if channels == 1 else 'colour'}")
    if data.train.class_names:
        parts.append(f"{len(data.train.class_names)} classes")
    if data.train.attributes:
        parts.append(f"{len(data.train.attributes)} attributes")
    return "; ".join(parts) + "."


def ask_words(missing: Missing) -> str:
    return (
        f"{missing.title} is not on this computer yet. Fetch {missing.size / 1e6:,.0f} MB "
        f"from the network into {missing.folder}?"
    )


def progress_words(progress: ReadProgress | DownloadProgress) -> str:
    if isinstance(progress, DownloadProgress):
        return f"{progress.file}: {progress.done / 1e6:,.1f} of {progress.total / 1e6:,.1f} MB"
    if not progress.done:
        return f"{progress.doing} …"
    return (
        f"{progress.doing} {progress.done:,}" + (f" of {progress.total:,}" if progress.total else "") + " …"
    )


class DataPreview(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = session.data_choice
        self._grid, self._words, self._notes = PictureGrid(COLUMNS), QLabel(), QLabel()
        self._question, self._fault = QLabel(), QLabel()
        self._ask, self._work = QFrame(), QFrame()
        self._bar, self._doing = QProgressBar(), QLabel()
        self._scroll = QScrollArea()
        self._dress()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._fault)
        column.addWidget(self._asking())
        column.addWidget(self._working())
        column.addWidget(self._grid, 1)
        column.addWidget(self._words)
        column.addWidget(self._scroll)
        session.data_choice.changed.connect(self._refresh)
        self._refresh()

    def _dress(self) -> None:
        for name, label in (
            ("words", self._words), ("notes", self._notes), ("fault", self._fault),
            ("question", self._question), ("doing", self._doing),
        ):  # fmt: skip
            label.setObjectName(f"data.{name}")
            label.setWordWrap(True)
        self._grid.setObjectName("data.grid")
        self._grid.set_placeholder("The first images stand here as soon as they have been read.")
        self._fault.setProperty("role", "danger")
        self._notes.setProperty("role", "warning")
        self._notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._doing.setProperty("role", "caption")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setMaximumHeight(NOTES_HEIGHT)
        self._scroll.setWidget(self._notes)

    def _asking(self) -> QFrame:
        """The question before anything is fetched, in place."""
        fetch = QPushButton("Fetch")
        fetch.setObjectName("data.fetch")
        fetch.setAutoDefault(False)
        fetch.clicked.connect(self._choice.download)
        self._ask.setProperty("role", "bar")
        row = QHBoxLayout(self._ask)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(self._question, 1)
        row.addWidget(fetch)
        return self._ask

    def _working(self) -> QFrame:
        stop = QPushButton("Stop")
        stop.setObjectName("data.stop")
        stop.setAutoDefault(False)
        stop.setToolTip("What has been fetched is kept for the next try")
        stop.clicked.connect(self._choice.cancel)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self._bar)
        column.addWidget(self._doing)
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(column, 1)
        row.addWidget(stop)
        return self._work

    def _refresh(self) -> None:
        choice = self._choice
        self._fault.setText(choice.fault or "")
        self._fault.setVisible(choice.fault is not None)
        self._question.setText("" if choice.missing is None else ask_words(choice.missing))
        self._ask.setVisible(choice.missing is not None)
        self._show_progress(choice.progress)
        self._show_images(choice.looked)

    def _show_progress(self, progress: ReadProgress | DownloadProgress | None) -> None:
        self._work.setVisible(progress is not None)
        if progress is not None:
            self._doing.setText(progress_words(progress))
            known = progress.total if progress.done else None
            self._bar.setRange(0, 1000 if known else 0)
            if known:
                self._bar.setValue(min(1000, round(1000 * progress.done / known)))

    def _show_images(self, data: DataSet | None) -> None:
        self._words.setText("" if data is None else data_words(data))
        self._notes.setText("" if data is None else "\n".join(data.notes))
        self._scroll.setVisible(bool(data and data.notes))
        if data is None:
            self._grid.set_pictures([])
            return
        first = data.train.take(slice(0, COLUMNS * ROWS))
        names, labels = first.class_names, first.labels
        captions = [] if labels is None or not names else [names[label] for label in labels]
        self._grid.set_ink(are_glyphs(first.images))
        self._grid.set_pictures(list(first.images), captions)
