"""The `grader` command. It turns every error that a user can cause into one sentence and an exit code."""
import sys

from grader.errors import BROKEN, USAGE, GraderError, UsageError

INTERRUPTED = 130  # the exit code that shells expect of a program ended by Ctrl-C


def main(argv: list[str] | None = None) -> int:
    from grader.cli import run
    try:
        return run(sys.argv[1:] if argv is None else argv)
    except UsageError as error:
        print(f"grader: {error}", file=sys.stderr)
        return USAGE
    except GraderError as error:
        print(f"grader: {error}", file=sys.stderr)
        return BROKEN
    except PermissionError as error:
        print(f"grader: {error.filename} cannot be written: {error.strerror}.", file=sys.stderr)
        return USAGE
    except BrokenPipeError:  # `grader list | head`
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
