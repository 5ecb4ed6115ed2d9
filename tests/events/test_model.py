"""Status by the clock, transitions, rules and what operators may ask for: without any server."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.events.model.activity import check_activity
from subgraphs.events.model.draft import (
    CountDraft,
    EventDraft,
    RuleDraft,
    StreakDraft,
    SumDraft,
    build_rule,
    check_event,
    check_rule,
)
from subgraphs.events.model.event import (
    TRANSITIONS,
    EventStatus,
    Lifecycle,
    Transition,
    allowed_transitions,
)
from subgraphs.events.model.rule import (
    ActivityType,
    Branch,
    CountCondition,
    Quantifier,
    Rule,
    StreakCondition,
    SumCondition,
    Tally,
    conditions,
    judge,
    longest_streak,
    nodes,
)
from tests.events.factories import NOON, an_activity, an_event, one_quest, rules, told

QUEST = ActivityType.QUEST
TICK = timedelta(milliseconds=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lifecycle", "at", "status"),
    [
        (Lifecycle.DRAFT, NOON, EventStatus.DRAFT),
        (Lifecycle.PUBLISHED, START - TICK, EventStatus.SCHEDULED),
        (Lifecycle.PUBLISHED, START, EventStatus.ACTIVE),
        (Lifecycle.PUBLISHED, END - TICK, EventStatus.ACTIVE),
        (Lifecycle.PUBLISHED, END, EventStatus.ENDED),
        (Lifecycle.PAUSED, START - TICK, EventStatus.PAUSED),
        (Lifecycle.PAUSED, END - TICK, EventStatus.PAUSED),
        (Lifecycle.PAUSED, END, EventStatus.ENDED),
        (Lifecycle.ENDED, START - TICK, EventStatus.ENDED),
        (Lifecycle.ARCHIVED, NOON, EventStatus.ARCHIVED),
    ],
)
def test_the_status_follows_the_clock(lifecycle: Lifecycle, at: datetime, status: EventStatus) -> None:
    assert an_event(lifecycle=lifecycle, starts_at=START, ends_at=END).status_at(at) is status


def test_an_open_ended_event_never_ends_by_itself() -> None:
    assert an_event().status_at(datetime(2999, 1, 1, tzinfo=UTC)) is EventStatus.ACTIVE


ALLOWED = {
    EventStatus.DRAFT: {Transition.PUBLISH, Transition.ARCHIVE},
    EventStatus.SCHEDULED: {Transition.PAUSE, Transition.END},
    EventStatus.ACTIVE: {Transition.PAUSE, Transition.END},
    EventStatus.PAUSED: {Transition.RESUME, Transition.END},
    EventStatus.ENDED: {Transition.ARCHIVE},
    EventStatus.ARCHIVED: set(),
}


@pytest.mark.parametrize("status", list(EventStatus))
def test_a_status_allows_its_transitions_and_no_other(status: EventStatus) -> None:
    assert set(allowed_transitions(status)) == ALLOWED[status]


def test_every_transition_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Transition)


def count(target: int = 1, **changes: Any) -> CountCondition:
    fields = {"id": "c1", "activity": ActivityType.QUEST, "name": None, "distinct_days": False, **changes}
    return CountCondition(target=target, **fields)


@given(rules(), st.dictionaries(st.sampled_from([f"c{n}" for n in range(1, 30)]), st.builds(Tally, st.integers(0, 5))))
def test_all_any_and_none_are_what_logic_says(rule: Rule, tallies: dict[str, Tally]) -> None:
    def holds(part: Rule) -> bool:
        return judge(part, tallies).satisfied

    if isinstance(rule, Branch):
        parts = [holds(part) for part in rule.rules]
        expected = {Quantifier.ALL: all(parts), Quantifier.ANY: any(parts), Quantifier.NONE: not any(parts)}
        assert holds(rule) is expected[rule.quantifier]
        opposite = Branch(rule.id, Quantifier.NONE, (Branch("x", Quantifier.ANY, rule.rules),))
        assert holds(opposite) is (not any(parts))
    assert [entry.condition for entry in judge(rule, tallies).conditions] == conditions(rule)


@given(rules())
def test_the_flat_list_holds_each_rule_after_its_parent(rule: Rule) -> None:
    seen: dict[str, int] = {}
    for node in nodes(rule):
        assert (node.parent_id is None) == (node.depth == 1)
        assert node.parent_id is None or seen[node.parent_id] == node.depth - 1
        seen[node.rule.id] = node.depth


def test_the_window_is_half_open() -> None:
    event = an_event(starts_at=START, ends_at=END, rule=count(target=10))
    at = [START - TICK, START, END - TICK, END]
    verdict = told(event, [an_activity(n, occurred_at=instant) for n, instant in enumerate(at)])
    assert verdict.conditions[0].current == 2


def test_what_happens_after_an_event_was_ended_by_hand_does_not_count() -> None:
    event = an_event(starts_at=START, ends_at=END, ended_at=NOON, lifecycle=Lifecycle.ENDED)
    assert not told(event, [an_activity(occurred_at=NOON)]).satisfied
    assert told(event, [an_activity(occurred_at=NOON - TICK)]).satisfied


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe"])
def test_days_are_the_event_s_zone_s(zone: str) -> None:
    midnight = datetime(2026, 3, 29, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    event = an_event(timezone=zone, rule=count(target=2, distinct_days=True))
    same = [midnight, midnight + timedelta(hours=22)]
    across = [midnight - TICK, midnight]
    for instants, days in ((same, 1), (across, 2)):
        log = [an_activity(n, occurred_at=instant) for n, instant in enumerate(instants)]
        assert told(event, log).conditions[0].current == days


def test_telling_twice_and_in_any_order_changes_nothing() -> None:
    event = an_event(rule=count(target=3))
    log = [an_activity(n) for n in range(3)]
    assert told(event, [*reversed(log), *log]) == told(event, log)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "Africa/Cairo"]
)
@pytest.mark.parametrize("around", ["2026-03-29", "2026-10-25", "2023-12-31", "2024-02-29"])
def test_a_streak_counts_days_in_a_row_over_changes_of_clocks_years_and_leap_days(zone: str, around: str) -> None:
    event = an_event(
        timezone=zone, starts_at=datetime(2020, 1, 1, tzinfo=UTC), rule=StreakCondition("c1", QUEST, None, 5)
    )
    middle = datetime.fromisoformat(around)
    hours = {-2: 23, -1: 0, 0: 23, 1: 0, 2: 12}
    local = [(middle + timedelta(days=n)).replace(hour=h, tzinfo=ZoneInfo(zone)) for n, h in hours.items()]
    log = [an_activity(n, occurred_at=at.astimezone(UTC)) for n, at in enumerate(local)]
    assert told(event, list(reversed(log))).conditions[0].current == 5
    assert told(event, log).satisfied
    assert told(event, [*log[:2], *log[3:]]).conditions[0].current == 2


@given(st.lists(st.integers(0, 60)))
def test_the_longest_streak_is_what_counting_day_by_day_gives(offsets: list[int]) -> None:
    days = {date(2024, 2, 1) + timedelta(days=offset) for offset in offsets}
    longest = run = 0
    for offset in range(62):
        run = run + 1 if date(2024, 2, 1) + timedelta(days=offset) in days else 0
        longest = max(longest, run)
    assert longest_streak(days) == longest


def test_amounts_add_up_and_are_told_no_further_than_json_can_carry() -> None:
    event = an_event(rule=SumCondition("c1", QUEST, None, 100))
    log = [an_activity(n, amount=amount) for n, amount in enumerate([60, None, -10, 50])]
    assert told(event, log).conditions[0].current == 100
    huge = [an_activity(n, amount=2**53 - 1) for n in range(3)]
    assert told(event, huge).conditions[0].current == 2**53 - 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"occurred_at": NOON + timedelta(minutes=5, milliseconds=1)}, "occurredAt"),
        ({"occurred_at": NOON - timedelta(days=400, milliseconds=1)}, "occurredAt"),
        ({"user_id": ""}, "userId"),
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"source": ""}, "source"),
        ({"external_id": "x" * 129}, "externalId"),
        ({"external_id": "a\x00b"}, "externalId"),
        ({"attributes": {"a": "x" * 5000}}, "attributes"),
        ({"attributes": [[[[[["deep"]]]]]]}, "attributes"),
        ({"attributes": {"n": float("nan")}}, "attributes"),
    ],
)
def test_an_activity_that_cannot_be_is_refused_by_its_field(change: dict[str, Any], field: str) -> None:
    assert [violation.path for violation in check_activity(an_activity(**change), NOON)] == [(field,)]


def test_an_activity_at_the_edges_is_kept() -> None:
    for at in (NOON + timedelta(minutes=5), NOON - timedelta(days=400)):
        assert check_activity(an_activity(occurred_at=at, attributes={"a": [1, {"b": None}]}), NOON) == []


def leaf(**changes: Any) -> RuleDraft:
    fields: dict[str, Any] = {"activity": ActivityType.QUEST, "name": None, "target": 1, "distinct_days": False}
    return RuleDraft({}, {"count": CountDraft(**{**fields, **changes})})


def deep(levels: int) -> RuleDraft:
    return leaf() if levels == 1 else RuleDraft({"allOf": [deep(levels - 1)]})


@pytest.mark.parametrize(
    ("draft", "path", "code"),
    [
        (RuleDraft(), ("rule",), "EXACTLY_ONE"),
        (RuleDraft({"allOf": [leaf()], "anyOf": [leaf()]}), ("rule",), "EXACTLY_ONE"),
        (RuleDraft({"allOf": []}), ("rule", "allOf"), "EMPTY"),
        (deep(6), ("rule", "allOf", "0", "allOf", "0", "allOf", "0", "allOf", "0", "allOf", "0"), "TOO_DEEP"),
        (RuleDraft({"anyOf": [leaf(), leaf(target=0)]}), ("rule", "anyOf", "1", "count", "target"), "TARGET"),
        (leaf(target=3661, distinct_days=True), ("rule", "count", "target"), "TARGET"),
        (leaf(name="x" * 65), ("rule", "count", "name"), "NAME"),
        (RuleDraft({"allOf": [leaf() for _ in range(51)]}), ("rule",), "TOO_MANY"),
        (RuleDraft({}, {"streak": StreakDraft(QUEST, None, 0)}), ("rule", "streak", "days"), "TARGET"),
        (RuleDraft({}, {"sum": SumDraft(QUEST, None, 2**53)}), ("rule", "sum", "target"), "TARGET"),
        (RuleDraft({}, {"sum": SumDraft(QUEST, "", 1)}), ("rule", "sum", "name"), "NAME"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_place(draft: RuleDraft, path: tuple[str, ...], code: str) -> None:
    assert [(v.path, v.code) for v in check_rule(draft, ("rule",))] == [(path, code)]


def test_the_largest_rules_pass_and_their_ids_follow_the_tree() -> None:
    assert check_rule(deep(5), ("rule",)) == []
    wide = RuleDraft({"noneOf": [leaf() for _ in range(50)]})
    assert check_rule(wide, ("rule",)) == []
    assert [node.rule.id for node in nodes(build_rule(wide))] == ["n1", *(f"c{n}" for n in range(1, 51))]


def draft(**changes: Any) -> EventDraft:
    fields: dict[str, Any] = {
        "name": "Event",
        "description": "",
        "starts_at": START,
        "ends_at": None,
        "timezone": "UTC",
        "tags": (),
        "image_url": None,
        "rule": leaf(),
        **changes,
    }
    return EventDraft(**fields)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"description": "x" * 5001}, "description"),
        ({"ends_at": START}, "endsAt"),
        ({"ends_at": START - TICK}, "endsAt"),
        ({"ends_at": datetime(9999, 1, 1, tzinfo=UTC)}, "endsAt"),
        ({"timezone": "Nowhere/Land"}, "timezone"),
        ({"tags": ("x" * 41,)}, "tags"),
        ({"tags": tuple(map(str, range(21)))}, "tags"),
        ({"image_url": "http://example.com/a.png"}, "imageUrl"),
        ({"image_url": "https://[bad"}, "imageUrl"),
    ],
)
def test_an_event_that_cannot_be_is_refused_by_its_field(change: dict[str, Any], field: str) -> None:
    assert [violation.path[1] for violation in check_event(draft(**change))] == [field]


def test_an_event_that_ends_a_tick_after_it_starts_is_an_event() -> None:
    assert check_event(draft(ends_at=START + TICK)) == []
    assert one_quest().id == "c1"
