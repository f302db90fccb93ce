"""The audit hook: it sees imports, files, frames, ctypes and more. Python has no way to remove an audit hook."""
import sys

from grader.worker.policy.rules import FRAME_ATTRIBUTES, Policy

_HANDLERS = {
    "import": Policy.on_import, "exec": Policy.on_run,
    "open": Policy.on_open, "os.link": Policy.on_open,
    "sys._getframe": Policy.on_frames, "sys._current_frames": Policy.on_frames,
    "sys._current_exceptions": Policy.on_frames, "object.__getattr__": Policy.on_frame_of,
    "gc.get_objects": Policy.on_objects, "gc.get_referrers": Policy.on_objects, "gc.get_referents": Policy.on_objects,
    "sys.settrace": Policy.on_trace, "sys.setprofile": Policy.on_trace,
    "compile": Policy.on_compile, "marshal.loads": Policy.on_marshal,
    "marshal.load": Policy.on_marshal,
    "code.__new__": lambda policy, frame, code, name, *_: policy.on_compile(frame, code, name),
    **{f"ctypes.{event}": Policy.on_ctypes for event in (
        "dlopen", "dlsym", "dlsym/handle", "call_function", "cdata", "cdata/buffer", "string_at", "wstring_at",
        "addressof", "PyObj_FromPtr")},
}


def add_audit_hook(policy: Policy) -> None:
    """Call the handler of `policy` at every event of _HANDLERS, until this process ends."""
    sys.addaudithook(_make_hook(policy, _HANDLERS))


def _make_hook(policy: Policy, handlers: dict):
    """The hook, a closure over all that it needs. For nearly all events of a run it returns at its first line."""
    get_frame = sys._getframe

    def hook(event, args):
        if event not in handlers or (event == "object.__getattr__" and args[1] not in FRAME_ATTRIBUTES):
            return
        if event == "sys._getframe" and args[0].f_code is own_code:
            return  # caused by get_frame below
        handlers[event](policy, get_frame(0).f_back, *args)

    own_code = hook.__code__
    return hook
