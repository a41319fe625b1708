"""Encoders from ONNX files: CLIP, OpenCLIP, SigLIP and SigLIP 2, from a directory or from the Hugging Face hub."""
