"""One structured line for each GraphQL operation: its name, kind, time and how many errors, never its arguments."""

import time
from collections.abc import Iterator
from typing import Final

import structlog
from strawberry.extensions import SchemaExtension

log = structlog.get_logger("operation")
MAX_NAME_LENGTH: Final = 128


class OperationLog(SchemaExtension):
    """Binds the operation's name to every line logged meanwhile, and logs one line at its end."""

    def on_operation(self) -> Iterator[None]:
        """Logs one line at the operation's end."""
        started = time.perf_counter()
        yield
        errors = getattr(self.execution_context.result, "errors", None) or ()
        log.info(
            "operation done",
            kind=self._kind(),
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
            errors=len(errors),
        )

    def on_validate(self) -> Iterator[None]:
        # The text is parsed by now, so that a name that stands only there is known too.
        """Binds the operation's name to all lines logged from here on."""
        name = self.execution_context.operation_name
        structlog.contextvars.bind_contextvars(operation=None if name is None else name[:MAX_NAME_LENGTH])
        yield

    def _kind(self) -> str | None:
        try:
            return self.execution_context.operation_type.value.lower()
        except RuntimeError:
            return None
