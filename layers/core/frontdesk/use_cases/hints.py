"""Follows the messages that say where to look, with few looks at what is named again and again.

    1,000 events of one object at once

    first try     somebody is looking ─▶ note my ticket on the events, come again in a second
                  nobody is           ─▶ look
    later tries   a ticket as high as the noted one was applied ─▶ the events are done
                  none was            ─▶ look

Nothing hangs on the one who is looking: an event is done only when a result stands that was
fetched after it, and its own message comes again until then.
"""

from __future__ import annotations

from collections.abc import Sequence

from frontdesk.domain.snapshot import ObjectReference
from frontdesk.use_cases.mirror import Mirror, MirrorOutcome, mirror_with


def follow_hints(
    reference: ObjectReference, *, fresh: Sequence[str], tried: Sequence[str], mirror: Mirror
) -> MirrorOutcome:
    """Looks at the object unless somebody else's look is, or will be, enough.

    `fresh` are events whose messages come for the first time, `tried` all others. Raises as
    `mirror_object` does. When it answers LEFT, `tried` is done and `fresh` has to be tried again.
    """
    store = mirror.store
    is_over = not tried or store.settle_if_covered(reference, events=tried)
    if is_over and not fresh:
        return MirrorOutcome.SUPERSEDED
    ticket = store.take_ticket(reference)
    if is_over and ticket.has_company:
        store.leave(ticket, events=fresh)
        return MirrorOutcome.LEFT
    events = fresh if is_over else [*tried, *fresh]
    return mirror_with(ticket, mirror=mirror, events=events)
