// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/program/replay_torch.h"
#include "core/scan/divergence_torch.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace ca {

/// A place in a program where it is gone on with in several ways.
struct Branch {
    std::size_t id = 0;             ///< what sinks and known values call it
    std::vector<std::size_t> steps; ///< ascending, not empty: those that the variants take the place of
    std::size_t variants = 0;
    /// May throw. Called from several threads; nothing where there is no such variant.
    std::function<std::optional<Variant>(std::size_t variant)> make;
};

/// What fixed steps give with a variant of a branch, by its id; kept between calls, since it is the same for all images.
using KnownFixedValues = std::map<std::pair<std::size_t, std::size_t>, std::vector<std::pair<int, c10::IValue>>>;

struct BranchRun {
    const Program::Data &program;
    const std::vector<at::Tensor> &batches; ///< [images, channels, height, width] each
    const FloatOutputs &expected;           ///< of all batches together
    int threads = 0;
    bool from_start = false; ///< each variant runs from the first step on: for a check of what holding is worth
};

/// Told of the sums of a variant over all batches, branch by branch, from the calling thread.
using BranchSink = std::function<void(std::size_t id, std::size_t variant, const DivergenceSums &)>;

/// Runs every variant of every branch on all batches, batches and variants side by side, one thread inside an operator. The
/// program runs once up to each branch. Ends before the next branch once `enough` says so. Errors: `cancelled`; `failed`, what
/// kernels throw.
[[nodiscard]] Status run_branches(const BranchRun &run, const std::vector<Branch> &branches, KnownFixedValues &known,
                                  const BranchSink &sink, const std::function<bool()> &enough, std::stop_token stop);

/// The program's outputs for all batches, one below the other. Errors: as above.
[[nodiscard]] Result<at::Tensor> run_batches(const Program::Data &program, const std::vector<at::Tensor> &batches, int threads,
                                             std::stop_token stop);

} // namespace ca
