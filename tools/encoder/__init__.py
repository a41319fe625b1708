"""The parts of `tools/build_encoder.py`: what makes the bundled encoder from openly licensed parts."""
