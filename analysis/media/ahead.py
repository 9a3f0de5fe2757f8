"""Working ahead in a thread of its own, by a bounded number of items: decoding goes on while the models look."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Channel(Generic[T]):
    """At most `size` items on their way from one thread to another. `failure` is what ended the maker, if anything."""

    size: int
    _waiting: deque[T] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _finished: bool = False
    _unwanted: bool = False
    failure: BaseException | None = None

    def put(self, item: T) -> bool:
        """Hand over an item as soon as there is room; False where nobody wants any more."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < self.size or self._unwanted)
            if self._unwanted:
                return False
            self._waiting.append(item)
            self._changed.notify_all()
            return True

    def finish(self, failure: BaseException | None) -> None:
        """No item comes any more."""
        with self._changed:
            self.failure, self._finished = failure, True
            self._changed.notify_all()

    def refuse(self) -> None:
        """No item is wanted any more."""
        with self._changed:
            self._unwanted = True
            self._waiting.clear()
            self._changed.notify_all()

    def take(self) -> Iterator[T]:
        """The items in their order, until the maker has finished."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._finished)
                if not self._waiting:
                    return
                item = self._waiting.popleft()
                self._changed.notify_all()
            yield item


def ahead(make: Callable[[], Iterator[T]], items: int, name: str) -> Iterator[T]:
    """The items of `make()`, made in a thread called `name` that is at most `items` ahead of whoever takes them.

    What making raises is raised here, after the items before it. However the taking ends (the last item, a failure, the
    taker's own exception, a break), the thread has ended when this iterator has.
    """
    channel: _Channel[T] = _Channel(items)

    def work() -> None:
        failure: BaseException | None = None
        source = make()
        try:
            for item in source:
                if not channel.put(item):
                    break
        except BaseException as error:  # noqa: BLE001 - it is raised where the items are taken
            failure = error
        finally:
            close = getattr(source, "close", None)
            if close is not None:
                close()
            channel.finish(failure)

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        yield from channel.take()
    finally:
        channel.refuse()
        thread.join()
    if channel.failure is not None:
        raise channel.failure
