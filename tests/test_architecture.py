"""The rules of the house, read from the source: who may import what, and that everything public says what it is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import attune

ROOT = Path(attune.__file__).parent
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))

PURE = {
    *("timebase", "events", "profile", "hearing", "transcribing", "conversation", "coaching"),
    *("plan", "accuracy", "session_log", "engine", "analysis", "reading"),
}
"""Rooms without clock, chance, threads or devices."""

EDGES = {
    "sounddevice", "soundfile", "soxr", "av", "webrtcvad", "faster_whisper", "onnxruntime", "pyttsx3", "sqlite3",
    "time", "datetime", "random", "secrets", "threading", "multiprocessing", "asyncio", "queue", "signal", "select",
    "os", "socket", "subprocess", "urllib", "http", "tempfile", "shutil", "pathlib", "logging", "click", "rich", "sys",
}  # fmt: skip
"""What a pure room does not touch; numpy is not among them."""

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "timebase": set(),
    "schemas": set(),
    "bundled": {"errors"},
    "events": {"timebase"},
    "profile": set(),
    "hearing": {"errors", "timebase", "events", "profile"},
    "transcribing": {"errors", "timebase", "events"},
    "conversation": {"errors", "timebase", "events", "accuracy"},
    "coaching": {"errors", "timebase", "events", "conversation"},
    "settings": {"errors", "hearing", "transcribing", "conversation", "coaching"},
    "plan": set(),
    "accuracy": {"plan"},
    "session_log": {"timebase", "events", "transcribing", "conversation", "plan"},
    "engine": {
        *("errors", "timebase", "events", "hearing", "transcribing", "conversation", "coaching", "settings"),
        *("plan", "accuracy", "session_log"),
    },
    "analysis": {"errors", "timebase", "events", "hearing", "transcribing", "engine"},
    "reading": {"errors", "timebase", "events", "conversation"},
    "adapters": {"errors", "timebase", "events", "settings"},
    "sessions": {"errors", "timebase", "events", "profile"},
    "reports": {"errors", "timebase", "events"},
    "live": {"errors", "timebase", "events", "transcribing", "engine"},
    "__main__": {"cli"},
}
"""The one way that imports run, room by room; every room may import itself, and the command line all of them."""

THREADED = {
    "adapters/playback.py",
    "adapters/portaudio.py",
    "adapters/speech_synthesis.py",
    "adapters/terminal_keys.py",
    "adapters/voice_process.py",
}
"""Modules beside live/ with a lock or a condition of their own, because a library calls them from its threads."""


def room_of(module: str) -> str:
    """Return the room of a module: its folder, or its own name at the top."""
    first = module.split("/")[0]
    return first.removesuffix(".py")


@cache
def tree_of(module: str) -> ast.Module:
    """Return the syntax of a module."""
    return ast.parse((ROOT / module).read_text("utf-8"), filename=module)


def imported(module: str) -> Iterator[str]:
    """Yield the full names of the modules that a module imports, wherever in it."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports name their room, they are not relative"
            yield node.module or ""
            if node.module == "attune":
                yield from (f"attune.{alias.name}" for alias in node.names)


def roots_imported(module: str) -> set[str]:
    """Return the packages that a module imports from."""
    return {name.split(".")[0] for name in imported(module)}


def rooms_imported(module: str) -> set[str]:
    """Return the rooms that a module imports from."""
    names = (name.split(".") for name in imported(module))
    return {parts[1] for parts in names if parts[0] == "attune" and len(parts) > 1}


def test_there_are_modules_to_look_at() -> None:
    """The walk finds the house."""
    assert "hearing/levels.py" in MODULES
    assert "timebase" in rooms_imported("events.py")
    assert "threading" in set(imported("live/session.py"))


def test_imports_run_one_way() -> None:
    """A room imports itself and the rooms before it; nothing but the command line sees everything."""
    against = {}
    for module in MODULES:
        room = room_of(module)
        if room not in ("cli", "__init__"):
            against[module] = rooms_imported(module) - {room} - MAY_IMPORT[room]
    assert {module: rooms for module, rooms in against.items() if rooms} == {}


def test_the_order_of_rooms_has_no_circle() -> None:
    """Each room of the table can be built after those that it imports."""
    built: set[str] = set()
    while len(built) < len(MAY_IMPORT):
        ready = {room for room, needs in MAY_IMPORT.items() if room not in built and needs - {"cli"} <= built}
        assert ready, f"in a circle: {sorted(set(MAY_IMPORT) - built)}"
        built |= ready


def test_pure_rooms_touch_no_edge() -> None:
    """No device, file, clock, chance, thread or screen: what they need is handed in."""
    edges = {module: roots_imported(module) & EDGES for module in MODULES if room_of(module) in PURE}
    assert len(edges) > 40
    assert {module: found for module, found in edges.items() if found} == {}


def test_pure_rooms_open_and_print_nothing() -> None:
    """Not even through a builtin."""
    wrong = []
    for module in MODULES:
        for node in ast.walk(tree_of(module)):
            if room_of(module) in PURE and isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                wrong += [module] if node.func.id in {"open", "print", "input", "exec", "eval"} else []
    assert wrong == []


def test_threads_live_in_live() -> None:
    """Beside live/ only the adapters whose library brings threads have a lock."""
    threads = {"threading", "multiprocessing", "asyncio", "concurrent"}
    others = [module for module in MODULES if room_of(module) != "live" and module not in THREADED]
    assert [module for module in others if roots_imported(module) & threads] == []


@pytest.mark.parametrize("module", sorted(THREADED))
def test_module_that_may_have_a_lock_has_one(module: str) -> None:
    """The list of exceptions holds no dead names."""
    assert "threading" in set(imported(module))


def test_nobody_sleeps() -> None:
    """Waiting is for an event, with a time-out; a sleep is a guess."""
    attributes = [(m, n.attr) for m in MODULES for n in ast.walk(tree_of(m)) if isinstance(n, ast.Attribute)]
    assert [module for module, name in attributes if name == "sleep"] == []


def test_errors_are_never_swallowed_bare() -> None:
    """A handler names what it catches."""
    handlers = [(m, n) for m in MODULES for n in ast.walk(tree_of(m)) if isinstance(n, ast.ExceptHandler)]
    assert [(module, node.lineno) for module, node in handlers if node.type is None] == []


def test_module_says_what_it_is_for() -> None:
    """Whatever holds code opens with a sentence."""
    assert [m for m in MODULES if tree_of(m).body and not ast.get_docstring(tree_of(m))] == []


def public_definitions(module: str) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield public classes, functions and methods, by name."""
    waiting: list[tuple[str, ast.AST]] = [("", tree_of(module))]
    while waiting:
        prefix, node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith(
                "_"
            ):
                yield f"{prefix}{child.name}", child
                if isinstance(child, ast.ClassDef):
                    waiting.append((f"{prefix}{child.name}.", child))


def test_everything_public_says_what_it_does() -> None:
    """Classes, functions and methods have a docstring."""
    found = [(module, name, node) for module in MODULES for name, node in public_definitions(module)]
    assert len(found) > 500
    assert [(module, name) for module, name, node in found if not ast.get_docstring(node)] == []


def test_functions_take_no_flags_and_no_grab_bags() -> None:
    """No parameter is annotated bool by position, none is ``**kwargs``; click's own interface is left out."""
    wrong = []
    for module in MODULES:
        for name, node in public_definitions(module):
            if room_of(module) != "cli" and not isinstance(node, ast.ClassDef):
                flags = [a for a in node.args.args if isinstance(a.annotation, ast.Name) and a.annotation.id == "bool"]
                wrong += [(module, name)] if flags or node.args.kwarg else []
    assert wrong == []


def run_python(code: str) -> str:
    """Return what a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_help_loads_nothing_heavy() -> None:
    """``attune --help`` answers without numpy, rich, PortAudio or any model."""
    code = (
        "import sys\n"
        "sys.argv = ['attune', '--help']\n"
        "from attune.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'rich', 'sounddevice', 'soundfile', 'av', 'onnxruntime', 'faster_whisper', 'pyttsx3'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))\n"
    )
    out = run_python(code)
    assert "analyze" in out
    assert out.splitlines()[-1] == "LOADED []"


def test_import_of_the_package_loads_nothing_heavy() -> None:
    """``import attune`` needs no PortAudio."""
    assert (
        run_python("import sys, attune; print('numpy' in sys.modules, 'sounddevice' in sys.modules)") == "False False\n"
    )


def test_engine_loads_without_any_edge() -> None:
    """The whole pure core runs where there is no sound hardware, no model and no screen."""
    loaded = run_python(
        "import sys, attune.engine, attune.analysis, attune.reading\n"
        "edges = {'sounddevice', 'soundfile', 'av', 'soxr', 'webrtcvad', 'faster_whisper', 'onnxruntime', 'pyttsx3',"
        " 'sqlite3', 'click', 'rich'}\n"
        "print(sorted(edges & set(sys.modules)), sorted(m for m in sys.modules if m.startswith('attune.adapters')))\n"
    )
    assert loaded == "[] []\n"
