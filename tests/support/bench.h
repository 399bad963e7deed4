// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "tests/support/shared_files.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

inline constexpr int kSkip = 77;

/// The value, or the end of the program with the error's sentence.
template <typename T>
T value_of(ca::Result<T> result)
{
    if (!result) {
        std::printf("%s\n", result.error().text().c_str());
        std::exit(1);
    }
    return std::move(*result);
}

/// What benches of both shared CIFAR networks look at; the end of the program, as skipped, where it is not there.
struct CifarNets {
    std::filesystem::path resnet18, vit;
    ca::DataSet data;
};
inline CifarNets shared_cifar_nets()
{
    const auto resnet18 = shared_file("models/resnet18_cifar10.traced.pt"), vit = shared_file("models/vit_cifar10.scripted.pt");
    const auto folder = shared_file("data/cifar10");
    if (!resnet18 || !vit || !folder) {
        std::printf("The shared ResNet-18, ViT or CIFAR-10 is not beside this checkout.\n");
        std::exit(kSkip);
    }
    return {*resnet18, *vit, value_of(ca::open_data_folder(*folder, 0))};
}

inline const char *reached(bool is)
{
    return is ? "reached" : "not reached";
}
