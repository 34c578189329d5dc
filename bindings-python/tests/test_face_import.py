"""The import: what it loads, and what a program that ends leaves behind."""

import subprocess
import sys
import textwrap


def python(code: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_import_loads_little_and_starts_nothing() -> None:
    loaded = python(
        """
        import sys, threading
        before = set(sys.modules)
        import hedgerow
        print(*sorted(set(sys.modules) - before))
        assert threading.active_count() == 1
        """
    ).split()
    for heavy in ("asyncio", "dataclasses", "typing", "inspect", "logging", "trio", "anyio", "httpx", "ssl"):
        assert heavy not in loaded


def test_a_face_of_threads_needs_no_event_loop() -> None:
    python(
        """
        import sys
        from hedgerow import Client
        assert Client(endpoints=["a"]).call(lambda: 1) == 1
        assert "asyncio" not in sys.modules
        """
    )


def test_the_gil_stays_as_it_was() -> None:
    python(
        """
        import sys
        enabled = getattr(sys, "_is_gil_enabled", lambda: True)
        before = enabled()
        import hedgerow
        assert enabled() == before
        """
    )


def test_a_program_ends_with_nothing_left_to_wait_for() -> None:
    code = """
    import asyncio, sys, time
    from hedgerow import AsyncClient
    policy = {"hedge": {"strategy": "fixed", "delay_us": 5000}, "operations": {"get": {"idempotency": "natural"}}}
    client = AsyncClient(policy, endpoints=["a", "b"])
    async def slow(attempt):
        await asyncio.sleep(10 if attempt.kind == "primary" else 0)
    async def main():
        await client.call(slow, op="get")
        await client.call(asyncio.sleep, 0, deadline=30.0)
        assert len(asyncio.all_tasks()) == 1
    asyncio.run(main(), debug=True)
    print(time.monotonic())
    """
    import time

    said = float(python(code, "-X", "dev", "-W", "error"))
    assert time.monotonic() - said < 5


def test_all_names_are_there() -> None:
    python(
        """
        import hedgerow
        for name in hedgerow.__all__:
            assert getattr(hedgerow, name) is not None
        assert sorted(hedgerow.__all__) == list(hedgerow.__all__)
        """
    )
