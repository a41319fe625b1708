"""The pages a person sees: templates, style, and what they show."""

from .pages import STATIC, Pages

__all__ = ["STATIC", "Pages"]
