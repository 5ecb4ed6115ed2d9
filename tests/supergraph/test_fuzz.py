"""The supergraph under operations that nobody thought of."""

import graphql
import pytest

from deploy.generate.permissions import Caller
from deploy.generate.schema import SUBGRAPHS
from tests.fixtures.graph import Graph
from tests.fixtures.members import schema
from tests.fuzz.callers import DEMO, EXAMPLES, OF_A_FIELD, OF_A_WHOLE, SECONDS, Fuzz, tokens_of
from tests.fuzz.generated import Known, Operations

FIRST = ("{ events { edges { cursor node { id } } } }", "{ rewards { edges { cursor node { id } } } }")


@pytest.mark.fuzz
@pytest.mark.timeout(SECONDS)
async def test_no_caller_breaks_the_supergraph(graph: Graph) -> None:
    tokens = tokens_of(graph.token, graph.stack.service_token)
    known = Known(ids=[user for user in DEMO.values() if user])
    for query in FIRST:
        known.learn((await graph(query, token=tokens[Caller.OPERATOR])).data)
    written = {name: len(graph.stack.log(name)) for name in (*SUBGRAPHS, "router")}
    operations = Operations.of(graphql.print_schema(schema()), known)
    # What a subgraph refuses as a whole is told at the fields that are missing for it.
    fuzz = Fuzz(graph, operations, tokens, of_a_field=OF_A_FIELD | OF_A_WHOLE)
    await fuzz.run(EXAMPLES)
    for name, length in written.items():
        lines = graph.stack.log(name)[length:].splitlines()
        assert [line for line in lines if '"error"' in line.lower()] == [], name
    fuzz.check_depth()
