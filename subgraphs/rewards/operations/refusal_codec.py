"""Refusals of single requests in a call that decides many: as they are kept with its key, and as faults of the call."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final, TypeAlias

from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.operations.claim.results import OutOfStock
from subgraphs.rewards.operations.transition_results import IllegalStep, OwnRequest
from subgraphs.runtime.mongo import Document
from subgraphs.runtime.results import NotFound, Violation

Refusal: TypeAlias = NotFound | IllegalStep | OwnRequest | OutOfStock
# The kinds as they are stored. Records outlive a rename, so these words never change.
_STORED_KINDS: Final[Mapping[type[Refusal], str]] = {
    NotFound: "Missing",
    IllegalStep: "NotAllowed",
    OwnRequest: "OwnRequest",
    OutOfStock: "NoStock",
}


def refusal_document(refusal: Refusal) -> Document:
    """How a refusal is stored."""
    return {"kind": _STORED_KINDS[type(refusal)], **asdict(refusal)}


def to_refusal(document: Mapping[str, Any]) -> Refusal:
    """The refusal that is stored."""
    match document["kind"]:
        case "Missing":
            return NotFound(document["id"])
        case "NotAllowed":
            return IllegalStep(RequestStatus(document["status"]))
        case "OwnRequest":
            return OwnRequest()
        case "NoStock":
            return OutOfStock()
    raise ValueError(f"no refusal of kind {document['kind']}")


def as_violation(refusal: Refusal, index: int) -> Violation:
    """What the refusal of one request means for a call that is carried out whole or not at all."""
    path = ("input", "requestIds", str(index))
    match refusal:
        case NotFound():
            return Violation(path, "NOT_FOUND", "there is no such request")
        case IllegalStep():
            return Violation(path, "ILLEGAL_STEP", f"a request that is {refusal.status} does not allow this")
        case OwnRequest():
            return Violation(path, "OWN_REQUEST", "nobody decides a request of their own")
        case OutOfStock():
            return Violation(path, "OUT_OF_STOCK", "the pool has no code for it")
