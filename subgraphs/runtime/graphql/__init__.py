"""GraphQL in and out, for every subgraph alike: scalars, shared types, permissions, entities, the HTTP view."""
