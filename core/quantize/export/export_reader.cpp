// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/deflate.h"
#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "core/program/serialise_torch.h"
#include "core/quantize/dtypes_torch.h"
#include "core/quantize/export/export.h"
#include "core/quantize/export/export_names.h"
#include "core/quantize/export/export_weights.h"
#include "core/quantize/ranges/ranges_torch.h"

#include <ATen/Functions.h>

#include <cmath>
#include <cstring>

namespace ca {
namespace {

namespace names = export_names;

// Bytes of what is unpacked: the program of 100,000 steps has 10 MB, and the recipe of 10,000 layers 1 MB.
constexpr std::size_t kLargestProgram = std::size_t{1} << 26U, kLargestRecipe = std::size_t{1} << 24U;

/// `thrown`: by reading. Memory that there is not enough of is no fault of the file.
tl::unexpected<Error> unusable(const std::filesystem::path &file, const Error &thrown)
{
    if (thrown.code == ErrorCode::out_of_memory)
        return fail(ErrorCode::out_of_memory,
                    "The file " + file.string()
                        + " needs more memory to be read than this machine gives. Close other programs, and open it once more.");
    return fail(ErrorCode::bad_format, "The file " + file.string() + " cannot be run.", thrown);
}

class ExportFile {
public:
    ExportFile(const std::filesystem::path &file, SafeHeader header) : file_(file, std::move(header)) { }

    /// Throws what it runs into.
    Result<QuantizedModel> read(int threads, const std::stop_token &stop);

private:
    tl::unexpected<Error> damaged(const std::string &what) const { return file_.damaged(what); }

    Result<at::Tensor> plain_tensor(const SafeTensor &described) const
    {
        const auto type = type_of(described.dtype);
        if (!type)
            return damaged("the tensor " + clean_text(described.name) + " has a type that programs do not use");
        const auto bytes = read_tensor(file_.file(), file_.header(), described);
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
        const SafeTensor *described = file_.header().find(name);
        return described ? plain_tensor(*described)
                         : Result<at::Tensor>(damaged("the tensor " + clean_text(name) + " is missing"));
    }

    /// The same for a reader that takes what is thrown for a damaged program.
    Result<at::Tensor> guarded_tensor(const std::string &name, int threads, const std::stop_token &stop)
    {
        if (stop.stop_requested())
            return cancelled();
        Result<at::Tensor> result;
        const auto done = guarded("Reading the tensor " + clean_text(name), threads, [&] { result = tensor(name); });
        if (!done)
            return unusable(file_.file(), done.error());
        return result;
    }

    Result<at::Tensor> layer_weight(const std::string &layer, const Scheme &scheme)
    {
        auto weight = read_layer_weight(file_, layer, scheme);
        if (!weight)
            return forward(weight);
        at::Tensor tensor = at::tensor(dequantize(weight->stored)).view(weight->shape);
        weights_[layer] = std::move(weight->stored);
        return tensor;
    }

    /// Throws where the layer's weight is of another size than the layer.
    static void fit(const Layer &layer, std::map<std::string, StoredWeight> &weights)
    {
        const auto found = weights.find(layer.name);
        if (found == weights.end())
            return;
        auto *integers = std::get_if<IntegerWeight>(&found->second);
        const auto *rows = std::get_if<RowInt8Weight>(&found->second);
        if (count(found->second) != static_cast<std::size_t>(layer.weights()) || (integers && integers->rows != layer.channels())
            || (rows && rows->rows != layer.channels()))
            throw std::runtime_error("a layer's weight has another shape than the layer");
        if (integers)
            integers->shape = layer.shape;
    }

    /// The bytes of a tensor, unpacked where they are a zlib stream.
    Result<std::vector<std::byte>> content(const char *name, std::size_t limit) const;
    Result<Json> recipe_json(const Json &about) const;
    Status read_about(QuantizedModel &into);
    Status read_ranges(int slots, std::map<int, std::pair<float, float>> &into) const;

    ExportedTensors file_;
    Recipe recipe_;
    std::map<std::string, StoredWeight> weights_;
};

Result<std::vector<std::byte>> ExportFile::content(const char *name, std::size_t limit) const
{
    const SafeTensor *described = file_.header().find(name);
    if (!described || described->dtype != SafeDtype::u8)
        return damaged("the tensor " + std::string(name) + " is missing or has another type");
    if (described->end - described->begin > limit)
        return damaged("the tensor " + std::string(name) + " is larger than such a one is");
    auto bytes = read_tensor(file_.file(), file_.header(), *described);
    if (!bytes || !is_deflated(*bytes))
        return bytes;
    auto plain = inflated(*bytes, limit);
    if (!plain)
        return fail(ErrorCode::bad_format,
                    "The tensor " + std::string(name) + " of " + file_.file().string() + " cannot be unpacked.", plain.error());
    return plain;
}

Result<Json> ExportFile::recipe_json(const Json &about) const
{
    if (about.at("version") == Json(1))
        return about.value("recipe", Json());
    const auto bytes = content(names::kRecipe, kLargestRecipe);
    if (!bytes)
        return forward(bytes);
    return parse_json({reinterpret_cast<const char *>(bytes->data()), bytes->size()}, "The recipe in " + file_.file().string());
}

Status ExportFile::read_ranges(int slots, std::map<int, std::pair<float, float>> &into) const
{
    const SafeTensor *described = file_.header().find(names::kRanges);
    if (!described)
        return {};
    if (described->shape.size() != 2)
        return damaged("its ranges of activations have another shape");
    const auto rows = file_.floats(names::kRanges, {described->shape[0], 3});
    if (!rows)
        return forward(rows);
    for (std::size_t i = 0; i < rows->size(); i += 3) {
        const float slot = rows->at(i), least = rows->at(i + 1), greatest = rows->at(i + 2);
        const bool is_slot = slot >= 0 && slot < static_cast<float>(slots) && slot == std::trunc(slot);
        if (!is_slot || least > greatest || !std::isfinite(greatest - least))
            return damaged("a range of activations is no range");
        if (!into.emplace(static_cast<int>(slot), std::pair(least, greatest)).second)
            return damaged("a value has two ranges of activations");
    }
    return {};
}

Status ExportFile::read_about(QuantizedModel &into)
{
    const auto text = file_.header().metadata.find(names::kAbout);
    if (text == file_.header().metadata.end())
        return damaged("its description is missing");
    const auto about = parse_json(text->second, "The description in " + file_.file().string());
    if (!about)
        return forward(about);
    if (!about->is_object())
        return damaged("its description is no object");
    const Json version = about->value("version", Json());
    if (version != Json(names::kVersion) && version != Json(1))
        return fail(ErrorCode::unsupported,
                    "The file " + file_.file().string()
                        + " was written by another version of this program. Export the model once more.");
    const auto recipe_text = recipe_json(*about);
    if (!recipe_text)
        return forward(recipe_text);
    const auto recipe = recipe_from_json(*recipe_text);
    if (!recipe)
        return fail(ErrorCode::bad_format, "The recipe in " + file_.file().string() + " cannot be used.", recipe.error());
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

Result<QuantizedModel> ExportFile::read(int threads, const std::stop_token &stop)
{
    QuantizedModel result;
    result.model.file = file_.file();
    if (const auto about = read_about(result); !about)
        return forward(about);
    const auto bytes = content(names::kProgram, kLargestProgram);
    if (!bytes)
        return forward(bytes);
    auto read = read_program(*bytes, [&](const std::string &name) { return guarded_tensor(name, threads, stop); });
    if (!read)
        return forward(read);
    result.model.program = read->program;
    if (const auto more = read_ranges(read->program.data().slots, read->ranges); !more)
        return forward(more);
    result.weights = std::move(weights_);
    result.ranges =
        ActivationRanges(std::make_shared<const ActivationRanges::Data>(ActivationRanges::Data{std::move(read->ranges)}));
    if (const auto good = check(result.recipe, result.model); !good)
        return fail(ErrorCode::bad_format, "The recipe in " + file_.file().string() + " does not fit its network.", good.error());
    for (const Layer &layer : result.model.program.layers())
        fit(layer, result.weights);
    const auto &input = result.model.program.data().input;
    if (result.model.input.channels != input[0] || result.model.input.height != input[1] || result.model.input.width != input[2])
        throw std::runtime_error("its description names another image size");
    if (stop.stop_requested())
        return cancelled();
    result.program =
        lower_quantized(result.model.program.data(), result.recipe, result.weights, result.ranges, result.compute, result.real);
    for (const Layer &layer : result.model.program.layers())
        if (!result.weights.contains(layer.name))
            result.left_float.push_back({layer.name, "the recipe leaves it float"});
    return result;
}

/// Throws what it runs into.
Result<QuantizedModel> read_file(const std::filesystem::path &file, int threads, const std::stop_token &stop,
                                 const Progress &progress)
{
    auto header = read_safetensors_header(file);
    if (!header)
        return forward(header);
    if (!header->find(names::kProgram))
        return fail(ErrorCode::bad_format, "The file " + file.string() + " holds no program of this application, only tensors.");
    progress.report("Reading " + file.filename().string(), 0, 1);
    auto model = ExportFile(file, std::move(*header)).read(threads, stop);
    progress.report("Reading " + file.filename().string(), 1, 1);
    return model;
}

} // namespace

bool is_export(const std::filesystem::path &file)
{
    if (file.extension() != ".safetensors")
        return false;
    try {
        const auto header = read_safetensors_header(file);
        return header && header->find(names::kProgram) && header->metadata.contains(names::kAbout);
    } catch (const std::exception &) { // a header that there is no memory for
        return false;
    }
}

Result<QuantizedModel> read_export(const std::filesystem::path &file, int threads, std::stop_token stop, const Progress &progress)
{
    if (stop.stop_requested())
        return cancelled();
    Result<QuantizedModel> model;
    const auto done = guarded("Reading the exported network", threads, [&] { model = read_file(file, threads, stop, progress); });
    if (!done)
        return unusable(file, done.error());
    return model;
}

} // namespace ca
