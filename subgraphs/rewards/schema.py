"""Rewards' schema: its queries, mutations and types."""

from subgraphs.rewards.mutations import Mutation
from subgraphs.rewards.queries import Query
from subgraphs.rewards.types.grants import BadgeGrant, CouponGrant, ItemGrant, PointGrant
from subgraphs.rewards.types.offers import Event, RewardOffer
from subgraphs.rewards.types.requests import RewardRequest
from subgraphs.rewards.types.rewards import BadgeReward, CouponReward, ItemReward, PointReward
from subgraphs.rewards.types.users import User
from subgraphs.runtime.graphql.schema import build_schema

schema = build_schema(
    query=Query,
    mutation=Mutation,
    types=[
        Event,
        User,
        RewardOffer,
        RewardRequest,
        PointReward,
        ItemReward,
        CouponReward,
        BadgeReward,
        PointGrant,
        ItemGrant,
        CouponGrant,
        BadgeGrant,
    ],
)
