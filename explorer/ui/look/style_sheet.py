"""The one style sheet of the application, built from a palette. Imports `palettes` only.

Looks that Qt has no widget for are chosen with the dynamic property `role`:
QPushButton primary | quiet | link; QLabel heading | title | key | muted | caption | warning | danger;
QFrame panel | card | guide | bar | message | chrome | line.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from explorer.ui.look.palettes import Palette, blend

_SHEET = Template("""
QMainWindow, QDialog { background: $panel; }
QDialog#palette { border: 1px solid $edge; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QToolTip { background: $panel; color: $text; border: 1px solid $edge; padding: 5px 7px; }

QMenuBar { background: $chrome; color: $text; padding: 2px 6px; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $panel; color: $text; border: 1px solid $line; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 10px; border-radius: 4px; }
QMenu::item:selected { background: $accent_ground; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $line; margin: 5px 6px; }
QMenu::icon { padding-left: 8px; }
QStatusBar { background: $chrome; color: $muted; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; padding: 2px 8px; }
QToolBar { background: $panel; border: none; border-bottom: 1px solid $line; padding: 3px 6px; spacing: 3px; }
QToolBar::separator { background: $line; width: 1px; margin: 5px 6px; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px;
    color: $text; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $accent_ground; border-color: $accent_line; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $disabled; }
QToolButton::menu-indicator { image: none; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton { background: $field; color: $text; border: 1px solid $line; border-radius: 6px;
    padding: 6px 14px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $accent_ground; border-color: $accent; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $disabled; background: $field; border-color: $line; }
QPushButton[role="primary"] { background: $accent; color: $accent_text; border-color: $accent;
    font-weight: 600; padding: 7px 20px; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $field; color: $disabled; border-color: $line; }
QPushButton[role="quiet"], QPushButton[role="link"] { background: transparent; border-color: transparent; }
QPushButton[role="quiet"] { color: $muted; }
QPushButton[role="link"] { color: $accent; font-weight: 600; }
QPushButton[role="quiet"]:hover, QPushButton[role="link"]:hover { background: $hover; }
QPushButton[role="quiet"]:focus, QPushButton[role="link"]:focus { border-color: $accent; }
QPushButton[role="quiet"]:disabled, QPushButton[role="link"]:disabled { color: $disabled; }

QTabBar { background: $panel; }
QTabBar::tab { background: transparent; color: $muted; padding: 9px 16px 7px 16px;
    border: none; border-bottom: 3px solid transparent; }
QTabBar[crowded="true"]::tab { padding-left: 9px; padding-right: 9px; }
QTabBar::tab:selected { color: $text; font-weight: 600; border-bottom-color: $accent; }
QTabBar::tab:hover:!selected { color: $text; background: $field; }
QTabBar::tab:focus { color: $accent; }
QTabBar::tab:disabled { color: $disabled; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }
QDockWidget { color: $text; font-weight: 600; titlebar-close-icon: url("$icons/close-grey.svg");
    titlebar-normal-icon: url("$icons/float-grey.svg"); }
QDockWidget::close-button, QDockWidget::float-button { border: 1px solid transparent; border-radius: 4px;
    background: transparent; padding: 0; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: $hover; }
QToolBar::handle { image: none; width: 0; }
QDockWidget::title { background: $panel; padding: 8px 12px; border-bottom: 1px solid $line; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
    background: $paper; color: $text; border: 1px solid $edge; border-radius: 6px; padding: 5px 8px;
    selection-background-color: $accent; selection-color: $accent_text; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus,
QTextEdit:focus { border-color: $accent; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
    color: $disabled; background: $field; border-color: $line; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: none; padding: 0; background: transparent; }
QSpinBox, QDoubleSpinBox { padding-right: 20px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-position: top right; width: 20px;
    border: none; background: transparent; margin: 2px 2px 0 0; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-position: bottom right; width: 20px;
    border: none; background: transparent; margin: 0 2px 2px 0; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$icons/chevron-up-grey.svg"); width: 11px;
    height: 11px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow, QComboBox::down-arrow {
    image: url("$icons/chevron-down-grey.svg"); width: 11px; height: 11px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $line; outline: none; padding: 4px;
    selection-background-color: $accent_ground; selection-color: $text; }
QCheckBox, QRadioButton { spacing: 8px; color: $text; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $edge;
    background: $paper; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus,
QRadioButton::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent;
    image: url("$icons/check-$scheme.svg"); }
QRadioButton::indicator:checked { border: 5px solid $accent; width: 8px; height: 8px; }
QCheckBox::indicator:disabled { background: $field; border-color: $line; }

QSlider { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; background: $edge; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 16px; margin: -6px 0; border-radius: 8px; background: $accent; }
QSlider::handle:horizontal:hover { background: $accent_hover; }
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: $disabled; }
QProgressBar { background: $field; border: none; border-radius: 4px; min-height: 8px; max-height: 8px;
    text-align: right; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 11px; }
QScrollBar:horizontal { height: 11px; }
QScrollBar::handle { background: $edge; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 30px; }
QScrollBar::handle:horizontal { min-width: 30px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QListView, QTreeView, QTableView { background: $panel; color: $text; border: none; outline: none;
    alternate-background-color: $field; }
QListView::item, QTreeView::item, QTableView::item { padding: 5px 8px; border-radius: 4px; }
QListView::item:hover, QTreeView::item:hover { background: $field; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {
    background: $accent_ground; color: $text; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: 6px 8px; }
QGroupBox { border: none; margin-top: 1.6em; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; color: $text; }

QLabel[role="heading"] { font-size: ${heading}pt; font-weight: 700; }
QLabel[role="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[role="key"] { font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="caption"] { color: $muted; font-size: ${caption}pt; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="danger"] { color: $danger; }
QFrame[role="panel"] { background: $panel; border: none; }
QFrame[role="chrome"] { background: $chrome; border: none; }
QFrame[role="card"] { background: $panel; border: 1px solid $line; border-radius: 8px; }
QFrame[role="guide"] { background: $accent_ground; border: none; border-top: 1px solid $accent_line; }
QFrame[role="bar"] { background: $accent_ground; border: none; border-bottom: 1px solid $accent_line; }
QFrame[role="message"] { background: $accent_ground; border: 1px solid $accent_line; border-radius: 8px; }
QFrame[role="message"][kind="warning"] { background: $panel; border-color: $warning; }
QFrame[role="message"][kind="error"] { background: $panel; border-color: $danger; }
QFrame[role="line"] { background: $line; border: none; min-height: 1px; max-height: 1px; }
""")


def style_sheet(colours: Palette, size: float, icons: Path) -> str:
    """The sheet for a palette; `size` is the body type in points."""
    values = {name: str(value) for name, value in vars(colours).items()}
    return _SHEET.substitute(
        values,
        accent_hover=blend(colours.accent, colours.text, 0.15),
        accent_line=blend(colours.accent_ground, colours.accent, 0.35),
        heading=f"{size * 1.45:.1f}",
        title=f"{size * 1.15:.1f}",
        caption=f"{size * 0.88:.1f}",
        icons=icons.as_posix(),
    )
