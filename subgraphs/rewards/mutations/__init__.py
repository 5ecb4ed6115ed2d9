"""The mutations of rewards, one file each, and the type that lists them."""

import strawberry

from subgraphs.rewards.mutations.add_coupon_codes import add_coupon_codes
from subgraphs.rewards.mutations.adjust_points import adjust_points
from subgraphs.rewards.mutations.cancel_request import cancel_request
from subgraphs.rewards.mutations.claim_reward import claim_reward
from subgraphs.rewards.mutations.create_offer import create_offer
from subgraphs.rewards.mutations.create_reward import create_reward
from subgraphs.rewards.mutations.decide_requests import decide_requests
from subgraphs.rewards.mutations.retry_delivery import retry_delivery
from subgraphs.rewards.mutations.reverse_request import reverse_request
from subgraphs.rewards.mutations.spend_points import spend_points
from subgraphs.rewards.mutations.update_offer import update_offer
from subgraphs.rewards.mutations.update_reward import update_reward
from subgraphs.runtime.graphql.permissions import Admins, Operators, Services, UserOnly


@strawberry.type
class Mutation:
    claim_reward = strawberry.mutation(
        resolver=claim_reward,
        description=(
            "For oneself. One `idempotencyKey` (1 to 128 characters) makes at most one request, "
            "for ever: repeated, it answers with that request as it now is. A refusal is not remembered."
        ),
        permission_classes=[UserOnly],
    )
    cancel_request = strawberry.mutation(
        resolver=cancel_request,
        description="One's own request, while it is PENDING.",
        permission_classes=[UserOnly],
    )
    decide_requests = strawberry.mutation(
        resolver=decide_requests,
        description="Operators and admins; nobody decides a request of their own.",
        permission_classes=[Operators],
    )
    reverse_request = strawberry.mutation(
        resolver=reverse_request,
        description="Operators and admins.",
        permission_classes=[Operators],
    )
    retry_delivery = strawberry.mutation(
        resolver=retry_delivery,
        description="Operators and admins. A FAILED request is tried again.",
        permission_classes=[Operators],
    )
    adjust_points = strawberry.mutation(
        resolver=adjust_points,
        description="Admins only.",
        permission_classes=[Admins],
    )
    spend_points = strawberry.mutation(
        resolver=spend_points,
        description="Trusted services only.",
        permission_classes=[Services],
    )
    create_reward = strawberry.mutation(
        resolver=create_reward,
        description="Operators and admins.",
        permission_classes=[Operators],
    )
    update_reward = strawberry.mutation(
        resolver=update_reward,
        description="Operators and admins.",
        permission_classes=[Operators],
    )
    add_coupon_codes = strawberry.mutation(
        resolver=add_coupon_codes,
        description="Operators and admins.",
        permission_classes=[Operators],
    )
    create_offer = strawberry.mutation(
        resolver=create_offer,
        description="Operators and admins.",
        permission_classes=[Operators],
    )
    update_offer = strawberry.mutation(
        resolver=update_offer,
        description="Operators and admins.",
        permission_classes=[Operators],
    )
