"""The permission matrix as one table: what each field comes to for each kind of caller, and how it is asked for.

The cells, in the order of the callers: nobody, the user whom the object belongs to, another user, an OPERATOR, an AUDITOR,
an ADMIN, a service. Y is an answer, - is null, U is UNAUTHENTICATED, F is FORBIDDEN. A mutation's Y means let in, whatever
it then says of arguments that no mutation can carry out.
"""

from dataclasses import dataclass
from typing import Final

from deploy.generate.permissions import Caller, Outcome

CELLS: Final = {
    "Y": Outcome.ANSWERED,
    "-": Outcome.NULL,
    "U": Outcome.UNAUTHENTICATED,
    "F": Outcome.FORBIDDEN,
}
# How an object of each type is reached through the router. $-names are put in by the test.
WAYS: Final = {
    "Query": (),
    "Mutation": (),
    "User": ("user(id: $user)",),
    "Event": ("event(id: $event)",),
    "RewardOffer": ("rewardOffer(id: $offer)",),
    "Stock": ("rewardOffer(id: $offer)", "stock"),
    "RewardRequest": ("rewardRequest(id: $request)",),
    "RequestStep": ("rewardRequest(id: $request)", "history"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field: its cells, and its arguments and selection."""

    path: str
    cells: str
    rest: str = ""

    @property
    def type(self) -> str:
        return self.path.split(".")[0]

    @property
    def field(self) -> str:
        return self.path.split(".")[1]

    def outcome(self, caller: Caller) -> Outcome:
        """What the table says of this caller."""
        return CELLS[self.cells.split()[list(Caller).index(caller)]]


_NAME: Final = "{ __typename }"
_CONNECTION: Final = "{ edges { cursor } }"
_KEY: Final = 'idempotencyKey: "matrix"'
_NEW_EVENT: Final = '{name: "", startsAt: "2026-01-01T00:00:00Z", rule: {}}'

USERS: Final = (
    Row("Query.me", "- Y Y Y Y Y -", "{ id }"),
    Row("Query.user", "U Y Y Y Y Y Y", "(id: $user) { id }"),
    Row("Query.users", "U F F F F Y F", _CONNECTION),
    Row("Query.userAudit", "U F F F Y Y F", f"(userId: $user) {_CONNECTION}"),
    Row("Mutation.register", "Y Y Y Y Y Y Y", f'(input: {{email: "", password: "", displayName: ""}}) {_NAME}'),
    Row("Mutation.login", "Y Y Y Y Y Y Y", f'(input: {{email: "", password: ""}}) {_NAME}'),
    Row("Mutation.refreshSession", "Y Y Y Y Y Y Y", f'(input: {{refreshToken: ""}}) {_NAME}'),
    Row("Mutation.logout", "Y Y Y Y Y Y Y", f'(input: {{refreshToken: ""}}) {_NAME}'),
    Row("Mutation.updateProfile", "U Y Y Y Y Y F", f'(input: {{displayName: "New", expectedVersion: 0}}) {_NAME}'),
    Row("Mutation.changePassword", "U Y Y Y Y Y F", f'(input: {{currentPassword: "", newPassword: ""}}) {_NAME}'),
    Row("Mutation.markNotificationsRead", "U Y Y Y Y Y F", f'(input: {{ids: ["none"]}}) {_NAME}'),
    Row(
        "Mutation.setRoles",
        "U F F F F Y F",
        f'(input: {{userId: "krnone", roles: [USER, ADMIN], reason: "x", expectedVersion: 1}}) {_NAME}',
    ),
    Row(
        "Mutation.setUserStatus",
        "U F F F F Y F",
        f'(input: {{userId: "krnone", status: SUSPENDED, reason: "x", expectedVersion: 1}}) {_NAME}',
    ),
    Row("User.displayName", "U Y Y Y Y Y Y"),
    Row("User.email", "U Y - Y Y Y -"),
    Row("User.roles", "U Y - - - Y -"),
    Row("User.status", "U Y - Y Y Y -"),
    Row("User.region", "U Y - Y Y Y Y"),
    Row("User.timezone", "U Y - Y Y Y Y"),
    Row("User.createdAt", "U Y - Y Y Y Y"),
    Row("User.version", "U Y - Y Y Y Y"),
    Row("User.notifications", "U Y - - - - -", _CONNECTION),
    Row("User.unreadNotificationCount", "U Y - - - - -"),
)
EVENTS: Final = (
    Row("Query.event", "Y Y Y Y Y Y Y", "(id: $event) { id }"),
    Row("Query.events", "Y Y Y Y Y Y Y", _CONNECTION),
    Row("Query.simulateEvent", "U F F Y Y Y F", f"(input: {{eventId: $event}}) {_NAME}"),
    Row("Query.eventAudit", "U F F F Y Y F", f"(eventId: $event) {_CONNECTION}"),
    Row("Mutation.createEvent", "U F F Y F Y F", f"(input: {_NEW_EVENT}, {_KEY}) {_NAME}"),
    Row("Mutation.updateEvent", "U F F Y F Y F", f'(input: {{id: "evnone", expectedVersion: 1, name: "x"}}) {_NAME}'),
    Row(
        "Mutation.transitionEvent",
        "U F F Y F Y F",
        f'(input: {{id: "evnone", expectedVersion: 1, transition: END}}) {_NAME}',
    ),
    Row("Mutation.changeEvents", "U F F Y F Y F", f"(input: {{changes: []}}, {_KEY}) {_NAME}"),
    Row("Mutation.checkIn", "U Y Y Y Y Y F", _NAME),
    Row("Mutation.recordActivities", "U F F F F Y Y", f"(input: {{rows: []}}) {_NAME}"),
    Row("Event.createdBy", "- - - Y Y Y -", "{ id }"),
    Row("Event.myProgress", "- Y Y Y Y Y -", "{ satisfied }"),
    # The router does not know it; it is asked for at the subgraph, as rewards does.
    Row("Event.eligibility", "U F F F F F Y", "(userIds: [$user]) { satisfied }"),
    Row("User.activities", "U Y - Y Y Y -", _CONNECTION),
    Row("User.eventProgress", "U Y - Y Y Y -", "(eventIds: [$event]) { satisfied }"),
)
REWARDS: Final = (
    Row("Query.reward", "U F F Y Y Y F", "(id: $reward) { id }"),
    Row("Query.rewards", "U F F Y Y Y F", _CONNECTION),
    Row("Query.rewardOffer", "Y Y Y Y Y Y Y", "(id: $offer) { id }"),
    Row("Query.rewardRequest", "U Y - Y Y Y -", "(id: $request) { id }"),
    Row("Query.rewardRequests", "U F F Y Y Y F", _CONNECTION),
    Row("Query.rewardAudit", "U F F F Y Y F", f"(subjectId: $request) {_CONNECTION}"),
    Row("Query.reconciliation", "U F F F F Y F", _NAME),
    Row("Mutation.claimReward", "U Y Y Y Y Y F", f'(input: {{offerId: "evnone.none"}}, {_KEY}) {_NAME}'),
    Row("Mutation.cancelRequest", "U Y Y Y Y Y F", f'(input: {{requestId: "krnone.none"}}) {_NAME}'),
    Row(
        "Mutation.decideRequests",
        "U F F Y F Y F",
        f"(input: {{requestIds: [], decision: APPROVE}}, {_KEY}) {_NAME}",
    ),
    Row(
        "Mutation.reverseRequest",
        "U F F Y F Y F",
        f'(input: {{requestId: "krnone.none", reason: ""}}, {_KEY}) {_NAME}',
    ),
    Row("Mutation.retryDelivery", "U F F Y F Y F", f'(input: {{requestId: "krnone.none"}}) {_NAME}'),
    Row(
        "Mutation.adjustPoints",
        "U F F F F Y F",
        f'(input: {{userId: "krnone", points: 0, reason: ""}}, {_KEY}) {_NAME}',
    ),
    Row(
        "Mutation.spendPoints", "U F F F F F Y", f'(input: {{userId: "krnone", points: 0, reason: ""}}, {_KEY}) {_NAME}'
    ),
    Row("Mutation.createReward", "U F F Y F Y F", f"(input: {{}}, {_KEY}) {_NAME}"),
    Row("Mutation.updateReward", "U F F Y F Y F", f'(input: {{id: "rwnone", expectedVersion: 1, name: "x"}}) {_NAME}'),
    Row("Mutation.addCouponCodes", "U F F Y F Y F", f'(input: {{rewardId: "rwnone", codes: []}}, {_KEY}) {_NAME}'),
    Row(
        "Mutation.createOffer",
        "U F F Y F Y F",
        f'(input: {{eventId: "evnone", rewardId: "rwnone"}}, {_KEY}) {_NAME}',
    ),
    Row(
        "Mutation.updateOffer",
        "U F F Y F Y F",
        f'(input: {{id: "evnone.none", expectedVersion: 1, enabled: false}}) {_NAME}',
    ),
    Row("Event.stats", "- - - Y Y Y -", _NAME),
    Row("User.wallet", "U Y - Y Y Y -", "{ balance }"),
    Row("User.badges", "U Y - Y Y Y -", _CONNECTION),
    Row("User.rewardRequests", "U Y - Y Y Y -", _CONNECTION),
    Row("RewardOffer.budget", "- - - Y Y Y -", "{ limit }"),
    Row("RewardOffer.myClaimability", "- Y Y Y Y Y -", _NAME),
    Row("Stock.reserved", "- - - Y Y Y -"),
    Row("Stock.issued", "- - - Y Y Y -"),
    Row("RewardRequest.user", "U Y - Y Y Y -", "{ id }"),
    Row("RewardRequest.offer", "U Y - Y Y Y -", "{ id }"),
    Row("RewardRequest.event", "U Y - Y Y Y -", "{ id }"),
    Row("RewardRequest.reward", "U Y - Y Y Y -", "{ id }"),
    Row("RewardRequest.decidedBy", "U - - Y Y Y -", "{ id }"),
    Row("RewardRequest.reason", "U Y - Y Y Y -"),
    Row("RewardRequest.grant", "U Y - Y Y Y -", _NAME),
    Row("RewardRequest.history", "U Y - Y Y Y -", _NAME),
    Row("RequestStep.actor", "U - - Y Y Y -", "{ id }"),
)
MATRIX: Final = {"users": USERS, "events": EVENTS, "rewards": REWARDS}
