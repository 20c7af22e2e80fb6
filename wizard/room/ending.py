"""What a laptop says to its user about the last message to its room."""

from __future__ import annotations

from dataclasses import dataclass

from wizard import invocation


@dataclass(frozen=True)
class Ending:
    """What became of the last message. ``code`` is what to read out if it has not arrived.

    With ``wrong_key``, the room has another key; then it would refuse a code too.
    """

    room: str
    delivered: bool
    problem: str = ""
    code: str = ""
    wrong_key: bool = False

    def lines(self) -> tuple[str, ...]:
        """Say it to the user."""
        if self.delivered:
            return (f"The room at {self.room} has the result.",)
        if self.wrong_key:
            again = invocation.command("--room", f"{self.room}/KEY")
            return (
                f"The room at {self.room} refuses what this laptop reports: the key that was typed "
                "is not its key. Compare it with the room's screen.",
                f"Then report again, with the same options as before: {again}",
            )
        told = f"The room at {self.room} was not reached: {self.problem or 'no answer yet'}."
        if not self.code:
            return (told,)
        return (told, "Read this code out, so that it is entered there:", "", f"  {self.code}", "")
