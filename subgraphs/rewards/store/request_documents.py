"""How requests are stored, and read back whole or in part."""

from collections.abc import Mapping
from typing import Any, Final

from subgraphs.rewards.model.request import Delivery, RequestStep, RewardRequest
from subgraphs.rewards.model.request_status import RequestStatus
from subgraphs.rewards.store.grants import grant_document, to_grant
from subgraphs.runtime.clock import LONG_AGO
from subgraphs.runtime.mongo import Document
from subgraphs.runtime.pagination.queries import partial_rows


def request_document(request: RewardRequest) -> Document:
    """How a request is stored."""
    delivery = request.delivery
    return {
        "_id": request.id,
        "userId": request.user_id,
        "offerId": request.offer_id,
        "eventId": request.event_id,
        "rewardId": request.reward_id,
        "idempotencyKey": request.idempotency_key,
        "period": request.period,
        "slot": request.slot,
        "live": request.is_live,
        "status": request.status.value,
        "createdAt": request.created_at,
        "decidedAt": request.decided_at,
        "grant": grant_document(request.grant),
        "history": [
            {
                "at": step.at,
                "from": None if step.source is None else step.source.value,
                "to": step.target.value,
                "actorId": step.actor_id,
                "reason": step.reason,
            }
            for step in request.history
        ],
        "version": request.version,
        "expiresAt": request.expires_at,
        "delivering": delivery is not None,
        "deliverAt": None if delivery is None else delivery.due_at,
        "deliveryTries": None if delivery is None else delivery.tries,
    }


def to_request(document: Mapping[str, Any]) -> RewardRequest:
    """The request that is stored."""
    return RewardRequest(
        id=document["_id"],
        user_id=document["userId"],
        offer_id=document["offerId"],
        event_id=document["eventId"],
        reward_id=document["rewardId"],
        idempotency_key=document["idempotencyKey"],
        period=document["period"],
        slot=document["slot"],
        status=RequestStatus(document["status"]),
        created_at=document["createdAt"],
        decided_at=document["decidedAt"],
        grant=to_grant(document["grant"]),
        history=tuple(
            RequestStep(
                step["at"],
                None if step["from"] is None else RequestStatus(step["from"]),
                RequestStatus(step["to"]),
                step["actorId"],
                step["reason"],
            )
            for step in document["history"]
        ),
        version=document["version"],
        expires_at=document["expiresAt"],
        delivery=Delivery(document["deliveryTries"], document["deliverAt"]) if document["delivering"] else None,
    )


_BLANK: Final = request_document(
    RewardRequest("", "", "", "", "", "", "", 0, RequestStatus.PENDING, LONG_AGO, None, None, (), 0)
)


# A request of which only some fields were read.
partial_request: Final = partial_rows(to_request, _BLANK)
