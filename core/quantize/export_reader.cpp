// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "core/program/serialise_torch.h"
#include "core/quantize/dtypes_torch.h"
#include "core/quantize/export.h"
#include "core/quantize/export_names.h"
#include "core/quantize/pack_bits.h"
#include "core/quantize/ranges_torch.h"

#include <ATen/Functions.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace ca {
namespace {

namespace names = export_names;

class ExportFile {
public:
    ExportFile(const std::filesystem::path &file, SafeHeader header) : file_(file), header_(std::move(header)) { }

    Result<QuantizedModel> read(int threads);

private:
    tl::unexpected<Error> damaged(const std::string &what) const
    {
        return fail(ErrorCode::bad_format,
                    "The file " + file_.string() + " is damaged: " + what + ". Export the model once more.");
    }

    /// The values of a tensor of this type and shape.
    template <typename T>
    Result<std::vector<T>> values(const std::string &name, SafeDtype dtype, const std::vector<std::int64_t> &shape) const
    {
        const SafeTensor *tensor = header_.find(name);
        if (!tensor || tensor->dtype != dtype || tensor->shape != shape)
            return damaged("the tensor " + clean_text(name) + " is missing or has another shape");
        const auto bytes = read_tensor(file_, header_, *tensor);
        if (!bytes)
            return forward(bytes);
        std::vector<T> result(bytes->size() / sizeof(T));
        std::memcpy(result.data(), bytes->data(), result.size() * sizeof(T));
        return result;
    }

    Result<at::Tensor> plain_tensor(const SafeTensor &described) const
    {
        const auto type = type_of(described.dtype);
        if (!type)
            return damaged("the tensor " + clean_text(described.name) + " has a type that programs do not use");
        const auto bytes = read_tensor(file_, header_, described);
        if (!bytes)
            return forward(bytes);
        at::Tensor tensor = at::empty(described.shape, *type);
        if (tensor.nbytes() != bytes->size())
            return damaged("the tensor " + clean_text(described.name) + " has another size");
        std::memcpy(tensor.mutable_data_ptr(), bytes->data(), bytes->size());
        return tensor;
    }

    Result<at::Tensor> tensor(const std::string &name)
    {
        const std::string ending = names::kWeight;
        if (name.size() > ending.size() && name.ends_with(ending)) {
            const std::string layer = name.substr(0, name.size() - ending.size());
            if (const auto scheme = recipe_.layers.find(layer);
                scheme != recipe_.layers.end() && scheme->second.format != Format::fp32)
                return layer_weight(layer, scheme->second);
        }
        const SafeTensor *described = header_.find(name);
        return described ? plain_tensor(*described)
                         : Result<at::Tensor>(damaged("the tensor " + clean_text(name) + " is missing"));
    }

    Result<at::Tensor> layer_weight(const std::string &layer, const Scheme &scheme);
    Status read_integers(const std::string &layer, IntegerWeight &into) const;
    Status read_zeros(const std::string &layer, std::int64_t groups, IntegerWeight &into) const;
    Status read_about(QuantizedModel &into);

    std::filesystem::path file_;
    SafeHeader header_;
    Recipe recipe_;
    std::map<std::string, StoredWeight> weights_;
};

Status ExportFile::read_integers(const std::string &layer, IntegerWeight &into) const
{
    if (into.bits.value == 8) {
        auto integers = values<std::int8_t>(layer + names::kWeight, SafeDtype::i8, into.shape);
        if (!integers)
            return forward(integers);
        into.values = std::move(*integers);
        return {};
    }
    const auto packed =
        values<std::int32_t>(layer + names::kPacked, SafeDtype::i32, {into.rows, packed_words(into.columns, into.bits)});
    if (!packed)
        return forward(packed);
    into.values = unpack_rows(*packed, into.rows, into.columns, into.bits);
    return {};
}

Status ExportFile::read_zeros(const std::string &layer, std::int64_t groups, IntegerWeight &into) const
{
    if (into.symmetric)
        return {};
    if (into.bits.value == 8) {
        auto zeros = values<std::int8_t>(layer + names::kZero, SafeDtype::i8, {into.rows, groups});
        if (!zeros)
            return forward(zeros);
        into.zeros = std::move(*zeros);
        return {};
    }
    const std::int64_t words = packed_words(into.rows, into.bits);
    const auto packed = values<std::int32_t>(layer + names::kZero, SafeDtype::i32, {words, groups});
    if (!packed)
        return forward(packed);
    into.zeros = unpack_columns(*packed, into.rows, groups, into.bits);
    return {};
}

Result<at::Tensor> ExportFile::layer_weight(const std::string &layer, const Scheme &scheme)
{
    IntegerWeight weight;
    weight.bits = bits_of(scheme.format);
    weight.symmetric = scheme.symmetric;
    if (weight.bits.value == 8) {
        const SafeTensor *described = header_.find(layer + names::kWeight);
        weight.shape = described ? described->shape : std::vector<std::int64_t>();
    } else if (const SafeTensor *described = header_.find(layer + names::kShape); described && described->shape.size() == 1) {
        const auto shape = values<std::int64_t>(layer + names::kShape, SafeDtype::i64, described->shape);
        if (!shape)
            return forward(shape);
        weight.shape = *shape;
    }
    std::int64_t count = 1;
    for (const std::int64_t side : weight.shape)
        if (side <= 0 || side > (std::int64_t{1} << 31) || (count *= side) > (std::int64_t{1} << 36))
            return damaged("the layer " + clean_text(layer) + " has an impossible shape");
    if (weight.shape.empty())
        return damaged("the layer " + clean_text(layer) + " has no weight");
    weight.rows = weight.shape.front();
    weight.columns = count / weight.rows;
    if (weight.columns > std::numeric_limits<int>::max())
        return damaged("the layer " + clean_text(layer) + " has rows of an impossible length");
    weight.group = scheme.group == 0 ? static_cast<int>(weight.columns) : scheme.group;
    if (weight.columns % weight.group != 0)
        return damaged("the layer " + clean_text(layer) + " has groups that do not divide its rows");
    const std::int64_t groups = weight.columns / weight.group;
    auto scales = values<float>(layer + names::kScale, SafeDtype::f32, {weight.rows, groups});
    if (!scales)
        return forward(scales);
    weight.scales = std::move(*scales);
    for (const Status &part : {read_integers(layer, weight), read_zeros(layer, groups, weight)})
        if (!part)
            return forward(part);
    const at::Tensor tensor = at::tensor(dequantize(weight)).view(weight.shape);
    weights_[layer] = std::move(weight);
    return tensor;
}

Status ExportFile::read_about(QuantizedModel &into)
{
    const auto text = header_.metadata.find(names::kAbout);
    if (text == header_.metadata.end())
        return damaged("its description is missing");
    const auto about = parse_json(text->second, "The description in " + file_.string());
    if (!about)
        return forward(about);
    if (!about->is_object())
        return damaged("its description is no object");
    if (about->value("version", Json()) != Json(1))
        return fail(ErrorCode::unsupported,
                    "The file " + file_.string()
                        + " was written by another version of this program. Export the model once more.");
    const auto recipe = recipe_from_json(about->value("recipe", Json()));
    if (!recipe)
        return fail(ErrorCode::bad_format, "The recipe in " + file_.string() + " cannot be used.", recipe.error());
    recipe_ = into.recipe = *recipe;
    try {
        const Json &model = about->at("model");
        into.model.name = clean_text(model.at("name").get<std::string>());
        into.model.sha256 = model.at("sha256").get<std::string>();
        into.model.parameters = model.at("parameters").get<std::int64_t>();
        into.model.input = {model.at("channels").get<std::int64_t>(), model.at("height").get<std::int64_t>(),
                            model.at("width").get<std::int64_t>(), model.at("outputs").get<std::int64_t>()};
        into.model.preprocess = clean_text(model.value("preprocess", std::string()));
        if (model.contains("output_names"))
            into.model.output_names = model.at("output_names").get<std::vector<std::string>>();
        if (model.contains("zero_shot")) {
            const Json &asked = model.at("zero_shot");
            into.model.zero_shot = ZeroShotPrompts{
                asked.at("classes").get<std::vector<std::string>>(), asked.at("templates").get<std::vector<std::string>>(), {}};
        }
    } catch (const std::exception &) {
        return damaged("its description of the model is incomplete");
    }
    return {};
}

Result<QuantizedModel> ExportFile::read(int threads)
{
    QuantizedModel result;
    result.model.file = file_;
    if (const auto about = read_about(result); !about)
        return forward(about);
    const SafeTensor *program = header_.find(names::kProgram);
    const auto bytes = read_tensor(file_, header_, *program);
    if (!bytes)
        return forward(bytes);
    std::optional<Error> problem;
    const auto done = guarded("Reading the exported network", threads, [&] {
        auto read = read_program(*bytes, [&](const std::string &name) { return tensor(name); });
        if (!read) {
            problem = read.error();
            return;
        }
        result.model.program = read->program;
        result.weights = std::move(weights_);
        result.ranges =
            ActivationRanges(std::make_shared<const ActivationRanges::Data>(ActivationRanges::Data{std::move(read->ranges)}));
        if (const auto good = check(result.recipe, result.model); !good) {
            problem = Error{ErrorCode::bad_format, "The recipe in " + file_.string() + " does not fit its network.",
                            std::make_shared<const Error>(good.error())};
            return;
        }
        for (const Layer &layer : result.model.program.layers())
            if (const auto stored = result.weights.find(layer.name);
                stored != result.weights.end() && count(stored->second) != static_cast<std::size_t>(layer.weights()))
                throw std::runtime_error("a layer's weight has another shape than the layer");
        const auto &input = result.model.program.data().input;
        if (result.model.input.channels != input[0] || result.model.input.height != input[1]
            || result.model.input.width != input[2])
            throw std::runtime_error("its description names another image size");
        result.program = lower_quantized(result.model.program.data(), result.recipe, result.weights, result.ranges,
                                         result.compute, result.real);
    });
    if (problem)
        return tl::unexpected<Error>(*problem);
    if (!done)
        return fail(ErrorCode::bad_format, "The file " + file_.string() + " cannot be run.", done.error());
    for (const Layer &layer : result.model.program.layers())
        if (!result.weights.contains(layer.name))
            result.left_float.push_back({layer.name, "the recipe leaves it float"});
    return result;
}

} // namespace

bool is_export(const std::filesystem::path &file)
{
    if (file.extension() != ".safetensors")
        return false;
    const auto header = read_safetensors_header(file);
    return header && header->find(names::kProgram) && header->metadata.contains(names::kAbout);
}

Result<QuantizedModel> read_export(const std::filesystem::path &file, int threads, std::stop_token stop, const Progress &progress)
{
    auto header = read_safetensors_header(file);
    if (!header)
        return forward(header);
    if (!header->find(names::kProgram))
        return fail(ErrorCode::bad_format, "The file " + file.string() + " holds no program of this application, only tensors.");
    if (stop.stop_requested())
        return cancelled();
    progress.report("Reading " + file.filename().string(), 0, 1);
    auto model = ExportFile(file, std::move(*header)).read(threads);
    progress.report("Reading " + file.filename().string(), 1, 1);
    return model;
}

} // namespace ca
