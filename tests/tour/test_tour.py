"""The tour: real window, real gestures, a picture of each step, and an honest answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer import tour
from explorer.errors import BadInput
from explorer.guide.lesson import read_lesson
from explorer.tour.performance import SIZE, perform

LESSON = """
title = "Short"
model = "vae-mnist-2d"
[[steps]]
name = "Open."
sentences = ["A map."]
facts = [{ check = "model_open", name = "vae-mnist-2d" }, { check = "model_decodes" }]
[[steps]]
name = "Press and drag."
sentences = ["From 0 to 1."]
gestures = [{ do = "drag", along = [{ class = "0" }, { class = "1" }] }]
facts = [{ check = "cursor_moved", sd = 0.5 }, { check = "picture_changed", times = 2 }]
[[steps]]
name = "A slider."
sentences = ["The first."]
gestures = [{ do = "slide", place = "sliders", dimension = 1, to = 1.5 }]
facts = [{ check = "number_moved" }]
[[steps]]
name = "A to B."
sentences = ["Two keys."]
gestures = [
  { do = "key", key = "A", at = { class = "4" } },
  { do = "key", key = "B", at = { class = "0" } },
  { do = "wait", until = { check = "strip_complete" } },
  { do = "slide", place = "strip.line", to = 0.6 },
]
facts = [{ check = "strip_complete" }, { check = "handle_moved" }]
[[steps]]
name = "Draw."
sentences = ["A one."]
gestures = [{ do = "draw", place = "drawing.canvas", strokes = [[[0.5, 0.2], [0.5, 0.8]]] }]
facts = [{ check = "drawing_landed" }]
[[steps]]
name = "What does not come true."
sentences = ["Nobody trains."]
seconds = 1
facts = [{ check = "training_finished" }]
"""


def test_a_short_lesson(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "short.toml"
    path.write_text(LESSON, encoding="utf-8")
    assert not perform([read_lesson(path)], tmp_path)
    records = json.loads((tmp_path / "tour.json").read_text(encoding="utf-8"))
    names = [record["name"] for record in records]
    assert names == ["Open", "Press and drag", "A slider", "A to B", "Draw", "What does not come true"]
    for number, record in enumerate(records, 1):
        assert set(record) == {"name", "picture", "facts"}
        assert record["picture"].startswith(f"{number:02d}-")
        with Image.open(tmp_path / record["picture"]) as picture:
            assert picture.size == SIZE
        for fact in record["facts"]:
            assert fact["holds"] is (number < len(records)), fact["text"]


def test_an_unknown_lesson_is_refused_before_any_window(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no lesson 'nope'; there are: .*a-map-of-handwriting"):
        tour.main(["nope", "--out", str(tmp_path)])


def test_without_a_folder_it_says_so() -> None:
    with pytest.raises(BadInput, match="--out"):
        tour.main([])


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="can't be made"):
        tour.main(["--out", str(tmp_path / "file" / "pictures")])


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_lesson(qtbot: QtBot, tmp_path: Path) -> None:
    assert tour.main(["--out", str(tmp_path)]) == 0
