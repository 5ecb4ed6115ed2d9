"""The list of error codes in docs/api.md is the list: whatever is raised stands in it, and nothing else does."""

import ast
import re
from pathlib import Path

from subgraphs.runtime import error_codes

ROOT = Path(__file__).parents[2]
# What the router says by itself. All but the last three are met in tests/router and tests/supergraph; those want a load,
# and a fault of the router.
ROUTERS_OWN = {
    "PERSISTED_QUERY_NOT_FOUND",
    "PERSISTED_QUERY_HASH_MISMATCH",
    "MISSING_QUERY_STRING",
    "BATCHING_NOT_ENABLED",
    "PARSING_ERROR",
    "GRAPHQL_UNKNOWN_OPERATION_NAME",
    "VALIDATION_INVALID_TYPE_VARIABLE",
    "UNKNOWN_ERROR",
    "MUTATION_FORBIDDEN",
    "CSRF_ERROR",
    "GATEWAY_TIMEOUT",
    "INVALID_ACCEPT_HEADER",
    "INVALID_CONTENT_TYPE_HEADER",
    "INTROSPECTION_DISABLED",
    "REQUEST_RATE_LIMITED",
    "REQUEST_CONCURRENCY_LIMITED",
    "INTERNAL_SERVER_ERROR",
}
# What raises or answers with a code, in Python and in the scripts of the gateways.
RAISING = {"CodedError", "graphql_refusal", "_refusal", "_coded"}
REFUSING = re.compile(r"""(?:refuse|[rR]efusal)\(\d+, "([A-Z_]+)\"""")
ASSIGNED = re.compile(r"\bcode(?: =(?!=)|:)([^\n;]*)")
NAME = re.compile(r'"([A-Z][A-Z_]{4,})"')


def documented() -> set[str]:
    section = (ROOT / "docs" / "api.md").read_text().split("\n## Errors\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    listed = [code for row in rows for code in re.findall(r"`([A-Z_]+)`", row)]
    assert len(listed) == len(set(listed))
    return set(listed)


def of_the_subgraphs() -> set[str]:
    return {name for name, value in vars(error_codes).items() if name.isupper() and name == value}


def of_the_scripts(folder: str) -> set[str]:
    text = "\n".join(path.read_text() for path in sorted((ROOT / "router" / folder).iterdir()))
    assigned = {code for part in ASSIGNED.findall(text) for code in NAME.findall(part)}
    return set(REFUSING.findall(text)) | assigned


def test_the_list_holds_what_is_raised_and_nothing_else() -> None:
    assert documented() == of_the_subgraphs() | of_the_scripts("rhai") | ROUTERS_OWN


def test_the_stand_in_has_no_code_of_its_own() -> None:
    own = of_the_scripts("standin") - {"OPERATION_RESOLUTION_FAILURE"}
    table = re.findall(r'[\]:,] "([A-Z_]{6,})"', (ROOT / "router" / "standin" / "errors.mjs").read_text())
    assert len(table) >= 8
    assert own | set(table) <= documented()


def test_the_subgraphs_raise_no_code_but_those_that_have_a_name() -> None:
    raised = 0
    for path in sorted((ROOT / "subgraphs").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in RAISING:
                raised += 1
                given = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                codes = [value for value in given if isinstance(value, str) and value.isupper()]
                assert codes == [], f"{path}:{node.lineno} names a code in place of its constant"
    assert raised >= 10
