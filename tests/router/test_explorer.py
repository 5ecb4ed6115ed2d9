"""The schema's documentation: all that clients can ask for, and nothing that they cannot."""

from router.explorer.build import DOCS, build_pages
from router.node import ensure_node_modules


def test_the_documentation_holds_what_clients_see_and_who_gets_it() -> None:
    ensure_node_modules(print)
    build_pages()
    page = DOCS.read_text()
    for coordinate in ("Query.events", "Event.name", "ClaimRewardInput.offerId", "RequestStatus.PENDING"):
        assert f'id="{coordinate}"' in page
    assert "for the user, OPERATOR, AUDITOR, ADMIN" in page
    # Fields between subgraphs, and what composition adds.
    assert 'id="Event.eligibility"' not in page
    assert "join__" not in page
