"""Order files → orders: columns and their aliases, readers, row errors, merge modes. No geocoding."""

from dispatcher.intake.addresses import address_key
from dispatcher.intake.combine import DraftOrder
from dispatcher.intake.fields import Field, match_headers
from dispatcher.intake.fleet_file import FleetFile, read_fleet
from dispatcher.intake.fleet_writing import fleet_text
from dispatcher.intake.merge import Conflict, ImportMode, MergePlan, conflict_errors, merge, missing, redated
from dispatcher.intake.onto import Told, addressed
from dispatcher.intake.pairs import Unpaired, deserted, paired, pairing_errors
from dispatcher.intake.parse import Parsed, parse
from dispatcher.intake.rejects import write_rejects
from dispatcher.intake.row import RowError
from dispatcher.intake.rows import Context
from dispatcher.intake.sheet import Sheet, read_sheet

__all__ = [
    "Conflict",
    "Context",
    "DraftOrder",
    "Field",
    "FleetFile",
    "ImportMode",
    "MergePlan",
    "Parsed",
    "RowError",
    "Sheet",
    "Told",
    "Unpaired",
    "address_key",
    "addressed",
    "conflict_errors",
    "deserted",
    "fleet_text",
    "match_headers",
    "merge",
    "missing",
    "paired",
    "pairing_errors",
    "parse",
    "read_fleet",
    "read_sheet",
    "redated",
    "write_rejects",
]
