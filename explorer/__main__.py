"""`python -m explorer` and the command `latent-explorer`. Imports nothing that takes time."""

import sys


def main() -> int:
    from explorer.cli import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
