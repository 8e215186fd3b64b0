"""What a column can mean, and by which names the trade calls it. Values are `values.py`'s business.

The names are those of Onfleet, Spoke (Circuit), OptimoRoute, Detrack, Track-POD, Fleetbase, Routific, CoopCycle,
WorkWave, Droppath, Locate2u, NowGo, Route4Me and DispatchTrack, with the commonest of German and Finnish senders.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache


class Field(StrEnum):
    """A meaning a column can have. The value is what is remembered of a sender's columns."""

    NUMBER = "number"
    DATE = "date"
    KIND = "kind"
    SENDER = "sender"
    RECIPIENT = "recipient"
    PHONE = "phone"
    EMAIL = "email"
    PLACE_NAME = "place_name"
    """A firm or building; stands for the street if there is none."""
    ADDRESS = "address"
    """Street and number, or all of the address."""
    ADDRESS_2 = "address_2"
    """Flat, floor, entrance: for the driver, not for finding the house."""
    HOUSE_NUMBER = "house_number"
    POSTCODE = "postcode"
    CITY = "city"
    STATE = "state"
    COUNTRY = "country"
    LAT = "lat"
    LON = "lon"
    COORDINATES = "coordinates"
    """ "lat,lon" in one cell."""
    WINDOW = "window"
    """ "08:00-10:00" in one cell."""
    WINDOW_FROM = "window_from"
    WINDOW_TO = "window_to"
    WINDOW_FROM_2 = "window_from_2"
    WINDOW_TO_2 = "window_to_2"
    WINDOW_FROM_3 = "window_from_3"
    WINDOW_TO_3 = "window_to_3"
    SERVICE = "service"
    WEIGHT = "weight"
    VOLUME = "volume"
    PARCELS = "parcels"
    ITEM_NAME = "item_name"
    ITEM_QUANTITY = "item_quantity"
    ITEM_SKU = "item_sku"
    ITEM_BARCODE = "item_barcode"
    SKILLS = "skills"
    DRIVER = "driver"
    PICKUP_ORDER = "pickup_order"
    """The number of the collection that fetches the goods."""
    PRIORITY = "priority"
    """Must not drop; OptimoRoute's C also means: early."""
    DO_EARLY = "do_early"
    CASH_DUE = "cash_due"
    CASH_CURRENCY = "cash_currency"
    """Checked against the depot's, no more."""
    PROOFS = "proofs"
    """All of them in one cell: Spoke's "required", or "signature; photo off"."""
    PROOF_CODE = "proof_code"
    PROOF_SIGNATURE = "proof_signature"
    PROOF_PHOTO = "proof_photo"
    PROOF_NAME = "proof_name"
    PROOF_SCAN = "proof_scan"
    NOTES = "notes"

    @property
    def label(self) -> str:
        """For people: "Window from 2"."""
        return self.value.replace("_", " ").capitalize()


REPEATABLE = frozenset({Field.NOTES, Field.SKILLS})
"""Fields that several columns may have; their cells are joined."""

ITEM_FIELDS = frozenset({Field.ITEM_NAME, Field.ITEM_QUANTITY, Field.ITEM_SKU, Field.ITEM_BARCODE})

_NAMES: Mapping[Field, str] = {
    Field.NUMBER: "order number, order no, order nr, order id, order ref, order reference, d.o. no, d.o. number, do no,"
    " do number, delivery order no, seller order id, order info seller order id, stop id, job number, job no,"
    " job reference, job id, task id, external id, internal id, related id, reference, ref, reference number,"
    " reference no, tracking no, tracking number, tracking id, customer reference id, invoice id, shipment id,"
    " shipment number, consignment number, bestellnummer, auftragsnummer, auftrag nr, lieferschein,"
    " lieferscheinnummer, sendungsnummer, tilausnumero, tilausnro, tilausnr, order, bestellung, tilaus, auftrag",
    Field.DATE: "date, order date, delivery date, schedule date, scheduled date, scheduled at, scheduled for,"
    " trip date, route date, start date, service date, dispatch date, planned date, day, datum, lieferdatum,"
    " liefertag, toimituspaiva, pvm, paivamaara, paiva",
    Field.KIND: "order type, type, job type, detrack job type, task type, stop type, activity, delivery or collection,"
    " pickup, pickup task, is pickup, auftragsart, art, tyyppi, kind",
    Field.SENDER: "sender, sender name, shipper, shipper name, merchant, seller, account name, account, store, brand,"
    " organization, organisation, mandant, absender, lahettaja, facilitator name",
    Field.RECIPIENT: "recipient name, recipient, deliver to, collect from, deliver to collect from,"
    " deliver to collect from name, contact name, contact person, customer name, customer, consignee,"
    " consignee name, receiver, receiver name, client name, client, full name, attention, attn, visit name,"
    " dropoff contact name, dropoff name, empfanger, empfaenger, kunde, kundenname, ansprechpartner, vastaanottaja,"
    " asiakas, nimi",
    Field.PHONE: "phone, phone number, phone no, recipient phone, recipient phone number, customer phone,"
    " contact phone, mobile, mobile number, mobile phone, cell, cell phone, contact number, tel, telephone,"
    " telephone number, phone 1, address telephone, telefon, telefonnummer, handy, mobil, puhelin, puhelinnumero",
    Field.EMAIL: "email, e mail, email address, recipient email, customer email, notify email, contact email, mail,"
    " sahkoposti",
    Field.PLACE_NAME: "location name, place name, address name, company, company name, business name, venue,"
    " building, building name, site, site name, firma, yritys",
    Field.ADDRESS: "address line 1, address line, address 1, street address, full address, street 1, street,"
    " street name, address street, address, formatted address, destination address, destination, adresse, anschrift,"
    " lieferadresse, strasse, straße, strasse hausnummer, osoite, katuosoite, toimitusosoite, katu, adresse 1",
    Field.ADDRESS_2: "address line 2, address 2, street 2, unit, unit number, address unit, apartment, apt, flat,"
    " suite, floor, address floor, entrance, adresszusatz, etage, stockwerk, asunto, rappu, porras, kerros, adresse 2",
    Field.HOUSE_NUMBER: "house number, house no, street number, street no, st number, address number, building number,"
    " hausnummer, haus nr, hausnr, talonumero",
    Field.POSTCODE: "postcode, post code, postal code, address postal code, zip code, zip, postal, postcode zip,"
    " zip postal code, zip postcode, plz, postleitzahl, postinumero",
    Field.CITY: "city, town, town city, city town, locality, address city, municipality, ort, stadt, wohnort,"
    " kaupunki, postitoimipaikka, paikkakunta",
    Field.STATE: "state, province, state province, province state, region, county, address state, bundesland",
    Field.COUNTRY: "country, country region, country code, address country, land, maa",
    Field.LAT: "latitude, lat, address lat, gps lat, gps latitude, location lat, breitengrad, leveysaste",
    Field.LON: "longitude, lon, lng, long, address lon, address lng, gps lon, gps lng, gps longitude, location lng,"
    " langengrad, laengengrad, pituusaste",
    Field.COORDINATES: "lat long, lat lon, lat lng, latitude longitude, coordinates, coordinate, gps,"
    " gps coordinates, geo, geolocation, position, koordinaten, koordinaatit",
    Field.WINDOW: "time window, delivery window, window, time slot, timeslot, delivery slot, slot, delivery time,"
    " collection time, appointment time, appointment, delivery time collection time, check in time, preferred time,"
    " requested time, zeitfenster, lieferfenster, lieferzeit, aikaikkuna, toimitusaika, time",
    Field.WINDOW_FROM: "time window from, time window start, time window 1 from, time window 1 start,"
    " time window from 1, time window start 1, earliest time, earliest arrival, earliest arrival time, earliest,"
    " complete after, deliver after, time slot from, timeslot from, slot from, slot start, window from, window start,"
    " from time, time from, start time, arrive after, not before, delivery time from, opens, open from, min start time,"
    " zeitfenster von, zeitfenster start, lieferzeit von, fruhestens, von, alkaen, alkaa",
    Field.WINDOW_TO: "time window to, time window end, time window 1 to, time window 1 end, time window to 1,"
    " time window end 1, latest time, latest arrival, latest arrival time, latest, complete before, deliver before,"
    " deliver by, time slot to, timeslot to, slot to, slot end, window to, window end, to time, time to, end time,"
    " arrive before, not after, delivery time to, closes, open to, max end time, zeitfenster bis, zeitfenster ende,"
    " lieferzeit bis, spatestens, bis, asti, mennessa, paattyy",
    Field.WINDOW_FROM_2: "time window from 2, time window start 2, time window 2 from, time window 2 start,"
    " window from 2, window 2 from, window start 2, window 2 start, from 2, earliest time 2",
    Field.WINDOW_TO_2: "time window to 2, time window end 2, time window 2 to, time window 2 end, window to 2,"
    " window 2 to, window end 2, window 2 end, to 2, latest time 2",
    Field.WINDOW_FROM_3: "time window from 3, time window start 3, time window 3 from, time window 3 start,"
    " window from 3, window 3 from, window start 3, window 3 start, from 3, earliest time 3",
    Field.WINDOW_TO_3: "time window to 3, time window end 3, time window 3 to, time window 3 end, window to 3,"
    " window 3 to, window end 3, window 3 end, to 3, latest time 3",
    Field.SERVICE: "service time, service time min, service duration, service, duration, duration min,"
    " time at stop, time at stop min, stop time, stop duration, service min, service minutes, service s,"
    " service seconds, service time s, service time sec, service time seconds, duration s, duration sec,"
    " duration seconds, handling time, unloading time, standzeit, servicezeit, dauer, kesto, palveluaika",
    Field.WEIGHT: "weight, weight kg, weight lb, weight lbs, weight g, kg, gross weight, total weight, order weight,"
    " load kg, load weight, gewicht, gewicht kg, paino, paino kg",
    Field.VOLUME: "volume, volume m3, volume cbm, volume l, volume litres, volume liters, volume ft3, volume dm3,"
    " cbm, m3, litres, liters, load volume, load litres, volumen, tilavuus",
    Field.PARCELS: "parcels, packages, package count, parcel count, number of parcels, number of packages,"
    " no of parcels, no of packages, pieces, cartons, boxes, colli, kolli, pakete, paketti, paketit, pakkaukset,"
    " load parcels",
    Field.ITEM_NAME: "item description, item name, item, goods name, product name, product, product description,"
    " article, article name, entity name, line name, description of goods, goods, artikel, ware, tuote, tuotenimi",
    Field.ITEM_QUANTITY: "item quantity, item qty, goods quantity, order line quantity, line quantity,"
    " product quantity, menge, stuckzahl, kpl, maara",
    Field.ITEM_SKU: "sku, item sku, item code, goods id, product code, product id, product sku, article number,"
    " artikelnummer, tuotekoodi",
    Field.ITEM_BARCODE: "item barcode, goods barcode, order line barcode, barcode, barcodes, ean, gtin, viivakoodi",
    Field.SKILLS: "skills, required skills, vehicle features, features, requirements, vehicle requirements,"
    " vehicle skills, driver skills, capabilities, fahigkeiten, anforderungen, taidot, vaatimukset",
    Field.DRIVER: "assigned driver, assigned to, assign to, driver, driver name, driver assigned, driver number,"
    " driver serial, driver id, driver external id, fahrer, kuljettaja",
    Field.PICKUP_ORDER: "pickup order, pickup order number, pickup order no, pickup order id, pick up order,"
    " pick up order number, pick up order no, pickup number, pickup no, pickup reference, pickup ref,"
    " collection order, collection order number, collection order no, collection number, collection reference,"
    " collected by order, collected at order, fetched at order, goods from order, goods fetched at order,"
    " related order, related order no, related order number, linked order, linked order no, paired order,"
    " abholauftrag, abholauftragsnummer, abholnummer, noutotilaus, noutonumero, noutotilausnumero",
    Field.PRIORITY: "priority, must not drop, importance, prioritat, prioritaet, prioriteetti, tarkeys",
    Field.DO_EARLY: "do early, optimization order, optimisation order, stop order, serve early, early, do first",
    Field.CASH_DUE: "cash due, cash on delivery, cash on delivery amount, cod amount, cod, c.o.d., cod value, cod due,"
    " cod sum, amount due, amount to collect, cash to collect, collect on delivery, collect on delivery amount,"
    " payment on delivery, payment on delivery amount, payment due, balance due, to pay, cash, nachnahme,"
    " nachnahmebetrag, zu kassieren, postiennakko, jalkivaatimus, perittava",
    Field.CASH_CURRENCY: "cash currency, cod currency, payment on delivery currency, payment currency, currency,"
    " currency code, wahrung, waehrung, valuutta",
    Field.PROOFS: "proof of delivery, proofs, proof, pod, pod method, pod methods, pod required, proof required,"
    " proof of delivery required, proof of attempt, completion requirements, zustellnachweis, toimitustodistus",
    Field.PROOF_CODE: "code required, pin required, pin, otp, otp required, one time code, delivery code,"
    " requires code, requires pin, require code, require pin, proof code",
    Field.PROOF_SIGNATURE: "signature required, signature, requires signature, require signature, sign on delivery,"
    " requirements signature, proof signature, unterschrift, allekirjoitus",
    Field.PROOF_PHOTO: "photo required, photo, requires photo, require photo, photo on delivery, picture required,"
    " requirements photo, proof photo, foto, kuva, valokuva",
    Field.PROOF_NAME: "name required, requires name, require name, recipient name required, proof name",
    Field.PROOF_SCAN: "scan required, scan, requires scan, require scan, barcode scan, barcode required,"
    " scan barcodes, proof scan",
    Field.NOTES: "notes, note, order notes, delivery notes, driver notes, instructions, delivery instructions,"
    " special instructions, comments, comment, remarks, remark, task details, recipient notes, address description,"
    " bemerkung, bemerkungen, hinweis, hinweise, notiz, huomautus, huomautukset, huom, lisatiedot, lisatieto",
}

_WEAK: Sequence[tuple[str, Field]] = (
    # Taken only when nothing more telling is there; where a name stands twice, the first free field has it
    ("number", Field.NUMBER),
    ("number", Field.HOUSE_NUMBER),
    ("no", Field.NUMBER),
    ("nr", Field.NUMBER),
    ("nr", Field.HOUSE_NUMBER),
    ("id", Field.NUMBER),
    ("name", Field.RECIPIENT),
    ("name", Field.PLACE_NAME),
    ("location", Field.ADDRESS),
    ("location", Field.COORDINATES),
    ("from", Field.WINDOW_FROM),
    ("to", Field.WINDOW_TO),
    ("start", Field.WINDOW_FROM),
    ("end", Field.WINDOW_TO),
    ("after", Field.WINDOW_FROM),
    ("before", Field.WINDOW_TO),
    # Fleetbase reads x as latitude; maps and this house read x as longitude
    ("x", Field.LON),
    ("y", Field.LAT),
    # OptimoRoute's loads have no unit: in the order people set them up
    ("load", Field.WEIGHT),
    ("load1", Field.WEIGHT),
    ("load2", Field.VOLUME),
    ("load3", Field.PARCELS),
    ("quantity", Field.ITEM_QUANTITY),
    ("qty", Field.ITEM_QUANTITY),
    ("anzahl", Field.ITEM_QUANTITY),
    ("description", Field.ITEM_NAME),
    ("description", Field.NOTES),
    ("types", Field.SKILLS),
    ("tags", Field.SKILLS),
)

_PREFIXES = ("dropoff", "delivery", "destination", "shipping", "shipto", "recipient", "customer", "consignee", "stop")
_AFTER_PREFIX = frozenset(
    {
        *(Field.PHONE, Field.EMAIL, Field.ADDRESS, Field.ADDRESS_2, Field.HOUSE_NUMBER, Field.POSTCODE, Field.CITY),
        *(Field.STATE, Field.COUNTRY, Field.LAT, Field.LON, Field.COORDINATES, Field.PLACE_NAME, Field.SERVICE),
        *(Field.WINDOW, Field.WINDOW_FROM, Field.WINDOW_TO, Field.NOTES),
    }
)
"""Parts of a visit that senders write with whose they are: dropoff_street1, shipping city."""

_AFTER_PREFIX_RANK, _WEAK_RANK = 1_000, 2_000
_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")


def normalised(header: str) -> str:
    """Letters and digits only, no case, no accents, nothing in brackets but a number: "D.O. No.*" → "dono"."""
    kept = _BRACKETS.sub(lambda found: found[1] if found[1].isdigit() else "", header) or header
    # folded once more after taking apart: "㋌" comes apart into "Hg"
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", kept).casefold())
    return "".join(char for char in plain if char.isalnum())


def match_headers(headers: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[str, Field | None]:
    """What each column means, `None` for those that mean nothing here.

    `remembered` is how a person assigned them last time (header → field, "" for none) and goes before the names
    known here. A field belongs to one column, the one with the most telling name, unless it is `REPEATABLE`.
    """
    found: dict[str, Field | None] = _as_remembered(headers, remembered or {})
    taken = {field for field in found.values() if field is not None} - REPEATABLE
    claims = sorted(
        (rank, position, field)
        for position, header in enumerate(headers)
        if header not in found
        for rank, field in _claims(normalised(header))
    )
    for _, position, field in claims:
        header = headers[position]
        if header in found or field in taken:
            continue
        found[header] = field
        taken |= {field} - REPEATABLE
    result = {header: found.get(header) for header in headers}
    return _with_quantity_settled(result)


def recognised(record: Iterable[object]) -> int:
    """How many cells of a record are names of columns, as a header has and an order has not."""
    return sum(1 for cell in record if isinstance(cell, str) and 0 < len(cell) <= 60 and _known_name(cell))


@lru_cache(maxsize=20_000)
def _known_name(header: str) -> bool:
    return bool(_claims(normalised(header)))


def _as_remembered(headers: Sequence[str], remembered: Mapping[str, str]) -> dict[str, Field | None]:
    by_name = {normalised(header): field for header, field in remembered.items()}
    known = {field.value for field in Field}
    found: dict[str, Field | None] = {}
    for header in headers:
        value = remembered.get(header, by_name.get(normalised(header)))
        if value == "":
            found[header] = None
        elif value in known:
            found[header] = Field(value)
    return found


def _claims(name: str) -> list[tuple[int, Field]]:
    """The fields a normalised name may stand for, each with a rank: the lower, the more telling."""
    direct = _ALIASES.get(name, [])
    if direct:
        return direct
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            rest = _ALIASES.get(name.removeprefix(prefix), [])
            return [(rank + _AFTER_PREFIX_RANK, field) for rank, field in rest if field in _AFTER_PREFIX]
    bare = name.rstrip("0123456789")
    return [(rank, field) for rank, field in _ALIASES.get(bare, []) if field in REPEATABLE]


def _with_quantity_settled(found: dict[str, Field | None]) -> dict[str, Field | None]:
    """A quantity counts articles if articles are named, else parcels (Onfleet, Droppath)."""
    fields = set(found.values())
    if Field.ITEM_QUANTITY in fields and not fields & {Field.ITEM_NAME, Field.ITEM_SKU, Field.PARCELS}:
        return {h: Field.PARCELS if field is Field.ITEM_QUANTITY else field for h, field in found.items()}
    return found


def _index() -> dict[str, list[tuple[int, Field]]]:
    index: dict[str, list[tuple[int, Field]]] = {}
    for field, names in _NAMES.items():
        for rank, name in enumerate(names.split(",")):
            index.setdefault(normalised(name), []).append((rank, field))
    for rank, (name, field) in enumerate(_WEAK, start=_WEAK_RANK):
        index.setdefault(normalised(name), []).append((rank, field))
    return index


_ALIASES = _index()


_UNITS: Mapping[Field, Sequence[tuple[str, float]]] = {
    Field.SERVICE: ((r"\b(s|sec|secs|seconds?|sek|sekunden)\b", 1), (r"\b(h|hours?|hrs?)\b", 3600), ("", 60)),
    Field.WEIGHT: (
        (r"\b(lbs?|pounds?)\b", 0.45359237),
        (r"\b(g|grams?)\b", 0.001),
        (r"\b(t|tonnes?)\b", 1000),
        ("", 1),
    ),
    Field.VOLUME: (
        (r"\b(l|ltr|lit(er|re)s?|dm3|liter|litraa)\b|load 2", 1),
        (r"\b(ft3|cft|cubic feet)\b", 28.316846592),
        (r"\b(cm3|ccm|ml)\b", 0.001),
        ("", 1000),
    ),
}


def unit_of(header: str, field: Field) -> float:
    """How many seconds, kilograms or litres one unit of the column is, by its name.

    Without a unit in the name: minutes, kilograms, cubic metres (as Onfleet and Track-POD mean them).
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    words = re.sub(r"[^a-z0-9]+", " ", unicodedata.normalize("NFKD", spaced.casefold()))
    words = re.sub(r"(?<=[a-z]) (?=3\b)", "", words)
    return next(factor for pattern, factor in _UNITS[field] if re.search(pattern, words))
