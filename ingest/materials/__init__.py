"""From files to works: what each file is, which of them are one work, which version of a kind is judged.

Content comes first and names second: what only a name says is never certain. Pure functions of values.
"""

from ingest.materials.grouping import Grouping, group
from ingest.materials.kinds import classify
from ingest.materials.questions import only_asks
from ingest.materials.recognised import Classified
from ingest.materials.versions import Settled, Unclear, in_force

__all__ = ["Classified", "Grouping", "Settled", "Unclear", "classify", "group", "in_force", "only_asks"]
