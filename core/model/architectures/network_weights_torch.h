// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/files/weight_file.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace ca {

/// Why weights do not make the network: a clause that may follow "but".
class WeightMismatch : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A tensor that cannot be read, though it is there.
class WeightUnreadable : public std::runtime_error {
public:
    explicit WeightUnreadable(Error problem) : std::runtime_error(problem.sentence), error(std::move(problem)) { }
    Error error;
};

/// Where a network's tensors come from, by the architecture's own names.
class NetworkWeights {
public:
    NetworkWeights() = default;
    NetworkWeights(const NetworkWeights &) = delete;
    NetworkWeights &operator=(const NetworkWeights &) = delete;
    virtual ~NetworkWeights() = default;

    /// A float32 tensor of this shape. Throws WeightMismatch where there is none or it has another shape, WeightUnreadable.
    [[nodiscard]] at::Tensor get(const std::string &name, const std::vector<std::int64_t> &shape);
    /// The name that the tensor has in the file.
    [[nodiscard]] virtual std::string published_name(const std::string &name) const { return name; }
    /// Elements of all tensors that were asked for, each counted once, buffers not.
    [[nodiscard]] std::int64_t parameters() const { return parameters_; }
    [[nodiscard]] bool was_asked_for(const std::string &name) const { return asked_.contains(name); }

protected:
    [[nodiscard]] virtual at::Tensor find(const std::string &name, const std::vector<std::int64_t> &shape) = 0;

private:
    std::set<std::string> asked_;
    std::int64_t parameters_ = 0;
};

/// The tensors of a file under the architecture's names.
class FileWeights final : public NetworkWeights {
public:
    /// `places`: architecture's name to index in the file.
    FileWeights(WeightFile file, std::map<std::string, std::size_t> places) : file_(std::move(file)), places_(std::move(places))
    {
    }

    [[nodiscard]] bool has(const std::string &name) const { return places_.contains(name); }
    /// The shape of a tensor that must have so many sides, none empty. Throws WeightMismatch.
    [[nodiscard]] std::vector<std::int64_t> sides(const std::string &name, std::size_t count) const;
    /// The highest number N of names `prefixN.…`, plus one.
    [[nodiscard]] std::int64_t count(const std::string &prefix) const;
    [[nodiscard]] std::string published_name(const std::string &name) const override;
    /// Names of the architecture under which the file has tensors.
    [[nodiscard]] const std::map<std::string, std::size_t> &places() const { return places_; }

private:
    [[nodiscard]] at::Tensor find(const std::string &name, const std::vector<std::int64_t> &shape) override;

    WeightFile file_;
    std::map<std::string, std::size_t> places_;
};

/// Seeded random weights of the sizes that trained ones have, for measuring speed without a download: the same seed gives the
/// same network, in whatever order it is built.
class RandomWeights final : public NetworkWeights {
public:
    explicit RandomWeights(std::uint64_t seed) : seed_(seed) { }

private:
    [[nodiscard]] at::Tensor find(const std::string &name, const std::vector<std::int64_t> &shape) override;

    std::uint64_t seed_;
};

/// The tensor as it lies in the file. Errors: those of reading; `unsupported` for a dtype that no network computes with.
[[nodiscard]] Result<at::Tensor> read_tensor(const WeightFile &file, std::size_t index);

} // namespace ca
