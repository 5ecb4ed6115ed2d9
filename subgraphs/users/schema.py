"""Users' schema: its queries, mutations and types."""

from subgraphs.runtime.graphql.schema import build_schema
from subgraphs.users.mutations import Mutation
from subgraphs.users.queries import Query
from subgraphs.users.types.notifications import Event, RewardRequest
from subgraphs.users.types.users import User

schema = build_schema(query=Query, mutation=Mutation, types=[User, Event, RewardRequest])
