"""Runs a Pulumi program with the `pulumi` package of this Python. Started by the stand-in language host (python.go)."""

import asyncio
import os
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import pulumi
from pulumi.runtime import run_in_stack
from pulumi.runtime.settings import reset_options

# The CLI takes this exit code for: the error has been shown already.
ALREADY_REPORTED = 32

# A call of the engine that waits for an answer holds a thread.
CALLS_AT_ONCE_LIMIT = 64

monitor, engine, organization, project, stack, root_folder, parallel, dry_run, program = sys.argv[1:]


async def run_program():
    runpy.run_path(program, run_name="__main__")


def main():
    # The host interrupts the program when the engine has stopped; the engine has then said why.
    signal.signal(signal.SIGINT, lambda _signal, _frame: os._exit(ALREADY_REPORTED))
    reset_options(
        monitor_address=monitor,
        engine_address=engine,
        organization=organization,
        project=project,
        stack=stack,
        root_directory=root_folder,
        parallel=int(parallel),
        preview=dry_run == "true",
    )
    # The program sees its own folder and its own name, as if Python had been started with it.
    sys.argv = [program]
    if os.path.isfile(program):
        sys.path.insert(0, os.path.dirname(program))
    else:
        sys.path.insert(0, program)
    calls_at_once = min(max(int(parallel), 1), CALLS_AT_ONCE_LIMIT)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_default_executor(ThreadPoolExecutor(max_workers=calls_at_once))
    # A failed registration is reported by the engine; the outputs that wait for it need not say it once more.
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        loop.run_until_complete(run_in_stack(run_program))
        return 0
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except BaseException as error:  # noqa: BLE001 a program may end with anything
        if is_shutdown(error):
            return 0
        pulumi.log.error("The program failed: " + "".join(own_frames(error)))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        sys.stdout.flush()
        sys.stderr.flush()
    return ALREADY_REPORTED


def is_shutdown(error):
    """Whether the engine has ended while the program was still calling it; it has then said why."""
    import grpc

    return isinstance(error, grpc.RpcError) and error.code() == grpc.StatusCode.UNAVAILABLE


def own_frames(error):
    """The traceback from the program's own first line on: what lies above it is this file and Pulumi."""
    frames = traceback.extract_tb(error.__traceback__)
    folder = os.path.abspath(program if os.path.isdir(program) else os.path.dirname(program)) + os.sep
    own = [index for index, frame in enumerate(frames) if frame.filename.startswith(folder)]
    shown = frames[own[0] :] if own else frames
    return [*traceback.format_exception_only(type(error), error), *traceback.format_list(shown)]


code = main()
# Threads that still wait for the engine must not keep the process alive.
os._exit(code)
