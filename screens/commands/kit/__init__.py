"""The command ``kit``: a folder for a workshop, with everything that many laptops need.

Each module here is one of its actions.
"""

from __future__ import annotations

HELP = "a folder for a workshop: make, check, update or serve it"
ORDER = 45
EXAMPLES = (("kit make ./kit", "collect what the laptops of a workshop need"),)
