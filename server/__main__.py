"""入口 — ``python -m server``; a web process of the supervisor takes a short way past the command line's imports."""

import sys


def main() -> None:
    """Run the command that was asked for."""
    if sys.argv[1:2] == ["web"]:
        from server.run.web import main as serve

        serve(sys.argv[2:])
        return
    from server.cli.app import app

    app(prog_name="python -m server")


if __name__ == "__main__":
    main()
