"""The one base class of errors that a user can cause, and its families.

    XlbudgetError            one clear sentence in Chinese; the command line prints it and ends with status 2
    ├── AmountError          a text that is not an amount
    ├── UnusableFileError    a file that is missing, damaged, locked or not a workbook
    ├── DataFolderError      a data folder whose files cannot be understood
    ├── MailError            a mail that cannot be made or sent: addresses, settings, the server
    └── StandardError        a standard (folder of rules) that contradicts itself

Things wrong with the *figures* are findings, never exceptions.
"""


class XlbudgetError(Exception):
    """Broken input; ``str()`` is one Chinese sentence that names the file or cell and the way out."""


class AmountError(XlbudgetError):
    """A text that cannot be read as an amount."""


class UnusableFileError(XlbudgetError):
    """A file that cannot be read or written at all."""


class DataFolderError(XlbudgetError):
    """A data folder (CSV and TOML) that cannot be understood."""


class MailError(XlbudgetError):
    """A mail that cannot be made or sent; what was written to disk stays."""


class StandardError(XlbudgetError):
    """A standard whose tables, rules or subject lists contradict each other."""
