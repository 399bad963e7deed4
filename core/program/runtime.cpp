// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/runtime.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/version.h>

namespace ca {

std::vector<std::pair<std::string, std::string>> runtime_facts()
{
    const auto has = [](const char *op, const char *overload) {
        return c10::Dispatcher::singleton().findSchema({op, overload}).has_value() ? std::string("yes") : std::string("no");
    };
    return {{"libtorch", TORCH_VERSION},
            {"cpu capability", at::get_cpu_capability()},
            {"onednn", at::globalContext().hasMKLDNN() ? "yes" : "no"},
            {"packed float convolution", has("mkldnn::_convolution_pointwise", "")},
            {"packed float linear", has("mkldnn::_linear_pointwise", "")},
            {"int8 convolution", has("onednn::qconv2d_pointwise", "")},
            {"int8 linear", has("onednn::qlinear_pointwise", "")},
            {"cuda", at::globalContext().hasCUDA() ? "yes" : "no"}};
}

} // namespace ca
