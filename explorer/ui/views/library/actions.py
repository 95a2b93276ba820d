"""What can be done with a model of the library, and why not now. Part of the library view; no Qt."""

from __future__ import annotations

from explorer.session.shelf import Card, Shelf

CHOOSE = "Choose a model in the list first."
SHIPPED = "It ships with Latent Explorer and stays as it is."
ACTIONS = {
    "open": ("Open", "Put the chosen model on the map (Enter or double click)"),
    "card": ("Card", "What the model is made of, of what it learned, and how good it is"),
    "resume": ("Go on", "Train a stopped model on, from where it was"),
    "rename": ("Rename", "Give an own model another name (F2)"),
    "trash": ("Delete", "Move an own model to the trash (asks first)"),
    "folder": ("Show folder", "Show the model's folder in the file manager"),
    "add": ("Add a model …", "Copy a model's folder into the library; dropping it here does the same"),
}
"""By name: the words on it, and what it does."""


def refusal(name: str, card: Card | None, shelf: Shelf) -> str | None:
    """Why an action does not apply to the chosen model; None where it does."""
    if name == "add":
        return None
    if card is None:
        return CHOOSE
    if name == "card" and shelf.is_learning(card):
        return None
    if name in ("open", "card"):
        unready = "It has no weights yet; wait for its training."
        ready = card.entry.manifest is not None and bool(card.entry.manifest.files)
        return card.fault or (None if ready or shelf.is_learning(card) else unready)
    if name == "resume":
        return shelf.resume_refusal(card)
    if name in ("rename", "trash"):
        if card.entry.shipped:
            return SHIPPED
        return "It is being trained; stop that first." if card.status == "training" else None
    return None
