"""What a list's rows are read with is declared for every field of their type."""

import pytest

from deploy.permissions import declared_fields, schema_of
from subgraphs.events.types.activities import ACTIVITY_READS
from subgraphs.rewards.types.requests import REQUEST_READS
from subgraphs.rewards.types.wallets import ENTRY_READS
from subgraphs.runtime.graphql.audit import AUDIT_READS
from subgraphs.runtime.graphql.projections import Reads
from subgraphs.users.types.notifications import NOTIFICATION_READS
from subgraphs.users.types.users import USER_READS

DECLARED = [
    ("users", "User", USER_READS),
    ("users", "Notification", NOTIFICATION_READS),
    ("users", "AuditEntry", AUDIT_READS),
    ("events", "Activity", ACTIVITY_READS),
    ("events", "AuditEntry", AUDIT_READS),
    ("rewards", "RewardRequest", REQUEST_READS),
    ("rewards", "LedgerEntry", ENTRY_READS),
    ("rewards", "AuditEntry", AUDIT_READS),
]


@pytest.mark.parametrize(("subgraph", "kind", "reads"), DECLARED)
def test_every_field_says_what_it_is_made_of(subgraph: str, kind: str, reads: Reads) -> None:
    fields = {name for of, name, _ in declared_fields(schema_of(subgraph)) if of == kind}
    assert fields == reads.parts.keys()
