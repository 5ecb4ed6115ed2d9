"""Settings are complete or there is no start; logs carry no secret; ids and scalars."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.runtime.graphql.scalars import SAFE_INT_LIMIT, check_safe_int, format_instant, parse_instant
from subgraphs.runtime.ids import is_plausible_id, random_id
from subgraphs.runtime.observability.logging import configure_logs, redact
from subgraphs.runtime.observability.tracing import trace_id_of
from subgraphs.runtime.redis import RedisUrl
from subgraphs.runtime.settings import ServiceSettings, load_settings

COMPLETE = {
    "MONGO_URL": "mongodb://127.0.0.1",
    "MONGO_DATABASE": "things",
    "REDIS_URL": "redis://127.0.0.1",
    "PORT": "1",
    "ROUTER_SECRET": "0123456789abcdef",
    "CURSOR_SECRET": "0123456789abcdef",
    "JWKS_URL": "http://127.0.0.1/jwks",
    "REVOCATIONS_URL": "http://127.0.0.1/revocations",
}


def environment(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> None:
    for name, value in {**COMPLETE, **changes}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)


def test_complete_settings_load(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch)
    assert load_settings(ServiceSettings).mongo_database == "things"


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_setting_is_named_and_ends_the_start(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(monkeypatch, **{name: None})
    with pytest.raises(SystemExit) as end:
        load_settings(ServiceSettings)
    assert end.value.code == 2
    assert f"setting {name}:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:6379", "begins with none of redis://"),
        ("http://:hidden@127.0.0.1", "begins with none of redis://"),
        ("redis://:hidden@a:1,b:2/0", "several hosts are a cluster's"),
        ("redis+cluster://:hidden@a:1,b:2/3", "no database but 0"),
        ("redis+cluster://:hidden@a:1,", "host:port"),
        ("redis+cluster://:hidden@a:port", "host:port"),
    ],
)
def test_a_redis_url_that_is_none_is_refused_with_what_is_wrong_and_without_its_password(
    url: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(monkeypatch, REDIS_URL=url)
    with pytest.raises(SystemExit):
        load_settings(ServiceSettings)
    said = capsys.readouterr().err
    assert "setting REDIS_URL:" in said
    assert says in said
    assert "hidden" not in said


def test_the_servers_of_a_cluster_share_credentials_and_transport() -> None:
    place = RedisUrl.parse("rediss+cluster://app:pass@a,b:7001,[::1]:7002/?ssl_cert_reqs=none")
    assert place.is_cluster
    assert [place.url_of(address) for address in place.addresses] == [
        f"rediss://app:pass@{host}/?ssl_cert_reqs=none" for host in ("a:6379", "b:7001", "[::1]:7002")
    ]


def test_a_short_secret_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment(monkeypatch, ROUTER_SECRET="short-one")
    with pytest.raises(SystemExit):
        load_settings(ServiceSettings)
    message = capsys.readouterr().err
    assert "setting ROUTER_SECRET:" in message
    assert "short-one" not in message


def test_secrets_and_addresses_are_blanked() -> None:
    event: dict[str, Any] = {
        "event": "hello ann@example.com",
        "password": "x",
        "Authorization": "Bearer abc",
        "detail": "token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln and $argon2id$v=19$m=1$abc$def",
        "refused": f"refresh {'kr' + '1' * 20}.{'9z' * 21}9",
        "count": 3,
    }
    cleaned = dict(redact(None, "info", event))
    text = json.dumps(cleaned)
    for secret in ("ann@", "Bearer", "eyJ", "$argon2", "9z9z"):
        assert secret not in text
    assert cleaned["count"] == 3


def test_a_log_line_is_json_with_the_service_and_what_is_bound(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        configure_logs("things", "INFO")
        structlog.contextvars.bind_contextvars(trace_id="t1", operation="Me")
        logging.getLogger("library").info("from a library")
        structlog.get_logger("ours").info("from us", n=1)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    finally:
        root.handlers, root.level = handlers, level
        structlog.contextvars.clear_contextvars()
        structlog.reset_defaults()
    assert [line["event"] for line in lines] == ["from a library", "from us"]
    assert all(line["service"] == "things" and line["trace_id"] == "t1" for line in lines)


def test_the_trace_id_is_the_caller_s_or_a_new_one() -> None:
    theirs = "0af7651916cd43dd8448eb211c80319c"
    assert trace_id_of(f"00-{theirs}-b7ad6b7169203331-01") == theirs
    assert len(trace_id_of(None)) == 32
    assert trace_id_of("nonsense") != trace_id_of("nonsense")


def test_ids_are_random_and_plausible() -> None:
    ids = {random_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(is_plausible_id(value) and len(value) == 20 for value in ids)


@pytest.mark.parametrize("value", ["", None, 7, "a" * 129, "a\x00b", ["x"], {"id": "x"}])
def test_what_cannot_be_an_id_is_told(value: object) -> None:
    assert not is_plausible_id(value)


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_survives_its_text_to_the_millisecond(instant: datetime) -> None:
    try:
        utc = instant.astimezone(UTC)
    except OverflowError:
        return
    again = parse_instant(format_instant(instant))
    assert again == utc.replace(microsecond=utc.microsecond // 1000 * 1000)
    assert format_instant(again).endswith("Z")


@pytest.mark.parametrize("text", ["2026-01-01", "2026-01-01T10:00:00", "soon", 7, None, "2026-13-01T00:00:00Z"])
def test_what_names_no_instant_is_refused(text: object) -> None:
    with pytest.raises(GraphQLError):
        parse_instant(text)


@pytest.mark.parametrize("value", [True, 1.5, "1", SAFE_INT_LIMIT + 1, -SAFE_INT_LIMIT - 1, None])
def test_what_is_no_safe_whole_number_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        check_safe_int(value)


def test_the_largest_safe_number_passes() -> None:
    assert check_safe_int(SAFE_INT_LIMIT) == SAFE_INT_LIMIT
