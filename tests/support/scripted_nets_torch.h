// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// Small TorchScript networks made by script, seeded, 10 classes, 3 x 32 x 32 unless told: `cnn` (stem, two residual blocks,
/// batch norm, in-place ReLU, max pool), `depthwise` (MobileNet-like, ReLU6), `attention` (one transformer block, GELU, layer
/// norm), `gated` (the same as CLIP writes it: quick GELU, fused attention), `blocks` (six residual blocks of two convolutions),
/// `mutating` (writes into slices, in-place on views), `shape_if` (branches on its input's size), `lenet` (flattens by view),
/// `written_view` (writes to a view and its base in turn), `normalising` (changes its input), `dictionary` (gives features and
/// logits), `grid` (a mesh of its input's size), `batch_if` (decides by 8 images or more) and `counting` (by how many pixels are
/// bright): cannot be recorded, `shared` (one convolution used twice), `loop` (a loop over a constant), `digits` (takes 1 x 28 x
/// 28), `content` (branches on pixel values: cannot be recorded), `vector_input` (takes [N, 16]: no image), `text_input` (takes
/// token numbers), `image_output` (gives an image), `namesakes` (layers named as a
/// TorchScript export names its own methods), `huge_constant` (no layer to quantize), `positions` (adds embeddings of one image's
/// places to the outputs of a convolution and of two linear layers). The file `folder`/`kind`.pt. Throws
/// where the kind is unknown: a test's own mistake.
std::filesystem::path write_scripted_net(const std::filesystem::path &folder, const std::string &kind);

/// All kinds that can be recorded.
const std::vector<std::string> &recordable_nets();

/// Output of the net by the plain TorchScript interpreter on seeded random images, row-major.
std::vector<float> interpret_net(const std::filesystem::path &file, const std::vector<float> &images,
                                 const std::vector<std::int64_t> &shape);
