// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/program/program_torch.h"

#include <cstddef>
#include <map>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace ca {

/// The values of a run, by slot.
using Slots = std::vector<c10::IValue>;

/// Steps of a program that others take the place of, by their index; these read and write the same slots.
using Variant = std::map<std::size_t, Step>;

/// The program with the variant's steps in place of its own.
[[nodiscard]] Program::Data with_variant(const Program::Data &program, const Variant &variant);

/// A run of a program on some images that is held before a step, and can be gone on with in several ways: what comes before a
/// layer runs once for all variants of it. Holds the values that later steps read, no others. `program` must stay where it is.
/// All functions here throw what kernels throw, and give false, nothing or an undefined tensor when stopped.
class HeldRun {
public:
    /// `keep`: slots whose values are kept to the end.
    HeldRun(const Program::Data &program, at::Tensor images, std::vector<int> keep = {});

    /// Runs up to the step, which has not run then. Never goes back.
    [[nodiscard]] bool advance(std::size_t step, const std::stop_token &stop);

    /// The output with the variant's steps, none of which has run yet. Changes nothing; may be called from several threads.
    [[nodiscard]] at::Tensor finish(const Variant &variant, const std::stop_token &stop) const;

    /// What the slots of `keep` held, as far as it has run.
    [[nodiscard]] const std::vector<std::pair<int, c10::IValue>> &kept() const { return kept_; }

private:
    const Program::Data *program_;
    Slots slots_;
    std::size_t next_;
    std::vector<int> keep_;
    std::vector<std::pair<int, c10::IValue>> kept_;
};

/// The same for the steps that run once in a program's life: CLIP's text tower.
class HeldFixedRun {
public:
    explicit HeldFixedRun(const Program::Data &program);

    [[nodiscard]] bool advance(std::size_t step, const std::stop_token &stop);
    /// The fixed values, by slot, with the variant's steps.
    [[nodiscard]] std::optional<std::vector<std::pair<int, c10::IValue>>> values(const Variant &variant,
                                                                                 const std::stop_token &stop) const;

private:
    const Program::Data *program_;
    Slots slots_;
    std::size_t next_ = 0;
};

/// What is left to do for each batch of images when fixed values change: the steps that read them, directly or not.
class Tail {
public:
    /// Of the layers whose steps are `changed`.
    Tail(const Program::Data &program, const std::vector<std::size_t> &changed);

    /// Slots of an unchanged run (HeldRun's `keep`) to go on from.
    [[nodiscard]] const std::vector<int> &needs() const { return needs_; }

    /// `unchanged`: what such a run kept, at least `needs`.
    [[nodiscard]] at::Tensor run(const Variant &variant, const std::vector<std::pair<int, c10::IValue>> &fixed_values,
                                 const std::vector<std::pair<int, c10::IValue>> &unchanged, const std::stop_token &stop) const;

private:
    const Program::Data *program_;
    std::vector<std::size_t> steps_;
    std::vector<int> needs_;
};

} // namespace ca
