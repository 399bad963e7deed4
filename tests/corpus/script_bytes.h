// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/corpus/pickle_bytes.h"
#include "tests/corpus/zip_bytes.h"

#include <string>
#include <string_view>
#include <vector>

/// TorchScript archives with source by hand, as LibTorch reads them.
namespace script {

inline constexpr std::string_view kHead = "class N(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n";
/// Gives ten numbers for each image, whatever the image.
inline constexpr std::string_view kForward = "  def forward(self: __torch__.N,\n    x: Tensor) -> Tensor:\n    return "
                                             "torch.flatten(torch.adaptive_avg_pool2d(x, [5, 2]), 1)\n";

/// The members of an archive whose one module has this source and this state.
inline std::vector<ZipPart> parts(std::string_view source, std::string_view state)
{
    const std::string object = pickle::global("__torch__", "N") + ")\x81" + std::string(state) + "b";
    return {{"m/data.pkl", pickle::whole(object)},
            {"m/code/__torch__.py", std::string(source)},
            {"m/constants.pkl", pickle::whole(")")},
            {"m/version", "3\n"},
            {"m/byteorder", "little"}};
}

inline std::string archive(std::string_view source)
{
    return zip_bytes(parts(source, pickle::dict({{"training", "\x89"}})));
}

/// A module with this body of `forward`, indented by four.
inline std::string forward(std::string_view body)
{
    return archive(std::string(kHead) + "  def forward(self: __torch__.N,\n    x: Tensor) -> Tensor:\n" + std::string(body));
}

/// A module that computes, with this body of `__setstate__`, which runs while it is loaded and sets the tensor `self.w`, or is
/// left out as useless; its state is the number 7.
inline std::string setstate(std::string_view body)
{
    const std::string source = std::string(kHead) + "  w : Tensor\n" + std::string(kForward)
        + "  def __setstate__(self: __torch__.N,\n    state: int) -> NoneType:\n    self.training = False\n" + std::string(body)
        + "    return None\n  def __getstate__(self: __torch__.N) -> int:\n    return 7\n";
    return zip_bytes(parts(source, pickle::integer(7)));
}

/// The archive of `forward` with `count` brackets around a number.
inline std::string nested(std::size_t count)
{
    return forward("    return torch.add(x, " + std::string(count, '(') + "1" + std::string(count, ')') + ")\n");
}

} // namespace script
