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


@strawberry.type(description="All changes that can be made.")
class Mutation:
    claim_reward = strawberry.mutation(
        resolver=claim_reward,
        description=(
            "Claims an offer for the signed-in user. One key makes at most one request, for ever: sent "
            "again, it answers with that request as it now is. A refusal is not remembered."
        ),
        permission_classes=[UserOnly],
    )
    cancel_request = strawberry.mutation(
        resolver=cancel_request,
        description="Cancels a request of the signed-in user while it is PENDING.",
        permission_classes=[UserOnly],
    )
    decide_requests = strawberry.mutation(
        resolver=decide_requests,
        description=(
            "For operators and admins: approves or rejects PENDING requests, once for a key. Nobody "
            "decides a request of their own."
        ),
        permission_classes=[Operators],
    )
    reverse_request = strawberry.mutation(
        resolver=reverse_request,
        description="For operators and admins: takes back what a request brought, for good, once for a key.",
        permission_classes=[Operators],
    )
    retry_delivery = strawberry.mutation(
        resolver=retry_delivery,
        description="For operators and admins: delivers the items of a FAILED request again.",
        permission_classes=[Operators],
    )
    adjust_points = strawberry.mutation(
        resolver=adjust_points,
        description="For admins: adds points to a wallet or takes some, once for a key.",
        permission_classes=[Admins],
    )
    spend_points = strawberry.mutation(
        resolver=spend_points,
        description=("For trusted services: spends points of a wallet, those first that expire first, once for a key."),
        permission_classes=[Services],
    )
    create_reward = strawberry.mutation(
        resolver=create_reward,
        description="For operators and admins: creates a reward, once for a key.",
        permission_classes=[Operators],
    )
    update_reward = strawberry.mutation(
        resolver=update_reward,
        description=("For operators and admins: changes the words and the image of a reward; what it is worth stays."),
        permission_classes=[Operators],
    )
    add_coupon_codes = strawberry.mutation(
        resolver=add_coupon_codes,
        description=("For operators and admins: fills a coupon's pool, once for a key. All codes are added or none."),
        permission_classes=[Operators],
    )
    create_offer = strawberry.mutation(
        resolver=create_offer,
        description="For operators and admins: offers a reward in an event, once for a key.",
        permission_classes=[Operators],
    )
    update_offer = strawberry.mutation(
        resolver=update_offer,
        description="For operators and admins: changes an offer, its stock and its budget.",
        permission_classes=[Operators],
    )
