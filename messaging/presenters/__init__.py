"""Words and shapes of messaging, for the pages of patients and staff alike."""

from messaging.presenters.clock import ReplyClock, reply_clock
from messaging.presenters.deliveries import DeliveryRow, delivery_page
from messaging.presenters.hours import reading_hours, when
from messaging.presenters.thread import MessageRow, ThreadPage, thread_page

__all__ = [
    "DeliveryRow",
    "MessageRow",
    "ReplyClock",
    "ThreadPage",
    "delivery_page",
    "reading_hours",
    "reply_clock",
    "thread_page",
    "when",
]
