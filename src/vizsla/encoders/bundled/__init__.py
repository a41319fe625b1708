"""The bundled encoder: its code, and beside it the artifact that `tools/build_encoder.py` makes."""
