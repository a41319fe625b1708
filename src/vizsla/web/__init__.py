"""The pages a person sees: templates, style, and what they show."""

from .pages import STATIC, Copy, Pages

__all__ = ["STATIC", "Copy", "Pages"]
