"""`python -m ceasefire` is the command `ceasefire`."""

from ceasefire.cli import main

if __name__ == "__main__":
    main()
