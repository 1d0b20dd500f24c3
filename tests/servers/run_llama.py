"""Serves a tiny random model with llama.cpp's own server, which takes one key: FOLDER PORT KEY."""

import pathlib
import sys
import threading

import gguf
import numpy
import xllamacpp

WIDTH, HEADS, LAYERS, INNER = 64, 4, 2, 128


def model(path):
    """A Llama of two layers whose tokens are bytes. What it says makes no sense, but it says it."""
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] + [gguf.TokenType.BYTE] * 256
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(256)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    random = numpy.random.default_rng(7)

    def tensor(name, *shape):
        values = numpy.ones(shape) if len(shape) == 1 else random.normal(0, 0.02, shape)
        writer.add_tensor(name, values.astype(numpy.float32))

    tensor("token_embd.weight", len(tokens), WIDTH)
    tensor("output_norm.weight", WIDTH)
    tensor("output.weight", len(tokens), WIDTH)
    for layer in range(LAYERS):
        tensor(f"blk.{layer}.attn_norm.weight", WIDTH)
        tensor(f"blk.{layer}.ffn_norm.weight", WIDTH)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensor(f"blk.{layer}.{name}.weight", WIDTH, WIDTH)
        tensor(f"blk.{layer}.ffn_gate.weight", INNER, WIDTH)
        tensor(f"blk.{layer}.ffn_up.weight", INNER, WIDTH)
        tensor(f"blk.{layer}.ffn_down.weight", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


folder, port, key = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
model(folder / "tiny.gguf")
params = xllamacpp.CommonParams()
params.model.path = str(folder / "tiny.gguf")
params.hostnames = ["127.0.0.1"]
params.port = port
params.n_ctx = 256
if key:
    params.api_keys = [key]
server = xllamacpp.Server(params)
threading.Event().wait()
