import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatcher.intake.fields import Field, match_headers, normalised, unit_of

VENDORS = {
    "Onfleet": {
        "Recipient_Name": Field.RECIPIENT,
        "Recipient_Phone": Field.PHONE,
        "Recipient_Notes": Field.NOTES,
        "Address_Line1": Field.ADDRESS,
        "Address_Line2": Field.ADDRESS_2,
        "City/Town": Field.CITY,
        "State/Province": Field.STATE,
        "Postal_Code": Field.POSTCODE,
        "Country": Field.COUNTRY,
        "Latitude": Field.LAT,
        "Longitude": Field.LON,
        "Task_Details": Field.NOTES,
        "Pickup": Field.KIND,
        "completeAfter": Field.WINDOW_FROM,
        "completeBefore": Field.WINDOW_TO,
        "Organization": None,
        "Driver": Field.DRIVER,
        "Team": None,
        "Quantity": Field.PARCELS,
        "Merchant": Field.SENDER,
        "ServiceTime": Field.SERVICE,
    },
    "Spoke": {
        "Address Line 1": Field.ADDRESS,
        "Address Line 2": Field.ADDRESS_2,
        "City": Field.CITY,
        "State": Field.STATE,
        "Zip": Field.POSTCODE,
        "Country": Field.COUNTRY,
        "Earliest Time": Field.WINDOW_FROM,
        "Latest Time": Field.WINDOW_TO,
        "Time at stop (min)": Field.SERVICE,
        "Notes": Field.NOTES,
        "Recipient Name": Field.RECIPIENT,
        "Recipient Email": Field.EMAIL,
        "Recipient Phone": Field.PHONE,
        "packageCount": Field.PARCELS,
        "orderInfo.sellerOrderId": Field.NUMBER,
        "driver": Field.DRIVER,
        "optimizationOrder": Field.DO_EARLY,
        "proof of delivery": Field.PROOFS,
    },
    "OptimoRoute": {
        "Order ID": Field.NUMBER,
        "Order type": Field.KIND,
        "Date": Field.DATE,
        "Priority": Field.PRIORITY,
        "Assigned to": Field.DRIVER,
        "Location ID": None,
        "Location name": Field.PLACE_NAME,
        "Address": Field.ADDRESS,
        "Town/City": Field.CITY,
        "State/Province": Field.STATE,
        "ZIP Code": Field.POSTCODE,
        "Country/Region": Field.COUNTRY,
        "Latitude": Field.LAT,
        "Longitude": Field.LON,
        "Time window from": Field.WINDOW_FROM,
        "Time window to": Field.WINDOW_TO,
        "Time window from 2": Field.WINDOW_FROM_2,
        "Time window to 2": Field.WINDOW_TO_2,
        "Time window from 3": Field.WINDOW_FROM_3,
        "Time window to 3": Field.WINDOW_TO_3,
        "Duration (min)": Field.SERVICE,
        "Load #1": Field.WEIGHT,
        "Load #2": Field.VOLUME,
        "Load #3": Field.PARCELS,
        "Load #4": None,
        "Vehicle features": Field.SKILLS,
        "Skills": Field.SKILLS,
        "Notes": Field.NOTES,
        "Email": Field.EMAIL,
        "Phone": Field.PHONE,
    },
    "Detrack": {
        "D.O. No.*": Field.NUMBER,
        "Date*": Field.DATE,
        "Address*": Field.ADDRESS,
        "Deliver to / Collect from": Field.RECIPIENT,
        "Delivery time / Collection time": Field.WINDOW,
        "Tracking No.": None,
        "Phone No.": Field.PHONE,
        "Notify email": Field.EMAIL,
        "Webhook URL": None,
        "Instructions": Field.NOTES,
        "Assign to": Field.DRIVER,
        "Zone": None,
        "SKU": Field.ITEM_SKU,
        "Item Description": Field.ITEM_NAME,
        "Quantity": Field.ITEM_QUANTITY,
        "Detrack Job Type": Field.KIND,
    },
    "Track-POD": {
        "Number": Field.NUMBER,
        "Id": None,
        "Date": Field.DATE,
        "Type": Field.KIND,
        "Shipper": Field.SENDER,
        "Depot": None,
        "Client": None,
        "Address": Field.ADDRESS,
        "AddressLat": Field.LAT,
        "AddressLon": Field.LON,
        "AddressZone": None,
        "TimeSlotFrom": Field.WINDOW_FROM,
        "TimeSlotTo": Field.WINDOW_TO,
        "ServiceTime": Field.SERVICE,
        "Note": Field.NOTES,
        "ContactName": Field.RECIPIENT,
        "Phone": Field.PHONE,
        "Email": Field.EMAIL,
        "Weight": Field.WEIGHT,
        "Volume": Field.VOLUME,
        "Pallets": None,
        "COD": Field.CASH_DUE,
        "Barcode": None,
        "Priority": Field.PRIORITY,
        "GoodsId": Field.ITEM_SKU,
        "GoodsName": Field.ITEM_NAME,
        "GoodsUnit": None,
        "Quantity": Field.ITEM_QUANTITY,
        "Cost": None,
        "GoodsBarcode": Field.ITEM_BARCODE,
    },
    "Fleetbase": {
        "order_type": Field.KIND,
        "order_ref": Field.NUMBER,
        "internal_id": None,
        "status": None,
        "scheduled_at": Field.DATE,
        "notes": Field.NOTES,
        "priority": Field.PRIORITY,
        "time_window_start": Field.WINDOW_FROM,
        "time_window_end": Field.WINDOW_TO,
        "service_time_min": Field.SERVICE,
        "required_skills": Field.SKILLS,
        "pickup_street1": None,
        "pickup_lat": None,
        "pickup_lng": None,
        "pickup_phone": None,
        "dropoff_street1": Field.ADDRESS,
        "dropoff_street2": Field.ADDRESS_2,
        "dropoff_city": Field.CITY,
        "dropoff_postal_code": Field.POSTCODE,
        "dropoff_lat": Field.LAT,
        "dropoff_lng": Field.LON,
        "weight_kg": Field.WEIGHT,
        "volume_m3": Field.VOLUME,
        "parcels": Field.PARCELS,
        "cod_amount": Field.CASH_DUE,
        "customer_name": Field.RECIPIENT,
        "customer_email": Field.EMAIL,
        "customer_phone": Field.PHONE,
        "driver_name": Field.DRIVER,
        "vehicle_plate": None,
    },
    "Routific": {
        "Visit Name": Field.RECIPIENT,
        "Address": Field.ADDRESS,
        "Phone": Field.PHONE,
        "Email": Field.EMAIL,
        "Duration": Field.SERVICE,
        "From": Field.WINDOW_FROM,
        "To": Field.WINDOW_TO,
        "Load": Field.WEIGHT,
        "Types": Field.SKILLS,
        "Priority": Field.PRIORITY,
        "Notes": Field.NOTES,
    },
    "CoopCycle": {
        "type": Field.KIND,
        "address": Field.ADDRESS,
        "latlong": Field.COORDINATES,
        "address.name": Field.PLACE_NAME,
        "address.floor": Field.ADDRESS_2,
        "address.telephone": Field.PHONE,
        "comments": Field.NOTES,
        "weight": Field.WEIGHT,
        "after": Field.WINDOW_FROM,
        "before": Field.WINDOW_TO,
        "ref": Field.NUMBER,
    },
    "Locate2u": {
        "StopID": Field.NUMBER,
        "Name": Field.PLACE_NAME,
        "Customer": Field.RECIPIENT,
        "Address": Field.ADDRESS,
        "TripDate": Field.DATE,
        "AppointmentTime": Field.WINDOW,
        "Duration": Field.SERVICE,
    },
    "DispatchTrack": {
        "order_number": Field.NUMBER,
        "name": Field.RECIPIENT,
        "address1": Field.ADDRESS,
        "address2": Field.ADDRESS_2,
        "city": Field.CITY,
        "zip": Field.POSTCODE,
        "phone1": Field.PHONE,
        "latitude": Field.LAT,
        "schedule_date": Field.DATE,
        "start_time": Field.WINDOW_FROM,
        "end_time": Field.WINDOW_TO,
        "account_name": Field.SENDER,
    },
    "Droppath": {
        "address_number": Field.HOUSE_NUMBER,
        "address_street": Field.ADDRESS,
        "address_unit": Field.ADDRESS_2,
        "address_city": Field.CITY,
        "address_postalcode": Field.POSTCODE,
        "contact_name": Field.RECIPIENT,
        "contact_phone": Field.PHONE,
        "company": Field.PLACE_NAME,
        "tracking_id": Field.NUMBER,
        "quantity": Field.PARCELS,
    },
    "a Finnish sender": {
        "Tilausnumero": Field.NUMBER,
        "Vastaanottaja": Field.RECIPIENT,
        "Katuosoite": Field.ADDRESS,
        "Postinumero": Field.POSTCODE,
        "Postitoimipaikka": Field.CITY,
        "Puhelin": Field.PHONE,
        "Sähköposti": Field.EMAIL,
        "Päivämäärä": Field.DATE,
        "Lisätiedot": Field.NOTES,
    },
    "a German sender": {
        "Auftragsnummer": Field.NUMBER,
        "Empfänger": Field.RECIPIENT,
        "Straße": Field.ADDRESS,
        "Hausnummer": Field.HOUSE_NUMBER,
        "PLZ": Field.POSTCODE,
        "Ort": Field.CITY,
        "Lieferdatum": Field.DATE,
        "Zeitfenster von": Field.WINDOW_FROM,
        "Zeitfenster bis": Field.WINDOW_TO,
        "Gewicht (kg)": Field.WEIGHT,
    },
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_headers_of_a_vendor_are_understood(vendor: str) -> None:
    assert match_headers(tuple(VENDORS[vendor])) == VENDORS[vendor]


def test_case_punctuation_and_underscores_make_no_difference() -> None:
    assert match_headers(["ORDER_NUMBER", "time-window: FROM", "zip/code"]) == {
        "ORDER_NUMBER": Field.NUMBER,
        "time-window: FROM": Field.WINDOW_FROM,
        "zip/code": Field.POSTCODE,
    }


def test_x_is_the_longitude_and_y_the_latitude() -> None:
    assert match_headers(["x", "y"]) == {"x": Field.LON, "y": Field.LAT}


def test_number_is_the_house_number_once_the_order_number_has_a_column() -> None:
    assert match_headers(["Order ID", "Street", "Number"])["Number"] is Field.HOUSE_NUMBER
    assert match_headers(["Number", "Address"])["Number"] is Field.NUMBER


def test_a_field_goes_to_the_more_telling_of_two_columns() -> None:
    matched = match_headers(["Address", "Address line 1"])
    assert matched == {"Address": None, "Address line 1": Field.ADDRESS}


def test_what_was_remembered_goes_before_what_is_known() -> None:
    headers = ["Ref", "Kundenfeld 7", "Notes", "Phone"]
    remembered = {"ref": "notes", "KUNDENFELD 7": "number", "Notes": "", "Phone": "no such field"}
    assert match_headers(headers, remembered) == {
        "Ref": Field.NOTES,
        "Kundenfeld 7": Field.NUMBER,
        "Notes": None,
        "Phone": Field.PHONE,
    }


def test_notes_may_have_several_columns() -> None:
    assert set(match_headers(["Notes", "Instructions", "Notes (2)", "Comment 3"]).values()) == {Field.NOTES}


def test_the_columns_that_rejects_add_mean_nothing() -> None:
    assert set(match_headers(["Row", "Column", "Problem"]).values()) == {None}


@pytest.mark.parametrize(
    ("header", "field", "factor"),
    [
        ("Service time", Field.SERVICE, 60),
        ("Duration (min)", Field.SERVICE, 60),
        ("service_s", Field.SERVICE, 1),
        ("Service time (seconds)", Field.SERVICE, 1),
        ("serviceSeconds", Field.SERVICE, 1),
        ("Duration (h)", Field.SERVICE, 3600),
        ("Weight", Field.WEIGHT, 1),
        ("weight_lb", Field.WEIGHT, 0.45359237),
        ("Weight (g)", Field.WEIGHT, 0.001),
        ("Volume", Field.VOLUME, 1000),
        ("volume_m3", Field.VOLUME, 1000),
        ("Volume (m³)", Field.VOLUME, 1000),
        ("Volume (l)", Field.VOLUME, 1),
        ("Volume litres", Field.VOLUME, 1),
        ("Volume dm3", Field.VOLUME, 1),
        ("Load #2", Field.VOLUME, 1),
    ],
)
def test_the_name_of_a_column_tells_its_unit(header: str, field: Field, factor: float) -> None:
    assert unit_of(header, field) == pytest.approx(factor)


@given(st.lists(st.text(max_size=30), unique=True, max_size=12))
def test_any_headers_give_one_answer_each_and_no_field_twice(headers: list[str]) -> None:
    matched = match_headers(headers)
    assert list(matched) == headers
    once = [field for field in matched.values() if field not in (None, Field.NOTES, Field.SKILLS)]
    assert len(once) == len(set(once))


@given(st.text(max_size=40))
@example("㋌")
def test_normalising_twice_changes_nothing(header: str) -> None:
    assert normalised(normalised(header)) == normalised(header)
