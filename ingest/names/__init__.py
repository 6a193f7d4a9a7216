"""Names as people write them: titles, 登记号, recommending units, persons, legal bodies.

Matching always comes with a confidence and a reason; where two would fit, the answer is None and a person decides.
"""

from ingest.names.bodies import Body, body, same_body
from ingest.names.persons import People, people
from ingest.names.titles import find_ids, fold, kind_hint, same_title, title_guess, title_in
from ingest.names.units import Match, match_recommender, named_in, nearest

__all__ = [
    "Body",
    "Match",
    "People",
    "body",
    "find_ids",
    "fold",
    "kind_hint",
    "match_recommender",
    "named_in",
    "nearest",
    "people",
    "same_body",
    "same_title",
    "title_guess",
    "title_in",
]
