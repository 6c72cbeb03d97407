from programs.actions.instruments import (
    InstrumentRefusedError,
    LicenceRefusedError,
    attest_licence,
    load_instrument_pack,
    load_instruments,
    withdraw_licence,
)
from programs.actions.programmes import ContentRefusedError, load_programme, publish_version

__all__ = [
    "ContentRefusedError",
    "InstrumentRefusedError",
    "LicenceRefusedError",
    "attest_licence",
    "load_instrument_pack",
    "load_instruments",
    "load_programme",
    "publish_version",
    "withdraw_licence",
]
