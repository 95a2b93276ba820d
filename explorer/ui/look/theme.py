"""How the window looks: palette and style sheet put on the application, icons, class colours.

Imports Qt, `palettes` and `paths`. Light and dark follow the system, or the user's own choice.
Widgets paint with `theme.current()` and refresh what they cached on `QEvent.Type.PaletteChange`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from explorer import paths
from explorer.ui.look.palettes import CLASS_COLOURS, DARK, LIGHT, OTHER_CLASS, Palette
from explorer.ui.look.style_sheet import style_sheet

Choice = Literal["system", "light", "dark"]
ICON_SIDES = (16, 20, 24)
"""In which controls show icons, in pixels of the interface."""

WINDOW_ICON_SIDES = (16, 24, 32, 48, 64)


class _State(QObject):
    """What is on the screen now; one per process, as there is one QApplication."""

    def __init__(self) -> None:
        super().__init__()
        self.choice: Choice = "system"
        self.palette = LIGHT
        self.scale = 1.0
        self.system_font: QFont | None = None

    def system_changed(self) -> None:
        if self.choice == "system":
            use("system")


_state = _State()


def current() -> Palette:
    """The palette on the screen now."""
    return _state.palette


def choice() -> Choice:
    """What was asked for: the system's colours, or light or dark."""
    return _state.choice


def is_large() -> bool:
    """Whether type is enlarged, for those who look from afar (present mode)."""
    return _state.scale > 1


def use(choice: Choice, scale: float | None = None) -> None:
    """Put a palette on the application; `scale` enlarges all type from now on (present mode)."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    hints = QGuiApplication.styleHints()
    if _state.system_font is None:
        _state.system_font = app.font()
        app.setStyle("Fusion")
        hints.colorSchemeChanged.connect(_state.system_changed)
    _state.choice, _state.scale = choice, _state.scale if scale is None else scale
    dark = hints.colorScheme() == Qt.ColorScheme.Dark if choice == "system" else choice == "dark"
    _state.palette = DARK if dark else LIGHT
    font = QFont(_state.system_font)
    font.setPointSizeF(max(_state.system_font.pointSizeF(), 9.0) * _state.scale)
    app.setFont(font)
    app.setPalette(_qt_palette(_state.palette))
    app.setStyleSheet(style_sheet(_state.palette, font.pointSizeF(), paths.resources() / "icons"))
    for window in app.topLevelWidgets():
        for owner in [window, *window.findChildren(QObject)]:
            if owner.property("icon_name"):
                set_icon(owner, owner.property("icon_name"))


def _qt_palette(colours: Palette) -> QPalette:
    role, made = QPalette.ColorRole, QPalette()
    for where, colour in (
        (role.Window, colours.panel), (role.Base, colours.paper), (role.AlternateBase, colours.field),
        (role.Button, colours.field), (role.Mid, colours.edge), (role.Midlight, colours.line),
        (role.Dark, colours.edge), (role.Light, colours.panel), (role.Shadow, colours.line),
        (role.WindowText, colours.text), (role.Text, colours.text), (role.ButtonText, colours.text),
        (role.BrightText, colours.danger), (role.PlaceholderText, colours.muted),
        (role.ToolTipBase, colours.panel), (role.ToolTipText, colours.text),
        (role.Highlight, colours.accent), (role.HighlightedText, colours.accent_text),
        (role.Link, colours.accent), (role.LinkVisited, colours.accent), (role.Accent, colours.accent),
    ):  # fmt: skip
        made.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, where, QColor(colours.disabled))
    return made


def class_colours(count: int) -> list[QColor]:
    """Colours of the classes 0 to count - 1; from the 25th on all share that of "other"."""
    scheme = current().scheme
    known = CLASS_COLOURS[scheme][:count]
    return [QColor(name) for name in (*known, *[OTHER_CLASS[scheme]] * (count - len(known)))]


def line_colour(number: int | None) -> QColor:
    """Of a curve that has the colour of a class; None is grey, for what stands still."""
    return QColor(current().muted) if number is None else class_colours(number + 1)[number]


def icon(name: str, colour: str | None = None, sides: Sequence[int] = ICON_SIDES) -> QIcon:
    """An icon of ours, tinted with the palette on the screen now (or with a colour).

    Drawn for the screens that there are: to have every size ready took a tenth of the way to the map.
    """
    colours, made = current(), QIcon()
    tints = {
        QIcon.Mode.Normal: colour or colours.text, QIcon.Mode.Active: colour or colours.text,
        QIcon.Mode.Selected: colour or colours.text, QIcon.Mode.Disabled: colours.disabled,
    }  # fmt: skip
    for mode, tint in tints.items():
        for side in sorted({round(side * ratio) for side in sides for ratio in _ratios()}):
            made.addPixmap(_tinted(name, tint, side), mode)
    return made


def set_style(widget: QWidget, name: str, value: str) -> None:
    """Give a widget on the screen another value of what the style sheet goes by, such as its role."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def set_icon(owner: QObject, name: str) -> None:
    """Give an action or a button an icon that follows later changes of the theme."""
    owner.setProperty("icon_name", name)
    made = icon(name, current().accent_text if owner.property("role") == "primary" else None)
    if isinstance(owner, QAbstractButton):
        owner.setIcon(made)
    else:
        owner.setIcon(made)  # type: ignore[attr-defined]


def _ratios() -> set[float]:
    """Dots for a pixel of the interface, of every screen."""
    return {screen.devicePixelRatio() for screen in QApplication.screens()}


@lru_cache(maxsize=2048)
def _tinted(name: str, colour: str, side: int) -> QPixmap:
    source = (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def draw_icon(painter: QPainter, name: str, place: QRectF, colour: str) -> None:
    """Paint an icon inside a widget's own painting."""
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    painter.drawPixmap(place, _tinted(name, colour, round(place.width() * ratio)), QRectF())
