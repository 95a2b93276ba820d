"""Which images the next training is to meet: looked at first, then chosen.

Part of the session. Reading is the reader's work, fetching the fetcher's; numpy only.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

from psygnal import Signal

from explorer.data.framing import Framing
from explorer.data.image_set import DataSet
from explorer.data.progress import DownloadProgress, ReadProgress
from explorer.data.sources import catalogue, torchvision_sets
from explorer.errors import BadInput, Failure
from explorer.session.asking.engine import Engine
from explorer.session.asking.question import Question
from explorer.session.asking.requests import Loaded
from explorer.session.data_at_hand import DataAtHand
from explorer.session.message import Refused

EMBEDDED = "mnist"


class NamedSet(NamedTuple):
    """A data set that is known by name."""

    name: str
    title: str
    size: int
    """Bytes to fetch."""
    here: bool
    """It can be read without the network."""


class Missing(NamedTuple):
    """A set with a name that would have to be fetched first."""

    name: str
    title: str
    size: int
    """Bytes to fetch."""
    folder: str


Look = ReadProgress | Loaded | Missing | Refused
Fetch = DownloadProgress | Refused | None


@dataclass(frozen=True, eq=False)
class LookAt:
    """Read a data set in order to look at it: progress, then the set or why not."""

    origin: str
    framing: Framing

    def answer(self, held: dict[str, object]) -> Generator[Look, None, None]:
        try:
            for result in catalogue.reading(self.origin, self.framing):
                yield Loaded(result, result.fingerprint()) if isinstance(result, DataSet) else result
        except catalogue.NotDownloaded as missing:
            yield Missing(missing.name, missing.title, missing.size, str(missing.folder))
        except (BadInput, Failure) as error:
            yield Refused(str(error))
        except MemoryError:
            yield Refused(f"There is too little memory for {self.origin}; choose a smaller side.")


@dataclass(frozen=True, eq=False)
class Download:
    """Fetch a set with a name; leaving it half-way is cancelling."""

    name: str

    def answer(self, held: dict[str, object]) -> Generator[Fetch, None, None]:
        try:
            yield from catalogue.download(self.name)
            yield None
        except (BadInput, Failure) as error:
            yield Refused(str(error))


class DataChoice:
    """The data set that is being looked at, and the one that was chosen."""

    changed = Signal()
    """What is being looked at has changed."""
    chosen = Signal()

    def __init__(self, reader: Engine, fetcher: Engine, at_hand: DataAtHand) -> None:
        self._at_hand = at_hand
        self.origin = EMBEDDED
        self.framing = Framing()
        """How the chosen images are framed."""
        self.asked = Framing()
        """How they were asked to be: a side that was left open stays open."""
        self.title = "MNIST"
        self.data: DataSet | None = None
        """The chosen set, where it has been looked at: it needn't be read again."""
        self.wanted: tuple[str, Framing] = (EMBEDDED, Framing())
        """What is being looked at; `looked`, `missing` or `fault` will be the answer."""
        self.looked: DataSet | None = None
        self.missing: Missing | None = None
        self.fault: str | None = None
        self.progress: ReadProgress | DownloadProgress | None = None
        self._look: Question[Look] = Question(reader, self._on_look, missed=self._missed)
        self._download: Question[Fetch] = Question(fetcher, self._on_download, missed=self._missed)

    def named_sets(self) -> tuple[NamedSet, ...]:
        """The sets that are known by name, with whether they are on this computer."""
        fetched = [NamedSet(name, known.title, known.size, catalogue.is_here(name))
                   for name, known in torchvision_sets.KNOWN.items()]  # fmt: skip
        return (NamedSet(EMBEDDED, "MNIST", 0, True), *fetched)

    # Intents

    def look(self, origin: str, framing: Framing) -> None:
        """Read a data set by its name or path, to show what is in it."""
        self._download.forget()
        self.wanted = (origin, framing)
        self._now(progress=ReadProgress("Reading", 0))
        self._look.ask(LookAt(origin, framing))

    def refuse(self, sentence: str) -> None:
        """What was filled in can't be looked at."""
        self._look.forget()
        self._now(fault=sentence)

    def download(self) -> None:
        """Fetch the set that is missing; it is looked at as soon as it is here."""
        if self.missing is not None:
            missing = self.missing
            self._now(progress=DownloadProgress(missing.title, 0, missing.size))
            self._download.ask(Download(missing.name))

    def cancel(self) -> None:
        """Leave off reading or fetching; what was fetched is kept for the next try."""
        self.leave()
        self._now(fault="Stopped; choose again to go on.")

    def leave(self) -> None:
        """Nobody looks any more."""
        self._look.forget()
        self._download.forget()
        self._now()

    def choose(self) -> None:
        """Take the set that was looked at for the next training."""
        if (data := self.looked) is not None:
            self.data, self.origin, self.framing, self.title = data, data.origin, data.framing, data.title
            self.asked = self.wanted[1]
            self.chosen()

    # Results

    def _now(
        self,
        looked: DataSet | None = None,
        missing: Missing | None = None,
        fault: str | None = None,
        progress: ReadProgress | DownloadProgress | None = None,
    ) -> None:
        self.looked, self.missing, self.fault, self.progress = looked, missing, fault, progress
        self.changed()

    def _on_look(self, result: Look) -> None:
        match result:
            case ReadProgress():
                self._now(progress=result)
            case Loaded():
                self._at_hand.add(result.fingerprint, result.data)
                self._now(looked=result.data)
            case Missing():
                self._now(missing=result)
            case Refused():
                self._now(fault=result.sentence)

    def _on_download(self, result: Fetch) -> None:
        if isinstance(result, DownloadProgress):
            self._now(progress=result)
        elif isinstance(result, Refused):
            self._now(fault=result.sentence)
        else:
            self.look(*self.wanted)

    def _missed(self) -> None:
        """A defect, which the message bar tells: nobody waits for an answer any more."""
        self._now(fault="These images could not be read; choose others, or try again.")
