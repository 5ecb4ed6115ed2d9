"""Whatever a caller of any kind sends, nothing breaks: no server error, no INTERNAL, no null where none may be.

The suite sends a few operations a field; `make fuzz` sends hundreds. What is sent is the same each time.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Set

import graphql
import structlog
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from deploy.generate.permissions import Caller, schema_of
from deploy.local.seed.demo import seed_demo
from deploy.local.seed.places import Databases
from subgraphs.runtime.error_codes import (
    BAD_USER_INPUT,
    FORBIDDEN,
    GRAPHQL_VALIDATION_FAILED,
    QUERY_TOO_COMPLEX,
    UNAUTHENTICATED,
)
from subgraphs.runtime.mongo import Mongo
from tests.fixtures.client import Answer, GraphQLClient, InProcess
from tests.fixtures.clock import FrozenClock
from tests.fixtures.issuer import Issuer
from tests.fuzz.generated import Known, Operations

# Operations a field, shared by the callers: one each unless said.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
# What a field may be refused with, and what a whole operation.
OF_A_FIELD = {UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT}
OF_A_WHOLE = {BAD_USER_INPUT, GRAPHQL_VALIDATION_FAILED, QUERY_TOO_COMPLEX}
DEMO = {
    Caller.ANONYMOUS: None,
    Caller.SELF: "krdemo0000000000000000",
    Caller.OPERATOR: "krdemo0000000000000001",
    Caller.AUDITOR: "krdemo0000000000000002",
    Caller.ADMIN: "krdemo0000000000000003",
}
SECONDS = max(300, EXAMPLES * 20)


class Fuzz:
    """Sends what is generated, and keeps what each answer came to."""

    def __init__(
        self,
        send: GraphQLClient,
        operations: Operations,
        tokens: Mapping[Caller, str | None],
        *,
        of_a_field: Set[str] = OF_A_FIELD,
    ) -> None:
        self._send = send
        self._of_a_field = of_a_field
        self._operations = operations
        self._tokens = tokens
        self._loop = asyncio.get_running_loop()
        self.told: Counter[str] = Counter()

    async def run(self, examples: int) -> None:
        """All fields, as each caller."""
        each = -(-examples // len(self._tokens))
        await asyncio.to_thread(self._all, each)

    def check_depth(self) -> None:
        """Fails when nearly everything was refused: then little was tried."""
        print(dict(self.told))
        assert self.told["found"] > self.told.total() / 5, self.told

    def _all(self, each: int) -> None:
        for name in self._operations.fields():
            operations = self._operations.asking(name)
            for caller in self._tokens:
                self._some(name, caller, operations, each)

    def _some(self, name: str, caller: Caller, operations: st.SearchStrategy[str], most: int) -> None:
        # What was changed stays so: a smaller example would meet other data.
        @settings(
            max_examples=most,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operations)
        def sent(query: str) -> None:
            asked = self._send(query, token=self._tokens[caller])
            answer = asyncio.run_coroutine_threadsafe(asked, self._loop).result()
            faults = faults_of(answer, self._of_a_field)
            assert faults == [], f"{name} as {caller}: {faults}\n{query}"
            self._operations.known.learn(answer.partial)
            found = (answer.partial or {}).get(name) is not None
            self.told.update(answer.codes[:1] or ["found" if found else "nothing"])

        sent()


def faults_of(answer: Answer, of_a_field: Set[str]) -> list[str]:
    """What of an answer no client may cause."""
    faults = [f"status {answer.status}"] if answer.status >= 500 else []
    for error in answer.errors:
        code = error.get("extensions", {}).get("code")
        if code not in (of_a_field if error.get("path") else OF_A_WHOLE):
            faults.append(json.dumps(error))
    # The router's word for a null of a subgraph that may not be one.
    if "valueCompletion" in answer.body.get("extensions", {}):
        faults.append(json.dumps(answer.body["extensions"]))
    return faults


async def known_of(mongo: Mongo) -> Known:
    """Ids of what is in the database."""
    known = Known()
    for name in ("users", "events", "rewards", "offers", "requests"):
        rows = await mongo.write[name].find({}, {"_id": 1}).sort("_id").limit(12).to_list(None)
        known.ids += [str(row["_id"]) for row in rows]
    return known


def tokens_of(sign: Callable[..., str], service_token: str) -> dict[Caller, str | None]:
    """Everybody's token; `sign` makes one of a user's id and roles."""
    roles = {caller: [caller.value] for caller in Caller if caller.value.isupper()}
    users = {caller: user and sign(user, *roles.get(caller, ())) for caller, user in DEMO.items()}
    return {**users, Caller.SERVICE: service_token}


async def fuzz_subgraph(name: str, running: InProcess, mongo: Mongo, clock: FrozenClock, issuer: Issuer) -> None:
    """All fields of a subgraph with the demonstration's data, as every caller."""
    await seed_demo(Databases(mongo.write, mongo.write, mongo.write), clock.now())
    sdl = graphql.print_schema(schema_of(name)._schema)
    tokens = tokens_of(issuer.token, issuer.service_token())
    fuzz = Fuzz(running.graphql, Operations.of(sdl, await known_of(mongo)), tokens)
    with structlog.testing.capture_logs() as lines:
        await fuzz.run(EXAMPLES)
    assert [line for line in lines if line["log_level"] in ("error", "critical")] == []
    fuzz.check_depth()
