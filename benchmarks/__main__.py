"""Every benchmark, one after the other; prints figures and never fails by them."""

from benchmarks import export


def main() -> None:
    export.main([])


if __name__ == "__main__":
    main()
