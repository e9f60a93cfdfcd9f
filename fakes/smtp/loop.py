"""One event loop in a thread of its own, for any number of servers and clients."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


class Loop:
    """A running event loop; close it, or use it in a `with` statement.

    It is a selector loop on every platform: Windows' own cannot start TLS within a
    connection on every Python that we support.
    """

    def __init__(self) -> None:
        self.asyncio_loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(
            target=self._run, name="relay-harness-smtp", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self, coroutine: Coroutine[Any, Any, T], *, timeout: float | None = None
    ) -> T:
        """Run a coroutine in the loop and wait for its result.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.

        """
        if self.is_here:
            coroutine.close()
            raise AssertionError("the loop's own thread cannot wait for itself")
        future = asyncio.run_coroutine_threadsafe(coroutine, self.asyncio_loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Have the loop call something, from any thread, without waiting."""
        self.asyncio_loop.call_soon_threadsafe(callback)

    @property
    def is_here(self) -> bool:
        """Whether the caller is in the loop's own thread."""
        return threading.current_thread() is self._thread

    def close(self) -> None:
        """Cancel what still runs, and end the thread; a second call does nothing."""
        if self._thread.is_alive():
            self.asyncio_loop.call_soon_threadsafe(self.asyncio_loop.stop)
            self._thread.join()

    def _run(self) -> None:
        loop = self.asyncio_loop
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            loop.run_until_complete(_cancel_all())
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            loop.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # One more turn, so that closed transports let go of their sockets.
    await asyncio.sleep(0)
