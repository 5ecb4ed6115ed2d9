"""Refusals kept under idempotency keys are read and written in the words of version 0.1.0, whatever the code calls them."""

from typing import Any

import pytest

from subgraphs.events.model.event import EventStatus, Transition
from subgraphs.events.operations import refusal_codec as events_codec
from subgraphs.events.operations.transition_event import IllegalTransition
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.operations import refusal_codec as rewards_codec
from subgraphs.rewards.operations.claim.results import OutOfStock
from subgraphs.rewards.operations.transition_results import IllegalStep, OwnRequest
from subgraphs.runtime.results import NotFound, ValidationFailed, VersionConflict, Violation

OF_EVENTS: list[tuple[events_codec.Refusal, str]] = [
    (ValidationFailed((Violation(("input", "name"), "NAME", "a name has 1 to 120 printable characters"),)), "Invalid"),
    (NotFound("ev1"), "Missing"),
    (VersionConflict(3), "Stale"),
    (IllegalTransition(EventStatus.ENDED, (Transition.ARCHIVE,), ("endsAt",)), "NotAllowed"),
]
OF_REWARDS: list[tuple[rewards_codec.Refusal, str]] = [
    (NotFound("kr1.abc"), "Missing"),
    (IllegalStep(RequestStatus.FULFILLED), "NotAllowed"),
    (OwnRequest(), "OwnRequest"),
    (OutOfStock(), "NoStock"),
]


@pytest.mark.parametrize(("refusal", "kind"), OF_EVENTS)
def test_a_refused_change_is_stored_as_before(refusal: events_codec.Refusal, kind: str) -> None:
    document: dict[str, Any] = events_codec.refusal_document(refusal)
    assert document["kind"] == kind
    assert events_codec.to_refusal(document) == refusal


@pytest.mark.parametrize(("refusal", "kind"), OF_REWARDS)
def test_a_refused_decision_is_stored_as_before(refusal: rewards_codec.Refusal, kind: str) -> None:
    document: dict[str, Any] = rewards_codec.refusal_document(refusal)
    assert document["kind"] == kind
    assert rewards_codec.to_refusal(document) == refusal
