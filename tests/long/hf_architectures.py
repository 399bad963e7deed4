#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small networks with random weights as Hugging Face and torchvision save them: our binary predicts what they predict, for each image.

The labels of the images that it is given are the other implementation's predictions, so that its accuracy must be 1. Images whose
two best classes are closer than NEAR may go either way.
"""
import json, os, shutil, subprocess, sys, tempfile

sys.dont_write_bytecode = True  # nothing of it belongs among the sources
sys.path.insert(0, os.path.join(os.environ["CA_SOURCE_DIR"], "tests", "support"))
import hf_environment

hf_environment.enter()

import numpy, torch, transformers
from PIL import Image
from safetensors.torch import save_file

models = hf_environment.torchvision().models
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
torch.set_num_threads(2)

COUNT, LARGE_COUNT, NEAR = 300, 80, 2e-3  # images, those of 224 x 224, standard deviations of the logits
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)  # the preset cifar10
CLASSES = ["red square", "green circle", "blue star", "cat", "dog", "frog", "ship", "truck", "bird", "horse"]
TEMPLATES = ["a photo of a {}.", "a small {}"]
shared = os.environ.get("CA_SHARED", os.path.join(os.environ["CA_SOURCE_DIR"], "..", "shared"))
clip_tiny = os.path.join(shared, "models", "clip-tiny")


def make_pixels():
    """Smooth random images: colours of a 4 x 4 grid between which is interpolated, with noise."""
    random = numpy.random.default_rng(1)
    grid = torch.from_numpy(random.random((COUNT, 3, 4, 4), dtype=numpy.float32))
    smooth = torch.nn.functional.interpolate(grid, (32, 32), mode="bilinear")
    noise = torch.from_numpy(random.random((COUNT, 3, 32, 32), dtype=numpy.float32))
    return ((0.85 * smooth + 0.15 * noise) * 255).round().to(torch.uint8)


def preprocessed(pixels, side):
    if side != 32:
        resized = [Image.fromarray(p.permute(1, 2, 0).numpy()).resize((side, side), Image.Resampling.BILINEAR) for p in pixels]
        pixels = torch.stack([torch.from_numpy(numpy.array(image)).permute(2, 0, 1) for image in resized])
    mean, std = (torch.tensor(value).reshape(1, 3, 1, 1) for value in (MEAN, STD))
    return (pixels.float() / 255 - mean) / std


def settle(model, images):
    """Running statistics of batch norms from the images, and random scales, so that no norm is the identity."""
    for module in model.modules():
        if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.LayerNorm)):
            torch.nn.init.uniform_(module.weight, 0.7, 1.3)
            torch.nn.init.uniform_(module.bias, -0.2, 0.2)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # the mean over all batches
    model.train()
    with torch.no_grad():
        model(images)
    return model.eval()


def spread(head, logits):
    """Moves and scales the rows of the last layer, so that each class is the best for some of the images."""
    mean, std = logits.mean(0), logits.std(0)
    with torch.no_grad():
        head.weight /= std[:, None]
        head.bias.copy_((head.bias - mean) / std)


def classifier(make, head, side=224):
    """A maker of (model, logits, side)."""

    def run(pixels):
        torch.manual_seed(0)
        images = preprocessed(pixels if side == 32 else pixels[:LARGE_COUNT], side)
        net = make()
        logits = lambda: getattr(net(images), "logits", None) if hasattr(net, "config") else net(images)
        torch.nn.init.normal_(head(net).weight, std=0.05)
        settle(net, images)
        with torch.no_grad():
            spread(head(net), logits())
            return net, logits(), side

    return run


def clip_model(text_heads=2, vision_heads=2, eos=2513):
    config = transformers.CLIPConfig(
        text_config=dict(vocab_size=2514, hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=text_heads,
                         max_position_embeddings=32, bos_token_id=2512, eos_token_id=eos, pad_token_id=2513),
        vision_config=dict(hidden_size=128, intermediate_size=256, num_hidden_layers=3, num_attention_heads=vision_heads, image_size=32,
                           patch_size=8),
        projection_dim=64)
    return transformers.CLIPModel(config)


def clip(make):
    def run(pixels):
        torch.manual_seed(0)
        images = preprocessed(pixels, 32)
        net = make().eval()
        for parameter in net.parameters():  # the initial values are so small that nothing depends on the image
            if parameter.dim() > 1 and make is not shared_clip:
                torch.nn.init.normal_(parameter, std=0.08)
        tokenizer = transformers.CLIPTokenizer.from_pretrained(clip_tiny)
        prompts = [template.format(name) for name in CLASSES for template in TEMPLATES]
        tokens = tokenizer(prompts, padding=True, return_tensors="pt")
        with torch.no_grad():
            if make is not shared_clip:
                image_mean = net.vision_model(images).pooler_output.mean(0)
                net.vision_model.post_layernorm.bias -= image_mean
                net.text_model.final_layer_norm.bias -= net.text_model(**tokens).pooler_output.mean(0)
            texts = net.text_projection(net.text_model(**tokens).pooler_output)
            texts = texts / texts.norm(dim=-1, keepdim=True)
            texts = texts.reshape(len(CLASSES), len(TEMPLATES), -1).mean(1)
            texts = texts / texts.norm(dim=-1, keepdim=True)
            embeddings = net.visual_projection(net.vision_model(images).pooler_output)
            return net, 100 * embeddings / embeddings.norm(dim=-1, keepdim=True) @ texts.T, 32

    return run


def shared_clip():
    return transformers.CLIPModel.from_pretrained(clip_tiny)


def openai_names(net):
    """The state dict of a CLIPModel under OpenAI's names: q, k and v packed, projections transposed."""
    state, out = net.state_dict(), {}
    for side, ours, layers in (("visual.", "vision_model.", net.config.vision_config.num_hidden_layers),
                               ("", "text_model.", net.config.text_config.num_hidden_layers)):
        for layer in range(layers):
            old, new = f"{ours}encoder.layers.{layer}.", f"{side}transformer.resblocks.{layer}."
            for kind in ("weight", "bias"):
                out[f"{new}attn.in_proj_{kind}"] = torch.cat([state[f"{old}self_attn.{p}_proj.{kind}"] for p in "qkv"])
                for a, b in (("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"),
                             ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                    out[f"{new}{a}.{kind}"] = state[f"{old}{b}.{kind}"]
    for new, old in (("visual.class_embedding", "vision_model.embeddings.class_embedding"),
                     ("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
                     ("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"),
                     ("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
                     ("positional_embedding", "text_model.embeddings.position_embedding.weight"), ("logit_scale", "logit_scale")):
        out[new] = state[old]
    for new, old in (("visual.ln_pre", "vision_model.pre_layrnorm"), ("visual.ln_post", "vision_model.post_layernorm"),
                     ("ln_final", "text_model.final_layer_norm")):
        for kind in ("weight", "bias"):
            out[f"{new}.{kind}"] = state[f"{old}.{kind}"]
    out["visual.proj"] = state["visual_projection.weight"].T.contiguous()
    out["text_projection"] = state["text_projection.weight"].T.contiguous()
    return out


def hf_vit():
    return transformers.ViTForImageClassification(transformers.ViTConfig(
        hidden_size=96, num_hidden_layers=3, num_attention_heads=3, intermediate_size=192, image_size=32, patch_size=8, num_labels=10))


def hf_resnet(kind, sizes):
    return lambda: transformers.ResNetForImageClassification(transformers.ResNetConfig(
        embedding_size=16, hidden_sizes=sizes, depths=[2, 1, 2, 1], layer_type=kind, num_labels=10))


def hf_mobilenet(tf_padding):
    return lambda: transformers.MobileNetV2ForImageClassification(transformers.MobileNetV2Config(
        depth_multiplier=0.35, num_labels=10, tf_padding=tf_padding))


def tv_vit():
    return models.VisionTransformer(image_size=32, patch_size=8, num_layers=3, num_heads=2, hidden_dim=128, mlp_dim=192, num_classes=10)


def old_mlp_names(state):
    """As the published vit_b_16 names its MLPs."""
    return {name.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."): value for name, value in state.items()}


def folder(net, path):
    net.save_pretrained(path)
    return path


def sharded(net, path):
    net.save_pretrained(path, max_shard_size="200KB")
    assert os.path.exists(os.path.join(path, "model.safetensors.index.json"))
    return path


def bin_folder(change=lambda state: state, **how):
    def save(net, path):
        os.makedirs(path)
        net.config.save_pretrained(path)
        state = net.state_dict()
        torch.save(openai_names(net) if change is openai_names else change(state), os.path.join(path, "pytorch_model.bin"), **how)
        return path

    return save


def pth(change=lambda state: state, **how):
    def save(net, path):
        os.makedirs(path)
        file = os.path.join(path, "model.pth")
        torch.save(openai_names(net) if change is openai_names else change(net.state_dict()), file, **how)
        return file

    return save


def safetensors(net, path):
    os.makedirs(path)
    save_file(net.state_dict(), os.path.join(path, "model.safetensors"))
    return os.path.join(path, "model.safetensors")


old_form = dict(_use_new_zipfile_serialization=False)
first = lambda net: net.classifier[1]
CASES = [
    # name, maker, how it is saved, whether the classes are zero-shot
    ("hf clip", clip(clip_model), folder, True),
    ("hf clip, sharded", clip(clip_model), sharded, True),
    ("hf clip, pytorch_model.bin, four heads", clip(lambda: clip_model(4, 4)), bin_folder(), True),
    ("hf clip, end token 2", clip(lambda: clip_model(eos=2)), bin_folder(**old_form), True),
    ("openai clip", clip(clip_model), pth(openai_names), True),
    ("clip-tiny", clip(shared_clip), folder, True),
    ("clip-tiny under openai's names", clip(shared_clip), bin_folder(openai_names), True),
    ("hf vit", classifier(hf_vit, lambda net: net.classifier, 32), folder, False),
    ("hf vit, pytorch_model.bin", classifier(hf_vit, lambda net: net.classifier, 32), bin_folder(), False),
    ("hf resnet, basic", classifier(hf_resnet("basic", [16, 32, 64, 128]), first), folder, False),
    ("hf resnet, bottleneck", classifier(hf_resnet("bottleneck", [64, 64, 128, 128]), first), folder, False),
    ("hf mobilenet_v2", classifier(hf_mobilenet(True), lambda net: net.classifier), folder, False),
    ("hf mobilenet_v2, padded on all sides", classifier(hf_mobilenet(False), lambda net: net.classifier), folder, False),
    ("torchvision resnet18", classifier(lambda: models.resnet18(num_classes=10), lambda net: net.fc), pth(), False),
    ("torchvision resnet18, old form", classifier(lambda: models.resnet18(num_classes=10), lambda net: net.fc), pth(**old_form), False),
    ("torchvision resnet34", classifier(lambda: models.resnet34(num_classes=10), lambda net: net.fc), safetensors, False),
    ("torchvision resnet50", classifier(lambda: models.resnet50(num_classes=10), lambda net: net.fc), pth(), False),
    ("torchvision mobilenet_v2", classifier(lambda: models.mobilenet_v2(num_classes=10), first), pth(), False),
    ("torchvision vit", classifier(tv_vit, lambda net: net.heads.head, 32), pth(), False),
    ("torchvision vit, published names", classifier(tv_vit, lambda net: net.heads.head, 32), pth(old_mlp_names), False),
]


def write_data(path, pixels, labels):
    os.makedirs(path)
    rows = torch.cat([labels.to(torch.uint8)[:, None], pixels.flatten(1)], 1).numpy()
    for name, part in (("test_batch.bin", rows), ("calibration.bin", rows[:50])):
        part.tofile(os.path.join(path, name))
    with open(os.path.join(path, "batches.meta.txt"), "w") as file:
        file.write("\n".join(CLASSES) + "\n")


def evaluate(model, data, side, zero_shot, scratch):
    lines = {"classes": CLASSES, "templates": TEMPLATES}
    more = []
    for name, values in lines.items():
        file = os.path.join(scratch, name + ".txt")
        with open(file, "w") as out:
            out.write("\n".join(values) + "\n")
        more += [f"--{name}", file] if zero_shot else []
    resize = "" if side == 32 else f",size={side},crop={side},filter=bilinear"
    done = subprocess.run([os.environ["CA_BINARY"], "evaluate", "--model", model, "--data", data, "--preprocess", "cifar10" + resize,
                           "--split", "all", "--json", "--quiet", *more], capture_output=True, text=True)
    return (json.loads(done.stdout), None) if done.returncode == 0 else (None, f"exit {done.returncode}: {done.stderr.strip()}")


def compare(name, run, save, zero_shot, pixels, scratch):
    """The problem, or nothing."""
    net, logits, side = run(pixels)
    best = logits.topk(2, -1)
    labels = best.indices[:, 0]
    near = int(((best.values[:, 0] - best.values[:, 1]) < NEAR * logits.std()).sum())
    used = int((torch.bincount(labels, minlength=10) >= 3).sum())
    if used < 4 or near > len(labels) // 20:
        return f"the case says nothing: {used} classes are predicted, {near} images are near ties"
    model = save(net, os.path.join(scratch, "model"))
    if zero_shot:
        for file in ("vocab.json", "merges.txt"):
            shutil.copy(os.path.join(clip_tiny, file), os.path.join(scratch, "model", file))
    write_data(os.path.join(scratch, "data"), pixels[:len(labels)], labels)
    measured, problem = evaluate(model, os.path.join(scratch, "data"), side, zero_shot, scratch)
    if problem:
        return problem
    print(f"result: {name}: {measured['correct']} of {measured['n']} predictions are the same ({near} near ties, {used} classes)")
    if measured["n"] != len(labels) or measured["correct"] < len(labels) - near:
        return "predictions differ"
    return None


if not os.path.exists(os.path.join(clip_tiny, "vocab.json")):
    print("The shared models are not beside this checkout.")
    sys.exit(77)
failed = []
pixels = make_pixels()
for name, run, save, zero_shot in CASES:
    if len(sys.argv) > 1 and sys.argv[1] not in name:
        continue
    with tempfile.TemporaryDirectory() as scratch:
        problem = compare(name, run, save, zero_shot, pixels, scratch)
    if problem:
        failed.append(f"{name}: {problem}")
sys.exit("\n".join(failed) or 0)
