"""What a manifest keeps of a model's own words, so that a run is described before torch is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer import models, paths
from explorer.errors import BadInput
from explorer.models import GenerativeModel
from explorer.runs.manifest import FILE, GroupRecord, Manifest
from explorer.training.events import figure_of
from tests.families import small
from tests.runs.runs_made import begin, go_on, trained

SHIPPED = sorted(path.parent for path in paths.trained().glob(f"*/{FILE}"))


def model_of(manifest: Manifest) -> GenerativeModel:
    image, classes = models.ImageShape(*manifest.image), len(manifest.data.class_names)
    return models.build(manifest.family, manifest.settings, image, classes=classes)


def assert_tells_what_is_declared(manifest: Manifest) -> None:
    model = model_of(manifest)
    assert (manifest.title, manifest.short_title) == (model.title, model.short_title or model.title)
    assert [vars(space) for space in manifest.spaces] == [space._asdict() for space in model.spaces]
    declared = model.parameter_groups() if model.stages else {}
    assert manifest.groups == tuple(
        GroupRecord(name, group.title or name, group.role) for name, group in declared.items()
    )
    for space in model.spaces:
        assert manifest.space(space.name) in manifest.spaces
    noise = model.noise_space
    assert (manifest.noise_space and manifest.noise_space.name) == (noise and noise.name)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_run_that_was_made_before_they_were_written_down_has_them_all_the_same(
    folder: Path, tmp_path: Path
) -> None:
    content = json.loads((folder / FILE).read_text())
    content.pop("groups", None)
    folder = tmp_path / folder.name
    folder.mkdir()
    (folder / FILE).write_text(json.dumps(content))
    assert_tells_what_is_declared(Manifest.read(folder))


@pytest.mark.parametrize("family", models.FAMILIES)
def test_a_new_run_tells_what_its_family_declares(tmp_path: Path, family: str) -> None:
    run = begin(tmp_path / "run", family, **small(family))
    go_on(run, to=1)
    assert json.loads((run.folder / FILE).read_text())["short_title"]
    assert_tells_what_is_declared(Manifest.read(run.folder))


def test_who_judges_and_who_makes_has_curves_of_its_own(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", "gan")
    judge, maker = run.manifest.group("judges"), run.manifest.group("makes")
    assert judge is not None
    assert maker is not None
    last = run.curves()[-1]
    for group in (judge, maker):
        assert {
            figure_of("loss", group.name, alone=False),
            figure_of("gradient", group.name, alone=False),
        } <= set(last)
    assert run.manifest.space("w") is None


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("groups", [{"name": "a", "title": "a", "role": "watches"}], "role must be one of"),
        ("groups", [{"name": "a"}], "title is missing"),
        ("groups", "critic", "groups must be a list"),
        ("short_title", 3, "short_title must be text"),
    ],
)
def test_a_wrong_one_is_named(tmp_path: Path, field: str, value: object, says: str) -> None:
    run = begin(tmp_path / "run")
    content = json.loads((run.folder / FILE).read_text())
    (run.folder / FILE).write_text(json.dumps({**content, field: value}))
    with pytest.raises(BadInput, match=says):
        Manifest.read(run.folder)
