// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace ca {

enum class ResizeFilter { bilinear, bicubic };

/// How 8-bit images become a network's input: resize the shorter side, crop the centre, scale to 0..1, normalise.
struct Preprocess {
    int size = 0; ///< shorter side after resizing, pixels; 0: as it is
    int crop = 0; ///< side of the centre crop; 0: none
    ResizeFilter filter = ResizeFilter::bilinear;
    std::array<float, 3> mean{0, 0, 0};
    std::array<float, 3> deviation{1, 1, 1};
    bool operator==(const Preprocess &) const = default;
};

/// `cifar10` (native size; mean 0.4914 0.4822 0.4465, std 0.2470 0.2435 0.2616), `imagenet` (resize 256 bilinear, crop 224; mean
/// 0.485 0.456 0.406, std 0.229 0.224 0.225), `clip` (resize 224 bicubic, crop 224; OpenAI's mean and std), or
/// `size=224,crop=224,filter=bicubic,mean=a:b:c,std=a:b:c`, alone or after a preset (`clip,size=32,crop=32`). Errors: `usage`.
[[nodiscard]] Result<Preprocess> parse_preprocess(const std::string &text);
/// The full form that `parse_preprocess` reads back.
[[nodiscard]] std::string to_text(const Preprocess &preprocess);

/// Height and width of what `preprocess` makes of images of this size.
[[nodiscard]] std::pair<int, int> output_size(const Preprocess &preprocess, int height, int width);

/// The last part of preprocessing: 8-bit values become floats.
class Normaliser {
public:
    explicit Normaliser(const Preprocess &how);
    /// `picture` holds `channels` planes, 1 or 3, and `out` room for 1 or 3: grey repeats, colours become luma.
    void write(std::span<const std::uint8_t> picture, std::size_t channels, std::span<float> out) const;

private:
    std::array<std::array<float, 256>, 3> tables_; ///< what a value becomes, by channel
};

/// Writes `indices.size()` images of those in memory one after the other as planar floats. Resizing is antialiased and rounded to
/// 8 bits after each pass, as Pillow does it (bicubic a = -0.5). `out` holds count * channels * height * width floats, where
/// channels are 1 or 3, as its size says.
void preprocess(const ImageSet &images, std::span<const std::uint32_t> indices, const Preprocess &preprocess,
                std::span<float> out);

} // namespace ca
