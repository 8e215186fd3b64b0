"""The columns of the rounds: what each is called, how wide it may be, and which words of a stop stand in it."""

from collections.abc import Callable, Mapping
from enum import IntEnum

from ui.board.columns import ColumnSpec
from ui.board.rows import StopRow


class Column(IntEnum):
    """What stands where in a stop's row, the most important first; a round's row spans all of them."""

    SEQUENCE = 0
    ETA = 1
    ABOUT = 2
    ADDRESS = 3
    WINDOW = 4
    LOAD = 5
    CUSTOMER = 6
    NUMBER = 7
    SERVICE = 8
    WAIT = 9
    DRIVE = 10
    SLACK = 11
    PHONE = 12
    PRIORITY = 13
    SENDER = 14
    NOTES = 15


COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("sequence", "", "Place in the round", right=True, fixed=True),
    ColumnSpec("eta", "ETA", "Planned arrival", 16, right=True, fixed=True),
    ColumnSpec(
        "about",
        "About",
        "Expected arrival, by the road; behind the driver, from when to when they were there",
        sample="00:00–00:00 0",
        least=15,
        chosen=True,
    ),
    ColumnSpec("address", "Address", "Street and number", stretches=True),
    ColumnSpec("window", "Window", "When service may begin", 28, chosen=True),
    ColumnSpec("load", "Load", "What is brought or fetched", 20, right=True, chosen=True),
    ColumnSpec("customer", "Customer", "Whom to ask for", 32),
    ColumnSpec("number", "Order", "The sender's order number", 24),
    ColumnSpec("service", "Service", "How long the driver stays", 16, right=True),
    ColumnSpec("wait", "Wait", "How long the driver waits for the window", 16, right=True),
    ColumnSpec("drive", "Drive", "From the stop before", 16, right=True),
    ColumnSpec("slack", "Slack", "How much later service could begin and still be in its window", 16, right=True),
    ColumnSpec("phone", "Phone", "The customer's phone", 34),
    ColumnSpec("priority", "Priority", "How hard it is to leave the order out", 16),
    ColumnSpec("sender", "Sender", "Who gave the order", 28),
    ColumnSpec("notes", "Notes", "Notes for the driver", 40),
)

TEXTS: Mapping[int, Callable[[StopRow], str]] = {
    Column.SEQUENCE: lambda row: str(row.sequence),
    Column.ETA: lambda row: row.arrives,
    Column.ABOUT: lambda row: row.now.about,
    Column.ADDRESS: lambda row: row.address,
    Column.WINDOW: lambda row: row.window,
    Column.LOAD: lambda row: row.load,
    Column.CUSTOMER: lambda row: row.customer,
    Column.NUMBER: lambda row: row.number,
    Column.SERVICE: lambda row: row.service,
    Column.WAIT: lambda row: row.wait,
    Column.DRIVE: lambda row: row.drive,
    Column.SLACK: lambda row: row.slack,
    Column.PHONE: lambda row: row.phone,
    Column.PRIORITY: lambda row: row.priority,
    Column.SENDER: lambda row: row.sender,
    Column.NOTES: lambda row: row.notes,
}
