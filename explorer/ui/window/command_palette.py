"""Everything by its name: type some letters, press Return. Imports Qt and the theme.

What can be found comes from finders; the palette knows only what they have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from explorer.ui.look import theme

LETTERS, LINES, BELOW_TOP = 78, 16, 80
FIND = Qt.ItemDataRole.UserRole
NOTHING = (
    "Nothing here is called “{}”.\n"
    "Try a command, a model, a projection, a lesson, a data set, a setting, or “image 12”."
)


@dataclass(frozen=True)
class Find:
    """Something that was found."""

    title: str
    kind: str
    """What it is, such as `Model`."""
    hint: str
    """A key, or what else there is to know of it."""
    run: Callable[[], object]
    able: bool = True
    """Whether it can be done now."""


Finder = Callable[[str], Sequence[Find]]
"""From what was typed (it may be empty) to what could be meant; the palette drops what does not match."""


class CommandPalette(QDialog):
    """A list of what the finders find, the best first."""

    def __init__(self, finders: Sequence[Finder], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self._finders = list(finders)
        self._line, self._list, self._nothing = QLineEdit(), QListWidget(), QLabel()
        self._line.setPlaceholderText("Find a command, a model, a lesson, a setting, image 12 …")
        self._line.setAccessibleName("Find")
        self._line.textChanged.connect(self._filter)
        self._line.installEventFilter(self)
        self._line.returnPressed.connect(self._run)
        self._list.setItemDelegate(_Row(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(self._run)
        self._nothing.setObjectName("palette.nothing")
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setWordWrap(True)
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.addWidget(self._line)
        column.addWidget(self._list, 1)
        column.addWidget(self._nothing, 1)
        self._filter("")

    def open_over(self, window: QWidget) -> None:
        metrics, place = self.fontMetrics(), window.mapToGlobal(window.rect().topLeft())
        wide = min(window.width() - 20, LETTERS * metrics.averageCharWidth())
        tall = min(window.height() - BELOW_TOP - 20, LINES * _Row.height(metrics.height()))
        self.resize(wide, tall)
        self.move(place.x() + (window.width() - wide) // 2, place.y() + BELOW_TOP)
        self.show()
        self._line.setFocus()

    def refresh(self) -> None:
        """There may be more to be found now; what is chosen stays chosen."""
        item = self._list.currentItem()
        chosen = None if item is None else (item.text(), item.data(FIND).kind)
        self._filter(self._line.text())
        for row in range(self._list.count()):
            one = self._list.item(row)
            if (one.text(), one.data(FIND).kind) == chosen:
                self._list.setCurrentRow(row)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self._list.count():
                self._list.setCurrentRow((self._list.currentRow() + step) % self._list.count())
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self._list.clear()
        found = [find for finder in self._finders for find in finder(text)]
        for find in matching(found, text):
            item = QListWidgetItem(find.title)
            item.setData(FIND, find)
            item.setToolTip(find.hint)
            if not find.able:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.setVisible(self._list.count() > 0)
        self._nothing.setVisible(not self._list.count())
        self._nothing.setText(NOTHING.format(text.strip()))

    def _run(self) -> None:
        item = self._list.currentItem()
        find = item.data(FIND) if item is not None else None
        if isinstance(find, Find) and find.able:
            self.accept()
            find.run()


class _Row(QStyledItemDelegate):
    """The title on the left; what it is, and its key or a line about it, on the right."""

    @staticmethod
    def height(line: int) -> int:
        return line + 12

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, self.height(option.fontMetrics.height()))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        find: Find = index.data(FIND)
        colours, metrics = theme.current(), option.fontMetrics
        state: QStyle.StateFlag = option.state
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            painter.fillRect(option.rect, QColor(colours.accent_ground if chosen else colours.field))
        room: QRect = option.rect.adjusted(8, 0, -8, 0)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        title = metrics.elidedText(find.title, Qt.TextElideMode.ElideRight, room.width() * 2 // 3)
        painter.setPen(QColor(colours.text if find.able else colours.disabled))
        painter.drawText(room, left, title)
        painter.setPen(QColor(colours.muted if find.able else colours.disabled))
        painter.drawText(room, right, find.kind)
        gap = metrics.averageCharWidth() * 3
        rest = room.adjusted(
            metrics.horizontalAdvance(title) + gap, 0, -metrics.horizontalAdvance(find.kind) - gap, 0
        )
        hint = metrics.elidedText(find.hint, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, right, hint)


def plain(action: QAction) -> str:
    return action.text().replace("&", "").rstrip(".… ")


def matching(found: Sequence[Find], text: str) -> list[Find]:
    """What holds all typed words, the best first: by its title before by what is said of it."""
    words = _folded(text).split()
    known = [(find, _worth(find, words)) for find in found]
    return [find for find, worth in sorted(known, key=lambda one: -one[1]) if worth > 0]


def _worth(find: Find, words: Sequence[str]) -> int:
    """0 where a word is missing; more the nearer the title is to what was typed."""
    title, rest = _folded(find.title), _folded(f"{find.kind} {find.hint}")
    if any(word not in title and word not in rest for word in words):
        return 0
    typed, begins = " ".join(words), title.split()
    in_title = [word for word in words if word in title]
    whole = 8 * (title == typed) + 4 * title.startswith(typed)
    heads = sum(any(part.startswith(word) for part in begins) for word in words)
    return 1 + whole + 2 * (len(in_title) == len(words)) + (heads == len(words)) + find.able


def _folded(text: str) -> str:
    """Without what nobody types: capitals, and the commas in large numbers."""
    return text.casefold().replace(",", "")
