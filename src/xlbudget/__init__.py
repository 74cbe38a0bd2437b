"""xlbudget: department budget disclosure, exact to the rounding (部门预算公开)."""

__version__ = "0.1.0"

__all__ = ["__version__"]
