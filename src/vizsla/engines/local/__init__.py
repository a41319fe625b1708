"""The embedded engine: words by tantivy, looks by FAISS, filters by memory-mapped columns.

Everything is a log of *slots*: each change appends one, and the newest slot of a record's number is the live one.
Nothing that a search can see is overwritten, so a snapshot is a count of slots and a few references.
"""
