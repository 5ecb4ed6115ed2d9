"""The refusals that mutations share. Each stands word for word alike in every subgraph that exports it."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry.federation import type as federated

from subgraphs.runtime import results


@strawberry.interface(name="Error")
class Error:
    """What every refusal of a mutation says. A refusal changes nothing."""

    code: str = strawberry.field(
        description="Stable, for programs; the same for every refusal of this type, as in NOT_FOUND."
    )
    message: str = strawberry.field(description="For people, in English; may change from version to version.")


@federated(shareable=True)
class Violation:
    """One rule that one argument breaks."""

    path: list[str] = strawberry.field(
        description=(
            'Leads to the argument from the mutation\'s field, as in ["input", "endsAt"]; rows of a list '
            "by their number."
        )
    )
    code: str = strawberry.field(description="Stable, for programs, as in TOO_LONG.")
    message: str = strawberry.field(description="For people, in English.")


@federated(shareable=True)
class ValidationFailed(Error):
    """An argument breaks a rule of the domain.

    `path` leads to it from the mutation's field, as in ["input", "endsAt"].
    """

    violations: list[Violation] = strawberry.field(description="Every broken rule that was found, at least one.")

    @classmethod
    def of(cls, invalid: results.ValidationFailed) -> "ValidationFailed":
        """Returns the refusal for the result of the use case."""
        violations = [Violation(path=list(v.path), code=v.code, message=v.message) for v in invalid.violations]
        summary = "; ".join(v.message for v in invalid.violations[:3])
        return cls(code="VALIDATION_FAILED", message=summary, violations=violations)


@federated(shareable=True)
class NotFound(Error):
    """What the input refers to does not exist, or is not for this caller."""

    id: strawberry.ID = strawberry.field(description="The id that was not found.")

    @classmethod
    def of(cls, missing: results.NotFound) -> "NotFound":
        """Returns the refusal for the result of the use case."""
        return cls(code="NOT_FOUND", message="there is no such thing, or not for you", id=strawberry.ID(missing.id))


@federated(shareable=True)
class VersionConflict(Error):
    """Somebody changed it since `expectedVersion` was read. Read again and decide again."""

    current_version: int = strawberry.field(description="The version that stands now.")

    @classmethod
    def of(cls, stale: results.VersionConflict) -> "VersionConflict":
        """Returns the refusal for the result of the use case."""
        message = "it was changed meanwhile; read it again"
        return cls(code="VERSION_CONFLICT", message=message, current_version=stale.current_version)


def change_refused(
    outcome: results.NotFound | results.ValidationFailed | results.VersionConflict,
) -> NotFound | ValidationFailed | VersionConflict:
    """What is answered to a change of one thing at an expected version that could not be made."""
    match outcome:
        case results.NotFound():
            return NotFound.of(outcome)
        case results.ValidationFailed():
            return ValidationFailed.of(outcome)
        case results.VersionConflict():
            return VersionConflict.of(outcome)


@federated(shareable=True)
class IdempotencyConflict(Error):
    """The same idempotency key came before with other arguments."""

    @classmethod
    def of(cls, _: results.IdempotencyConflict) -> "IdempotencyConflict":
        """Returns the refusal for the result of the use case."""
        return cls(code="IDEMPOTENCY_CONFLICT", message="this key came before with other arguments")


@federated(shareable=True)
class TryAgain(Error):
    """Something the call needs did not answer in time.

    Ask again with the same key: it settles what became of this call.
    """

    retry_at: datetime = strawberry.field(description="The earliest instant at which to ask again.")

    @classmethod
    def of(cls, later: results.TryAgain) -> "TryAgain":
        """Returns the refusal for the result of the use case."""
        message = "something needed did not answer in time; ask again with the same key"
        return cls(code="TRY_AGAIN", message=message, retry_at=later.retry_at)


@federated(shareable=True)
class RateLimited(Error):
    """Too many calls. Nothing was done."""

    retry_at: datetime = strawberry.field(description="The earliest instant at which a call is let through again.")

    @classmethod
    def of(cls, limited: results.RateLimited) -> "RateLimited":
        """Returns the refusal for the result of the use case."""
        return cls(code="RATE_LIMITED", message="too many calls; wait until retryAt", retry_at=limited.retry_at)


@strawberry.enum
class Atomicity(Enum):
    """How a call with many rows treats the bad ones."""

    ALL_OR_NOTHING = strawberry.enum_value("ALL_OR_NOTHING", description="All rows or none, in one transaction.")
    SKIP_FAILED = strawberry.enum_value(
        "SKIP_FAILED", description="The good rows are kept; each bad one is reported with its index."
    )


@federated(shareable=True)
class RowFailure:
    """What happened to one row of a bulk call that was not carried out."""

    index: int = strawberry.field(description="The row's place in the input, from 0.")
    error: Error = strawberry.field(description="Why the row was refused.")
