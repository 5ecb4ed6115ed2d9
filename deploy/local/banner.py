"""What a person sees once the stack is ready: places, logins, a first call."""

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from deploy.local.seed import DemoLogin
from deploy.local.stack import Stack


def banner(stack: Stack, logins: Sequence[DemoLogin], seconds: float) -> str:
    """The text."""
    places = Table(title=f"Ready after {seconds:.1f} s", title_justify="left")
    places.add_column("what")
    places.add_column("where", overflow="fold")
    ports = stack.options.ports
    for what, where in (
        (f"GraphQL ({stack.gateway})", stack.router_url),
        ("GraphiQL", stack.explorer_url),
        ("users", f"{stack.url_of('users')}/graphql"),
        ("events", f"{stack.url_of('events')}/graphql"),
        ("rewards", f"{stack.url_of('rewards')}/graphql"),
        ("health", f"http://127.0.0.1:{ports.router_health}/health"),
        ("metrics", f"http://127.0.0.1:{ports.router_metrics}/metrics"),
        ("MongoDB", stack.mongo_url),
        ("Redis", stack.redis_url),
        ("logs", str(stack.options.data / "log")),
    ):
        places.add_row(what, where)
    people = Table(title="Demo logins", title_justify="left")
    for column in ("role", "email", "password"):
        people.add_column(column)
    for login in logins:
        people.add_row(login.role, login.email, login.password)
    output = io.StringIO()
    console = Console(file=output, width=110)
    console.print(places)
    console.print(people)
    example = (
        f"curl -s {stack.router_url} -H 'content-type: application/json' \\\n"
        """  -d '{"query":"{ events(filter: {statuses: [ACTIVE]}, first: 3) { edges { node { id name status } } } }"}'"""
    )
    return f"{output.getvalue()}\nTry:\n{example}\n\nctrl-C ends everything."
