"""How what a request brought is stored with it: by kind."""

from collections.abc import Mapping
from typing import Any

from subgraphs.rewards.model.grant import BadgeGrant, CouponGrant, Grant, ItemGrant, PointGrant
from subgraphs.runtime.mongo import Document


def grant_document(grant: Grant | None) -> Document | None:
    """How a grant is stored."""
    match grant:
        case None:
            return None
        case PointGrant():
            return {"kind": "POINTS", "points": grant.points, "expiresAt": grant.expires_at}
        case ItemGrant():
            return {
                "kind": "ITEM",
                "sku": grant.sku,
                "quantity": grant.quantity,
                "deliveredAt": grant.delivered_at,
            }
        case CouponGrant():
            return {"kind": "COUPON", "code": grant.code}
        case BadgeGrant():
            return {"kind": "BADGE", "imageUrl": grant.image_url}


def to_grant(document: Mapping[str, Any] | None) -> Grant | None:
    """The grant that is stored."""
    if document is None:
        return None
    match document["kind"]:
        case "POINTS":
            return PointGrant(document["points"], document["expiresAt"])
        case "ITEM":
            return ItemGrant(document["sku"], document["quantity"], document["deliveredAt"])
        case "COUPON":
            return CouponGrant(document["code"])
        case "BADGE":
            return BadgeGrant(document["imageUrl"])
    raise ValueError(f"no grant of kind {document['kind']}")
