#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `quantize` writes, read by the Python packages that it is for: bitsandbytes, compressed-tensors, and PyTorch alone.

- nf4, fp4 and llm-int8 files load in bitsandbytes, whose weights are ours to the bit.
- Integer files decompress in compressed-tensors to our weights.
- `torch.jit.load` runs the portable file of every method, and gives what our program gives (`check_portable`). `program_outputs`,
  which the target `long_tests` builds, says what that is.

"Our weights" are read here from the file by the formats' own definitions, in single precision.
"""
import functools, json, os, subprocess, sys, tempfile

sys.dont_write_bytecode = True  # nothing of it belongs among the sources
sys.path.insert(0, os.path.join(os.environ["CA_SOURCE_DIR"], "tests", "support"))
import hf_environment

hf_environment.enter("python-to-read", ["bitsandbytes==0.50.2", "compressed-tensors==0.20.0", "safetensors", "numpy"])

import numpy, torch
from safetensors import safe_open

shared = os.environ.get("CA_SHARED", os.path.join(os.environ["CA_SOURCE_DIR"], "..", "shared"))
if not os.path.isdir(os.path.join(shared, "models")):
    print("There are no shared models beside the sources.")
    sys.exit(77)
torch.set_num_threads(2)
MODELS = {name: os.path.join(shared, "models", name) for name in os.listdir(os.path.join(shared, "models"))}
RESNET, MOBILENET = MODELS["resnet18_cifar10.traced.pt"], MODELS["mobilenet_v2_cifar10.traced.pt"]
VIT, CLIP = MODELS["vit_cifar10.scripted.pt"], MODELS["clip-tiny"]
DATA = {CLIP: os.path.join(shared, "data", "pictogram10")}
CIFAR = os.path.join(shared, "data", "cifar10")
COUNT = int(os.environ.get("CA_IMAGES", "1000"))
OUTPUTS = os.path.join(os.environ["CA_BUILD_DIR"], "tests", "program_outputs")
WEIGHTS_ALONE = ("fp16", "int8-weight", "int4-weight", "int3-weight", "int2-weight", "nf4", "fp4", "mixed")
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what, flush=True)


def run(*arguments):
    """Our binary's answer. These are our own files: with --trust they may take their time to load on a machine that is busy."""
    done = subprocess.run([os.environ["CA_BINARY"], *arguments, "--trust", "--json", "--quiet"], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr or done.stdout)
        sys.exit(1)
    return json.loads(done.stdout)


def quantize(model, method, output, *options):
    """`method`: a name, or the file of a recipe."""
    data = DATA.get(model, CIFAR)
    how = ("--recipe" if method.endswith(".json") else "--method", method)
    result = run("quantize", "--model", model, "--data", data, *how, "--output", output, *options)
    if output.endswith(".safetensors"):
        size = os.path.getsize(output)
        # Before corrections of biases were tried, which the recipe notes.
        near = abs(size - result["predicted_bytes"]) <= 1e-3 * size
        check(size == result["bytes"] and near, f"predicted size of {method}, {os.path.basename(model)}")
    return result


def tensors_of(file):
    with safe_open(file, "pt") as opened:
        return {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata()


def same(ours, theirs):
    """Equal to the bit, but for the sign of zeros."""
    return ours.shape == theirs.shape and torch.equal(ours + 0.0, theirs + 0.0)


# --- bitsandbytes ------------------------------------------------------------------------------------------------------------


def our_four_bit(tensors, layer):
    """By its definition: a code's value times the scale of its block."""
    get = lambda name: tensors[f"{layer}.weight.{name}"].numpy()
    kind = next(name for name in tensors if name.startswith(f"{layer}.weight.quant_state"))
    state = json.loads(bytes(tensors[kind].numpy()))
    scales = get("absmax")
    if scales.dtype == numpy.uint8:
        shared_scales = numpy.repeat(get("nested_absmax"), state["nested_blocksize"])[: scales.size]
        scales = get("nested_quant_map")[scales] * shared_scales + numpy.float32(state["nested_offset"])
    packed = tensors[f"{layer}.weight"].numpy().reshape(-1)
    codes = numpy.stack([packed >> 4, packed & 15], -1).reshape(-1)
    count = int(numpy.prod(state["shape"]))
    values = get("quant_map")[codes[:count]] * numpy.repeat(scales, state["blocksize"])[:count]
    return torch.from_numpy(values).reshape(state["shape"])


def check_four_bit(folder, model, method):
    import bitsandbytes.functional as F

    file = os.path.join(folder, "four_bit.safetensors")
    quantize(model, method, file)
    tensors, metadata = tensors_of(file)
    config = json.loads(metadata["quantization_config"])
    check(config["load_in_4bit"] and config["bnb_4bit_quant_type"] == method, "the config of " + method)
    mark = f".weight.quant_state.bitsandbytes__{method}"
    layers = [name[: -len(mark)] for name in tensors if name.endswith(mark)]
    check(layers, f"{method} layers in {file}")
    doubled = 0
    for layer in layers:
        parts = {name: tensor for name, tensor in tensors.items() if name.startswith(layer + ".weight.")}
        state = F.QuantState.from_dict(dict(parts), torch.device("cpu"))
        doubled += state.nested
        theirs = F.dequantize_4bit(tensors[layer + ".weight"], state)
        check(same(our_four_bit(tensors, layer), theirs), f"{method}, {layer}")
    print(f"result: {method}: {len(layers)} layers of {os.path.basename(model)} as in bitsandbytes, {doubled} with double quantization")


def check_linear_four_bit(folder):
    """Its module for linear layers takes ours, and computes with it."""
    import bitsandbytes

    file = os.path.join(folder, "four_bit.safetensors")
    quantize(VIT, "nf4", file)
    tensors, _ = tensors_of(file)
    layer = max((n[:-7] for n in tensors if n.endswith(".weight") and n + ".absmax" in tensors), key=lambda n: tensors[n + ".weight"].numel())
    parts = {name[len(layer) + 8 :]: tensor for name, tensor in tensors.items() if name.startswith(layer + ".weight.")}
    weight = bitsandbytes.nn.Params4bit.from_prequantized(tensors[layer + ".weight"], parts, device="cpu")
    ours = our_four_bit(tensors, layer)
    module = bitsandbytes.nn.Linear4bit(ours.shape[1], ours.shape[0], bias=False, compute_dtype=torch.float32)
    module.weight = weight
    x = torch.randn(7, ours.shape[1], generator=torch.Generator().manual_seed(0))
    difference = (module(x) - x @ ours.T).abs().max() / (x @ ours.T).abs().max()
    check(difference < 2e-2, f"Linear4bit computes with our weights, difference {difference}")  # it may multiply in bfloat16


def check_rows(folder, model):
    import bitsandbytes.functional as F

    file, plain = os.path.join(folder, "rows.safetensors"), os.path.join(folder, "plain.safetensors")
    quantize(model, "llm-int8", file)
    quantize(model, "fp32", plain)
    tensors, metadata = tensors_of(file)
    floats, _ = tensors_of(plain)
    check(json.loads(metadata["quantization_config"])["load_in_8bit"], "the config of llm-int8")
    layers = [name[:-4] for name in tensors if name.endswith(".SCB")]
    check(layers, "llm-int8 layers in " + file)
    for layer in layers:
        codes, scales = tensors[layer + ".weight"], tensors[layer + ".SCB"]
        check(int(tensors[layer + ".weight_format"]) == 0, "weight_format of " + layer)
        ours = codes.numpy().astype(numpy.float32) * scales.numpy()[:, None] * numpy.float32(1 / 127)
        check(same(torch.from_numpy(ours), F.int8_vectorwise_dequant(codes, scales)), "llm-int8, " + layer)
        matrix = floats[layer + ".weight"].reshape(codes.shape)
        their_codes, their_scales, _ = F.int8_vectorwise_quant(matrix.half())
        check(torch.equal(codes, their_codes) and torch.equal(scales, their_scales), "codes of llm-int8, " + layer)
    print(f"result: llm-int8: {len(layers)} layers of {os.path.basename(model)} as in bitsandbytes")


def check_linear_rows(folder):
    import bitsandbytes

    file = os.path.join(folder, "rows.safetensors")
    quantize(VIT, "llm-int8", file)
    tensors, _ = tensors_of(file)
    layer = max((n[:-4] for n in tensors if n.endswith(".SCB")), key=lambda n: tensors[n + ".weight"].numel())
    codes, scales = tensors[layer + ".weight"], tensors[layer + ".SCB"]
    module = bitsandbytes.nn.Linear8bitLt(codes.shape[1], codes.shape[0], bias=False, has_fp16_weights=False, threshold=6.0)
    module.weight = bitsandbytes.nn.Int8Params(codes, requires_grad=False, has_fp16_weights=False, CB=codes, SCB=scales)
    x = torch.randn(7, codes.shape[1], generator=torch.Generator().manual_seed(0))
    expected = x @ (codes.float() * scales[:, None] / 127).T
    difference = (module(x) - expected).abs().max() / expected.abs().max()
    check(difference < 3e-2, f"Linear8bitLt computes with our weights, difference {difference}")


# --- compressed-tensors ------------------------------------------------------------------------------------------------------


def bits_of(packed, width, count):
    """Codes of a row-major stream of `width` bits, the lowest bit first, as unsigned numbers."""
    stream = numpy.unpackbits(packed.view(numpy.uint8), axis=-1, bitorder="little")[:, : count * width]
    return (stream.reshape(packed.shape[0], count, width).astype(numpy.int32) << numpy.arange(width)).sum(-1)


def our_integers(tensors, layer, width):
    scales = tensors[layer + ".weight_scale"].float().numpy()
    zeros = tensors.get(layer + ".weight_zero_point")
    if width == 8:
        codes = tensors[layer + ".weight"].numpy().astype(numpy.float32)
        shape = codes.shape
        zeros = zeros.numpy().astype(numpy.float32) if zeros is not None else 0
    else:
        shape = tensors[layer + ".weight_shape"].tolist()
        codes = (bits_of(tensors[layer + ".weight_packed"].numpy(), width, shape[1]) - 2 ** (width - 1)).astype(numpy.float32)
        if zeros is not None:
            zeros = bits_of(numpy.ascontiguousarray(zeros.numpy().T), width, shape[0]).T - 2.0 ** (width - 1)
        else:
            zeros = 0
    if scales.shape[1] > 1:  # groups
        repeat = lambda value: numpy.repeat(value, shape[1] // scales.shape[1], axis=1) if not numpy.isscalar(value) else value
        scales, zeros = repeat(scales), repeat(zeros)
    return torch.from_numpy(((codes - zeros) * scales).astype(numpy.float32))


def check_integers(folder, model, method, *options):
    from compressed_tensors.compressors import BaseCompressor
    from compressed_tensors.quantization import QuantizationConfig

    file = os.path.join(folder, "integers.safetensors")
    quantize(model, method, file, *options)
    tensors, metadata = tensors_of(file)
    config = QuantizationConfig.model_validate(json.loads(metadata["quantization_config"]))
    layers = 0
    for group in config.config_groups.values():
        compressor = BaseCompressor.get_value_from_registry(group.format)
        for layer in group.targets:
            names = ("weight", "weight_packed", "weight_shape", "weight_scale", "weight_zero_point")
            state = {name: tensors[f"{layer}.{name}"] for name in names if f"{layer}.{name}" in tensors}
            ours = our_integers(tensors, layer, group.weights.num_bits)
            theirs = compressor.decompress(dict(state), group)["weight"]
            check(same(ours.to(theirs.dtype), theirs), f"{method} {options}, {layer}, in its own type")
            state["weight_scale"] = state["weight_scale"].float()
            check(same(ours, compressor.decompress(state, group)["weight"]), f"{method} {options}, {layer}")
            layers += 1
    check(layers, f"{method} layers in {file}")
    print(f"result: {os.path.basename(method)} {' '.join(options)}: {layers} layers of {os.path.basename(model)} as in compressed-tensors")


def check_width(folder, model, bits):
    """A width that no method has, by a recipe."""
    recipe = os.path.join(folder, f"int{bits}.json")
    quantize(model, "int4-weight", recipe, "--rounding", "mse", "--format", "recipe")
    with open(recipe) as file:
        content = json.load(file)
    for scheme in content["layers"].values():
        scheme["format"] = f"int{bits}"
    with open(recipe, "w") as file:
        json.dump(content, file)
    check_integers(folder, model, recipe)


# --- PyTorch alone -----------------------------------------------------------------------------------------------------------


@functools.cache
def images_of(data):
    """The first images of the test set, as the models take them."""
    records = numpy.fromfile(os.path.join(data, "test_batch.bin"), dtype=numpy.uint8).reshape(-1, 3073)[:COUNT]
    return (torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).copy()).float() / 255 - 0.5) / 0.25


def portable_outputs(file, images, batch):
    network = torch.jit.load(file)
    with torch.inference_mode():
        return torch.cat([network(images[at : at + batch]) for at in range(0, len(images), batch)])


def our_outputs(folder, file, images, batch):
    given, taken = os.path.join(folder, "images.f32"), os.path.join(folder, "outputs.f32")
    images.numpy().tofile(given)
    done = subprocess.run([OUTPUTS, file, given, str(batch), taken], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return torch.from_numpy(numpy.fromfile(taken, dtype=numpy.float32).reshape(len(images), -1))


def check_portable(folder, model, method, *options):
    """Weights alone: no logit differs by more than 1e-3 of the largest. Quantized activations and bfloat16, whose roundings fall
    to either side where sums are added in another order: all logits together by 2e-2, and 99 of 100 images have the same best
    class, each image counted."""
    images, exact = images_of(DATA.get(model, CIFAR)), method in WEIGHTS_ALONE and "bf16" not in options
    file, portable = os.path.join(folder, "own.safetensors"), os.path.join(folder, "portable.pt")
    size = quantize(model, method, file, *options)["bytes"]
    quantize(model, method, portable, "--format", "torchscript", *options)
    theirs, ours = portable_outputs(portable, images, 125), our_outputs(folder, file, images, 125)
    worst = ((theirs - ours).abs().max() / ours.abs().max()).item()
    together = ((theirs - ours).norm() / ours.norm()).item()
    same_class = (theirs.argmax(1) == ours.argmax(1)).sum().item()
    name = " ".join([method, *options, "of", os.path.basename(model)])
    print(f"result: {name}: the same class for {same_class} of {len(images)} images, logits differ by {together:.1e}, "
          f"at most {worst:.1e}; {os.path.getsize(portable)} bytes, ours {size}", flush=True)
    check(worst <= 1e-3 if exact else together <= 2e-2, f"logits of {name}")
    check(same_class >= 0.99 * len(images), f"classes of {name}")
    alone = portable_outputs(portable, images[:8], 1)
    check((alone - theirs[:8]).norm() <= (1e-5 if exact else 2e-2) * theirs[:8].norm(), f"images one by one, {name}")


with tempfile.TemporaryDirectory() as folder:
    for model in (RESNET, MOBILENET, VIT, CLIP):
        check_four_bit(folder, model, "nf4")
        check_four_bit(folder, model, "fp4")
        check_rows(folder, model)
    check_linear_four_bit(folder)
    check_linear_rows(folder)
    check_integers(folder, RESNET, "int8-weight")
    check_integers(folder, MOBILENET, "static-int8")
    check_integers(folder, VIT, "int8-weight", "--asymmetric")
    check_integers(folder, VIT, "int8-weight", "--group", "64")
    for method in ("int4-weight", "int3-weight", "int2-weight"):
        check_integers(folder, RESNET, method, "--rounding", "mse")
    check_integers(folder, VIT, "int4-weight", "--rounding", "mse", "--symmetric")
    check_integers(folder, VIT, "int4-weight", "--rounding", "mse", "--group", "64")
    for method in ("int3-weight", "int2-weight"):
        check_integers(folder, CLIP, method, "--rounding", "mse", "--group", "32")
    for bits in (5, 6):
        check_width(folder, RESNET, bits)
    for model in (RESNET, MOBILENET, VIT, CLIP):
        for method in ("fp16", "bf16", "int8-weight", "nf4", "fp4", "llm-int8", "dynamic-int8", "static-int8"):
            check_portable(folder, model, method)
        for method in ("int4-weight", "int3-weight", "int2-weight", "w4a8"):
            check_portable(folder, model, method, "--rounding", "mse")
        check_portable(folder, model, "mixed", "--target-ratio", "6", "--rounding", "mse")
    check_portable(folder, VIT, "dynamic-int8", "--per-token")
    check_portable(folder, RESNET, "int8-weight", "--compute", "bf16")

print(f"result: interoperation: {len(failures)} failures")
sys.exit(1 if failures else 0)
