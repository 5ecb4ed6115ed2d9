"""Events' schema: its queries, mutations and types."""

from subgraphs.events.mutations import Mutation
from subgraphs.events.queries import Query
from subgraphs.events.types.events import Event, User
from subgraphs.events.types.rules import (
    AllOf,
    AnyOf,
    CountCondition,
    NoneOf,
    ProfileCondition,
    StreakCondition,
    SumCondition,
)
from subgraphs.runtime.graphql.refusals import TryAgain
from subgraphs.runtime.graphql.schema import build_schema

schema = build_schema(
    query=Query,
    mutation=Mutation,
    types=[
        Event,
        User,
        AllOf,
        AnyOf,
        NoneOf,
        CountCondition,
        StreakCondition,
        SumCondition,
        ProfileCondition,
        TryAgain,
    ],
)
