"""Files behind links: fetched from the providers' hosts and no others, resumed, checked; or why not, as a value.

`fetch` takes one link, `fetch_all` many; both return `Fetched`, `Waiting` (try again, not before) or `Manual` (a person
must, with the reason). Only a disk that cannot be written to raises.
"""

from ingest.sources.cloud.fetching import Job, fetch, fetch_all, partial_path, soonest_first
from ingest.sources.cloud.network import Network, network_of
from ingest.sources.cloud.outcomes import (
    MANUAL_REASONS,
    SENDERS_TURN,
    WAITING_REASONS,
    Fetched,
    Manual,
    Outcome,
    Waiting,
)
from ingest.sources.cloud.partial import Kept, forget, handed_over, kept
from ingest.sources.cloud.ways import WAYS

__all__ = [
    "MANUAL_REASONS",
    "SENDERS_TURN",
    "WAITING_REASONS",
    "WAYS",
    "Fetched",
    "Job",
    "Kept",
    "Manual",
    "Network",
    "Outcome",
    "Waiting",
    "fetch",
    "fetch_all",
    "forget",
    "handed_over",
    "kept",
    "network_of",
    "partial_path",
    "soonest_first",
]
