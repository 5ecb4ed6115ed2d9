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
    """All changes that can be made."""

    claim_reward = strawberry.mutation(resolver=claim_reward, permission_classes=[UserOnly])
    cancel_request = strawberry.mutation(resolver=cancel_request, permission_classes=[UserOnly])
    decide_requests = strawberry.mutation(resolver=decide_requests, permission_classes=[Operators])
    reverse_request = strawberry.mutation(resolver=reverse_request, permission_classes=[Operators])
    retry_delivery = strawberry.mutation(resolver=retry_delivery, permission_classes=[Operators])
    adjust_points = strawberry.mutation(resolver=adjust_points, permission_classes=[Admins])
    spend_points = strawberry.mutation(resolver=spend_points, permission_classes=[Services])
    create_reward = strawberry.mutation(resolver=create_reward, permission_classes=[Operators])
    update_reward = strawberry.mutation(resolver=update_reward, permission_classes=[Operators])
    add_coupon_codes = strawberry.mutation(resolver=add_coupon_codes, permission_classes=[Operators])
    create_offer = strawberry.mutation(resolver=create_offer, permission_classes=[Operators])
    update_offer = strawberry.mutation(resolver=update_offer, permission_classes=[Operators])
