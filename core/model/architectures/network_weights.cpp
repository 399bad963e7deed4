// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/model/architectures/network_weights_torch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

namespace ca {
namespace {

std::optional<at::ScalarType> type_named(const std::string &dtype)
{
    static const std::map<std::string, at::ScalarType> kTypes{
        {"float32", at::kFloat}, {"float16", at::kHalf}, {"bfloat16", at::kBFloat16}, {"float64", at::kDouble},
        {"int64", at::kLong},    {"int32", at::kInt},    {"int16", at::kShort},       {"int8", at::kChar},
        {"uint8", at::kByte},    {"bool", at::kBool}};
    const auto found = kTypes.find(dtype);
    return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

std::string shape_text(const std::vector<std::int64_t> &shape)
{
    std::string text;
    for (const std::int64_t side : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(side);
    return text.empty() ? "one number" : text;
}

bool is_buffer(const std::string &name)
{
    return name.ends_with("running_mean") || name.ends_with("running_var");
}

} // namespace

at::Tensor NetworkWeights::get(const std::string &name, const std::vector<std::int64_t> &shape)
{
    const at::Tensor tensor = find(name, shape);
    if (tensor.sizes().vec() != shape)
        throw WeightMismatch("the tensor " + clean_text(published_name(name)) + " is " + shape_text(tensor.sizes().vec())
                             + ", not " + shape_text(shape));
    if (asked_.insert(name).second && !is_buffer(name))
        parameters_ += tensor.numel();
    return tensor;
}

Result<at::Tensor> read_tensor(const WeightFile &file, std::size_t index)
{
    const FileTensor &described = file.tensors()[index];
    const auto type = type_named(described.dtype);
    if (!type)
        return fail(ErrorCode::unsupported,
                    "The tensor " + clean_text(described.name) + " is of the type " + clean_text(described.dtype)
                        + ", with which no network computes.");
    const auto bytes = file.read(index);
    if (!bytes)
        return forward(bytes);
    at::Tensor tensor = at::empty(described.shape, *type);
    if (tensor.nbytes() != bytes->size())
        return fail(ErrorCode::bad_format, "The tensor " + clean_text(described.name) + " has another size than its shape says.");
    if (!bytes->empty())
        std::memcpy(tensor.mutable_data_ptr(), bytes->data(), bytes->size());
    return tensor;
}

std::vector<std::int64_t> FileWeights::sides(const std::string &name, std::size_t count) const
{
    const auto place = places_.find(name);
    if (place == places_.end())
        throw WeightMismatch("the tensor " + clean_text(name) + " is missing");
    const auto &shape = file_.tensors()[place->second].shape;
    if (shape.size() != count || std::any_of(shape.begin(), shape.end(), [](std::int64_t side) { return side < 1; }))
        throw WeightMismatch("the tensor " + clean_text(published_name(name)) + " is " + shape_text(shape)
                             + ", which is none of its network's");
    return shape;
}

std::int64_t FileWeights::count(const std::string &prefix) const
{
    constexpr std::int64_t kMost = 9999; // no network is deeper
    std::int64_t count = 0;
    for (auto place = places_.lower_bound(prefix); place != places_.end() && place->first.starts_with(prefix); ++place) {
        std::int64_t number = 0;
        const char *first = place->first.data() + prefix.size();
        if (std::from_chars(first, place->first.data() + place->first.size(), number).ec == std::errc() && number >= 0
            && number <= kMost)
            count = std::max(count, number + 1);
    }
    return count;
}

std::string FileWeights::published_name(const std::string &name) const
{
    const auto place = places_.find(name);
    return place == places_.end() ? name : file_.tensors()[place->second].name;
}

at::Tensor FileWeights::find(const std::string &name, const std::vector<std::int64_t> &)
{
    const auto place = places_.find(name);
    if (place == places_.end())
        throw WeightMismatch("the tensor " + clean_text(name) + " is missing");
    const auto tensor = read_tensor(file_, place->second);
    if (!tensor)
        throw WeightUnreadable(tensor.error());
    return tensor->to(at::kFloat);
}

at::Tensor RandomWeights::find(const std::string &name, const std::vector<std::int64_t> &shape)
{
    if (shape.size() < 2) {
        const bool one = name.ends_with("weight") || name.ends_with("running_var") || name.ends_with("logit_scale");
        return one ? at::ones(shape) : at::zeros(shape);
    }
    std::int64_t inputs = 1;
    for (std::size_t i = 1; i < shape.size(); ++i)
        inputs *= shape[i];
    std::uint64_t seed = seed_;
    for (const char letter : name)
        seed = mix(seed, static_cast<unsigned char>(letter));
    auto generator = at::detail::createCPUGenerator(seed);
    // He's deviation keeps convolutions with ReLU in range; what is added to activations is small in trained networks.
    const bool added = name.find("embedding") != std::string::npos || name.find("class_token") != std::string::npos;
    const double deviation = added ? 0.02 : std::sqrt((shape.size() == 4 ? 2.0 : 1.0) / static_cast<double>(inputs));
    return at::empty(shape).normal_(0, deviation, generator);
}

} // namespace ca
