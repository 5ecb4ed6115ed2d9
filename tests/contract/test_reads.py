"""What a list's rows are read with is declared for every field of their type."""

import pytest

from deploy.generate.permissions import declared_fields, schema_of
from subgraphs.events.types.activities import ACTIVITY_PROJECTION
from subgraphs.rewards.types.requests import REQUEST_PROJECTION
from subgraphs.rewards.types.wallets import ENTRY_PROJECTION
from subgraphs.runtime.graphql.audit import AUDIT_PROJECTION
from subgraphs.runtime.graphql.projections import Projection
from subgraphs.users.types.notifications import NOTIFICATION_PROJECTION
from subgraphs.users.types.users import USER_PROJECTION

DECLARED = [
    ("users", "User", USER_PROJECTION),
    ("users", "Notification", NOTIFICATION_PROJECTION),
    ("users", "AuditEntry", AUDIT_PROJECTION),
    ("events", "Activity", ACTIVITY_PROJECTION),
    ("events", "AuditEntry", AUDIT_PROJECTION),
    ("rewards", "RewardRequest", REQUEST_PROJECTION),
    ("rewards", "LedgerEntry", ENTRY_PROJECTION),
    ("rewards", "AuditEntry", AUDIT_PROJECTION),
]


@pytest.mark.parametrize(("subgraph", "kind", "reads"), DECLARED)
def test_every_field_says_what_it_is_made_of(subgraph: str, kind: str, reads: Projection) -> None:
    fields = {name for of, name, _ in declared_fields(schema_of(subgraph)) if of == kind}
    assert fields == reads.parts.keys()
