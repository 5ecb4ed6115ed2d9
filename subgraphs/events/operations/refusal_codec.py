"""Refusals of single changes in a bulk call: as they are kept with its key, and as faults of the whole call."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, TypeAlias

from subgraphs.events.model.draft import Path
from subgraphs.events.model.event import EventStatus, Transition
from subgraphs.events.operations.transition_event import IllegalTransition
from subgraphs.runtime.mongo import Document
from subgraphs.runtime.results import NotFound, ValidationFailed, VersionConflict, Violation

Refusal: TypeAlias = ValidationFailed | NotFound | VersionConflict | IllegalTransition
# The kinds as they are stored. Records outlive a rename, so these words never change.
_STORED_KINDS: Final[Mapping[type[Refusal], str]] = {
    ValidationFailed: "Invalid",
    NotFound: "Missing",
    VersionConflict: "Stale",
    IllegalTransition: "NotAllowed",
}


def refusal_document(refusal: Refusal) -> Document:
    """How a refusal is stored."""
    return {"kind": _STORED_KINDS[type(refusal)], **asdict(refusal)}


def to_refusal(document: Mapping[str, Any]) -> Refusal:
    """The refusal that is stored."""
    match document["kind"]:
        case "Invalid":
            found = document["violations"]
            return ValidationFailed(tuple(Violation(tuple(v["path"]), v["code"], v["message"]) for v in found))
        case "Missing":
            return NotFound(document["id"])
        case "Stale":
            return VersionConflict(document["current_version"])
        case "NotAllowed":
            allowed = tuple(Transition(transition) for transition in document["allowed"])
            return IllegalTransition(EventStatus(document["status"]), allowed, tuple(document["locked"]))
    raise ValueError(f"no refusal of kind {document['kind']}")


def as_violations(refusal: Refusal, path: Path) -> tuple[Violation, ...]:
    """What the refusal of one change means for a call that is carried out whole or not at all."""
    match refusal:
        case ValidationFailed():
            return refusal.violations
        case NotFound():
            return (Violation(path, "NOT_FOUND", "there is no such event"),)
        case VersionConflict():
            return (Violation(path, "VERSION_CONFLICT", f"the event is at version {refusal.current_version}"),)
        case IllegalTransition():
            return (Violation(path, "ILLEGAL_TRANSITION", f"an event that is {refusal.status} does not allow this"),)
