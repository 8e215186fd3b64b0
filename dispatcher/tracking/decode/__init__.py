"""Decoders: what phones and trackers send, in whatever protocol, becomes fixes and events in SI units.

One module a protocol, each reading a `Message` into a `Decoded`; `units` holds every conversion and bound. Nothing
here answers a device, stores, or doubts a position: it only says what the device said.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from dispatcher.domain.tracking import Decoded, Fault, Source
from dispatcher.tracking.decode import gpslogger, nmea, osmand, overland, owntracks, page, traccar
from dispatcher.tracking.decode.message import Message, Unusable

__all__ = ["READERS", "Message", "decode"]

log = logging.getLogger(__name__)

READERS: Mapping[Source, Callable[[Message, datetime], Decoded]] = {
    Source.OSMAND: osmand.read,
    Source.OWNTRACKS: owntracks.read,
    Source.OVERLAND: overland.read,
    Source.GPSLOGGER: gpslogger.read,
    Source.NMEA: nmea.read,
    Source.TRACCAR: traccar.read,
    Source.PAGE: page.read,
}


def decode(source: Source, message: Message, *, now: datetime) -> Decoded:
    """What a message says. `now` is when it arrived, for those that name no time of their own.

    Never raises: what cannot be used is a `Fault`, and the good points of a batch are kept. Even a mistake of ours is
    one, told in the log, for a phone whose message is refused sends the same one for ever.
    """
    try:
        return READERS[source](message, now)
    except Unusable as error:
        return Decoded(faults=(Fault(str(error)),))
    except Exception:
        log.exception("A message in %s could not be read", source.value)
        return Decoded(faults=(Fault("Roundhouse could not read this message; it is kept. The log says why."),))
