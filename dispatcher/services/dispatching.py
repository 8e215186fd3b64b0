"""Sending a day out: one-time codes for the orders that want one, then every round to its driver's phone."""

from dispatcher.domain.errors import KnownError
from dispatcher.services.codes import depot_secret, ends_of, issue_codes, wants_code
from dispatcher.services.planning import Outlook
from dispatcher.services.sending import Sent, send
from dispatcher.services.workplace import Workplace


def send_day(workplace: Workplace, outlook: Outlook) -> Sent:
    """Let the drivers' phones have the day as it stands. Takes a while where many codes are new.

    Raises `KnownError` for a day without a stop, in a what-if copy, and where nobody follows the road.
    """
    if workplace.live is None or workplace.what_if is not None:
        raise KnownError("This is a copy to try things out in: its rounds are sent to nobody.", "Go back to the depot.")
    logbook, now, day = workplace.live.logbook, workplace.clock(), outlook.day
    sent = send(logbook, outlook, now)
    planned = [day.orders[order_id] for route in day.plan.routes for order_id in route.order_ids]
    if coded := [order for order in planned if wants_code(order, day.depot.road)]:
        secret = depot_secret(workplace.home.database(workplace.slug).parent / "gateway")
        road, zone = day.depot.road, day.depot.zone
        issue_codes(logbook, coded, policy=road, zone=zone, secret=secret, now=now, ends=ends_of(day))
    return sent
