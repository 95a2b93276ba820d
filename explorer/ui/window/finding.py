"""What the palette can find: commands, models, projections, data sets, settings, images by their number.

Each finder is a few lines on the session and the window. Imports Qt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QComboBox, QListWidget, QWidget

from explorer.session.maps.projecting import HELP, TITLES
from explorer.session.session import Session
from explorer.ui.look import wording
from explorer.ui.look.forms import label_of
from explorer.ui.window.command_palette import Find, Finder, plain
from explorer.ui.window.main_window import MainWindow

SET = Qt.ItemDataRole.UserRole
"""Where the list of data sets keeps their names."""


def finders(window: MainWindow, session: Session) -> list[Finder]:
    """All of them, for one opening of the palette: what takes long to gather is gathered once."""
    return [
        partial(commands, list(window.actions_by_name.values())),
        partial(images, session),
        partial(_when_typed, partial(models, session)),
        partial(_when_typed, partial(cards, session)),
        partial(_when_typed, cache(partial(projections, session))),
        partial(_when_typed, cache(partial(data_sets, window, session))),
        partial(_when_typed, cache(partial(settings, window, session))),
    ]


def _when_typed(finder: Finder, text: str) -> Sequence[Find]:
    """The long lists stay out of the way until somebody looks for something."""
    return finder("") if text.strip() else ()


def commands(actions: Sequence[QAction], text: str) -> list[Find]:
    """Commands, docks, workspaces and lessons: every action of the menus."""
    native = QKeySequence.SequenceFormat.NativeText
    return [
        Find(
            plain(action),
            str(action.property("kind") or "Command"),
            action.shortcut().toString(native) or action.statusTip(),
            action.trigger,
            action.isEnabled(),
        )
        for action in actions
    ]


def images(session: Session, text: str) -> list[Find]:
    """The image with the number that was typed, as in `image 7982`."""
    typed = re.fullmatch(r"\D*?(\d[\d,]*)\s*", text)
    model = session.main.model
    if typed is None or model is None or model.embedding is None:
        return []
    number, count = int(typed.group(1).replace(",", "")), len(model.embedding)
    if number >= count:
        words = f"there are {count:,}, from 0 on"
        return [Find(f"image {number:,}", "Image", words, partial(session.say, words), False)]
    title = wording.item_title(model, number)
    return [Find(title, "Image", f"image {number}", partial(session.main.select, number))]


def models(session: Session, text: str) -> list[Find]:
    """Models of the library, as it was read last."""
    shelf, found = session.shelf, []
    for card in shelf.cards or ():
        entry, known = card.entry, card.entry.manifest
        fault = None if shelf.is_learning(card) else card.fault
        hint = fault or ""
        if known is not None and not hint:
            hint = f"{known.title or known.family}, {known.data.title}"
            hint += "" if card.status == "finished" else f", {card.status}"
        run = partial(session.open, entry.folder)
        found.append(Find(entry.name, "Model", hint, run, fault is None))
    return found


def cards(session: Session, text: str) -> list[Find]:
    """What each model of the library is made of and how good it is."""
    return [
        Find(
            f"Card of {card.entry.name}",
            "Card",
            "what it is made of and how good it is",
            partial(session.model_cards.show, card.entry.run),
        )
        for card in session.shelf.cards or ()
        if card.entry.run is not None and card.fault is None
    ]


def projections(session: Session, text: str) -> list[Find]:
    """Ways to draw the maps."""
    where = {session.main: "Projection", session.beside: "Projection of the map on the left"}
    return [
        Find(TITLES[kind], words, HELP[kind], partial(side.projecting.choose, kind), side.model is not None)
        for side, words in where.items()
        if side is session.main or side.present
        for kind in TITLES
    ]


def data_sets(window: MainWindow, session: Session, text: str) -> list[Find]:
    """Images to train on that are known by name."""
    return [
        Find(
            one.title,
            "Data set",
            "on this computer" if one.here else f"{one.size / 1e6:.0f} MB to fetch, after asking",
            partial(_look_at, window, one.name),
        )
        for one in session.data_choice.named_sets()
    ]


def _look_at(window: MainWindow, name: str) -> None:
    window.bring("training")
    window.training.choose_data()
    sets = window.findChild(QListWidget, "data.sets")
    rows = [] if sets is None else [sets.item(row) for row in range(sets.count())]
    for item in rows:
        if item.data(SET) == name:
            item.listWidget().setCurrentItem(item)


def settings(window: MainWindow, session: Session, text: str) -> list[Find]:
    """Settings of what can be trained, each once, with the families that have it."""
    families: dict[str, list[int]] = {}
    for number, family in enumerate(session.training.families):
        for knob in family.knobs:
            families.setdefault(knob.name, []).append(number)
    known = session.training.families
    helps = {knob.name: knob.help for family in known for knob in family.knobs}
    return [
        Find(label_of(name), "Setting", helps[name], partial(_go_to_setting, window, name, having))
        for name, having in families.items()
    ]


def _go_to_setting(window: MainWindow, name: str, having: Sequence[int]) -> None:
    """Bring the field of a setting, of another kind of model where the chosen one has none."""
    window.bring("training")
    box = window.training.findChild(QComboBox, "training.family")
    if box is not None and box.currentIndex() not in having:
        box.setCurrentIndex(having[0])
    field = window.training.findChild(QWidget, f"training.knob.{name}")
    more = window.training.findChild(QAbstractButton, "training.more")
    if field is not None:
        if more is not None and not field.isVisibleTo(window.training):
            more.setChecked(True)
        field.setFocus()
