"""The daily test: each clinic's way of telling people of alerts proves itself once a working day. Pure.

The test is due when the clinic opens. Whether it came is computed when a page is loaded, from what is
not there, so that it shows when nothing runs that could say so. Times are our own judgement [D].
"""

from datetime import date, datetime, timedelta

from painclinic.accounts.models import Clinic
from patients.workdays import closing, newest_working_day, opening

# So long after it was due it has to have been accepted by the mail server.
ACCEPTED_WITHIN = timedelta(minutes=30)


def due_day(moment: datetime, clinic: Clinic) -> date | None:
    """The newest day whose test is due by `moment`; none before the first opening of a new clinic.

    None as well for a clinic that was made up to look at figures: nobody works there.
    """
    day = newest_working_day(moment, clinic, opening)
    if day is None or clinic.is_synthetic or opening(day, clinic) < clinic.created_at:
        return None
    return day


def is_unproved(moment: datetime, clinic: Clinic) -> bool:
    """Whether the newest test that had its time was not accepted: notices of alerts may reach nobody."""
    day = due_day(moment - ACCEPTED_WITHIN, clinic)
    return day is not None and (clinic.chain_proved_on is None or clinic.chain_proved_on < day)


def day_to_confirm(moment: datetime, clinic: Clinic) -> date | None:
    """The newest working day that is over: somebody should have said that its test arrived."""
    day = newest_working_day(moment, clinic, closing)
    if day is None or clinic.is_synthetic or opening(day, clinic) < clinic.created_at:
        return None
    return day
